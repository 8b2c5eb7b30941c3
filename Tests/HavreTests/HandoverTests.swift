import HavreAccess
import HavreCodec
import HavreForms
import HavreSecrets
import HavreStore
import Testing

@testable import Havre

/// What a person who lost her passphrase had, and who has it afterwards.
@Suite struct HandoverTests {
    private let house: TestHouse
    private let sylvie: Session
    private let amina: Session
    private var vault: Vault { house.vault }

    init() throws {
        house = try TestHouse(inMemory: true)
        sylvie = try house.unlock("Sylvie")
        amina = try house.hire("Amina", "caseworker", by: sylvie)
    }

    private func enter(_ name: String, _ phrase: String) throws -> Enrolled {
        let invited = try vault.invite(name: name, role: nil, resets: true, sylvie)
        return try vault.enrol(
            name: name, code: SecretBytes(copying: Array(invited.code.utf8)),
            passphrase: SecretBytes(copying: Array(phrase.utf8)), keyFile: nil, lang: nil)
    }

    private func unlock(_ name: String, _ phrase: String) throws -> Session {
        try vault.unlock(name: name, passphrase: SecretBytes(copying: Array(phrase.utf8)), keyFile: nil)
            .session
    }

    /// A case of somebody else's for which Amina stands in, and on which she has a grant.
    private func caseOfNora() throws -> String {
        let nora = try house.hire("Nora", "caseworker", by: sylvie)
        let code = try vault.newCase(owner: nil, backup: "Amina", risk: nil, lang: nil, nora)
        let request = GrantRequest(
            name: "Amina", compartments: ["notes"], rights: ["read"], until: nil, purpose: "handover")
        _ = try vault.grant(case: code, request, sylvie)
        return code
    }

    @Test("Who stands in for an owner goes on doing so under her new keys")
    func backup() throws {
        let code = try caseOfNora()
        let enrolled = try enter("Amina", "fresh phrase")
        _ = try vault.confirm(name: "Amina", words: enrolled.words, sylvie)
        let caseID = try #require(try vault.caseID(code, sylvie))
        let chain = try vault.custody(caseID, sylvie).chain
        let directory = try vault.directory(sylvie)
        #expect(chain.backup.flatMap { directory.active($0) }?.name.shown == "Amina")
        let again = try unlock("Amina", "fresh phrase")
        #expect(try vault.card(case: code, again).backup == "Amina")
    }

    @Test("A reset that nobody confirmed, and a second one after it, lose no case")
    func resetTwice() throws {
        let own = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        let other = try caseOfNora()
        _ = try enter("Amina", "somebody else's phrase")
        let enrolled = try enter("Amina", "fresh phrase")
        _ = try vault.confirm(name: "Amina", words: enrolled.words, sylvie)
        let again = try unlock("Amina", "fresh phrase")
        #expect(Set(try vault.cases(again).map(\.code)) == [own, other])
        _ = try vault.open(case: own, purpose: "visit", again)
    }

    @Test("A handing over that was cut short goes on when the same words are confirmed again")
    func cutShort() throws {
        let own = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        let other = try caseOfNora()
        let enrolled = try enter("Amina", "fresh phrase")
        _ = try vault.confirmEntry(try StaffName("Amina"), enrolled.words, sylvie)
        let again = try unlock("Amina", "fresh phrase")
        #expect(try vault.cases(again).isEmpty)
        #expect(throws: HavreError.self) {
            try vault.confirm(name: "Amina", words: "one two three four five six", sylvie)
        }
        for _ in 0..<2 { _ = try vault.confirm(name: "Amina", words: enrolled.words, sylvie) }
        #expect(Set(try vault.cases(again).map(\.code)) == [own, other])
        let caseID = try #require(try vault.caseID(other, sylvie))
        // Nobody is on the case twice.
        #expect(try vault.custody(caseID, sylvie).chain.grants.count == 1)
        #expect(try vault.check(nil).problems.isEmpty)
    }

    @Test("A supervisor who was reset by two has no slot any more that opens the gate")
    func slotOfAReplacedSupervisor() throws {
        let brigitte = try house.hire("Brigitte", "supervisor", by: sylvie)
        #expect(try vault.store.hasSlot(brigitte.person.person))
        try resetByTwo(brigitte)
        #expect(try !vault.store.hasSlot(brigitte.person.person))
        vault.panic()
        #expect(throws: HavreError.self) { try house.unlock("Brigitte") }
        #expect(!vault.isServing)
        _ = try house.unlock("Sylvie")
    }

    /// The invitation with two signatures, which no verb makes yet, and the entry.
    private func resetByTwo(_ old: Session) throws {
        let (code, text) = try InvitationCode.make()
        let person = Random.identifier()
        _ = try vault.commit(vault.event("staff reset", sylvie)) { draft, event throws(HavreError) in
            let directory = try vault.directory(sylvie)
            let expires = event.time.adding(seconds: 1_000)
            let matter = DirectoryLink.invitation(
                DirectoryLink.Invitation(
                    person: person, name: old.person.name, role: .supervisor,
                    keys: PublicKeys(sign: code.sign.publicKey, box: code.box.publicKey), expires: expires,
                    resets: old.person.person))
            let said = try sylvie.person.say(
                matter.kind, matter.body(directory.next(by: sylvie.person.person, at: event.time)))
            let statement: Statement
            do { statement = try said.signed(by: old.person.sign) } catch { throw .failed("signing") }
            let secrets = try vault.secrets(of: .directory, sylvie)
            try vault.append(statement, to: directory, &draft, secrets)
            let invitation = Invitation(
                codeTag: code.tag, person: person, inviter: sylvie.person.person, name: old.name,
                role: "supervisor", expires: expires,
                box: code.box.publicKey.seal(secret: secrets.packed()))
            try draft.put(.invitation(invitation), in: .house)
        }
        _ = try vault.enrol(
            name: old.name, code: SecretBytes(copying: Array(text.utf8)),
            passphrase: SecretBytes(copying: Array("another phrase".utf8)), keyFile: nil, lang: nil)
    }
}
