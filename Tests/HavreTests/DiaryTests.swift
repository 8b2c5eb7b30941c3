import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

@testable import Havre
@testable import HavreStore

/// The entries that the house writes by itself.
@Suite struct DiaryTests {
    private let time = TestClock()

    private func lines(_ house: TestHouse, _ act: String) throws -> [LogLine] {
        let sylvie = try house.unlock("Sylvie")
        defer { house.vault.lock(sylvie) }
        return try house.vault.auditLog(case: nil, since: nil, sylvie).filter { $0.act == act }
    }

    @Test("A day that the house is awake has an entry, also one on which nobody comes")
    func heartbeat() throws {
        let house = try TestHouse(clock: time.clock, inMemory: true)
        for _ in 0..<5 { try house.vault.tend() }
        for _ in 0..<3 {
            time.advance(seconds: 86_400)
            for _ in 0..<5 { try house.vault.tend() }
        }
        let beats = try lines(house, "heartbeat")
        #expect(beats.count == 3)
        #expect(Set(beats.map(\.time.day)).count == 3)
        #expect(try house.vault.auditVerify(against: nil).gaps.dropFirst().isEmpty)
    }

    @Test(
        "After down time stands a leaf that says since when, and what the gate was behind; verify shows the gap"
    )
    func gap() throws {
        let house = try TestHouse(clock: time.clock, inMemory: true)
        // A house is founded by the machine's own clock.
        time.advance(seconds: 1_000_000_000)
        _ = try lines(house, "start")
        let last = house.vault.now
        try house.reopen { time.advance(seconds: 3 * 86_400) }
        let start = try #require(try lines(house, "start").last)
        #expect(start.time == house.vault.now && start.outcome == "done" && start.count == 0)
        let gap = LogVerdict.Gap(since: last, until: house.vault.now)
        #expect(try house.vault.auditVerify(against: nil).gaps.contains(gap))
        // A house that a supervisor opened again after a panic says so too.
        let before = try lines(house, "start").count
        house.vault.panic()
        #expect(try lines(house, "start").count == before + 1)
    }

    @Test("A clock set back under a house at work is warned of, and stands in the log from its next day on")
    func clockMeanwhile() throws {
        let house = try TestHouse(clock: time.clock, inMemory: true)
        // A house is founded by the machine's own clock.
        time.set(by: 20 * 365 * 86_400)
        try house.vault.tend()
        time.set(by: -30)
        #expect(!house.vault.warnings.contains("clock-set-back"))
        time.set(by: -3_600)
        #expect(house.vault.warnings.contains("clock-set-back"))
        time.set(by: -2 * 86_400)
        try house.vault.tend()
        #expect(try lines(house, "heartbeat").last?.outcome == "clock-set-back")
        time.set(by: 3 * 86_400)
        try house.vault.tend()
        #expect(!house.vault.warnings.contains("clock-set-back"))
        #expect(try lines(house, "heartbeat").last?.outcome != "clock-set-back")
    }

    @Test("A clock that was set back is said")
    func clock() throws {
        let house = try TestHouse(clock: time.clock, inMemory: true)
        _ = try house.unlock("Sylvie")
        try house.reopen { time.advance(seconds: -7_200) }
        #expect(try lines(house, "start").last?.outcome == "clock-set-back")
    }

    @Test("A house whose disk is full opens, and the leaf of its start follows")
    func fullDisk() throws {
        let house = try TestHouse(clock: time.clock, inMemory: true)
        let before = try lines(house, "start").count
        let event = Event(time: house.vault.now, act: "start")
        house.vault.diary.with { $0.start = event }
        try house.vault.tend()
        try house.vault.tend()
        #expect(try lines(house, "start").count == before + 1)
    }

