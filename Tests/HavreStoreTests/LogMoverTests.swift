import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import HavreStore

/// Long write-ahead logs, moved into their files behind the commits.
@Suite struct LogMoverTests {
    private func big(_ area: Area, _ n: UInt64, _ house: House, isScrubbed: Bool = false) throws -> Change {
        var change = try house.put(area, n, "row", body: .sealed(Random.bytes(200_000)))
        change.isScrubbed = isScrubbed
        return change
    }

    @Test("A log that has become long begins anew without anybody's commit having moved it")
    func beginsAnew() throws {
        let house = try House()
        let area = try house.makeArea(rows: 0)
        for n in 0..<60 { _ = try house.store.submit(try big(area, UInt64(n), house)) }
        func length() -> Int { house.store.lead { $0.vault.connection.logFrameCount } }
        // The thread needs its turn; what it waits for in between is commits.
        let end = Date(timeIntervalSinceNow: 60)
        repeat {
            _ = try house.store.submit(house.change())
            if length() < LogMover.frameCountMin { break }
            Thread.sleep(forTimeInterval: 0.01)
        } while Date() < end
        #expect(length() < LogMover.frameCountMin)
        try house.restart()
        #expect(try house.store.read(area, 59).payload == Array("row".utf8))
        #expect(try house.store.check().problems.isEmpty)
    }

    @Test("What was added during the passes is moved while nobody commits, unless a reader needs older pages")
    func lastPass() throws {
        let folder = try privateFolder("havre-log")
        defer { try? FileManager.default.removeItem(at: folder) }
        func connection(_ name: String) throws -> HavreStore.Connection {
            let path = folder.appendingPathComponent(name).path
            if !FileManager.default.fileExists(atPath: path) {
                try #require(FileManager.default.createFile(atPath: path, contents: nil))
            }
            let connection = try HavreStore.Connection(path: path)
            try connection.configure()
            connection.watchLog()
            return connection
        }
        let (writer, reader) = (try connection("vault.db"), try connection("vault.db"))
        try writer.execute("CREATE TABLE row(body BLOB) STRICT")
        let mover = LogMover(vault: try connection("vault.db"), gate: try connection("gate.db"))
        let heldOff = Guarded(0)
        try mover.start { move in
            move()
            heldOff.with { $0 += 1 }
            heldOff.broadcast()
            return true
        }
        defer { mover.stop() }
        try writer.execute("INSERT INTO row VALUES (randomblob(2000000))")
        mover.wake()
        #expect(heldOff.when({ $0 >= 1 }, withinMilliseconds: 60_000) { _ in true } == true)
        try writer.execute("INSERT INTO row VALUES (randomblob(20000))")
        #expect(writer.logFrameCount < 10, "the log began anew")
        try reader.execute("BEGIN")
        _ = try reader.integerAnswer("SELECT count(*) FROM row")
        try writer.execute("INSERT INTO row VALUES (randomblob(2000000))")
        mover.wake()
        #expect(heldOff.when({ $0 >= 2 }, withinMilliseconds: 200) { _ in true } == nil)
        try reader.execute("COMMIT")
        mover.wake()
        #expect(heldOff.when({ $0 >= 2 }, withinMilliseconds: 60_000) { _ in true } == true)
    }

    @Test("Overwritten bytes are gone when the answer comes, also while the logs are being moved")
    func scrubbed() throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        for _ in 0..<40 {
            _ = try house.store.submit(try big(area, 0, house))
            #expect(try house.store.submit(try big(area, 0, house, isScrubbed: true)).isScrubbed)
        }
    }

    @Test("A store that is closed leaves no log behind, whatever was being moved")
    func closed() throws {
        let house = try House()
        let area = try house.makeArea(rows: 0)
        for n in 0..<30 { _ = try house.store.submit(try big(area, UInt64(n), house)) }
        house.close()
        for log in ["vault/vault.db-wal", "gate/gate.db-wal"] {
            let size = try? FileManager.default.attributesOfItem(atPath: house.path(log))[.size] as? Int
            #expect(size ?? 0 == 0)
        }
    }
}
