import HavreCodec

/// Why a statement is not believed or an act is not allowed. Never carries contents.
package enum AccessError: Error, Sendable, Equatable {
    /// A member of the statement breaks a rule of its form.
    case invalid(field: String, rule: String)
    /// A signature is missing, by the wrong person, or false.
    case notSigned
    /// The statement does not follow the link before it.
    case notLinked
    /// The statement is well formed and signed, and the rules of the house refuse it.
    case refused(rule: String)
    /// The rules ask for a second supervisor.
    case needsApproval

    init(_ error: CodecError) {
        switch error {
        case .invalid(let field, let rule): self = .invalid(field: field, rule: rule)
        }
    }
}

/// Runs strict decoding and says what went wrong in this room's terms.
func decoding<Value>(_ body: () throws(CodecError) -> Value) throws(AccessError) -> Value {
    do throws(CodecError) { return try body() } catch { throw AccessError(error) }
}
