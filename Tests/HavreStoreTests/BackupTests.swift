import FaultSupport
import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import HavreStore

/// Backups: what the recovery key makes of them, and what nobody else does.
@Suite struct BackupTests {
    /// A house with an area, a person who may open it, an attachment and a fact.
    private func furnished() throws -> (House, Area, Identifier, Key<Role.GateSlot>) {
        let house = try House()
        let area = try house.makeArea(rows: 3, pinned: 1)
        let (person, slotKey) = (Random.identifier(), Key<Role.GateSlot>())
        var file = try house.store.blobs.incomingBlob(Random.identifier())
        try file.write(Array("ciphertext".utf8))
        var change = try house.put(area, 3, "with a file")
        change.puts[0].blobs = [try file.finish()]
        change.gate = GateStep()
        change.gate?.slots = [person: slotKey]
        change.gate?.facts = ["policy": [1]]
        change.gate?.restricted = [Restriction(.freeze, area: .house, person: Random.identifier())]
        _ = try house.store.submit(change)
        _ = try house.store.submit(try house.put(.login, 0, "user"))
        return (house, area, person, slotKey)
    }

    @Test("A restored pair holds everything, under a new device key") func restoredPair() throws {
        let (house, area, person, slotKey) = try furnished()
        let files = try BackupFiles(house, "backup")
        let restored = try files.restore(house.places("r"), house.recovery.carried())
        #expect(restored.vault == house.store.vault && restored.erasures.isEmpty)
        let store = try Store.open(house.places("r"), journal: DummyJournal())
        defer { store.close() }
        #expect(store.state == .serving)
        #expect(try store.readWithBody(area, 2).body == Array("body 2".utf8))
        #expect(try store.fact("policy") == [1])
        #expect(store.restrictions.count == 1)
        #expect(try store.status().broughtForward == 0)
        #expect(try store.check().isGood)
        #expect(
            try Data(contentsOf: URL(filePath: house.path("r-gate/device.key")))
                != Data(contentsOf: URL(filePath: house.path("gate/device.key"))))
        store.closeGate(removingAuto: true)
        try store.openGate(person, slotKey: slotKey) { _ in true }
        #expect(try store.read(area, 0).payload == Array("row 0".utf8))
        // Commits wait for nothing afterwards, and the house that was backed up goes on.
        _ = try house.store.submit(try house.put(area, 0, "later"))
        #expect(try house.store.check().isGood)
    }

    @Test("Only the recovery key opens a backup, and not a byte of it can be changed")
    func recoveryKey() throws {
        let (house, _, _, _) = try furnished()
        let files = try BackupFiles(house, "backup")
        #expect(throws: StoreError.wrongKey) {
            try files.restore(house.places("x"), Key())
        }
        // The machine's own key has stepped on.
        let keys = try #require(house.store.memory.with { $0.keys })
        let today = try house.store.lead { leader throws(StoreError) in try leader.gate.chain(keys) }
        let gate = files.url(BackupName.gate)
        let good = Array(try Data(contentsOf: gate))
        func read(_ bytes: [UInt8], _ chain: StepLog.Chain) throws {
            var at = 0
            let next = { (count: Int) throws(StoreError) -> [UInt8] in
                defer { at = min(bytes.count, at + count) }
                return Array(bytes[at..<min(bytes.count, at + count)])
            }
            let header = try BackupFile.header(next: next)
            var file = try BackupFile(header, first: chain.key)
            try file.readRecords(next: next) { _ in }
        }
        #expect(throws: StoreError.wrongKey) { try read(good, today) }
        let first = StepLog.Chain(era: 0, first: house.recovery)
        try read(good, first)
        for offset in stride(from: 0, to: good.count, by: 61) {
            var bytes = good
            bytes[offset] ^= 1
            #expect(throws: StoreError.self, "byte \(offset)") { try read(bytes, first) }
        }
        for count in [0, 10, 44, good.count / 2, good.count - 1] {
            #expect(throws: StoreError.self) { try read(Array(good.prefix(count)), first) }
        }
        #expect(throws: StoreError.self) { try read(good + [0], first) }
    }

    @Test("A gate older than the vault is brought forward, a newer one is a roll-back")
    func gateOlder() throws {
        let (house, area, _, _) = try furnished()
        let old = try BackupFiles(house, "old")
        var change = try house.put(area, 0, "renewed")
        change.gate = GateStep()
        change.gate?.renewed = [area]
        _ = try house.store.submit(change)
        let erased = try house.makeArea(rows: 1)
        change = house.change()
        change.expects = [try house.expectation(erased)]
        change.gate = GateStep()
        change.gate?.erased = [erased]
        change.gate?.certificate = Array("certificate".utf8)
        _ = try house.store.submit(change)
        let new = try BackupFiles(house, "new")
        // Old gate, new vault and the logs of today.
        let mixed = try BackupFiles(new, "mixed", with: [BackupName.gate], of: old)
        let restored = try mixed.restore(house.places("m"), house.recovery)
        #expect(restored.erasures.map(\.certificate) == [Array("certificate".utf8)])
        #expect(restored.erasures.map(\.operation) == [change.operation])
        #expect(restored.erasures.map(\.areas) == [[erased]])
        let store = try Store.open(house.places("m"), journal: DummyJournal())
        #expect(try store.read(area, 0).payload == Array("renewed".utf8))
        #expect(try store.status().broughtForward == 3)
        #expect(try store.check().isGood)
        store.close()
        // New gate, old vault.
        let newer = try BackupFiles(new, "newer", with: [BackupName.vault], of: old)
        try newer.restore(house.places("n"), house.recovery)
        #expect(throws: StoreError.rolledBack) { try Store.open(house.places("n"), journal: DummyJournal()) }
    }

    @Test("Areas whose key no journal reaches are lost and named, and everything else is brought forward")
    func areasWhose() throws {
        let (house, area, _, _) = try furnished()
        let renewed = try house.makeArea(rows: 2)
        let old = try BackupFiles(house, "old")
        // A fact alone is lost as well; nobody opens anything with it.
        var change = try house.put(area, 0, "still there")
        change.gate = GateStep()
        change.gate?.facts = ["policy": [2]]
        _ = try house.store.submit(change)
        let made = try house.makeArea(rows: 2)
        _ = try house.store.submit(try house.put(made, 2, "more of what is lost"))
        var file = try house.store.blobs.incomingBlob(Random.identifier())
        try file.write(Array("ciphertext".utf8))
        change = try house.put(made, 0, "a file of what is lost")
        change.puts[0].blobs = [try file.finish()]
        _ = try house.store.submit(change)
        change = try house.put(renewed, 0, "renewed")
        change.gate = GateStep()
        change.gate?.renewed = [renewed]
        let renewal = try house.store.submit(change).entry
        _ = try house.store.submit(try house.put(area, 1, "last"))
        let size = try house.store.checkpoint().size
        let new = try BackupFiles(house, "new")
        let mixed = try BackupFiles(new, "mixed", with: [BackupName.gate, BackupName.journal], of: old)
        // As a gate it is a roll-back; only a restore passes over what is lost.
        let underWay = try mixed.begin(house.places("m"), house.recovery)
        let first = try underWay.open(journal: DummyJournal())
        #expect(Set(underWay.lost.map(\.area)) == [made, renewed])
        #expect(underWay.lost.contains(LostArea(area: renewed, entry: renewal)))
        #expect(try first.checkpoint().size == size)
        #expect(try first.area(made) == nil && first.area(renewed) == nil)
        #expect(try first.read(area, 0).payload == Array("still there".utf8))
        #expect(try first.read(area, 1).payload == Array("last".utf8))
        #expect(try first.fact("policy") == [1])
        #expect(try !first.check().isGood)
        try first.dropStrayBlobs()
        #expect(try first.check().isGood)
        first.close()
        try underWay.finish()
        let store = try Store.open(house.places("m"), journal: DummyJournal())
        #expect(try store.check().isGood)
        store.close()
        // With the journal of today nothing is lost.
        let whole = try BackupFiles(new, "whole", with: [BackupName.gate], of: old)
        let again = try whole.begin(house.places("w"), house.recovery)
        let second = try again.open(journal: DummyJournal())
        #expect(again.lost.isEmpty)
        #expect(try second.read(renewed, 0).payload == Array("renewed".utf8))
        #expect(try second.check().isGood)
        second.close()
    }

    @Test("A gate that lacks a secret is a roll-back at every start that is no restore")
    func gateLacks() throws {
        let house = try House()
        try house.makeArea(rows: 1)
        let gate = house.path("gate")
        house.close()
        try FileManager.default.copyItem(atPath: gate, toPath: gate + "-old")
        try house.reopen()
        try house.makeArea(rows: 1)
        house.close()
        try FileManager.default.removeItem(atPath: gate)
        try FileManager.default.moveItem(atPath: gate + "-old", toPath: gate)
        #expect(throws: StoreError.rolledBack) { try house.reopen() }
    }

    @Test("A backup taken while sixteen threads write is of one moment") func backupTaken() throws {
        let (house, area, _, _) = try furnished()
        let store = house.store
        let stop = Guarded(false)
        let taken = Guarded<BackupFiles?>(nil)
        let folder = house.folder.appending(path: "backup")
        inThreads(17) { thread in
            if thread == 0 {
                let files = try? BackupFiles(store, folder)
                taken.with { $0 = files }
                stop.with { $0 = true }
                return
            }
            while !stop.with({ $0 }) {
                var change = Change(
                    operation: Random.identifier(), entry: [], commitment: Hash.sha256([]), instant: 0)
                change.expects = [Expectation(area: area, generation: 1, sequence: nil)]
                change.puts = [RowPut(area: area, number: .appended, payload: [1], body: .sealed([2]))]
                _ = try? store.submit(change)
            }
        }
        try #require(taken.with { $0 }).restore(house.places("r"), house.recovery)
        let restored = try Store.open(house.places("r"), journal: DummyJournal())
        defer { restored.close() }
        #expect(try restored.status().broughtForward == 0)
        #expect(try restored.check().isGood)
    }

    @Test(
        "A backup is taken at once while cases are renewed and rows scrubbed without pause, and is of one moment"
    )
    func renewals() throws {
        let (house, area, _, _) = try furnished()
        let store = house.store
        // Some megabytes, so that there is time for a renewal in the middle.
        for n in UInt64(4)..<20 {
            var change = try house.put(area, n, "")
            change.puts[0].body = .sealed(Random.bytes(256 << 10))
            _ = try store.submit(change)
        }
        let stop = Guarded(false)
        let outcome = Guarded<(files: BackupFiles?, error: (any Error)?, renewals: Int)>((nil, nil, 0))
        let folder = house.folder.appending(path: "backup")
        inThreads(3) { thread in
            if thread == 0 {
                // From the middle of them to the middle of them.
                while outcome.with({ $0.renewals }) < 3 { usleep(1_000) }
                do {
                    let files = try BackupFiles(store, folder)
                    outcome.with { $0.files = files }
                } catch { outcome.with { $0.error = error } }
                stop.with { $0 = true }
                return
            }
            while !stop.with({ $0 }) {
                var change = Change(
                    operation: Random.identifier(), entry: [], commitment: Hash.sha256([]), instant: 0)
                change.expects = [try? store.area(area)?.expectation(of: area)].compactMap { $0 }
                change.puts = [RowPut(area: area, number: .at(UInt64(thread)), payload: [1])]
                if thread == 1 {
                    change.gate = GateStep()
                    change.gate?.renewed = [area]
                } else {
                    change.isScrubbed = true
                }
                if (try? store.submit(change))?.isScrubbed == true { outcome.with { $0.renewals += 1 } }
            }
        }
        #expect(outcome.with { $0.error } == nil)
        try #require(outcome.with { $0.files }).restore(house.places("r"), house.recovery)
        let restored = try Store.open(house.places("r"), journal: DummyJournal())
        defer { restored.close() }
        #expect(try restored.status().broughtForward == 0)
        // The journal goes on behind the moment; the era that a restore begins puts an end to it.
        #expect(try restored.check().problems.filter { $0.part != .journal } == [])
        #expect(try restored.body(area, 12).count == 256 << 10)
    }
}
