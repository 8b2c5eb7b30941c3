import HavreCodec
import HavreSecrets
import Testing

@testable import Havre

@Suite struct InvitationTests {
    private func enrol(_ house: TestHouse, _ invited: Invited) throws -> Enrolled {
        try house.vault.enrol(
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
}
