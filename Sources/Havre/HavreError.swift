/// What a caller of the library can be told. The names are those of the protocol; none carries contents.
public enum HavreError: Error, Sendable, Equatable {
    /// The disk is full. `decided` false: nothing was changed. True: the change stands, and the answer to it is lost.
    case storageFull(decided: Bool)
    /// The disk failed in the middle of a commit: the daemon stops, a restart tells what happened.
    case outcomeUnknown
    /// A fault of ours.
    case failed(String)
    /// The call makes no sense as a whole.
    case usage(String)
    /// One field breaks one rule.
    case invalid(field: String, rule: String)
    /// There is no session, or it has ended.
    case locked
    /// The case is not open in this session.
    case notOpen
    /// The passphrase (or the name) is wrong.
    case wrongPassphrase
    /// No supervisor has opened the house since the last panic or start.
    case gateClosed
    /// On the case, but without that right to that part.
    case notGranted
    /// A second person has to agree first.
    case needsApproval(String)
    /// Something stored is not what was stored.
    case tampered
    /// Something stored is older than what is known.
    case rolledBack
    /// Not there, or not yours: both read the same.
    case notFound
    /// No consent covers this disclosure.
    case consentMissing(String)
    /// The export would say who or where somebody is.
    case identified(String)
    /// Somebody else is changing the same thing.
    case busy
    /// Too many failed attempts: wait.
    case tooManyAttempts

    /// Name of the error after `org.havre.Vault.`.
    public var name: String {
        switch self {
        case .storageFull: "StorageFull"
        case .outcomeUnknown: "OutcomeUnknown"
        case .failed: "Internal"
        case .usage: "Usage"
        case .invalid: "Invalid"
        case .locked: "Locked"
        case .notOpen: "NotOpen"
        case .wrongPassphrase: "WrongPassphrase"
        case .gateClosed: "GateClosed"
        case .notGranted: "NotGranted"
        case .needsApproval: "NeedsApproval"
        case .tampered: "Tampered"
        case .rolledBack: "RolledBack"
        case .notFound: "NotFound"
        case .consentMissing: "ConsentMissing"
        case .identified: "Identified"
        case .busy: "Busy"
        case .tooManyAttempts: "TooManyAttempts"
        }
    }
}
