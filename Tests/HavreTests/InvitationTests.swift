import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre

@Suite struct InvitationTests {
    private func enrol(_ house: TestHouse, _ invited: Invited) throws -> Enrolled {
        try Self.enrol(house.vault, invited)
    }

    private static func enrol(_ vault: Vault, _ invited: Invited) throws -> Enrolled {
        try vault.enrol(
            name: invited.name, code: SecretBytes(copying: Array(invited.code.utf8)),
            passphrase: SecretBytes(copying: Array("\(invited.name.lowercased()) phrase".utf8)), keyFile: nil,
            lang: nil)
    }

    @Test("A name is not lost when its invitation is not used, nor when the words are not the person's")
    func again() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        let unused = try house.vault.invite(name: "Amina", role: "caseworker", resets: false, sylvie)
        let used = try house.vault.invite(name: "Amina", role: "caseworker", resets: false, sylvie)
        #expect(throws: HavreError.wrongPassphrase) { try enrol(house, unused) }
        let somebody = try enrol(house, used)
        #expect(throws: HavreError.self) {
            try house.vault.invite(name: "Amina", role: "caseworker", resets: false, sylvie)
        }
        let reset = try house.vault.invite(name: "Amina", role: nil, resets: true, sylvie)
        let amina = try enrol(house, reset)
        #expect(throws: HavreError.self) {
            try house.vault.confirm(name: "Amina", words: somebody.words, sylvie)
        }
        _ = try house.vault.confirm(name: "Amina", words: amina.words, sylvie)
        let session = try house.unlock("Amina")
        #expect(try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, session) != "")
    }

    @Test("Shelter staff take somebody in for a caseworker, and are not on the case")
    func intake() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let paul = try house.hire("Paul", "shelter", by: sylvie)
        let code = try house.vault.newCase(owner: "Amina", backup: nil, risk: nil, lang: nil, paul)
        #expect(throws: HavreError.notFound) { try house.vault.open(case: code, purpose: "visit", paul) }
        #expect(try house.vault.open(case: code, purpose: "visit", amina).code == code)
        #expect(throws: HavreError.self) {
            try house.vault.newCase(owner: "Paul", backup: nil, risk: nil, lang: nil, paul)
        }
    }

    @Test("A code that comes a second time answers like an unknown one, and its inviter gets to know")
    func secondUse() throws {
        let time = TestClock()
        let house = try TestHouse(clock: time.clock, inMemory: true)
        let sylvie = try house.unlock("Sylvie")
        let odile = try house.hire("Odile", "supervisor", by: sylvie)
        let invited = try house.vault.invite(name: "Amina", role: "caseworker", resets: false, sylvie)
        _ = try enrol(house, invited)
        #expect(try house.vault.pending(sylvie) == [Pending(kind: "unconfirmed", name: "Amina")])
        // Who waits is told so herself, until she is confirmed.
        #expect(try house.vault.pending(house.unlock("Amina")).map(\.kind) == ["not-confirmed"])
        let before = try house.vault.auditLog(case: nil, since: nil, sylvie).count
        for name in ["Amina", "Somebody"] {
            let second = Invited(name: name, role: "", code: invited.code, expires: invited.expires)
            #expect(throws: HavreError.wrongPassphrase) { try enrol(house, second) }
        }
        let log = try house.vault.auditLog(case: nil, since: nil, sylvie)
        // One entry an attempt, as for an unknown code, and one for each look at the log.
        #expect(log.count == before + 3)
        #expect(log.filter { $0.outcome == "UsedCode" }.map(\.subject) == ["Amina", "Amina"])
        let again = try house.vault.unlock(
            name: "Sylvie", passphrase: SecretBytes(copying: Array("sylvie phrase".utf8)), keyFile: nil)
        #expect(again.pending.contains(Pending(kind: "used-code", name: "Amina")))
        #expect(try !house.vault.pending(odile).contains { $0.kind == "used-code" })
        time.advance(seconds: 8 * 86_400)
        #expect(try !house.vault.pending(again.session).contains { $0.kind == "used-code" })
    }

    @Test("People who enrol and are confirmed at the same moment wait for each other, and none is sent away")
    func together() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        let invited = try (0..<12).map { number in
            try vault.invite(name: "Person \(number)", role: "caseworker", resets: false, sylvie)
        }
        let refused = Guarded<[String]>([])
        inParallel(invited.count) { number in
            let outcome = refusal {
                let words = try Self.enrol(vault, invited[number]).words
                _ = try vault.confirm(name: invited[number].name, words: words, sylvie)
            }
            if let outcome { refused.with { $0.append(outcome) } }
        }
        #expect(refused.with { $0 } == [])
        #expect(try vault.staff(sylvie).count { $0.state == "active" } == 13)
    }

    @Test(
        "A code is read back as it was written, in any case, with or without hyphens; nothing else is a code")
    func spelling() throws {
        func tag(_ typed: String) -> Identifier? {
            try? InvitationCode(typed: SecretBytes(copying: Array(typed.utf8))).tag
        }
        for _ in 0..<40 {
            let (code, text) = try InvitationCode.make()
            let plain = text.replacing("-", with: "")
            let mistaken = plain.replacing("0", with: "O").replacing("1", with: "l")
            for typed in [text, plain, plain.lowercased(), text.replacing("-", with: " "), mistaken] {
                #expect(tag(typed) == code.tag, "\(typed.count) characters")
            }
            let others = [
                String(plain.dropLast()), plain + "0", plain.dropLast() + "U", plain.dropLast() + "Z", "",
                "é" + plain.dropFirst(),
            ]
            for typed in others { #expect(tag(typed) == nil) }
        }
    }
}
