import Foundation
import HavreAccess
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre

/// Codes, passphrases and names in the wrong hands.
@Suite struct StaffAttackTests {
    private func enrol(_ house: TestHouse, _ name: String, _ code: String) throws -> Enrolled {
        try house.vault.enrol(
            name: name, code: secret(code), passphrase: secret("\(name.lowercased()) phrase"), keyFile: nil,
            lang: nil)
    }

    @Test("Whoever is not confirmed does nothing, in any role")
    func unconfirmed() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        for role in StaffRole.allCases {
            let name = "New \(role.rawValue)"
            let invited = try vault.invite(name: name, role: role.rawValue, resets: false, sylvie)
            _ = try enrol(house, name, invited.code)
            let session = try house.unlock(name)
            let target = Acts.Target(code: code, record: Identifier.zero, attachment: Identifier.zero)
            for act in Acts.reading + Acts.writing {
                #expect(refusal { try act.run(vault, target, session) } != nil, "\(role) \(act.name)")
            }
            let acts: [(String, () throws -> Void)] = [
                (
                    "case new",
                    { _ = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, session) }
                ),
                (
                    "case new for",
                    { _ = try vault.newCase(owner: "Amina", backup: nil, risk: nil, lang: nil, session) }
                ),
                ("invite", { _ = try vault.invite(name: "X", role: "legal", resets: false, session) }),
                ("reset", { _ = try vault.invite(name: "Amina", role: nil, resets: true, session) }),
                ("confirm", { _ = try vault.confirm(name: name, words: "a b c d e f", session) }),
                ("audit", { _ = try vault.auditLog(case: nil, since: nil, session) }),
                ("staff", { _ = try vault.staff(session) }),
                ("check", { _ = try vault.check(session) }),
            ]
            for (act, run) in acts { #expect(refusal(run) != nil, "\(role) \(act)") }
            #expect((try? vault.cases(session))?.isEmpty ?? true, "\(role) case list")
            #expect(throws: HavreError.self) {
                try vault.grant(
                    case: code,
                    GrantRequest(
                        name: name, compartments: ["notes"], rights: ["read"], until: nil, purpose: "review"),
                    sylvie)
            }
            #expect(throws: HavreError.self) {
                try vault.assign(case: code, owner: nil, backup: name, sylvie)
            }
        }
    }

    @Test("A code works once, for its name only, and until it expires; every failure reads the same")
    func codes() throws {
        let time = TestClock()
        let house = try TestHouse(clock: time.clock, inMemory: true)
        let sylvie = try house.unlock("Sylvie")
        let invited = try house.vault.invite(name: "Amina", role: "caseworker", resets: false, sylvie)
        #expect(refusal { _ = try enrol(house, "Nora", invited.code) } == "WrongPassphrase")
        var wrong = invited.code
        wrong.replaceSubrange(wrong.startIndex...wrong.startIndex, with: wrong.first == "0" ? "1" : "0")
        #expect(refusal { _ = try enrol(house, "Amina", wrong) } == "WrongPassphrase")
        #expect(refusal { _ = try enrol(house, "Amina", "") } == "WrongPassphrase")
        _ = try enrol(house, "Amina", invited.code.lowercased())
        #expect(refusal { _ = try enrol(house, "Amina", invited.code) } == "WrongPassphrase")
        try house.reopen()
        #expect(refusal { _ = try enrol(house, "Amina", invited.code) } == "WrongPassphrase")
        let again = try house.unlock("Sylvie")
        let late = try house.vault.invite(name: "Nora", role: "caseworker", resets: false, again)
        time.advance(seconds: 8 * 86_400)
        #expect(refusal { _ = try enrol(house, "Nora", late.code) } == "WrongPassphrase")
        // An invitation that was replaced is worth nothing.
        let fresh = try house.unlock("Sylvie")
        let first = try house.vault.invite(name: "Zoe", role: "caseworker", resets: false, fresh)
        let second = try house.vault.invite(name: "Zoe", role: "legal", resets: false, fresh)
        #expect(refusal { _ = try enrol(house, "Zoe", first.code) } == "WrongPassphrase")
        #expect(try enrol(house, "Zoe", second.code).role == "legal")
    }

    @Test("Of two people who enrol with one code at the same moment one is refused, and only one can unlock")
    func raceForACode() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        for round in 0..<4 {
            let name = "Amina \(round)"
            let invited = try house.vault.invite(name: name, role: "caseworker", resets: false, sylvie)
            let outcomes = Guarded<[String?]>([])
            inParallel(4) { index in
                let outcome = refusal {
                    _ = try vault.enrol(
                        name: name, code: secret(invited.code), passphrase: secret("phrase \(index)"),
                        keyFile: nil, lang: nil)
                }
                outcomes.with { $0.append(outcome) }
            }
            let found = outcomes.with { $0 }
            #expect(found.filter { $0 == nil }.count == 1)
            #expect(found.filter { $0 == "WrongPassphrase" }.count == 3, "\(found)")
            let opened = (0..<4).filter { index in
                (try? house.vault.unlock(name: name, passphrase: secret("phrase \(index)"), keyFile: nil))
                    != nil
            }
            #expect(opened.count == 1)
        }
        #expect(try house.vault.check(nil).problems.isEmpty)
    }

    @Test(
        "After a reset the old passphrase opens nothing and the old session is over, cases and audit included"
    )
    func reset() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let audrey = try house.hire("Audrey", "auditor", by: sylvie)
        let code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        _ = try vault.open(case: code, purpose: "visit", amina)
        let note = try vault.add(case: code, form: "note", fields: ["summary": "Old."], amina)
        for (name, phrase) in [("Amina", "a new phrase"), ("Audrey", "b new phrase")] {
            let invited = try vault.invite(name: name, role: nil, resets: true, sylvie)
            let enrolled = try vault.enrol(
                name: name, code: secret(invited.code), passphrase: secret(phrase), keyFile: nil, lang: nil)
            // From the entry on, before anybody has confirmed it.
            #expect(throws: HavreError.wrongPassphrase) { try house.unlock(name) }
            _ = try vault.confirm(name: name, words: enrolled.words, sylvie)
        }
        #expect(throws: HavreError.wrongPassphrase) { try house.unlock("Amina") }
        let target = Acts.Target(code: code, record: note.record, attachment: Identifier.zero)
        for act in Acts.reading + Acts.writing where act.name != "close" {
            #expect(refusal { try act.run(vault, target, amina) } != nil, "old session: \(act.name)")
        }
        #expect(throws: HavreError.self) {
            try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        }
        #expect(throws: HavreError.self) { try vault.auditLog(case: nil, since: nil, audrey) }
        #expect(throws: HavreError.self) { try vault.staff(audrey) }
        #expect(throws: HavreError.self) { try vault.whoOpened(case: code, audrey) }
        let fresh = try vault.unlock(name: "Amina", passphrase: secret("a new phrase"), keyFile: nil).session
        _ = try vault.open(case: code, purpose: "visit", fresh)
        #expect(try vault.show(case: code, record: note.record, version: nil, fresh).count == 1)
    }

    @Test("An unlock with the old passphrase that is under way does not bring it back")
    func passphraseRace() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        for round in 0..<6 {
            let (old, new) = (round == 0 ? "amina phrase" : "phrase \(round)", "phrase \(round + 1)")
            inParallel(3) { index in
                if index == 1 {
                    _ = refusal {
                        try vault.passwd(
                            old: secret(old), new: secret(new), keyFile: nil, newKeyFile: nil, amina)
                    }
                } else {
                    _ = refusal { _ = try vault.unlock(name: "Amina", passphrase: secret(old), keyFile: nil) }
                }
            }
            // One wrong answer clears nothing that the right one before it did not.
            #expect(
                refusal { _ = try vault.unlock(name: "Amina", passphrase: secret(new), keyFile: nil) } == nil)
            #expect(throws: HavreError.wrongPassphrase) {
                try vault.unlock(name: "Amina", passphrase: secret(old), keyFile: nil)
            }
        }
    }

    @Test("One supervisor alone neither resets nor makes another supervisor once there are two")
    func supervisors() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        let brigitte = try house.hire("Brigitte", "supervisor", by: sylvie)
        for (one, other) in [(sylvie, "Brigitte"), (brigitte, "Sylvie")] {
            #expect(
                refusal { _ = try vault.invite(name: other, role: nil, resets: true, one) } == "NeedsApproval"
            )
            #expect(
                refusal { _ = try vault.invite(name: other, role: "caseworker", resets: false, one) } != nil)
            #expect(
                refusal { _ = try vault.invite(name: other, role: "caseworker", resets: true, one) } != nil)
        }
        let refused = refusal {
            let invited = try vault.invite(name: "Puppet", role: "supervisor", resets: false, sylvie)
            let enrolled = try enrol(house, "Puppet", invited.code)
            _ = try vault.confirm(name: "Puppet", words: enrolled.words, sylvie)
        }
        #expect(refused == "NeedsApproval")
    }

    @Test("An unknown name and a wrong passphrase differ neither in the answer nor in the ledger")
    func enumeration() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        _ = try house.hire("Amina", "caseworker", by: sylvie)
        var seen: [(String?, Int, UInt64)] = []
        let names = [
            "Amina", "Nobody", "amina", "ＡＭＩＮＡ", "", "x\u{0}y", String(repeating: "n", count: 5_000),
        ]
        for name in names {
            let before = try vault.auditLog(case: nil, since: nil, sylvie).count
            let outcome = refusal {
                _ = try vault.unlock(name: name, passphrase: secret("wrong"), keyFile: nil)
            }
            let log = try vault.auditLog(case: nil, since: nil, sylvie)
            let line = try #require(log.last { $0.act == "unlock" })
            #expect(line.actor == nil && line.subject == nil && line.outcome == "WrongPassphrase")
            // One entry for the attempt, one for the look at the log.
            seen.append((outcome, log.count - before, 0))
        }
        #expect(Set(seen.map { "\($0.0 ?? "") \($0.1)" }) == ["WrongPassphrase 2"])
    }

    @Test("One name has one counter, however it is written, also for guesses at the same moment")
    func guessing() throws {
        let (house, time) = try TestHouse.withCaseworker("Zélie")
        let vault = house.vault
        let outcomes = Guarded<[String: Int]>([:])
        let names = ["Zélie", "ZÉLIE", "ze\u{301}lie", " zelie ", "Ze\u{301}lie"]
        inParallel(40) { index in
            let outcome = refusal {
                _ = try vault.unlock(
                    name: names[index % names.count], passphrase: secret("guess \(index)"), keyFile: nil)
            }
            outcomes.with { $0[outcome ?? "done", default: 0] += 1 }
        }
        let found = outcomes.with { $0 }
        #expect((found["WrongPassphrase"] ?? 0) <= 8, "\(found)")
        #expect(refusal { _ = try house.unlock("Zélie") } == "TooManyAttempts")
        time.advance(seconds: 901)
        _ = try house.unlock("Zélie")
    }
}
