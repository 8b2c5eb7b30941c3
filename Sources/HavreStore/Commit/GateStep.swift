package import HavreCodec
package import HavreSecrets

/// Something that bites at once and outlives a crash: a freeze or a removal under way, of a person in an area
/// (`Area.house`: everywhere).
package struct Restriction: Hashable, Sendable, Comparable {
    package enum Kind: UInt8, Sendable { case freeze = 1, removal = 2 }

    package let kind: Kind
    package let area: Area
    package let person: Identifier

    package init(_ kind: Kind, area: Area, person: Identifier) {
        self.kind = kind
        self.area = area
        self.person = person
    }

    package static func < (one: Restriction, other: Restriction) -> Bool {
        (one.kind.rawValue, one.area, one.person) < (other.kind.rawValue, other.area, other.person)
    }
}

/// What a change does to the gate besides heads and counts. Kept as *next* before the decision, made true after it.
package struct GateStep: Sendable {
    /// Areas that the change makes; the store draws their keys. Put their rows with numbers from 0.
    package var newAreas: [Area] = []
    /// Areas that get a new gate key: the store seals every row of them again, in the same commit.
    package var renewed: [Area] = []
    /// Areas that end: every row, their key and the files they name.
    package var erased: [Area] = []
    /// Restrictions that bite from before the decision on.
    package var restricted: [Restriction] = []
    /// Restrictions that end with the decision.
    package var lifted: [Restriction] = []
    /// Slots put aside, by person, from before the decision on; nil takes one back, with the decision.
    package var quarantine: [Identifier: [UInt8]?] = [:]
    /// Small secrets that live only in the gate, by a name of the library's; nil deletes.
    package var facts: [String: [UInt8]?] = [:]
    /// Keys that live only in the gate (a case's identifier guard), by a name of the library's; nil deletes.
    package var keys: [String: Key<Role.Guard>?] = [:]
    /// Who may open the closed gate, with the key that opens it; nil deletes, from before the decision on.
    package var slots: [Identifier: Key<Role.GateSlot>?] = [:]
    /// A signed certificate of erasure, appended to `erasures.log`.
    package var certificate: [UInt8]?
    /// Files of `blobs/` that no row names any more after this change.
    package var droppedBlobs: [Identifier] = []

    package init() {}

    /// The longest name of a fact or key in bytes.
    package static let nameByteCountMax = 200
    /// The longest fact, certificate or quarantined slot in bytes.
    package static let valueByteCountMax = 256 << 10
}
