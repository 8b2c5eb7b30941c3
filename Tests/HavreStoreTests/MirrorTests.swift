import FaultSupport
import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import HavreStore

/// The gate's second copy: what is in it when an answer comes, and what happens when it cannot be written.
@Suite struct MirrorTests {
    private let files = FileManager.default

    private func names(_ path: String) -> [String] {
        ((try? files.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    private func makeFolder(_ path: String) throws {
        try files.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    /// What is left when the gate is lost at this very moment: the vault, and the mirror in the gate's place.
    private func withoutGate(_ house: House, _ name: String) throws -> StorePlaces {
        let places = house.places(name)
        try files.copyItem(atPath: house.places.vault, toPath: places.vault)
        try files.copyItem(atPath: try #require(house.places.mirror), toPath: places.gate)
        return places
    }

    /// A supervisor with a slot, and an area.
    private func furnished() throws -> (House, Area, Identifier, Key<Role.GateSlot>) {
        let house = try House(hasMirror: true)
        let area = try house.makeArea(rows: 3)
        let (person, slotKey) = (Random.identifier(), Key<Role.GateSlot>())
        var change = try house.put(area, 0, "first")
        change.gate = GateStep()
        change.gate?.slots = [person: slotKey]
        change.gate?.facts = ["policy": [1]]
        _ = try house.store.submit(change)
        return (house, area, person, slotKey)
    }

    @Test("A lost gate is replaced by its mirror, and everything acknowledged is there")
    func lostGate() throws {
        let (house, area, person, slotKey) = try furnished()
        #expect(try house.store.status().mirror == .whole)
        var change = try house.put(area, 1, "renewed")
        change.gate = GateStep()
        change.gate?.renewed = [area]
        change.gate?.restricted = [Restriction(.freeze, area: .house, person: Random.identifier())]
        _ = try house.store.submit(change)
        let made = try house.makeArea(rows: 1)
        _ = try house.store.submit(try house.put(made, 0, "last"))
        // While it runs: nothing was flushed or closed for our sake.
        let places = try withoutGate(house, "lost")
        let gateStore = try Store.open(places, journal: DummyJournal())
        defer { gateStore.close() }
        #expect(gateStore.state == .closed)
        #expect(throws: StoreError.wrongKey) { try gateStore.openGate(person, slotKey: Key()) { _ in true } }
        try gateStore.openGate(person, slotKey: slotKey) { _ in true }
        #expect(try gateStore.status().broughtForward == 0)
        #expect(try gateStore.read(area, 1).payload == Array("renewed".utf8))
        #expect(try gateStore.read(made, 0).payload == Array("last".utf8))
        #expect(try gateStore.fact("policy") == [1])
        #expect(gateStore.restrictions.count == 1)
        #expect(try gateStore.check().isGood)
    }

    @Test(
        "Killed at any step, gate and mirror both hold everything acknowledged",
        arguments: CrashPoint.allCases.filter { !$0.rawValue.hasPrefix("r") })
    func killedAny(point: CrashPoint)
        async throws
    {
        let folder = try privateFolder("havre-mirror").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try makeFolder(folder + "/mirror")
        let course = Course(folder: folder, seed: 6, hasMirror: true)
        try course.create()
        for times in [1, 5] {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [folder = folder as String, name = point.rawValue as String, times = times as Int] in
                CrashPoint.killProcess(at: name, times: times)
                try Course(folder: folder, seed: 6, hasMirror: true).run(to: 400)
            }
            // The gate's disk is gone: its mirror, with what a supervisor's passphrase writes.
            let other = folder + "-lost"
            defer { try? FileManager.default.removeItem(atPath: other) }
            try files.copyItem(atPath: folder, toPath: other)
            try files.removeItem(atPath: other + "/gate")
            try files.moveItem(atPath: other + "/mirror", toPath: other + "/gate")
            #expect(!names(other + "/gate").contains("auto.key"))
            try files.copyItem(atPath: folder + "/gate/auto.key", toPath: other + "/gate/auto.key")
            let lost = try Judge(Course(folder: other, seed: 6))
            #expect(lost.faults.isEmpty, "mirror: \(lost.faults)")
            let judge = try Judge(course)
            #expect(judge.faults.isEmpty, "\(judge.faults)")
        }
    }

    @Test("A panic leaves nothing in the mirror that opens without a supervisor") func panicLeaves() throws {
        let (house, area, person, slotKey) = try furnished()
        // Put there by hand, for convenience.
        let planted = house.path("mirror/auto.key")
        house.close()
        try files.copyItem(atPath: house.path("gate/auto.key"), toPath: planted)
        try house.reopen()
        #expect(!files.fileExists(atPath: planted))
        house.store.closeGate(removingAuto: true)
        let places = try withoutGate(house, "seized")
        #expect(names(places.gate).contains("device.key"))
        let seized = try Store.open(places, journal: DummyJournal())
        #expect(seized.state == .closed)
        #expect(throws: StoreError.closed) { try seized.read(area, 0) }
        seized.close()
        // And it goes on with the house when she opens it again.
        try house.store.openGate(person, slotKey: slotKey) { _ in true }
        _ = try house.store.submit(try house.put(area, 2, "after"))
        #expect(try house.store.status().mirror == .whole)
    }

    @Test("A burn burns the mirror, and a device key elsewhere never comes into it") func burnBurns() throws {
        let (house, _, person, slotKey) = try furnished()
        try house.store.burn()
        #expect(!names(house.path("mirror")).contains { $0.hasSuffix(".key") })
        let places = try withoutGate(house, "burnt")
        let burnt = try Store.open(places, journal: DummyJournal())
        #expect(throws: StoreError.wrongKey) { try burnt.openGate(person, slotKey: slotKey) { _ in true } }
        burnt.close()
        let medium = house.path("medium")
        try Data(Random.bytes(32)).write(to: URL(filePath: medium))
        try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: medium)
        var apart = house.places("apart")
        (apart.deviceKey, apart.mirror) = (medium, house.path("apart-mirror"))
        try makeFolder(house.path("apart-mirror"))
        try Store.create(apart, vault: Random.identifier(), firstBackupKey: Key())
        let store = try Store.open(apart, journal: DummyJournal())
        #expect(try store.status().mirror == .whole)
        store.close()
        #expect(names(house.path("apart-mirror")) == ["gate.db", "lock", "login.key"])
    }

    @Test("Work goes on without the mirror, and it is filled again when it is there") func workGoes() throws {
        let (house, area, _, _) = try furnished()
        let mirror = try #require(house.places.mirror)
        // Gone while it runs: what is written to removed files is in no mirror.
        try files.moveItem(atPath: mirror, toPath: mirror + "-gone")
        _ = try house.store.submit(try house.put(area, 0, "without"))
        #expect(try house.store.status().mirror == .missing)
        try house.restart()
        #expect(house.store.state == .serving)
        #expect(try house.store.status().mirror == .missing)
        _ = try house.store.submit(try house.put(area, 1, "still without"))
        // Nobody makes the folder: behind an unmounted medium it would lie on the wrong disk.
        #expect(!files.fileExists(atPath: mirror))
        try files.moveItem(atPath: mirror + "-gone", toPath: mirror)
        house.store.leader.mirror?.look()
        #expect(try house.store.status().mirror == .whole)
        try files.removeItem(atPath: mirror)
        try makeFolder(mirror)
        _ = try house.store.submit(try house.put(area, 2, "empty again"))
        house.store.leader.mirror?.look()
        #expect(try house.store.status().mirror == .whole)
        let places = try withoutGate(house, "lost")
        try files.copyItem(atPath: house.path("gate/auto.key"), toPath: places.gate + "/auto.key")
        let store = try Store.open(places, journal: DummyJournal())
        defer { store.close() }
        #expect(try store.read(area, 2).payload == Array("empty again".utf8))
        #expect(try store.check().isGood)
    }

    @Test("A slow mirror is waited for, and not for ever") func slowMirror() throws {
        let (house, area, _, _) = try furnished()
        let blocker = try HavreStore.Connection(path: house.path("mirror/gate.db"))
        try blocker.execute("BEGIN IMMEDIATE")
        let begun = Date()
        _ = try house.store.submit(try house.put(area, 0, "slow"))
        let waited = Date().timeIntervalSince(begun)
        #expect(waited > 1)
        #expect(try house.store.status().mirror == .behind)
        // Nobody waits for one that is late already.
        let again = Date()
        _ = try house.store.submit(try house.put(area, 1, "not waited for"))
        #expect(Date().timeIntervalSince(again) < waited)
        try blocker.execute("ROLLBACK")
        // On a busy machine one look may end before the copy is there.
        let end = Date().addingTimeInterval(60)
        repeat {
            house.store.leader.mirror?.look()
        } while try house.store.status().mirror != .whole && Date() < end
        _ = try house.store.submit(try house.put(area, 2, "on time"))
        #expect(try house.store.status().mirror == .whole)
    }

    @Test("A folder that holds something else is no mirror, and nothing of it is touched")
    func folderHolds() throws {
        let (house, area, _, _) = try furnished()
        let mirror = try #require(house.places.mirror)
        let other = try House(hasMirror: true)
        house.close()
        other.close()
        func refused(_ path: String, _ error: StoreError = .occupied(.mirror)) {
            var places = house.places
            places.mirror = path
            let before = names(path).map { name in files.contents(atPath: path + "/" + name) }
            #expect(throws: error) { try Store.open(places, journal: DummyJournal()) }
            #expect(names(path).map { name in files.contents(atPath: path + "/" + name) } == before)
        }
        refused(try #require(other.places.mirror))
        refused(other.places.gate)
        let full = house.path("full")
        try makeFolder(full)
        try Data([1]).write(to: URL(filePath: full + "/photo"))
        refused(full)
        refused(house.places.gate)
        refused(house.places.vault)
        // A damaged one is for a person to look at.
        let damaged = house.path("damaged")
        try files.copyItem(atPath: mirror, toPath: damaged)
        try Data(repeating: 7, count: 5_000).write(to: URL(filePath: damaged + "/gate.db"))
        refused(damaged)
        // Vault and gate were put back to an older pair: the mirror knows better.
        try files.copyItem(atPath: house.places.vault, toPath: house.path("old-vault"))
        try files.copyItem(atPath: house.places.gate, toPath: house.path("old-gate"))
        try house.reopen()
        _ = try house.store.submit(try house.put(area, 0, "later"))
        house.close()
        for name in ["vault", "gate"] {
            try files.removeItem(atPath: house.path(name))
            try files.moveItem(atPath: house.path("old-" + name), toPath: house.path(name))
        }
        refused(mirror, .rolledBack)
    }

    @Test("A check reads the mirror as well, and has it filled anew where it differs")
    func checkReads() throws {
        let (house, area, _, _) = try furnished()
        #expect(try house.store.check().isGood)
        let outside = try HavreStore.Connection(path: house.path("mirror/gate.db"))
        try outside.execute("DELETE FROM cell WHERE rowid = 3")
        #expect(try house.store.check().problems == [StoreProblem(.mirror)])
        #expect(try house.store.status().mirror == .whole)
        #expect(try house.store.check().isGood)
        let journal = house.path("mirror/gate.journal")
        var bytes = try Data(contentsOf: URL(filePath: journal))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: journal))
        try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: journal)
        #expect(try house.store.check().problems == [StoreProblem(.mirror)])
        _ = try house.store.submit(try house.put(area, 0, "after"))
        #expect(try house.store.check().isGood)
        #expect(files.contents(atPath: journal) == files.contents(atPath: house.path("gate/gate.journal")))
    }

    @Test("A mirror that was never filled to its end is no gate, and is begun anew")
    func mirrorNever() throws {
        let (house, area, _, _) = try furnished()
        house.close()
        try Data().write(to: URL(filePath: house.path("mirror/filling")))
        try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: house.path("mirror/filling"))
        let places = try withoutGate(house, "half")
        #expect(throws: StoreError.foreign(.gateFolder)) { try Store.open(places, journal: DummyJournal()) }
        try house.reopen()
        _ = try house.store.submit(try house.put(area, 0, "whole"))
        #expect(try house.store.status().mirror == .whole)
        #expect(!files.fileExists(atPath: house.path("mirror/filling")))
    }

    @Test("A copy that was opened before a renewal is not filled after it") func copyOpened() throws {
        let house = try House()
        try makeFolder(house.path("copy"))
        let copy = try house.store.mirrorCopy(house.path("copy"))
        try house.store.renewGate()
        #expect(throws: StoreError.busy) { try house.store.contents(for: copy) }
    }

    @Test("Under a new gate key the mirror is filled anew, and holds nothing of the old one")
    func newGate() throws {
        let (house, area, person, slotKey) = try furnished()
        let old = try Data(contentsOf: URL(filePath: house.path("mirror/device.key")))
        try house.store.renewGate()
        #expect(try house.store.status().mirror == .whole)
        #expect(try Data(contentsOf: URL(filePath: house.path("mirror/device.key"))) != old)
        #expect(!names(house.path("mirror")).contains("filling"))
        let places = try withoutGate(house, "lost")
        let store = try Store.open(places, journal: DummyJournal())
        defer { store.close() }
        try store.openGate(person, slotKey: slotKey) { _ in true }
        #expect(try store.read(area, 0).payload == Array("first".utf8))
        #expect(try store.check().isGood)
    }
}
