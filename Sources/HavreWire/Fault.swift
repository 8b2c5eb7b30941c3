package import HavreCodec

/// The named errors of `org.havre.Vault` and what they are for a script (DESIGN 7). No error carries contents.
package enum Fault: String, CaseIterable, Sendable {
    case storageFull = "StorageFull"
    case outcomeUnknown = "OutcomeUnknown"
    case `internal` = "Internal"
    case usage = "Usage"
    case invalid = "Invalid"
    case locked = "Locked"
    case notOpen = "NotOpen"
    case wrongPassphrase = "WrongPassphrase"
    case gateClosed = "GateClosed"
    case notGranted = "NotGranted"
    case needsApproval = "NeedsApproval"
    case tampered = "Tampered"
    case rolledBack = "RolledBack"
    case notFound = "NotFound"
    case consentMissing = "ConsentMissing"
    case identified = "Identified"
    case unreachable = "Unreachable"
    case wrongServer = "WrongServer"
    case busy = "Busy"
    case tooManyAttempts = "TooManyAttempts"

    /// The name on the wire, for example `org.havre.Vault.NotGranted`.
    package var wireName: String { Protocol.vault + "." + rawValue }

    /// The error of that name on the wire; nil for another.
    package init?(wireName: String) {
        let prefix = Protocol.vault + "."
        guard wireName.hasPrefix(prefix) else { return nil }
        self.init(rawValue: String(wireName.dropFirst(prefix.count)))
    }

    /// The exit status of the command that met it.
    package var exitStatus: Int32 {
        switch self {
        case .storageFull, .outcomeUnknown, .internal: 1
        case .usage, .invalid: 2
        case .locked, .notOpen, .wrongPassphrase, .gateClosed: 3
        case .notGranted, .needsApproval: 4
        case .tampered, .rolledBack: 5
        case .notFound: 6
        case .consentMissing, .identified: 7
        case .unreachable, .wrongServer: 8
        case .busy, .tooManyAttempts: 9
        }
    }

    /// The answer that says so.
    package func reply(_ parameters: JSON = .object([:])) -> Reply { Reply(error: wireName, parameters) }

    /// The answer to a parameter that breaks a rule. The rule is one of ours, the field one of the interface's.
    package static func invalid(_ error: CodecError) -> Reply {
        Fault.invalid.reply(["field": .string(error.field), "rule": .string(error.rule)])
    }
}
