package import HavreCodec

/// A numbered list of rows under one key of the gate: a case, a person's ring, the house.
package struct Area: Hashable, Sendable, Comparable {
    /// 16 bytes; random for cases and rings.
    package let id: Identifier

    /// Any area but the two well-known ones has a random name.
    package init(_ id: Identifier) { self.id = id }

    /// The users' rows. Their keys come from `login.key`, so they can be read while the gate is closed.
    package static let login = Area(spelling: "havre area login")
    /// Rows that belong to nobody in particular.
    package static let house = Area(spelling: "havre area house")

    private init(spelling: StaticString) {
        let bytes = Array(spelling.description.utf8)
        do { id = try Identifier(bytes: bytes) } catch { preconditionFailure("an area's name has 16 bytes") }
    }

    package static func < (one: Area, other: Area) -> Bool { one.id < other.id }
}

/// What is known of an area without looking at its rows.
package struct AreaStatus: Sendable, Equatable {
    /// How many rows there are, emptied ones included; their numbers are 0..<count.
    package let count: UInt64
    /// Counts the changes of the area since it was made.
    package let sequence: UInt64
    /// Counts the renewals of its gate key, from 1.
    package let generation: UInt64

    /// What a change that touches or rests on the area, as it is now, expects.
    package func expectation(of area: Area) -> Expectation {
        Expectation(area: area, generation: generation, sequence: sequence)
    }
}

/// The state of an area that a change was built on.
package struct Expectation: Sendable, Equatable {
    /// The area.
    package let area: Area
    /// Its gate generation.
    package let generation: UInt64
    /// Its sequence; nil when any will do: for an area of which the change only appends rows, or on whose keys
    /// alone it rests.
    package let sequence: UInt64?

    package init(area: Area, generation: UInt64, sequence: UInt64?) {
        self.area = area
        self.generation = generation
        self.sequence = sequence
    }
}

/// One row's place.
package struct RowPlace: Hashable, Sendable {
    package let area: Area
    /// The row's number in its area, from 0.
    package let n: UInt64

    package init(_ area: Area, _ n: UInt64) {
        self.area = area
        self.n = n
    }
}
