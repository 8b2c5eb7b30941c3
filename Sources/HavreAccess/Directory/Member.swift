package import HavreCodec
import HavreSecrets

/// One person of the directory, as its links say.
package struct Member: Sendable, Equatable {
    package let person: Identifier
    package let name: StaffName
    package let role: StaffRole
    package let invitedBy: Identifier
    package internal(set) var state: State
    /// Her own keys, from her entry on.
    package internal(set) var keys: PublicKeys?
    package internal(set) var shadow: PublicKeys?
    /// Digest of the entry; the six words are spelt from it.
    package internal(set) var entry: Digest?
    /// Supervisors who vouched: 1 for cases with t = 1, 2 to count as a second person.
    package internal(set) var signatures: Int
    /// Number of the link that made her active, and of the one that ended it.
    package internal(set) var activeFrom: UInt64?
    package internal(set) var activeUntil: UInt64?
    /// Whom she replaces: the same human with new keys after a lost passphrase.
    package internal(set) var resets: Identifier?

    package enum State: Sendable, Equatable {
        case invited(Code)
        case unconfirmed
        case active
        /// Replaced or gone; the name is free again.
        case ended
    }

    /// What an invitation binds.
    package struct Code: Sendable, Equatable {
        package let keys: PublicKeys
        package let expires: Instant
        package let resets: Identifier?
    }

    package var isGone: Bool { state == .ended }
}

/// Somebody outside who may receive evidence.
package struct Contact: Sendable, Equatable {
    package let contact: Identifier
    package let details: JSON
    /// Digest of the statement: consent and export name this very version.
    package let statement: Digest
    package let addedBy: Identifier
    package internal(set) var confirmedBy: Identifier?
    package internal(set) var isRetired: Bool
}
