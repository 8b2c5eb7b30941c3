import HavreCodec
import HavreSecrets
import Testing

@testable import Havre

/// Sessions that end without their owner, and guesses that keep nobody out.
@Suite struct SessionEndTests {
    @Test("A reset ends the session on a stolen desk at once, and her new keys every session of the old ones")
    func reset() throws {
        let house = try TestHouse()
        let vault = house.vault
        let (sylvie, amina, louis, code) = try house.team()
        _ = try vault.open(case: code, purpose: "visit", amina)
        let invited = try vault.invite(name: "Amina", role: nil, resets: true, sylvie)
        #expect(vault.isOver(amina) && !vault.isOver(louis) && !vault.isOver(sylvie))
        #expect(throws: HavreError.self) { try vault.show(case: code, record: nil, version: nil, amina) }
        #expect(throws: HavreError.locked) { try vault.cases(amina) }
        // Found after all: until the code is used her old passphrase is hers.
        let found = try house.unlock("Amina")
        _ = try vault.enrol(
            name: "Amina", code: secret(invited.code), passphrase: secret("fresh phrase"), keyFile: nil,
            lang: nil)
        #expect(vault.isOver(found) && !vault.isOver(louis))
        #expect(vault.unlockedCount == 2)
    }

    @Test("A changed passphrase ends her other sessions, and nobody else's")
    func passwd() throws {
        let house = try TestHouse()
        let vault = house.vault
        let (_, amina, louis, code) = try house.team()
        let elsewhere = try house.unlock("Amina")
        _ = try vault.open(case: code, purpose: "visit", elsewhere)
        #expect(throws: HavreError.wrongPassphrase) {
            try vault.passwd(old: secret("no"), new: secret("x"), keyFile: nil, newKeyFile: nil, amina)
        }
        #expect(!vault.isOver(elsewhere), "somebody who guesses ends nothing")
        try vault.passwd(
            old: secret("amina phrase"), new: secret("another phrase"), keyFile: nil, newKeyFile: nil, amina)
        #expect(vault.isOver(elsewhere) && !vault.isOver(amina) && !vault.isOver(louis))
        #expect(throws: HavreError.self) {
            try vault.show(case: code, record: nil, version: nil, elsewhere)
        }
        #expect(try vault.cases(amina).map(\.code) == [code])
    }

    @Test("Whoever guesses at somebody's name from another account does not keep her out")
    func guessing() throws {
        let (house, time) = try TestHouse.withCaseworker("Amina")
        let vault = house.vault
        func attempt(_ phrase: String, uid: UInt32) throws {
            _ = try vault.unlock(name: "Amina", passphrase: secret(phrase), keyFile: nil, uid: uid)
        }
        try attempt("amina phrase", uid: 1001)
        for guess in 0..<5 {
            #expect(throws: HavreError.wrongPassphrase) { try attempt("guess \(guess)", uid: 6666) }
        }
        for uid: UInt32 in [6666, 7777] {
            #expect(throws: HavreError.tooManyAttempts(waitSeconds: 2), "one counter for all strangers") {
                try attempt("amina phrase", uid: uid)
            }
        }
        try attempt("amina phrase", uid: 1001)
        time.advance(seconds: 1)
        #expect(throws: HavreError.tooManyAttempts(waitSeconds: 1), "and she gives them no new guesses") {
            try attempt("guess", uid: 6666)
        }
        // At her own desk guesses are counted as well.
        for guess in 0..<5 {
            #expect(throws: HavreError.wrongPassphrase) { try attempt("guess \(guess)", uid: 1001) }
        }
        #expect(throws: HavreError.tooManyAttempts(waitSeconds: 2)) { try attempt("amina phrase", uid: 1001) }
        time.advance(seconds: 901)
        try attempt("amina phrase", uid: 7777)
    }

    @Test("A case that is not hers and one that is not there leave the same entries")
    func entries() throws {
        let house = try TestHouse()
        let vault = house.vault
        let (sylvie, _, louis, code) = try house.team()
        func acts(_ typed: String) throws -> [String] {
            let before = try vault.auditLog(case: nil, since: nil, sylvie).count
            #expect(throws: HavreError.notFound) { try vault.card(case: typed, louis) }
            return try vault.auditLog(case: nil, since: nil, sylvie).dropFirst(before).map(\.act)
        }
        #expect(try acts(code) == acts("no-such-11"))
    }

    @Test("No name passes for another's by letters of another alphabet, or by what nobody sees")
    func names() throws {
        let house = try TestHouse()
        let vault = house.vault
        let (sylvie, _, louis, _) = try house.team()
        for twin in ["\u{412}runo", "Su\u{43B}vie", "\u{421}laire", "Ann\u{3B1}"] {
            let rule = refusal { _ = try vault.invite(name: twin, role: "trainer", resets: false, sylvie) }
            #expect(rule == "Invalid", "\(twin)")
        }
        for honest in ["Ирина", "Αλέξης", "محمد", "李明", "Nguyễn", "O’Neil", "Mark Ирина"] {
            _ = try vault.invite(name: honest, role: "trainer", resets: false, sylvie)
        }
        func contact(_ name: String, _ organisation: String = "Cabinet") -> String? {
            refusal {
                _ = try vault.addContact(
                    ContactDraft(
                        name: name, organisation: organisation, kind: "lawyer", language: "fr", key: nil,
                        passphrase: true, checked: nil), louis)
            }
        }
        #expect(contact("Cabinet Martin") == nil)
        let twins = [
            "\u{421}abinet Martin", "Cabinet\u{200B}Martin", "Cabinet Martin\u{202E}", "Cab\u{1B}[2Jinet",
            "Cabinet \u{E0041}Martin", "Cabinet M\u{9B}31m",
        ]
        for twin in twins {
            #expect(contact(twin) == "Invalid", "\(twin.debugDescription)")
            #expect(contact("Somebody else", twin) == "Invalid", "\(twin.debugDescription)")
        }
        #expect(contact("محمد\u{200C}رضا") == nil)
    }

    private func refusal(_ body: () throws -> Void) -> String? { HavreError.name(of: body) }
}
