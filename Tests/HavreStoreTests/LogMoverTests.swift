import Foundation
import HavreCodec
import HavreSecrets
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
