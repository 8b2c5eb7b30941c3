import HavreStore

/// The stored ledger as proofs and audits read it.
struct StoredLedger: JournalRows {
    let store: Store

    func entry(_ number: UInt64) throws(StoreError) -> StoredEntry { try store.entry(number) }
    func tile(level: Int, number: UInt64) throws(StoreError) -> StoredTile? {
        try store.tile(level: level, number: number)
    }
    func forEachTile(
        level: Int, below end: UInt64, _ body: (StoredTile) throws(StoreError) -> Void
    ) throws(StoreError) {
        try store.forEachTile(level: level, below: end, body)
    }
}
