import Foundation
import HavreCodec
import HavreSecrets
import Testing

@testable import HavreStore

/// What a change does when nothing goes wrong.
@Suite struct ChangeTests {
    @Test("A change is there with its entry after a restart") func changeEntry() throws {
        let house = try House()
        let area = try house.makeArea(rows: 3)
        let receipt = try house.store.submit(try house.put(area, 3, "new", body: .sealed([1, 2, 3])))
        #expect(receipt.entry == 1 && receipt.rows == [3])
        try house.restart()
        #expect(house.store.state == .serving)
        #expect(try house.text(area, 0) == "row 0")
        #expect(try house.text(area, 3) == "new")
        #expect(try house.store.body(area, 3) == [1, 2, 3])
        #expect(try house.store.body(area, 1) == Array("body 1".utf8))
        #expect(try house.store.area(area)?.count == 4)
        #expect(try house.store.entry(1).body == Array("sealed:put".utf8))
        #expect(try house.store.checkpoint().size == 2)
    }

    @Test("A change that rests on an older state is refused and leaves nothing") func changeRests() throws {
        let house = try House()
        let area = try house.makeArea(rows: 2)
        let (first, second) = (try house.put(area, 0, "first"), try house.put(area, 1, "second"))
        _ = try house.store.submit(first)
        #expect(throws: StoreError.stale) { try house.store.submit(second) }
        #expect(try house.text(area, 1) == "row 1")
        #expect(try house.store.checkpoint().size == 2)
        var resting = house.change()
        resting.expects = [Expectation(area: area, generation: 2, sequence: nil)]
        #expect(throws: StoreError.stale) { try house.store.submit(resting) }
        resting.expects = [Expectation(area: Area(Random.identifier()), generation: 1, sequence: nil)]
        #expect(throws: StoreError.stale) { try house.store.submit(resting) }
    }

