import HavreCodec
import HavreSecrets
import HavreSystem

// The ledger's rows as they are read back.
extension Store {
    /// Size, root and text of the ledger as it is on disk.
    package func checkpoint() throws(StoreError) -> StoredCheckpoint {
        try memory.with { memory throws(StoreError) in
            _ = try memory.openKeys()
            return memory.checkpoint
        }
    }

    /// One entry, opened from its gate seal.
    /// - Throws: `.notFound` beyond the size, `.tampered`.
    package func entry(_ number: UInt64) throws(StoreError) -> StoredEntry {
        let (keys, size) = try memory.with { memory throws(StoreError) in
            (try memory.openKeys(), memory.checkpoint.size)
        }
        guard number < size else { throw .notFound }
        return try LedgerRows(readers: readers, seal: LedgerSeal(keys: keys)).entry(number)
    }

    /// The wall clock of the change that an entry belongs to, UTC seconds, from its mark alone.
    /// - Throws: `.notFound` beyond the size, `.tampered`.
    package func instant(ofEntry number: UInt64) throws(StoreError) -> Int64 {
        let (keys, size) = try memory.with { memory throws(StoreError) in
            (try memory.openKeys(), memory.checkpoint.size)
        }
        guard number < size else { throw .notFound }
        return try LedgerRows(readers: readers, seal: LedgerSeal(keys: keys)).mark(number).instant
    }

    /// The latest of these.
    package func latestInstant(ofEntries numbers: Range<UInt64>) throws(StoreError) -> Int64 {
        var latest = Int64.min
        for number in numbers { latest = max(latest, try instant(ofEntry: number)) }
        return latest
    }

    /// One tile, opened; nil when none was written at that place.
    package func tile(level: Int, number: UInt64) throws(StoreError) -> StoredTile? {
        let keys = try memory.with { memory throws(StoreError) in try memory.openKeys() }
        return try LedgerRows(readers: readers, seal: LedgerSeal(keys: keys)).tile(
            level: level, number: number)
    }
}

extension Store {
    /// The tiles 0..<`end` of a level, in order, in reads of at most 1,000 rows or 5 ms.
    /// - Throws: `.tampered(.tile)` when one is missing.
    package func forEachTile(
        level: Int, below end: UInt64, _ body: (StoredTile) throws(StoreError) -> Void
    ) throws(StoreError) {
        let seal = LedgerSeal(keys: try memory.with { memory throws(StoreError) in try memory.openKeys() })
        try inMoments(end) { reader, number throws(StoreError) in
            // A panic ends it at the next tile.
            _ = try memory.with { memory throws(StoreError) in try memory.openKeys() }
            let sealed = try database(.tile) { () throws(SQLError) in
                try reader.tile(level: level, number: number)
            }
            guard let sealed else { throw .tampered(.tile) }
            try body(try seal.open(sealed, level: level, number: number))
        }
    }
}

/// Entries and tiles as the journal reads them back.
struct LedgerRows: JournalRows {
    let readers: ReaderPool
    let seal: LedgerSeal

    func entry(_ number: UInt64) throws(StoreError) -> StoredEntry {
        try full(number).entry
    }

    /// The entry with its mark and the root before its group.
    func full(_ number: UInt64) throws(StoreError) -> (entry: StoredEntry, mark: Mark, root: Digest) {
        let columns = try readers.with { reader throws(StoreError) in
            try database(.entry) { () throws(SQLError) in try reader.entry(number) }
        }
        // Its number lies below the size, so that a missing one was removed.
        guard let columns else { throw .tampered(.entry) }
        return try seal.open(columns, number: number)
    }

    /// What stands beside the entry.
    func mark(_ number: UInt64) throws(StoreError) -> Mark {
        let column = try readers.with { reader throws(StoreError) in
            try database(.entry) { () throws(SQLError) in try reader.mark(number) }
        }
        guard let column else { throw .tampered(.entry) }
        return try seal.open(mark: column, number: number).mark
    }

    func tile(level: Int, number: UInt64) throws(StoreError) -> StoredTile? {
        let sealed = try readers.with { reader throws(StoreError) in
            try database(.tile) { () throws(SQLError) in try reader.tile(level: level, number: number) }
        }
        guard let sealed else { return nil }
        return try seal.open(sealed, level: level, number: number)
    }
}
