package import HavreCodec

/// One act on the store: all of it happens, with its entry in the ledger, or nothing does.
///
/// Built outside every lock from what was read, and refused as `stale` when that has changed meanwhile.
package struct Change: Sendable {
    /// Random; names the act in the ledger, in the gate and in its logs.
    package var operation: Identifier
    /// The draft of the ledger's entry, for the `Journal`; opaque here.
    package var entry: [UInt8]
    /// The entry's commitment `c`: salted hash of what was written, or random.
    package var commitment: Digest
    /// Wall clock of the act, UTC seconds; the gate keeps the highest it has seen.
    package var instant: Int64
    /// Rows to write.
    package var puts: [RowPut] = []
    /// Rows to empty.
    package var tombstones: [RowPlace] = []
    /// Every area that the change touches or rests on. New areas are not named.
    package var expects: [Expectation] = []
    /// What the change does to the gate.
    package var gate: GateStep?
    /// Whether the bytes that are overwritten must be gone from both files before the answer (a changed
    /// passphrase). Renewals, erasures and tombstones imply it.
    package var isScrubbed = false

    package init(operation: Identifier, entry: [UInt8], commitment: Digest, instant: Int64) {
        self.operation = operation
        self.entry = entry
        self.commitment = commitment
        self.instant = instant
    }

    /// The most rows of one change.
    package static let rowCountMax = 4_096
    /// The most areas, restrictions or keys of one change: its mark has to fit one padded size.
    package static let areaCountMax = 1_000
    /// The largest draft in bytes: what names 20,000 records that were read at once, and still fits a padded size when
    /// it is sealed for the gate.
    package static let entryByteCountMax = 800 << 10

    /// Whether the change only writes its entry: one flush, and the gate follows within a second.
    var isEntryOnly: Bool { puts.isEmpty && tombstones.isEmpty && gate == nil }
}

/// What the store answers to a change that stands.
package struct Receipt: Sendable, Equatable {
    /// The number of the change's entry in the ledger.
    package let entry: UInt64
    /// The state of every area that was touched, after the change. Erased areas are missing.
    package let areas: [Area: AreaStatus]
    /// The numbers of the rows that were put, in the order of `puts`.
    package let rows: [UInt64]
    /// False when the overwritten bytes could not be removed from the files yet, because another program reads
    /// them; the chore is kept and tried again.
    package let isScrubbed: Bool
}
