import HavreAccess
import HavreCodec
import Testing

@testable import Havre
@testable import HavreStore

/// What is read before somebody can work, however much there is.
@Suite struct StartTests {
    /// Rows and pages that SQLite has read.
    struct Reads: Equatable {
        var rows = 0
        var pages = 0

        static func - (left: Reads, right: Reads) -> Reads {
            Reads(rows: left.rows - right.rows, pages: left.pages - right.pages)
        }
    }

    /// Everything that a store's connections have read since it was opened.
    func reads(_ store: Store) throws -> Reads {
        var connections = [store.leader.vault.connection, store.leader.gate.connection]
        connections.append(store.gateReader.with { $0.file.connection })
        func borrow(_ left: Int) throws {
            guard left > 0 else { return }
            try store.readers.with { reader throws(StoreError) in
                connections.append(reader.connection)
                do { try borrow(left - 1) } catch { throw .busy }
            }
        }
        try borrow(Store.readerCount)
        return connections.reduce(into: Reads()) { sum, connection in
            sum.rows += connection.rowCount
            sum.pages += connection.pageCount
        }
    }

    /// What a start reads, and an unlock behind it of Louis, who has no case, and of Amina, who has all of them.
    private struct Morning {
        let start: Reads
        let louis: Reads
        let amina: Reads
        /// Rows of Amina's ring.
        let ringCount: Int
    }

    /// The house after a start. The gate, which follows entries within the second, does not follow them here: what it
    /// reads would be counted in one house with this and in the other with that.
    private func reopened(_ house: TestHouse) throws -> Store {
        for _ in 0..<20 {
            try house.reopen()
            let store = house.vault.store
            store.follower.stop()
            // On a slow machine it may have been faster.
            if store.lead({ $0.lag.checkpoint }) { return store }
        }
        throw HavreError.busy
    }

    private func morning(caseCount: Int, recordCount: Int, entryCount: UInt64) throws -> Morning {
        // The time stands still: an unlock in a second of its own begins a pulse, and reads for whom it is sealed.
        let house = try TestHouse(clock: TestClock().clock, inMemory: true)
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        _ = try house.hire("Louis", "legal", by: sylvie)
        for _ in 0..<caseCount {
            let code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
            _ = try house.vault.open(case: code, purpose: "visit", amina)
            for _ in 0..<recordCount {
                _ = try house.vault.add(case: code, form: "note", fields: ["summary": "Called."], amina)
            }
        }
        // A start makes the unfinished page of the ledger anew: the same length of it in each house.
        try #require(house.vault.logSize < entryCount)
        while house.vault.logSize < entryCount { try house.vault.log(house.vault.event("fetch", amina)) }
        let store = try reopened(house)
        let start = try reads(store)
        var before = start
        _ = try house.unlock("Louis")
        let louis = try reads(store) - before
        before = try reads(store)
        let again = try house.unlock("Amina")
        let ringCount = Int(try house.vault.count(again.ring))
        return Morning(start: start, louis: louis, amina: try reads(store) - before, ringCount: ringCount)
    }

    @Test("A start and an unlock read as many rows in a house ten times as large, but for one's own ring")
    func sameRows() throws {
        let small = try morning(caseCount: 4, recordCount: 5, entryCount: 256 + 20)
        let large = try morning(caseCount: 40, recordCount: 5, entryCount: 512 + 20)
        #expect(large.start.rows == small.start.rows)
        #expect(large.louis.rows == small.louis.rows)
        #expect(large.ringCount >= small.ringCount + 36)
        #expect(large.amina.rows <= small.amina.rows + large.ringCount - small.ringCount)
        // Nor are tables read whole to give one row: what is more are the levels of larger trees.
        #expect(large.start.pages <= small.start.pages + 20)
        #expect(large.louis.pages <= small.louis.pages + 20)
    }
}
