/// What went wrong when bytes or text were turned into a value: which field, and which rule it broke.
///
/// Neither string ever carries what was read: `field` is a path of key names known to the reader
/// (`body.until`), `rule` a sentence of ours. So the error may be logged and sent to a peer.
public enum CodecError: Error, Equatable, Sendable {
    /// `field` broke `rule`.
    case invalid(field: String, rule: String)

    /// The path of the field, empty for the whole document.
    public var field: String {
        switch self {
        case .invalid(let field, _): field
        }
    }

    /// The rule that was broken, in plain words.
    public var rule: String {
        switch self {
        case .invalid(_, let rule): rule
        }
    }
}
