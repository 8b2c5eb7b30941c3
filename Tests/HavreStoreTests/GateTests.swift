import Foundation
import HavreCodec
import HavreSecrets
import Testing

@testable import HavreStore

/// The gate: closed, opened by a supervisor, renewed, burnt.
@Suite(.serialized) struct GateTests {
    /// A house in which a person may open the gate.
    private struct Supervised {
        let house: House
        let person = Random.identifier()
        let slotKey = Key<Role.GateSlot>()
        let area: Area

        init() throws {
            house = try House()
            area = try house.makeArea(rows: 2)
            var change = house.change()
            change.gate = GateStep()
            change.gate?.slots = [person: slotKey]
            change.expects = [try house.expectation(.login)]
            change.puts = [RowPut(area: .login, number: .at(0), payload: Array("user".utf8))]
            _ = try house.store.submit(change)
        }
    }

    @Test("After a panic nothing opens but by a supervisor's slot") func afterPanic() throws {
        let one = try Supervised()
        let house = one.house
        house.store.closeGate(removingAuto: true)
        #expect(house.store.state == .closed)
        #expect(!FileManager.default.fileExists(atPath: house.path("gate/auto.key")))
        #expect(throws: StoreError.closed) { try house.store.read(one.area, 0) }
        #expect(throws: StoreError.closed) { try house.store.submit(house.change()) }
        #expect(throws: StoreError.closed) { try house.store.fact("policy") }
        try house.restart()
        #expect(house.store.state == .closed)
        #expect(try house.store.read(.login, 0).payload == Array("user".utf8))
        #expect(throws: StoreError.notFound) { try house.store.read(.login, 1) }
        #expect(throws: StoreError.wrongKey) {
            try house.store.openGate(one.person, slotKey: Key()) { _ in true }
        }
        #expect(throws: StoreError.wrongKey) {
            try house.store.openGate(Random.identifier(), slotKey: one.slotKey) { _ in true }
        }
        #expect(house.store.state == .closed)
        try house.store.openGate(one.person, slotKey: one.slotKey) { store throws(StoreError) in
            store.state == .opening && !store.isRestricted(one.person, in: .house)
        }
        #expect(house.store.state == .serving)
        try house.restart()
        #expect(house.store.state == .serving)
        #expect(try house.text(one.area, 1) == "row 1")
    }

    @Test("Who is frozen does not open the gate, and leaves no auto key") func frozenOpen() throws {
        let one = try Supervised()
        one.house.store.closeGate(removingAuto: true)
        var refused: Result<Receipt, any Error>?
        #expect(throws: StoreError.wrongKey) {
            try one.house.store.openGate(one.person, slotKey: one.slotKey) { store throws(StoreError) in
                refused = Result { try store.submit(one.house.change()) }
                return false
            }
        }
        #expect(throws: StoreError.closed) { try refused?.get() }
        #expect(one.house.store.state == .closed)
        #expect(!FileManager.default.fileExists(atPath: one.house.path("gate/auto.key")))
    }

    @Test("A slot that its person would not find, or that would not open for her, is found by check")
    func slotPerson() throws {
        for change in ["name = randomblob(16)", "slot = zeroblob(length(slot))"] {
            let one = try Supervised()
            #expect(try one.house.store.check().isGood)
            let outside = try Connection(path: one.house.places.gate + "/gate.db")
            try outside.execute("UPDATE slot SET \(change)")
            #expect(try !one.house.store.check().isGood, "\(change)")
        }
    }

    @Test("A slot that is taken back opens nothing any more") func slotTaken() throws {
        let one = try Supervised()
        var change = one.house.change()
        change.gate = GateStep()
        change.gate?.slots = [one.person: nil]
        _ = try one.house.store.submit(change)
        #expect(try one.house.store.hasSlot(one.person) == false)
        one.house.store.closeGate(removingAuto: true)
        #expect(throws: StoreError.wrongKey) {
            try one.house.store.openGate(one.person, slotKey: one.slotKey) { _ in true }
        }
    }

    @Test("A renewed gate goes on, and an older copy of its folder does not open it")
    func renewedGate() throws {
        let one = try Supervised()
        let house = one.house
        let copy = house.path("copy")
        try FileManager.default.copyItem(atPath: house.path("gate"), toPath: copy)
        try house.store.renewGate()
        #expect(try house.text(one.area, 0) == "row 0")
        _ = try house.store.submit(try house.put(one.area, 0, "after"))
        try house.restart()
        #expect(house.store.state == .serving)
        #expect(try house.text(one.area, 0) == "after")
        #expect(try house.store.check().isGood)
        house.store.closeGate(removingAuto: true)
        try house.store.openGate(one.person, slotKey: one.slotKey) { _ in true }
        #expect(try house.text(one.area, 0) == "after")
        // The keys of the copy beside today's gate.db.
        try house.restart {
            for name in ["auto.key", "device.key", "login.key"] {
                try FileManager.default.removeItem(atPath: house.path("gate/\(name)"))
                try FileManager.default.copyItem(
                    atPath: "\(copy)/\(name)", toPath: house.path("gate/\(name)"))
            }
        }
        #expect(house.store.state == .closed)
    }

    // The hook of crash points and the umask belong to the whole process, in which other tests run beside these.
    @Test("A panic during a renewal leaves no auto key") func panicDuring() async {
        await #expect(processExitsWith: .success) {
            let one = try Supervised()
            let house = one.house
            let store = house.store
            CrashPoint.onReach { point in
                if point == .renewalDecided { store.closeGate(removingAuto: true) }
            }
            try house.store.renewGate()
            CrashPoint.onReach(nil)
            #expect(house.store.state == .closed)
            #expect(!FileManager.default.fileExists(atPath: house.path("gate/auto.key")))
            try house.restart()
            #expect(house.store.state == .closed)
            try house.store.openGate(one.person, slotKey: one.slotKey) { _ in true }
            #expect(try house.text(one.area, 0) == "row 0")
        }
    }

    @Test("A key file that was only half put in its place outlives neither a start nor a panic")
    func keyFile() throws {
        let one = try Supervised()
        let house = one.house
        let auto = URL(filePath: house.path("gate/auto.key"))
        let cut = URL(filePath: house.path("gate/.auto.key.412.977431"))
        let kept = URL(filePath: house.path("gate/.auto.key.old"))
        let bytes = try Data(contentsOf: auto)
        try house.restart {
            for copy in [cut, kept] { try bytes.write(to: copy) }
        }
        #expect(!FileManager.default.fileExists(atPath: cut.path))
        #expect(FileManager.default.fileExists(atPath: kept.path))
        try bytes.write(to: cut)
        house.store.closeGate(removingAuto: true)
        #expect(!FileManager.default.fileExists(atPath: cut.path))
        #expect(!FileManager.default.fileExists(atPath: auto.path))
    }

    @Test("A gate that names another set of key files than it has is found") func gateNames() throws {
        let house = try House()
        try house.restart {
            try shell(house.path("gate/gate.db"), "UPDATE meta SET epoch = zeroblob(16)")
        }
        #expect(house.store.state == .serving)
        #expect(try house.store.check().problems.map(\.part) == [.keyFile])
    }

    @Test("Burning leaves no way in") func burningLeaves() throws {
        let one = try Supervised()
        try one.house.store.burn()
        let left = try FileManager.default.contentsOfDirectory(atPath: one.house.path("gate"))
        #expect(Set(left).isDisjoint(with: ["auto.key", "login.key", "device.key"]))
        #expect(throws: StoreError.self) {
            try one.house.store.openGate(one.person, slotKey: one.slotKey) { _ in true }
        }
        try one.house.restart()
        #expect(one.house.store.state == .closed)
        #expect(throws: StoreError.self) { try one.house.store.read(.login, 0) }
    }

    @Test("A closed gate is never called right, and a damaged key file is found") func closedGate() throws {
        let house = try House()
        let auto = URL(filePath: house.path("gate/auto.key"))
        let bytes = try Data(contentsOf: auto)
        for (content, problem) in [
            (bytes.dropLast(), StorePart.keyFile), (Data(bytes.reversed()), .keyFile),
            // What a panic leaves that was cut short is no damage.
            (Data(count: bytes.count), nil),
        ] {
            try house.restart { try content.write(to: auto) }
            let report = try house.store.check()
            #expect(house.store.state == .closed && report.isPartial && !report.isGood)
            #expect(report.problems.map(\.part) == (problem.map { [$0] } ?? []))
        }
        try house.restart { try bytes.write(to: auto) }
        #expect(try house.store.check().isGood)
        let login = URL(filePath: house.path("gate/login.key"))
        try FileManager.default.removeItem(at: login)
        try house.restart()
        #expect(house.store.state == .closed)
        #expect(try house.store.check().isPartial)
    }

    @Test("Files are 0600 and folders 0700, whatever the umask") func files0600() async {
        await #expect(processExitsWith: .success) {
            umask(0)
            let house = try House()
            _ = try house.makeArea(rows: 1)
            for folder in ["vault", "gate"] {
                let all =
                    FileManager.default.enumerator(atPath: house.path(folder))?.allObjects as? [String] ?? []
                #expect(all.count >= 3)
                for name in [""] + all {
                    let attributes = try FileManager.default.attributesOfItem(
                        atPath: house.path("\(folder)/\(name)"))
                    let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
                    #expect(
                        (attributes[.posixPermissions] as? NSNumber)?.intValue == (isFolder ? 0o700 : 0o600),
                        "\(name)")
                }
            }
        }
    }

    @Test("Folders that others may enter, that are links, or the same twice, are refused")
    func foldersOthers() throws {
        let house = try House()
        try house.restart {
            chmod(house.path("gate"), 0o750)
            #expect(throws: StoreError.foreign(.gateFolder)) { try house.reopen() }
            chmod(house.path("gate"), 0o700)
            try FileManager.default.moveItem(atPath: house.path("vault"), toPath: house.path("elsewhere"))
            try FileManager.default.createSymbolicLink(
                atPath: house.path("vault"), withDestinationPath: house.path("elsewhere"))
            #expect(throws: StoreError.foreign(.vaultFolder)) { try house.reopen() }
            try FileManager.default.removeItem(atPath: house.path("vault"))
            try FileManager.default.moveItem(atPath: house.path("elsewhere"), toPath: house.path("vault"))
            chmod(house.path("gate/device.key"), 0o644)
            #expect(throws: StoreError.foreign(.keyFile)) { try house.reopen() }
            chmod(house.path("gate/device.key"), 0o600)
        }
        let same = house.path("same")
        #expect(throws: StoreError.foreign(.gateFolder)) {
            try Store.create(
                StorePlaces(vault: same, gate: same), vault: Random.identifier(), firstBackupKey: Key())
        }
    }

    @Test("Two processes do not open one store") func twoProcesses() throws {
        let house = try House()
        #expect(throws: StoreError.inUse) { try Store.open(house.places, journal: house.journal) }
        // Nor when somebody renames the lock files away.
        for folder in [house.places.vault, house.places.gate] {
            try FileManager.default.moveItem(atPath: folder + "/lock", toPath: folder + "/lock.away")
        }
        #expect(throws: StoreError.inUse) { try Store.open(house.places, journal: house.journal) }
    }

    @Test("A device key on another medium is asked for at every start") func deviceKey() throws {
        let house = try House()
        let medium = house.path("medium.key")
        try Data(Random.bytes(32)).write(to: URL(filePath: medium))
        chmod(medium, 0o600)
        let places = StorePlaces(vault: house.path("v2"), gate: house.path("g2"), deviceKey: medium)
        try Store.create(places, vault: Random.identifier(), firstBackupKey: Key())
        #expect(!FileManager.default.fileExists(atPath: house.path("g2/device.key")))
        let store = try Store.open(places, journal: house.journal)
        #expect(store.state == .serving)
        store.close()
        try FileManager.default.removeItem(atPath: medium)
        let closed = try Store.open(places, journal: house.journal)
        #expect(closed.state == .closed)
        #expect(try closed.check().isPartial)
        closed.close()
    }
}
