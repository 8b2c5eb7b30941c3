import HavreCodec
import HavreLedger
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre
@testable import HavreStore

/// A ledger in memory, as the store keeps it.
private final class MemoryLedger: JournalRows {
    private struct State {
        var entries: [StoredEntry] = []
        var tiles: [[Int]: StoredTile] = [:]
    }

    private let state = Guarded(State())

    var count: Int { state.with { $0.entries.count } }

    func entry(_ number: UInt64) throws(StoreError) -> StoredEntry {
        let entries = state.with { $0.entries }
        guard number < entries.count else { throw .notFound }
        return entries[Int(number)]
    }

    func tile(level: Int, number: UInt64) throws(StoreError) -> StoredTile? {
        state.with { $0.tiles[[level, Int(number)]] }
    }

    func put(_ tile: StoredTile) { state.with { $0.tiles[[tile.level, Int(tile.number)]] = tile } }

    /// Writes so many entries in one group.
    func write(_ count: Int, _ journal: LedgerJournal) throws -> StoredCheckpoint {
        let first = self.count
        let drafts = (first..<first + count).map { number in
            JournalDraft(
                number: UInt64(number), operation: Random.identifier(), commitment: Hash.sha256([1]),
                draft: Random.bytes(8), mark: [2])
        }
        let group = try journal.extend(drafts)
        state.with { state in
            for (draft, body) in zip(drafts, group.bodies) {
                state.entries.append(
                    StoredEntry(
                        number: draft.number, operation: draft.operation, commitment: draft.commitment,
                        body: body, mark: draft.mark))
            }
            for tile in group.tiles { state.tiles[[tile.level, Int(tile.number)]] = tile }
        }
        journal.accepted()
        return journal.checkpoint()
    }

    func problems(_ checkpoint: StoredCheckpoint, _ journal: LedgerJournal) throws -> [String] {
        var found: [String] = []
        try journal.audit(checkpoint, self) { found.append("\($0.rawValue) \($1)") }
        return found
    }
}

@Suite struct AuditWhileWritingTests {
    @Test("A ledger that grows while it is compared is right, and what is wrong in it is found all the same")
    func growing() throws {
        let rows = MemoryLedger()
        let journal = LedgerJournal()
        journal.found(origin: "havre/test/0")
        try journal.resume(
            StoredCheckpoint(size: 0, root: Merkle.empty, text: []), from: rows, signer: SigningKey())
        let early = try rows.write(300, journal)
        #expect(try rows.problems(early, journal) == [])
        // Two more tiles of leaves are full by the time the tile above them is compared.
        let late = try rows.write(600, journal)
        #expect(try rows.problems(early, journal) == [] && rows.problems(late, journal) == [])

        let above = try #require(try rows.tile(level: 1, number: 0))
        #expect(above.hashes.count == 3 * 32)
        for place in 0..<3 {
            var hashes = above.hashes
            hashes[32 * place] ^= 1
            rows.put(StoredTile(level: 1, number: 0, hashes: hashes))
            #expect(try rows.problems(early, journal) == ["tile 0"], "\(place)")
        }
        rows.put(StoredTile(level: 1, number: 0, hashes: above.hashes + above.hashes.prefix(32)))
        #expect(try rows.problems(late, journal) == ["tile 0"])
        rows.put(StoredTile(level: 1, number: 0, hashes: Array(above.hashes.prefix(64))))
        #expect(try rows.problems(late, journal) == ["tile 0"])
    }
}
