package import HavreCodec
package import HavreSecrets

/// The ledger, as the store needs it: makes the rows of a group and keeps the tree. The store knows no ledger; it
/// seals what the journal gives it, and calls one method at a time.
///
/// Errors: `.tampered` with the part that does not fit.
package protocol Journal: AnyObject, Sendable {
    /// Takes up the tree of a checkpoint that the gate remembers, from the stored tiles and the entries after the
    /// last whole tile. Called when the gate opens. Must refuse a tree whose size or root differs.
    /// - Parameter signer: the log's signing key.
    func resume(_ checkpoint: StoredCheckpoint, from rows: any JournalRows, signer: SigningKey)
        throws(StoreError)

    /// Makes the ledger rows of a group, whose entries follow the tree's size. What it answers becomes true with
    /// `accepted()` and is taken back by `rejected()`; exactly one of them follows.
    func extend(_ drafts: [JournalDraft]) throws(StoreError) -> JournalGroup

    /// The group stands.
    func accepted()

    /// The group does not stand.
    func rejected()

    /// Adds an entry that was decided before a crash and that the gate does not know yet.
    func replay(_ entry: StoredEntry) throws(StoreError)

    /// Size, root and signed text of the tree as it is.
    func checkpoint() -> StoredCheckpoint

    /// Computes the tree of a checkpoint from its entries and compares every entry, every tile and the root. Rests on
    /// its arguments alone: it is the one method that is called while others run.
    /// - Parameter problem: called with `.entry`, `.tile` or `.checkpoint` and the number of each one that differs.
    func audit(
        _ checkpoint: StoredCheckpoint, _ rows: any JournalRows, problem: (StorePart, UInt64) -> Void
    ) throws(StoreError)

    /// How many tiles are stored with a tree of this size.
    func tileCount(size: UInt64) -> UInt64

    /// The gate closes: forgets keys and tree.
    func forget()
}

/// What the journal may read back. Throws `.tampered` for what does not open, `.notFound` for what is not there.
package protocol JournalRows: Sendable {
    /// One entry.
    func entry(_ number: UInt64) throws(StoreError) -> StoredEntry
    /// One tile as it was last written, nil when it never was. `width` = hashes in it, 1...256.
    func tile(level: Int, number: UInt64) throws(StoreError) -> StoredTile?
    /// The tiles 0..<`end` of a level, in order: for whoever looks through all of them.
    /// - Throws: `.tampered(.tile)` when one is missing.
    func forEachTile(
        level: Int, below end: UInt64, _ body: (StoredTile) throws(StoreError) -> Void
    ) throws(StoreError)
}

extension JournalRows {
    package func forEachTile(
        level: Int, below end: UInt64, _ body: (StoredTile) throws(StoreError) -> Void
    ) throws(StoreError) {
        for number in 0..<end {
            guard let tile = try tile(level: level, number: number) else { throw .tampered(.tile) }
            try body(tile)
        }
    }
}

/// One change's part of a group.
package struct JournalDraft: Sendable {
    /// The number its entry gets.
    package let number: UInt64
    package let operation: Identifier
    /// `c`, the first part of the leaf.
    package let commitment: Digest
    /// The library's draft, from `Change.entry`.
    package let draft: [UInt8]
    /// The sealed mark; the leaf binds its SHA-256.
    package let mark: [UInt8]
}

/// The rows of one group and the tree after it.
package struct JournalGroup: Sendable {
    /// One sealed body for each draft, in order; the leaf binds its SHA-256.
    package var bodies: [[UInt8]]
    /// Tiles to write; one written before at the same place is replaced.
    package var tiles: [StoredTile]
    package var checkpoint: StoredCheckpoint

    package init(bodies: [[UInt8]], tiles: [StoredTile], checkpoint: StoredCheckpoint) {
        self.bodies = bodies
        self.tiles = tiles
        self.checkpoint = checkpoint
    }
}

/// A tile of hashes. Its place is in clear, its hashes are gate-sealed.
package struct StoredTile: Sendable, Equatable {
    /// 0...63.
    package let level: Int
    package let number: UInt64
    /// 1...256 hashes of 32 bytes each.
    package let hashes: [UInt8]

    package init(level: Int, number: UInt64, hashes: [UInt8]) {
        self.level = level
        self.number = number
        self.hashes = hashes
    }
}

/// One entry as stored, opened from its gate seal.
package struct StoredEntry: Sendable, Equatable {
    package let number: UInt64
    package let operation: Identifier
    /// `c`.
    package let commitment: Digest
    /// Sealed for the auditors.
    package let body: [UInt8]
    /// Sealed under g_mark.
    package let mark: [UInt8]
}

/// A size, its root and the signed text about both.
package struct StoredCheckpoint: Sendable, Equatable {
    package var size: UInt64
    /// RFC 6962 root hash; of the empty tree at size 0.
    package var root: Digest
    /// The C2SP text, at most 64 KiB; empty before the first entry.
    package var text: [UInt8]

    package init(size: UInt64, root: Digest, text: [UInt8]) {
        self.size = size
        self.root = root
        self.text = text
    }
}