    @Test("Appended rows need no sequence and get the next numbers") func appendedRows() throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        let generation = try #require(try house.store.area(area)).generation
        for round in 0..<3 {
            var change = house.change()
            change.expects = [Expectation(area: area, generation: generation, sequence: nil)]
            change.puts = (0..<2).map {
                RowPut(area: area, number: .appended, payload: Array("appended \(round) \($0)".utf8))
            }
            #expect(try house.store.submit(change).rows == [UInt64(1 + 2 * round), UInt64(2 + 2 * round)])
        }
        try house.restart()
        #expect(try house.text(area, 6) == "appended 2 1")
        #expect(try house.store.area(area)?.count == 7)
    }

    @Test("A renewed area keeps its rows and bodies under a new key") func renewedArea() throws {
        let house = try House()
        let area = try house.makeArea(rows: 5, pinned: 2)
        let before = try (0..<5).map { try house.store.read(area, $0).wrapDigest }
        var change = try house.put(area, 1, "put with the renewal")
        var step = GateStep()
        step.renewed = [area]
        change.gate = step
        let receipt = try house.store.submit(change)
        #expect(receipt.areas[area] == AreaStatus(count: 5, sequence: 2, generation: 2))
        #expect(receipt.isScrubbed)
        try house.restart()
        for n in 0..<5 {
            #expect(try house.store.read(area, UInt64(n)).wrapDigest != before[n])
            #expect(try house.text(area, UInt64(n)) == (n == 1 ? "put with the renewal" : "row \(n)"))
        }
        #expect(try house.store.body(area, 4) == Array("body 4".utf8))
        #expect(try house.store.check().isGood)
    }

    @Test("An erased area is gone, its rows, bodies and files with it") func erasedArea() throws {
        let house = try House()
        let area = try house.makeArea(rows: 2)
        let other = try house.makeArea(rows: 1)
        var file = try house.store.blobs.incomingBlob(Random.identifier())
        try file.write(Array("ciphertext".utf8))
        let blob = try file.finish()
        var put = try house.put(area, 2, "with a file")
        put.puts[0].blobs = [blob]
        _ = try house.store.submit(put)
        #expect(FileManager.default.fileExists(atPath: house.path("vault/blobs/\(blob.id.hex)")))
        var change = house.change()
        change.expects = [try house.expectation(area)]
        var step = GateStep()
        step.erased = [area]
        step.certificate = Array("certificate".utf8)
        change.gate = step
        _ = try house.store.submit(change)
        #expect(try house.store.area(area) == nil)
        #expect(throws: StoreError.notFound) { try house.store.read(area, 0) }
        #expect(!FileManager.default.fileExists(atPath: house.path("vault/blobs/\(blob.id.hex)")))
        try house.restart()
        #expect(try house.store.area(area) == nil)
        #expect(try house.text(other, 0) == "row 0")
        #expect(try house.store.check().isGood)
    }

    @Test("An emptied row stays as a tombstone that can be used again") func emptiedRow() throws {
        let house = try House()
        let area = try house.makeArea(rows: 3)
        var change = house.change()
        change.expects = [try house.expectation(area)]
        change.tombstones = [RowPlace(area, 1)]
        _ = try house.store.submit(change)
        #expect(try house.store.read(area, 1).isEmptied)
        #expect(throws: StoreError.notFound) { try house.store.body(area, 1) }
        #expect(try house.store.area(area)?.count == 3)
        _ = try house.store.submit(try house.put(area, 1, "again"))
        try house.restart()
        #expect(try house.text(area, 1) == "again")
        #expect(try house.store.check().isGood)
    }

    @Test("A body can be kept, replaced and dropped") func bodyKept() throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        _ = try house.store.submit(try house.put(area, 0, "a", body: .kept))
        #expect(try house.store.body(area, 0) == Array("body 0".utf8))
        _ = try house.store.submit(try house.put(area, 0, "b", body: .sealed([9])))
        #expect(try house.store.body(area, 0) == [9])
        _ = try house.store.submit(try house.put(area, 0, "c"))
        #expect(throws: StoreError.notFound) { try house.store.body(area, 0) }
        #expect(try house.text(area, 0) == "c")
        #expect(try house.store.check().isGood)
    }

    @Test("A pinned row is read without the other rows, and stays comparable") func pinnedRow() throws {
        let house = try House()
        let area = try house.makeArea(rows: 4, pinned: 1)
        try house.restart()
        #expect(try house.text(area, 1) == "row 1")
        #expect(house.store.memory.with { $0.areas[area]?.digests } == nil)
        #expect(try house.text(area, 2) == "row 2")
        #expect(house.store.memory.with { $0.areas[area]?.digests?.count } == 4)
    }

    @Test("A row is the same through the writing connection and, while somebody leads, another")
    func anyConnection() throws {
        let house = try House()
        let area = try house.makeArea(rows: 3)
        var change = try house.put(area, 1, "newer", body: .sealed(Array("newer body".utf8)))
        _ = try house.store.submit(change)
        func all() throws -> [String] {
            try (0..<UInt64(3)).map { n in
                let (row, body) = try house.store.readWithBody(area, n)
                return String(decoding: row.payload + [0x2F] + (body ?? []), as: UTF8.self)
            }
        }
        let expected = ["row 0/body 0", "newer/newer body", "row 2/body 2"]
        #expect(try all() == expected)
        // Somebody leads: nobody waits for that to read, and the lead stays hers.
        let (led, isIdle) = try house.store.lead { _ throws(any Error) in
            (try all(), house.store.queue.leadIfIdle())
        }
        #expect(led == expected && !isIdle)
        // Who led gave it back: within a moment, for the gate follows now and then.
        #expect(house.store.queue.holdOff(withinMilliseconds: 60_000))
        house.store.queue.passOn()
        change = try house.put(area, 2, "newest")
        _ = try house.store.submit(change)
        #expect(try house.text(area, 2) == "newest")
        // Another program's hand is seen through either.
        try shell(house.path("vault/vault.db"), "UPDATE item SET wrap = zeroblob(328)")
        #expect(throws: StoreError.tampered(.row)) { try house.store.read(area, 0) }
        #expect(throws: StoreError.tampered(.row)) {
            try house.store.lead { _ throws(StoreError) in _ = try house.store.read(area, 1) }
        }
    }

    @Test("Facts, keys, slots put aside and restrictions follow their changes") func factsKeys() throws {
        let house = try House()
        let person = Random.identifier()
        let guardKey = Key<Role.Guard>()
        let freeze = Restriction(.freeze, area: .house, person: person)
        var change = house.change()
        var step = GateStep()
        step.facts = ["policy": [1, 2, 3], "other": [4]]
        step.keys = ["guard": guardKey]
        step.quarantine = [person: [5, 6]]
        step.restricted = [freeze, Restriction(.removal, area: .login, person: person)]
        change.gate = step
        _ = try house.store.submit(change)
        try house.restart()
        #expect(try house.store.fact("policy") == [1, 2, 3])
        #expect(try house.store.key("guard")?.equals(guardKey) == true)
        #expect(try house.store.quarantined(person) == [5, 6])
        #expect(house.store.isRestricted(person, in: Area(Random.identifier())))
        #expect(house.store.restrictions.count == 2)
        change = house.change()
        step = GateStep()
        step.facts = ["other": nil]
        step.keys = ["guard": nil]
        step.quarantine = [person: nil]
        step.lifted = [freeze]
        change.gate = step
        _ = try house.store.submit(change)
        try house.restart()
        #expect(try house.store.fact("policy") == [1, 2, 3])
        #expect(try house.store.fact("other") == nil)
        #expect(try house.store.key("guard") == nil)
        #expect(try house.store.quarantined(person) == nil)
        #expect(house.store.restrictions == [Restriction(.removal, area: .login, person: person)])
        #expect(try house.store.status().highestInstant == 1_700_000_000)
    }

    @Test(
        "A payload of any size comes back",
        arguments: [0, 1, 240, 241, 700, 760, 1_000, 20_000, RowPut.payloadByteCountMax])
    func payloadAny(byteCount: Int) throws {
        let house = try House()
        let area = try house.makeArea(rows: 0)
        var change = try house.put(area, 0, "")
        change.puts[0].payload = Random.bytes(byteCount)
        _ = try house.store.submit(change)
        try house.restart()
        #expect(try house.store.read(area, 0).payload == change.puts[0].payload)
    }

    @Test("What breaks a rule of the interface is refused before anything is written")
    func breaksRule() throws {
        let house = try House()
        let area = try house.makeArea(rows: 2)
        let expectation = try house.expectation(area)
        func refuse(_ change: Change, _ sourceLocation: SourceLocation = #_sourceLocation) {
            #expect(sourceLocation: sourceLocation) { try house.store.submit(change) } throws: { error in
                if case .invalid = error as? StoreError { true } else { false }
            }
        }
        refuse(try with(house.put(area, 5, "gap")) { _ in })
        refuse(try with(house.put(area, 0, "twice")) { $0.puts.append($0.puts[0]) })
        refuse(try with(house.put(area, 0, "without a state")) { $0.expects = [] })
        refuse(
            try with(house.put(area, 0, "any state")) {
                $0.expects = [Expectation(area: area, generation: expectation.generation, sequence: nil)]
            })
        refuse(
            try with(house.put(area, 0, "")) {
                $0.puts[0].payload = Random.bytes(RowPut.payloadByteCountMax + 1)
            })
        refuse(try with(house.put(area, 0, "", body: .sealed([]))) { _ in })
        refuse(try with(house.put(area, 2, "", body: .kept)) { $0.puts[0].number = .appended })
        refuse(
            try with(house.put(area, 0, "login is not renewed")) {
                $0.gate = GateStep()
                $0.gate?.renewed = [.login]
                $0.expects.append(try house.expectation(.login))
            })
        refuse(
            try with(house.change()) {
                $0.gate = GateStep()
                $0.gate?.erased = [.house]
                $0.expects = [try house.expectation(.house)]
            })
        refuse(
            try with(house.change()) {
                $0.gate = GateStep()
                $0.gate?.newAreas = [.house]
            })
        #expect(try house.store.checkpoint().size == 1)
        #expect(try house.store.check().isGood)
    }

    private func with(_ change: Change, _ edit: (inout Change) throws -> Void) throws -> Change {
        var change = change
        try edit(&change)
        return change
    }

    @Test("A ledger that fails lets nothing through") func ledgerFails() throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        house.journal.isBroken = true
        #expect(throws: StoreError.self) { try house.store.submit(try house.put(area, 0, "not this")) }
        #expect(throws: StoreError.self) { try house.store.submit(house.change()) }
        house.journal.isBroken = false
        #expect(try house.text(area, 0) == "row 0")
        _ = try house.store.submit(try house.put(area, 0, "but this"))
        try house.restart()
        #expect(try house.text(area, 0) == "but this")
        #expect(try house.store.check().isGood)
    }
}
