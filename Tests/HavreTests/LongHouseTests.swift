import HavreAccess
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre
@testable import HavreStore

/// What is found without reading everything else is found rightly.
@Suite struct LongHouseTests {
    private func opened(_ house: TestHouse) throws -> (sylvie: Session, amina: Session, code: String) {
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        _ = try house.vault.open(case: code, purpose: "visit", amina)
        return (sylvie, amina, code)
    }

    @Test("Who opened a case is told from its own entries, in whole pages of the register and behind them")
    func register() throws {
        let house = try TestHouse(inMemory: true)
        let (sylvie, amina, code) = try opened(house)
        let caseID = try #require(try house.vault.caseID(code, amina))
        for number in 0..<600 {
            var event = house.vault.event("fetch", amina)
            event.caseID = number % 3 == 0 ? caseID : Identifier.zero
            try house.vault.log(event)
        }
        func fetches(_ session: Session) throws -> Int {
            try house.vault.whoOpened(case: code, session).filter { $0.act == "fetch" }.count
        }
        #expect(try fetches(sylvie) == 200)
        let all = try house.vault.auditLog(case: nil, since: nil, sylvie).filter { $0.act == "fetch" }
        #expect(all.count == 600)
        #expect(try house.vault.auditLog(case: "nobody", since: nil, sylvie).isEmpty)
        #expect(
            try house.vault.auditLog(case: code, since: house.vault.now.adding(seconds: 60), sylvie).isEmpty)
        #expect(try house.vault.check(nil).problems.isEmpty)
        try house.reopen()
        #expect(try fetches(try house.unlock("Sylvie")) == 200)
        #expect(try house.vault.check(nil).problems.isEmpty)
    }

    @Test(
        "The log since a time is whole, whatever was done to the clock, and what is older is not opened for it again"
    )
    func logSince() throws {
        let time = TestClock()
        let house = try TestHouse(clock: time.clock, inMemory: true)
        let begin = time.clock.now()
        func write(_ count: Int) throws {
            for _ in 0..<count { try house.vault.log(Event(time: house.vault.now, act: "fetch")) }
        }
        try write(700)
        // A year ahead for a moment, in the middle of a page, then a day behind.
        time.set(by: 365 * 86_400)
        try write(1)
        time.set(by: -366 * 86_400)
        try write(800)
        time.set(by: 86_400)
        time.advance(seconds: 3_600)
        try write(300)
        let times = [0, -86_400, 1, 3_600, 3_601, 86_400, 365 * 86_400, 365 * 86_400 + 1].map { begin + $0 }
        func compare() throws {
            let sylvie = try house.unlock("Sylvie")
            let all = try house.vault.auditLog(case: nil, since: nil, sylvie)
            for second in times {
                let found = try house.vault.auditLog(case: nil, since: Instant(seconds: second), sylvie)
                let expected = all.filter { $0.time.seconds >= second }.map(\.index)
                // Each question is itself an entry.
                #expect(found.map(\.index).filter { $0 < all.count } == expected, "\(second - begin)")
            }
        }
        try compare()
        try house.reopen()
        try compare()
        let sylvie = try house.unlock("Sylvie")
        let before = try StartTests().reads(house.vault.store).rows
        let found = try house.vault.auditLog(case: nil, since: Instant(seconds: begin + 3_600), sylvie)
        #expect(found.count > 300 && found.count < 700)
        let rows = try StartTests().reads(house.vault.store).rows - before
        #expect(rows < 300 + 4 * 256, "\(rows) rows of \(house.vault.logSize)")
    }

    @Test("A page of the register that was taken away is missed, by check and by whoever needs it")
    func missingPage() throws {
        let house = try TestHouse(inMemory: true)
        let (_, amina, code) = try opened(house)
        for _ in 0..<300 { try house.vault.log(house.vault.event("fetch", amina)) }
        try house.reopen {
            let file = try RawDatabase(house.folder.appendingPathComponent("vault/vault.db").path)
            try file.run("DELETE FROM tile WHERE level = \(CaseRegister.level)")
        }
        let sylvie = try house.unlock("Sylvie")
        #expect(throws: HavreError.tampered) { try house.vault.whoOpened(case: code, sylvie) }
        #expect(try !house.vault.check(nil).problems.isEmpty)
    }

    @Test("A ledger whose root is another one than the checkpoint says is found by the audit")
    func otherRoot() throws {
        let house = try TestHouse(inMemory: true)
        let (vault, ledger) = (house.vault, StoredLedger(store: house.vault.store))
        var checkpoint = vault.journal.checkpoint()
        for isRight in [true, false] {
            var found: [StorePart] = []
            try vault.journal.audit(checkpoint, ledger) { part, _ in found.append(part) }
            #expect(found == (isRight ? [] : [.checkpoint]))
            checkpoint.root = Hash.sha256(checkpoint.root.bytes)
        }
    }

    @Test("A look at thousands of records is one entry that names them all")
    func manyRecords() throws {
        let house = try TestHouse(inMemory: true)
        let (sylvie, amina, code) = try opened(house)
        var event = house.vault.event("show", amina)
        event.caseID = try house.vault.caseID(code, amina)
        event.records = (0..<20_000).map { _ in Random.identifier() }
        try house.vault.log(event)
        let shown = try house.vault.whoOpened(case: code, sylvie).filter { $0.act == "show" }
        #expect(shown.map(\.records) == [event.records])
        #expect(try house.vault.check(nil).problems.isEmpty)
    }

    private func lengthen(_ ring: Area, _ house: TestHouse, _ session: Session) throws {
        _ = try house.vault.commit(house.vault.event("receive", session)) { draft, _ throws(HavreError) in
            for _ in 0..<300 {
                try draft.put(
                    .keys(area: Random.identifier(), nameTag: Random.identifier()), body: .sealed([1]),
                    in: ring)
            }
        }
    }

    @Test(
        "Files of cases that nobody has open any more go from memory, those in somebody's hands stay the same"
    )
    func caseFiles() throws {
        let vault = try TestHouse(inMemory: true).vault
        let ids = (0..<200).map { _ in Random.identifier() }
        let held = ids.prefix(50).map { vault.file($0) }
        for caseID in ids { _ = vault.file(caseID) }
        #expect(vault.files.with { $0.count } <= 50 + CaseFiles.idleCountMax)
        #expect(held.allSatisfy { vault.file($0.caseID) === $0 })
        // Who builds a change holds the file: the next one waits for the same lock.
        let caseID = Random.identifier()
        let busy = Guarded(true)
        let order = Guarded<[Int]>([])
        inParallel(2) { number in
            if number == 1 { order.when({ !$0.isEmpty }, { _ in }) }
            try? vault.file(caseID).alone { () throws(HavreError) in
                order.with { $0.append(number) }
                order.broadcast()
                guard number == 0 else { return }
                for other in ids { _ = vault.file(other) }
                busy.when({ $0 }, withinMilliseconds: 50, { _ in })
                order.with { $0.append(2) }
            }
        }
        #expect(order.with { $0 } == [0, 2, 1])
    }

    @Test("A long ring is read behind the unlock, and whatever needs it waits")
    func longRing() throws {
        let house = try TestHouse(inMemory: true)
        let (_, amina, code) = try opened(house)
        try lengthen(house.vault.ring(of: amina.person.person), house, amina)
        try house.reopen()
        // As if somebody were comparing it, for as long as she unlocks.
        let (store, ring) = (house.vault.store, house.vault.ring(of: amina.person.person))
        _ = try store.area(ring)
        store.memory.with { $0.areas[ring]?.overlay = [:] }
        let again = try house.unlock("Amina")
        #expect(again.opened.with { $0.ringCount } == 0, "it was waited for")
        store.memory.with { $0.areas[ring]?.overlay = nil }
        store.memory.broadcast()
        #expect(try house.vault.open(case: code, purpose: "visit", again).code == code)
        house.vault.lock(again)
        #expect(throws: HavreError.self) { try house.vault.open(case: code, purpose: "visit", again) }
    }

    @Test("A row of a long ring that was altered stops every act of the session, though it was unlocked")
    func alteredLongRing() throws {
        let house = try TestHouse(inMemory: true)
        let (_, amina, code) = try opened(house)
        let ring = house.vault.ring(of: amina.person.person)
        try lengthen(ring, house, amina)
        let path = house.folder.appendingPathComponent("vault/vault.db").path
        // Rows that were there before and after: of these one is put back as it was.
        let before = try RawDatabase(path).rows("item")
        _ = try house.vault.commit(house.vault.event("receive", amina)) { draft, _ throws(HavreError) in
            try draft.rest(on: ring)
            try draft.put(
                .keys(area: Random.identifier(), nameTag: Random.identifier()), body: .kept, in: ring, at: 200
            )
        }
        let item = try #require(RawDatabase.tables.first { $0.name == "item" })
        try house.reopen {
            let file = try RawDatabase(path)
            let now = try file.rows("item")
            let old = try #require(
                before.first { row in now.contains { $0["tag"] == row["tag"] && $0["wrap"] != row["wrap"] } })
            try file.set("wrap", try #require(old["wrap"]), of: old, in: item)
        }
        let again = try house.unlock("Amina")
        #expect(throws: HavreError.tampered) { try house.vault.open(case: code, purpose: "visit", again) }
        #expect(throws: HavreError.tampered) { try house.vault.cases(again) }
    }

    @Test("An ended grant is not in the list, also when the case got new secrets since")
    func endedGrant() throws {
        let time = TestClock()
        let house = try TestHouse(clock: time.clock, inMemory: true)
        let (sylvie, _, code) = try opened(house)
        let louis = try house.hire("Louis", "legal", by: sylvie)
        _ = try house.hire("Nora", "health", by: sylvie)
        for (name, until) in [("Louis", house.vault.today), ("Nora", nil)] {
            let request = GrantRequest(
                name: name, compartments: ["evidence"], rights: ["read"], until: until, purpose: "appeal")
            _ = try house.vault.grant(case: code, request, sylvie)
        }
        #expect(try house.vault.cases(louis).map(\.code) == [code])
        time.advance(seconds: 2 * 86_400)
        #expect(try house.vault.cases(louis).isEmpty)
        _ = try house.vault.revoke(case: code, name: "Nora", sylvie)
        #expect(try house.vault.cases(louis).isEmpty)
    }

    @Test(
        "A list of cases takes one secret of each out of the ring, and leaves the others for whoever opens the case"
    )
    func listedSecrets() throws {
        let house = try TestHouse(inMemory: true)
        let (_, amina, code) = try opened(house)
        let caseID = try #require(try house.vault.caseID(code, amina))
        try house.vault.close(case: code, amina)
        let listed = try #require(try house.vault.ringKey(caseID, amina, only: .roster))
        #expect(Array(listed.secrets.keys) == ["roster"] && listed.authorSeed == nil)
        let whole = try #require(try house.vault.ringKey(caseID, amina))
        #expect(whole.secrets.count == Compartment.allCases.count && whole.authorSeed != nil)
        #expect(whole.secrets["roster"]?.generation == listed.secrets["roster"]?.generation)
        // A list while the case is open leaves what it writes with in place.
        _ = try house.vault.open(case: code, purpose: "visit", amina)
        #expect(try house.vault.cases(amina).map(\.code) == [code])
        _ = try house.vault.add(case: code, form: "note", fields: ["summary": "Called."], amina)
        // Cut short, a row is refused with one secret as with all of them.
        let packed = PackedSecrets.pack(whole.secrets)
        for count in [0, 1, 33, 35, 60, 80] {
            let part = packed.slice(0..<count)
            #expect(throws: HavreError.tampered) { _ = try PackedSecrets.unpack(part, only: "roster") }
        }
    }
}
