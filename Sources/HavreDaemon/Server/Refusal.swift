package import HavreCodec
package import HavreWire

/// Why a request is not done, as the answer will say it: a named error, with parameters that hold no contents.
package struct Refusal: Error, Equatable, Sendable {
    package let fault: Fault
    package let parameters: JSON
    /// Whether the house has an entry of it already: what the identifier guard refuses is written before it is said.
    package let isWrittenDown: Bool
    /// The answer where the error is one of the protocol's own.
    private var standard: Reply?

    /// The answer is longer than one message and the caller takes only one (varlink.org, "Service").
    static let expectedMore: Refusal = {
        var refusal = Refusal(.usage)
        refusal.standard = ServiceInterface.expectedMore
        return refusal
    }()

    package init(_ fault: Fault, _ parameters: JSON = .object([:]), isWrittenDown: Bool = false) {
        self.fault = fault
        self.parameters = parameters
        self.isWrittenDown = isWrittenDown
    }

    /// A parameter breaks a rule.
    package init(_ error: CodecError) {
        self.init(.invalid, ["field": .string(error.field), "rule": .string(error.rule)])
    }

    /// A parameter breaks a rule.
    package static func invalid(_ field: String, _ rule: String) -> Refusal {
        Refusal(.invalid, ["field": .string(field), "rule": .string(rule)])
    }

    var reply: Reply { standard ?? fault.reply(parameters) }
}
