public import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// Somebody unlocked: her keys, her ring, the cases she has open. Ends by `lock` or panic.
public final class Session: Sendable {
    let person: Person
    /// Where her mail and her keys lie.
    let ring: Area
    /// What the directory says she is.
    public let role: StaffRole
    let opened: Guarded<Opened>
    /// Held while rows of the ring are read for `opened`.
    let reading = Guarded<Void>(())
    /// Held while boxes are opened: who finds none waiting knows that all of them lie in the ring.
    let receiving = Guarded<Void>(())

    /// Her name, as the directory shows it.
    public var name: String { person.name.shown }
    /// The role, as statements and messages write it.
    public var roleName: String { role.rawValue }

    /// What changes while a session lives.
    struct Opened {
        /// Row of each area in her ring, with the tag of its name.
        var ring: [Identifier: RingRow] = [:]
        /// Rows of the ring seen so far.
        var ringCount: UInt64 = 0
        /// Boxes that wait to be opened.
        var mail: [UInt64] = []
        /// Boxes that failed: set aside, shown as an alarm.
        var refused: [UInt64] = []
        /// Cases that are open, by id.
        var cases: [Identifier: OpenCase] = [:]
        /// Cases whose secrets were renewed while they were open: they open again with the next act.
        var reopening: [Identifier: (purpose: String, until: Int64)] = [:]
        /// Secrets of areas of the house, with the digest of the row of the ring that they were opened from.
        var house: [Identifier: (digest: Digest, secrets: AreaSecrets)] = [:]
        var ended = false
    }

    struct RingRow {
        let row: UInt64
        let nameTag: Identifier
    }

    init(person: Person, ring: Area, role: StaffRole) {
        self.person = person
        self.ring = ring
        self.role = role
        opened = Guarded(Opened())
    }

    /// Forgets every case and every row; keys are wiped with their last reference.
    func end() {
        opened.with { state in
            state.ended = true
            state.cases = [:]
            state.reopening = [:]
            state.ring = [:]
            state.house = [:]
        }
    }
}

/// One case that a session has open: its secrets, until when.
final class OpenCase: Sendable {
    let file: CaseFile
    let secrets: AreaSecrets
    let purpose: String
    /// Boot clock seconds.
    let until: Int64
    /// The row of the ring as it was opened last, with its digest: every write signs with the key that lies there.
    let ringKey = Guarded<(digest: Digest, key: RingKey)?>(nil)
    /// The case's guard, once something was written; its key never changes.
    let identifierGuard = Guarded<IdentifierGuard?>(nil)
    /// Head of the chain whose newest secrets `secrets` were found to be.
    let checkedHead = Guarded<Digest?>(nil)

    init(file: CaseFile, secrets: AreaSecrets, purpose: String, until: Int64) {
        self.file = file
        self.secrets = secrets
        self.purpose = purpose
        self.until = until
    }
}
