public import HavreCodec

/// A value that would leave and must not: where it stands, never what it says.
public struct Spot: Sendable, Hashable {
    /// Nil, like the rest, for what stands side by side on the page and cannot be traced to one value.
    public let record: Identifier?
    /// The id of the record's form.
    public let form: String?
    /// `text`, `documents.number`.
    public let field: String?
    /// The sentence or row, from 0.
    public let n: Int?

    /// The value as `--withhold` names it.
    public var name: String {
        guard let record, let field else { return "what stands side by side on the page" }
        return record.hex + ":" + field + (n.map { ":\($0)" } ?? "")
    }
}

/// What the identifier guard found in something that was to leave.
public struct Leak: Sendable, Equatable {
    /// What would be told, of all spots together: which of them tells what would answer guesses.
    public enum Kind: String, Sendable, CaseIterable {
        /// Names somebody, or says something that only one person has.
        case person = "says who somebody is"
        /// Only what she asked for when she consented.
        case wish = "tells what the person asked to keep back"
        /// What takes a second person whatever the profile.
        case protected = "says where somebody is, who testifies or a protected name"
    }

    /// What would be told.
    public let kind: Kind
    /// The first of them, by their names.
    public let spots: [Spot]
    /// How many more there are.
    public let more: Int

    /// All of it in a sentence.
    public var words: String {
        "\(kind.rawValue): withhold " + spots.map(\.name).joined(separator: ", ")
            + (more > 0 ? " and \(more) more" : "")
    }
}

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
    /// A second person has to agree first: to an act, for a reason in words, or to what an export would tell.
    case needsApproval(String, of: Leak? = nil)
    /// Something stored is not what was stored.
    case tampered
    /// Something stored is older than what is known.
    case rolledBack
    /// Not there, or not yours: both read the same.
    case notFound
    /// No consent covers this disclosure.
    case consentMissing(String)
    /// The export would say who or where somebody is.
    case identified(Leak)
    /// Somebody else is changing the same thing.
    case busy
    /// Too many failed attempts: wait so many seconds, at least 1.
    case tooManyAttempts(waitSeconds: Int64)

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
