import FaultSupport
import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import HavreStore

/// What the files hold after something was overwritten.
@Suite struct ScrubTests {
    @Test("Nothing of what was overwritten is in any file when the answer comes")
    func nothingOverwritten() throws {
        let house = try House()
        let area = try house.makeArea(rows: 4)
        let tags = try #require(house.store.memory.with { $0.areas[area]?.state?.sealer }).tag
        let old = try (0..<4).map { n in
            try house.store.readers.with { reader throws(StoreError) in
                try database(.row) { () throws(SQLError) in try reader.rows.wrap(tags(UInt64(n))) }
            }
        }.compactMap { $0 }
        #expect(old.count == 4 && found(old, house) == 4)
        var change = try house.put(area, 0, "passphrase changed")
        change.isScrubbed = true
        #expect(try house.store.submit(change).isScrubbed)
        #expect(found([old[0]], house) == 0)
        change = house.change()
        change.expects = [try house.expectation(area)]
        change.gate = GateStep()
        change.gate?.renewed = [area]
        #expect(try house.store.submit(change).isScrubbed)
        #expect(found(old, house) == 0)
    }

    @Test(
        "Nothing of what was overwritten is in the copy of a backup that is under way when the answer comes")
    func copyUnderWay() throws {
        let house = try House()
        let area = try house.makeArea(rows: 20)
        let leader = house.store.leader
        let tag = try #require(house.store.memory.with { $0.areas[area]?.state?.sealer }).tag(0)
        let wrap = try database(.row) { () throws(SQLError) in try leader.vault.rows.wrap(tag) }
        let old = [try #require(wrap)]
        for n in UInt64(1)..<20 {
            _ = try house.store.submit(try house.put(area, n, "", body: .sealed(Random.bytes(256 << 10))))
        }
        let path = "vault/copy"
        _ = FileManager.default.createFile(atPath: house.path(path), contents: nil)
        let copy = try leader.vault.connection.copy(into: HavreStore.Connection(path: house.path(path)))
        leader.copies = [copy]
        // More than SQLite keeps in memory: the first pages lie in the file.
        for _ in 0..<16 { #expect(try !copy.step()) }
        #expect(found(old, house, in: [path]) == 1)
        var change = try house.put(area, 0, "passphrase changed")
        change.isScrubbed = true
        #expect(try house.store.submit(change).isScrubbed)
        #expect(found(old, house) == 0 && found(old, house, in: [path]) == 0)
        leader.copies = []
        copy.end()
    }

    private static let files = [
        "vault/vault.db", "vault/vault.db-wal", "gate/gate.db", "gate/gate.db-wal", "gate/gate.journal",
    ]

    /// How many of the wraps are found in any file of the two folders.
    private func found(_ wraps: [[UInt8]], _ house: House, in files: [String] = files) -> Int {
        let contents = files.compactMap { try? Data(contentsOf: URL(filePath: house.path($0))) }
        return wraps.filter { wrap in contents.contains { $0.range(of: Data(wrap[8..<40])) != nil } }.count
    }

    @Test("A reader outside delays the scrub, which is noted and done later") func readerOutside() throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        let outside = try HavreStore.Connection(path: house.path("vault/vault.db"))
        try outside.execute("BEGIN")
        _ = try outside.integerAnswer("SELECT count(*) FROM item")
        var change = try house.put(area, 0, "again")
        change.isScrubbed = true
        // Not waited for here: the busy time would be spent.
        try house.store.leader.vault.connection.execute("PRAGMA busy_timeout = 10")
        #expect(try !house.store.submit(change).isScrubbed)
        #expect(try house.store.status().hasRemnants)
        try outside.execute("COMMIT")
        _ = try house.store.submit(house.change())
        let end = Date().addingTimeInterval(60)
        while try house.store.status().hasRemnants, Date() < end { usleep(20_000) }
        #expect(try !house.store.status().hasRemnants)
    }
}