    @Test("Ten refusals in a minute and user have entries; how many more there were is one entry")
    func refusals() throws {
        let house = try TestHouse(clock: time.clock, inMemory: true)
        for guess in 0..<25 {
            #expect(throws: HavreError.wrongPassphrase) {
                try house.vault.unlock(
                    name: "Nobody \(guess)", passphrase: SecretBytes(copying: [0x61]), keyFile: nil, uid: 7)
            }
        }
        for code in 0..<3 {
            #expect(throws: HavreError.wrongPassphrase) {
                try house.vault.enrol(
                    name: "Nobody", code: SecretBytes(copying: Array("\(code)".utf8)),
                    passphrase: SecretBytes(copying: [0x61]), keyFile: nil, lang: nil, uid: 8)
            }
        }
        try house.vault.tend()
        #expect(try lines(house, "refusals").isEmpty)
        time.advance(seconds: 61)
        try house.vault.tend()
        let failed = try lines(house, "unlock").filter { $0.outcome == "WrongPassphrase" }
        #expect(failed.count == 10 && failed.allSatisfy { $0.uid == 7 })
        #expect(try lines(house, "enrol").filter { $0.uid == 8 }.count == 3)
        let summary = try lines(house, "refusals")
        #expect(summary.map(\.count) == [15] && summary.map(\.uid) == [7])
        // What was counted when the house stops is written then.
        for _ in 0..<12 { try house.vault.noteRefusal("show", case: nil, outcome: "NotFound", uid: 9, nil) }
        try house.reopen()
        #expect(try lines(house, "refusals").last?.count == 2)
    }

    @Test("A wrong old passphrase is a refusal like every other: ten entries, and one for the rest")
    func passphrases() throws {
        let house = try TestHouse(clock: time.clock, inMemory: true)
        let sylvie = try house.unlock("Sylvie")
        for guess in 0..<12 {
            #expect(throws: HavreError.wrongPassphrase) {
                try house.vault.passwd(
                    old: SecretBytes(copying: Array("guess \(guess)".utf8)),
                    new: SecretBytes(copying: [0x61]), keyFile: nil, newKeyFile: nil, uid: 7, sylvie)
            }
        }
        time.advance(seconds: 61)
        try house.vault.tend()
        let failed = try lines(house, "passwd")
        #expect(failed.map(\.outcome) == Array(repeating: "WrongPassphrase", count: 10))
        #expect(failed.allSatisfy { $0.uid == 7 && $0.actor == "Sylvie" })
        #expect(try lines(house, "refusals").map(\.count) == [2])
    }

    @Test("Who locked everybody out or closed the house is written down, a panic when it opens again")
    func pressure() throws {
        let house = try TestHouse(clock: time.clock, inMemory: true)
        for _ in 0..<12 { try house.vault.noteLockOfAll(uid: 4242) }
        let panicked = house.vault.now
        house.vault.panic(uid: 4343)
        // Of a house that is closed already nobody closes anything.
        house.vault.panic(uid: 1)
        time.advance(seconds: 300)
        #expect(try lines(house, "lock all").map(\.uid) == Array(repeating: 4242, count: 10))
        let panics = try lines(house, "panic")
        #expect(panics.map(\.uid) == [4343] && panics.first?.since == panicked)
        try house.vault.tend()
        #expect(try lines(house, "refusals").last?.count == 2)
        #expect(try lines(house, "panic").count == 1)
    }

    @Test("A look that was refused says who, and names a case only if there is one")
    func looks() throws {
        let house = try TestHouse(clock: time.clock, inMemory: true)
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let nora = try house.hire("Nora", "caseworker", by: sylvie)
        let code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        for typed in [code, "Name of a person"] {
            try house.vault.noteRefusal("open", case: typed, outcome: "NotFound", uid: 7, nora)
        }
        let refused = try house.vault.auditLog(case: nil, since: nil, sylvie).filter {
            $0.outcome == "NotFound"
        }
        #expect(refused.map(\.actor) == ["Nora", "Nora"] && refused.map(\.code) == [code, nil])
    }

    @Test("A case that only one living person could open says so")
    func waysIn() throws {
        let house = try TestHouse(clock: time.clock, inMemory: true)
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let own = try house.vault.newCase(owner: "Sylvie", backup: nil, risk: nil, lang: nil, sylvie)
        let other = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        #expect(try house.vault.card(case: own, sylvie).waysIn == 1)
        #expect(try house.vault.card(case: other, amina).waysIn == 2)
        // Between a reset and its confirmation the owner cannot open it.
        let invited = try house.vault.invite(name: "Amina", role: nil, resets: true, sylvie)
        _ = try house.vault.enrol(
            name: "Amina", code: SecretBytes(copying: Array(invited.code.utf8)),
            passphrase: SecretBytes(copying: [0x61]), keyFile: nil, lang: nil)
        #expect(try house.vault.card(case: other, sylvie).waysIn == 1)
    }
}
