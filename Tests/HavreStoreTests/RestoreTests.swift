import FaultSupport
import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import HavreStore

/// Restores that end half-way, and what comes after one.
@Suite struct RestoreTests {
    private func names(_ path: String) -> [String] {
        ((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []).sorted()
    }

    @Test("What a restore has not finished opens nowhere, and the next one starts anew")
    func restoreFinished() throws {
        let house = try House()
        let area = try house.makeArea(rows: 2)
        let files = try BackupFiles(house, "backup")
        let places = house.places("r")
        do {
            let underWay = try files.begin(places, house.recovery)
            #expect(throws: StoreError.unfinished) { try Store.open(places, journal: DummyJournal()) }
            // Nobody else restores to the same folders at the same time.
            #expect(throws: StoreError.inUse) { try files.begin(places, house.recovery) }
            #expect(names(places.gate).contains("restoring"))
            _ = underWay.vault
        }
        // The process is gone: nothing was finished, and nothing is in the way, not even half a key file.
        let cut = URL(filePath: places.gate + "/.login.key.412.977431")
        try Data(count: 7).write(to: cut)
        #expect(throws: StoreError.unfinished) { try Store.open(places, journal: DummyJournal()) }
        // Another gate folder does not give anybody the vault folder.
        let other = StorePlaces(vault: places.vault, gate: house.path("other"))
        #expect(throws: StoreError.occupied(.vaultFolder)) { try files.begin(other, house.recovery) }
        #expect(!FileManager.default.fileExists(atPath: other.gate))
        try files.restore(places, house.recovery)
        let store = try Store.open(places, journal: DummyJournal())
        defer { store.close() }
        #expect(try store.read(area, 1).payload == Array("row 1".utf8))
        #expect(try store.check().isGood)
    }

    @Test("Nothing is restored onto what is there, and a refusal leaves nothing")
    func nothingRestored() throws {
        let house = try House()
        try house.makeArea(rows: 1)
        let files = try BackupFiles(house, "backup")
        let before = (names(house.places.vault), names(house.places.gate))
        #expect(throws: StoreError.occupied(.gateFolder)) { try files.begin(house.places, house.recovery) }
        #expect((names(house.places.vault), names(house.places.gate)) == before)
        let free = house.places("r")
        #expect(throws: StoreError.occupied(.vaultFolder)) {
            try files.begin(
                StorePlaces(vault: house.places.vault, gate: free.gate), house.recovery)
        }
        #expect(throws: StoreError.foreign(.gateFolder)) {
            try files.begin(StorePlaces(vault: free.vault, gate: free.vault), house.recovery)
        }
        #expect(throws: StoreError.wrongKey) { try files.begin(free, Key()) }
        // A device key that is not there is found when most is written: all of it goes again.
        #expect(throws: StoreError.notFound) {
            try files.begin(
                StorePlaces(vault: free.vault, gate: free.gate, deviceKey: house.path("medium")),
                house.recovery)
        }
        #expect(!FileManager.default.fileExists(atPath: free.vault))
        #expect(!FileManager.default.fileExists(atPath: free.gate))
        // An empty folder that was there stays.
        try FileManager.default.createDirectory(
            atPath: free.vault, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let underWay = try files.begin(free, house.recovery)
        underWay.abandon()
        #expect(names(free.vault).isEmpty && FileManager.default.fileExists(atPath: free.vault))
        #expect(!FileManager.default.fileExists(atPath: free.gate))
    }

    @Test("Folders inside each other are refused, and nothing of them is left")
    func nested() throws {
        let house = try House()
        try house.makeArea(rows: 1)
        let files = try BackupFiles(house, "backup")
        let manager = FileManager.default
        for isThere in [false, true] {
            for isGateInside in [false, true] {
                let outer = house.path("outer \(isThere) \(isGateInside)")
                if isThere {
                    try manager.createDirectory(
                        atPath: outer, withIntermediateDirectories: false,
                        attributes: [.posixPermissions: 0o700])
                }
                let places =
                    isGateInside
                    ? StorePlaces(vault: outer, gate: outer + "/inner")
                    : StorePlaces(vault: outer + "/inner", gate: outer)
                #expect(throws: StoreError.self) { try files.begin(places, house.recovery) }
                #expect(manager.fileExists(atPath: outer) == isThere)
                #expect(names(outer).isEmpty)
            }
        }
    }

    @Test("Each era has keys of its own: what was lost with the machine opens nothing later")
    func eachEra() throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        let files = try BackupFiles(house, "backup")
        let underWay = try files.begin(house.places("r"), house.recovery)
        let old = try underWay.open(journal: DummyJournal())
        let (oldLog, oldHost) = (house.store.memory.with { $0.keys?.log }, try house.store.hostKey())
        let first = house.recovery
        let begun = try old.beginEra(first: { BackupFiles.later(first, $0) }) { _, checkpoint, _ in
            checkpoint.text
        }
        try underWay.finish()
        #expect(begun.era == 1)
        #expect(begun.log != oldLog?.publicKey && begun.host != oldHost.publicKey)
        let store = try Store.open(house.places("r"), journal: DummyJournal())
        defer { store.close() }
        #expect(try store.era() == 1)
        #expect(try store.hostKey().publicKey == begun.host)
        // Lines of both eras lie in one log, in order.
        var change = house.change()
        change.expects = [try #require(try store.area(area)).expectation(of: area)]
        change.gate = GateStep()
        change.gate?.facts = ["era": [1]]
        _ = try store.submit(change)
        #expect(try store.check().isGood)
        let later = try BackupFiles(store, house.folder.appending(path: "later"))
        // The lost machine's chain, from its first step on, opens none of it.
        let stolen = house.recovery
        #expect(throws: StoreError.wrongKey) {
            try Store.restore(
                from: BackupPlaces(vault: later.folder.path, gate: later.folder.path),
                to: house.places("x"), first: { _ in stolen })
        }
        try later.restore(house.places("y"), house.recovery)
        let again = try Store.open(house.places("y"), journal: DummyJournal())
        defer { again.close() }
        #expect(try again.era() == 1)
        #expect(try again.fact("era") == [1])
    }

    @Test("A record of another backup of the same step is found out") func recordAnother() throws {
        let chain = StepLog.Chain(era: 0, first: Key())
        let vault = Random.identifier()
        func backup(_ text: String) -> (header: [UInt8], records: [[UInt8]]) {
            var file = BackupFile(vault: vault, chain: chain, bearer: [])
            let records = [file.record(.cell, Array(text.utf8)), file.record(.cell, [2]), file.end()]
            return (file.headerBytes, records)
        }
        func read(_ bytes: [UInt8]) throws -> [[UInt8]] {
            var at = 0
            let next = { (count: Int) throws(StoreError) -> [UInt8] in
                defer { at = min(bytes.count, at + count) }
                return Array(bytes[at..<min(bytes.count, at + count)])
            }
            var file = try BackupFile(try BackupFile.header(next: next), first: chain.key)
            var found: [[UInt8]] = []
            try file.readRecords(next: next) { found.append($0.data) }
            return found
        }
        let (one, two) = (backup("one"), backup("two"))
        #expect(try read(one.header + one.records.joined()) == [Array("one".utf8), [2]])
        #expect(throws: StoreError.tampered(.backup)) {
            try read(one.header + one.records[0] + two.records[1] + one.records[2])
        }
        #expect(throws: StoreError.wrongKey) { try read(one.header + two.records.joined()) }
    }

    @Test("Erased areas and rows are named in the log of erasures") func erasedAreas() throws {
        let erasure = LoggedErasure(
            operation: Random.identifier(), areas: [Area(Random.identifier())],
            rows: [RowPlace(Area(Random.identifier()), 7)], certificate: [1, 2])
        #expect(try LoggedErasure(decoding: erasure.encoded) == erasure)
        for count in 0..<(erasure.encoded.count - 2) {
            #expect(throws: StoreError.tampered(.erasures)) {
                try LoggedErasure(decoding: Array(erasure.encoded.prefix(count)))
            }
        }
    }
}
