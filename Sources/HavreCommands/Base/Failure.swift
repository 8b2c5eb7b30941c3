import HavreCodec
import HavreWire

/// Why a verb ended without having done its work: a named error, and the text that explains it.
struct Failure: Error, Equatable, Sendable {
    let fault: Fault
    /// The text in the catalogue; the error's own when nil.
    let key: String?
    /// What fills the places of the text. Never contents of a record.
    let values: [String: String]
    /// The text that says what to do next; the error's own when nil.
    let next: String?

    init(
        _ fault: Fault, _ key: String? = nil, _ values: [String: String] = [:], next: String? = nil
    ) {
        self.fault = fault
        self.key = key
        self.values = values
        self.next = next
    }

    /// The command line makes no sense.
    static func usage(_ key: String, _ values: [String: String] = [:]) -> Failure {
        Failure(.usage, key, values, next: "next.help")
    }

    /// One value breaks a rule. The rule may be a text of the catalogue of forms or one of the daemon's.
    static func invalid(_ field: String, _ rule: String) -> Failure {
        Failure(.invalid, nil, ["field": field, "rule": rule])
    }

    init(_ error: CodecError) { self = .invalid(error.field, error.rule) }

    /// The same failure with a better word on what to do next.
    func advising(_ next: String, when fault: Fault) -> Failure {
        self.fault == fault ? Failure(fault, key, values, next: next) : self
    }

    /// What a named error of the daemon means here.
    init(wireName: String, parameters: JSON) {
        guard let fault = Fault(wireName: wireName) else {
            // An error of the protocol itself: this program and the daemon are not of one age.
            self.init(.internal, "fail.otherVersion", next: "next.versions")
            return
        }
        var values: [String: String] = [:]
        for name in ["field", "rule", "why"] {
            if let text = parameters[name]?.string { values[name] = text }
        }
        if fault == .invalid, values["rule"] == Identifier.rule {
            // Somebody typed it: what cannot be an id is not the id of anything.
            self.init(.notFound)
            return
        }
        if let seconds = parameters["waitSeconds"]?.int { values["seconds"] = String(seconds) }
        let key: String? =
            switch fault {
            case .usage where values["rule"] != nil: "fail.usageRule"
            case .needsApproval where values["why"] != nil: "fail.approvalWhy"
            case .identified where values["why"] != nil: "fail.identifiedWhy"
            case .consentMissing where values["why"] != nil: "fail.consentWhy"
            case .tooManyAttempts where values["seconds"] != nil: "fail.wait"
            case .storageFull where parameters["decided"]?.bool == true: "fail.decided"
            default: nil
            }
        if fault == .invalid {
            values["field"] = values["field"] ?? ""
            values["rule"] = values["rule"] ?? ""
        }
        self.init(fault, key, values, next: key == "fail.decided" ? "fault.OutcomeUnknown.next" : nil)
    }
}
