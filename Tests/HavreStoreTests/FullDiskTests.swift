import FaultSupport
import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import HavreStore

/// Disks that fill up in the middle of a commit.
@Suite struct FullDiskTests {
    /// Lets a file grow by so many pages more, or again without limit.
    private func limit(_ connection: HavreStore.Connection, _ pages: Int64?) throws {
        let count = try connection.integerAnswer("PRAGMA page_count") ?? 0
        try connection.execute("PRAGMA max_page_count = \(pages.map { count + $0 } ?? 1 << 30)")
    }

    @Test("On a full disk nothing happens, what is there can be read, and with room everything goes on")
    func fullDisk() throws {
        let house = try House()
        let area = try house.makeArea(rows: 2)
        try limit(house.store.leader.vault.connection, 0)
        var change = try house.put(area, 0, "too much", body: .sealed(Random.bytes(50_000)))
        #expect(throws: StoreError.storageFull(decided: false)) { try house.store.submit(change) }
        #expect(throws: StoreError.storageFull(decided: false)) {
            for _ in 0..<100 {
                _ = try house.store.submit(house.change("a read that cannot be written down"))
            }
        }
        #expect(try house.text(area, 0) == "row 0")
        #expect(house.store.state == .serving)
        try limit(house.store.leader.vault.connection, nil)
        change.expects = [try house.expectation(area)]
        _ = try house.store.submit(change)
        #expect(try house.text(area, 0) == "too much")
        #expect(try house.store.check().isGood)
        try house.restart()
        #expect(try house.store.check().isGood)
    }

    @Test("A change that the gate has no room for stands, and is followed when there is room")
    func changeGate() throws {
        let house = try House()
        let area = try house.makeArea(rows: 2)
        // Room for the *next* of step 1, none for the fact of step 3: it needs pages of its own.
        try limit(house.store.leader.gate.connection, 0)
        var change = try house.put(area, 0, "decided")
        change.gate = GateStep()
        change.gate?.facts = ["policy": Random.bytes(60_000)]
        #expect(throws: StoreError.storageFull(decided: false)) { try house.store.submit(change) }
        #expect(try house.text(area, 0) == "row 0")
        try limit(house.store.leader.gate.connection, 20)
        let (person, key) = (Random.identifier(), Key<Role.Guard>())
        change.gate?.keys = ["guard": .some(key)]
        change.gate?.slots = [person: .some(Key())]
        #expect(throws: StoreError.storageFull(decided: true)) { try house.store.submit(change) }
        #expect(try house.text(area, 0) == "decided")
        // What it says of the gate counts with it, not only once the gate holds it.
        #expect(try house.store.fact("policy") == change.gate?.facts["policy"])
        let context = Context(.guard, .text("words"), .text("x"))
        #expect(try house.store.key("guard")?.tag(context) == key.tag(context))
        #expect(try house.store.hasSlot(person))
        _ = try house.store.submit(house.change("a read that is written down"))
        #expect(throws: StoreError.storageFull(decided: false)) {
            try house.store.submit(try house.put(area, 1, "not yet"))
        }
        let gate = try #require(try house.store.area(area))
        try limit(house.store.leader.gate.connection, nil)
        _ = try house.store.submit(try house.put(area, 1, "next"))
        #expect(try house.store.fact("policy") == change.gate?.facts["policy"])
        #expect(try house.store.area(area)?.sequence == gate.sequence + 1)
        #expect(try house.store.check().isGood)
        try house.restart()
        #expect(try house.text(area, 0) == "decided" && house.text(area, 1) == "next")
        #expect(try house.store.check().isGood)
    }

    @Test("A crash while the gate is owed something loses nothing of it") func crashGate() throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        try limit(house.store.leader.gate.connection, 20)
        var change = try house.put(area, 0, "decided")
        change.gate = GateStep()
        change.gate?.renewed = [area]
        change.gate?.facts = ["policy": Random.bytes(60_000)]
        #expect(throws: StoreError.storageFull(decided: true)) { try house.store.submit(change) }
        // Closing is what a crash is here: the follower has no room either.
        try house.restart()
        #expect(try house.store.status().broughtForward >= 1)
        #expect(try house.text(area, 0) == "decided")
        #expect(try house.store.fact("policy") == change.gate?.facts["policy"])
        #expect(try house.store.area(area)?.generation == 2)
        #expect(try house.store.check().isGood)
    }
}
