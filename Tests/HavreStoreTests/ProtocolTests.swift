import FaultSupport
import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import HavreStore

/// The commit over two files: killed at each step, shared by many threads, and what it leaves in the files.
@Suite struct ProtocolTests {
    /// Every point of the commit with a stretch of the course that reaches it.
    @Test(
        "Killed at any step, everything acknowledged is there and nothing is half",
        arguments: CrashPoint.allCases.filter { !$0.rawValue.hasPrefix("r") })
    func killedAny(point: CrashPoint)
        async throws
    {
        let folder = try privateFolder("havre-crash").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let course = Course(folder: folder, seed: 5)
        try course.create()
        for times in [1, 4] {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [folder = folder as String, name = point.rawValue as String, times = times as Int] in
                CrashPoint.killProcess(at: name, times: times)
                try Course(folder: folder, seed: 5).run(to: 400)
            }
            let judge = try Judge(course)
            #expect(judge.faults.isEmpty, "\(judge.faults)")
        }
        // And it goes on from there.
        try course.run(to: Judge(course).count + 5)
        #expect(try Judge(course).faults.isEmpty)
    }

    @Test(
        "Killed while GK is renewed, the gate opens under the old key or the new one",
        arguments: [CrashPoint.renewalWritten, .renewalDecided, .renewalPlaced])
    func killedGK(point: CrashPoint)
        async throws
    {
        let house = try House()
        let area = try house.makeArea(rows: 2)
        house.close()
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [folder = house.folder.path as String, name = point.rawValue as String] in
            CrashPoint.onReach { if $0.rawValue == name { Process.kill() } }
            let places = StorePlaces(vault: folder + "/vault", gate: folder + "/gate")
            try Store.open(places, journal: DummyJournal()).renewGate()
        }
        try house.reopen()
        #expect(house.store.state == .serving)
        #expect(try house.text(area, 1) == "row 1")
        #expect(try house.store.check().isGood)
        let left = try FileManager.default.contentsOfDirectory(atPath: house.path("gate"))
        #expect(!left.contains { $0.hasSuffix(".next") })
    }

    @Test("Many threads share groups, and each gets its own answer") func manyThreads() throws {
        let house = try House()
        let store = house.store
        let areas = try (0..<8).map { _ in try house.makeArea(rows: 1) }
        let shared = try house.makeArea(rows: 0)
        let failures = Guarded<[String]>([])
        let entries = Guarded<Set<UInt64>>([])
        inThreads(8) { thread in
            do {
                for round in 0..<30 {
                    var change = Change(
                        operation: Random.identifier(), entry: [UInt8(thread)],
                        commitment: Hash.sha256(Random.bytes(8)), instant: 0)
                    if round % 3 != 0 {
                        let status = try #require(try store.area(areas[thread]))
                        change.expects = [
                            status.expectation(of: areas[thread]),
                            Expectation(area: shared, generation: 1, sequence: nil),
                        ]
                        change.puts = [
                            RowPut(
                                area: areas[thread], number: .at(0), payload: Array("\(thread) \(round)".utf8)
                            ),
                            RowPut(
                                area: shared, number: .appended, payload: Array("\(thread) \(round)".utf8)),
                        ]
                    }
                    let receipt = try store.submit(change)
                    let isNew = entries.with { $0.insert(receipt.entry).inserted }
                    if !isNew { failures.with { $0.append("entry \(receipt.entry) twice") } }
                    if round % 3 != 0 {
                        let own = try store.read(areas[thread], 0).payload
                        let appended = try store.read(shared, receipt.rows[1]).payload
                        if own != Array("\(thread) \(round)".utf8) || appended != own {
                            failures.with { $0.append("thread \(thread) round \(round)") }
                        }
                    }
                }
            } catch {
                failures.with { $0.append("\(error)") }
            }
        }
        #expect(failures.with { $0 } == [])
        #expect(entries.with { $0.count } == 240)
        #expect(try store.area(shared)?.count == 160)
        #expect(try store.check().isGood)
        try house.restart()
        #expect(try house.store.check().isGood)
    }

    @Test("Rows are verified and read while others change them") func rowsVerified() throws {
        let house = try House()
        let store = house.store
        let area = try house.makeArea(rows: 60)
        let failures = Guarded<[String]>([])
        inThreads(4) { thread in
            do {
                for round in 0..<40 {
                    if thread == 0 {
                        let status = try #require(try store.area(area))
                        var change = Change(
                            operation: Random.identifier(), entry: [], commitment: Hash.sha256([]), instant: 0
                        )
                        change.expects = [status.expectation(of: area)]
                        if round % 8 == 0 {
                            change.gate = GateStep()
                            change.gate?.renewed = [area]
                        }
                        change.puts = [
                            RowPut(area: area, number: .at(UInt64(round)), payload: [1], body: .sealed([2])),
                            RowPut(area: area, number: .appended, payload: [3], body: .none),
                        ]
                        _ = try store.submit(change)
                    } else {
                        store.forget(area)
                        try store.verify(area)
                        _ = try store.readWithBody(area, UInt64((round * 7) % 60))
                    }
                }
            } catch {
                failures.with { $0.append("\(thread): \(error)") }
            }
        }
        #expect(failures.with { $0 } == [])
        #expect(try store.check().isGood)
    }

    @Test("A gate that lags behind by reads is brought forward at the next start") func gateLags() throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        let gate = house.path("gate-before")
        try FileManager.default.copyItem(atPath: house.path("gate"), toPath: gate)
        for _ in 0..<9 { _ = try house.store.submit(house.change("read")) }
        _ = try house.store.submit(try house.put(area, 0, "written"))
        // The gate as it was, beside the vault as it is: what a crash leaves, only longer ago.
        try house.restart {
            try FileManager.default.removeItem(atPath: house.path("gate"))
            try FileManager.default.moveItem(atPath: gate, toPath: house.path("gate"))
        }
        #expect(try house.store.status().broughtForward == 10)
        #expect(try house.text(area, 0) == "written")
        #expect(try house.store.check().isGood)
    }

    @Test("A renewal that an older gate does not know comes back from gate.journal, or not at all")
    func renewalOlder() throws {
        let house = try House()
        let area = try house.makeArea(rows: 2)
        let gate = house.path("gate-before")
        house.close()
        try FileManager.default.copyItem(atPath: house.path("gate"), toPath: gate)
        try house.reopen()
        for _ in 0..<3 {
            var change = try house.put(area, 0, "renewed")
            change.gate = GateStep()
            change.gate?.renewed = [area]
            change.gate?.facts = ["policy": [7]]
            _ = try house.store.submit(change)
        }
        house.close()
        let journal = try Data(contentsOf: URL(filePath: house.path("gate/gate.journal")))
        try FileManager.default.removeItem(atPath: house.path("gate"))
        try FileManager.default.copyItem(atPath: gate, toPath: house.path("gate"))
        #expect(throws: StoreError.rolledBack) { try house.reopen() }
        try journal.write(to: URL(filePath: house.path("gate/gate.journal")))
        chmod(house.path("gate/gate.journal"), 0o600)
        try house.reopen()
        #expect(try house.text(area, 0) == "renewed")
        #expect(try house.store.area(area)?.generation == 4)
        #expect(try house.store.fact("policy") == [7])
        // The chain went on from where the journal ended: the next step is in order, too.
        var change = house.change()
        change.expects = [try house.expectation(area)]
        change.gate = GateStep()
        change.gate?.renewed = [area]
        _ = try house.store.submit(change)
        #expect(try house.store.check().isGood)
    }

    @Test("Today's gate opens no older line of gate.journal") func todaysGate() throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        let keys = try #require(house.store.memory.with { $0.keys })
        let opened = try house.store.lead { leader throws(StoreError) in
            var count = 0
            try leader.journalLog.forEachLine(from: try leader.gate.chain(keys)) { _, _ in count += 1 }
            return count
        }
        #expect(opened == 0)
        // The first backup key, which only recovery has, opens all of them.
        let recovery = house.recovery
        let all = try house.store.lead { leader throws(StoreError) in
            var areas: [Area] = []
            try leader.journalLog.forEachLine(from: .init(step: 0, key: recovery)) {
                line, chain throws(StoreError) in
                var used = 0
                areas += try NextStep(data: line.data) { () throws(StoreError) in
                    defer { used += 1 }
                    return try leader.journalLog.key(used, of: line, chain)
                }.areas.map(\.area)
            }
            return areas
        }
        #expect(all == [area])
    }

    @Test("A panic while threads commit loses nothing that was acknowledged") func panicThreads() throws {
        let house = try House()
        let area = try house.makeArea(rows: 0)
        let person = Random.identifier()
        let slotKey = Key<Role.GateSlot>()
        var slot = house.change()
        slot.gate = GateStep()
        slot.gate?.slots = [person: slotKey]
        _ = try house.store.submit(slot)
        let store = house.store
        let acknowledged = Guarded<Set<UInt64>>([])
        inThreads(5) { thread in
            if thread == 4 {
                usleep(30_000)
                store.closeGate(removingAuto: true)
                return
            }
            while true {
                var change = Change(
                    operation: Random.identifier(), entry: [], commitment: Hash.sha256([]), instant: 0)
                change.expects = [Expectation(area: area, generation: 1, sequence: nil)]
                change.puts = [RowPut(area: area, number: .appended, payload: [UInt8(thread)])]
                guard let receipt = try? store.submit(change) else { return }
                acknowledged.with { _ = $0.insert(receipt.rows[0]) }
            }
        }
        #expect(store.state == .closed)
        #expect(store.memory.with { $0.areas.isEmpty && $0.keys == nil })
        try store.openGate(person, slotKey: slotKey) { _ in true }
        // On a slow machine the panic may come before anything was acknowledged.
        let count = try #require(try store.area(area)).count
        #expect(acknowledged.with { $0.allSatisfy { $0 < count } })
        #expect(try store.check().isGood)
    }
}
