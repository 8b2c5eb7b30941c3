import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import Testing

@testable import Havre

/// Whoever holds the key of a compartment can seal what she likes under it; nobody believes it.
@Suite struct RecordForgeryTests {
    private let house: TestHouse
    private let sylvie, amina, louis: Session
    private let code: String
    private let caseID: Identifier

    init() throws {
        house = try TestHouse(inMemory: true)
        (sylvie, amina, louis, code) = try house.team()
        caseID = try #require(try house.vault.caseID(code, sylvie))
        let request = GrantRequest(
            name: "Louis", compartments: ["notes"], rights: ["read", "write"], until: nil, purpose: "appeal")
        _ = try house.vault.grant(case: code, request, sylvie)
        for (session, form) in [(amina, "note"), (louis, "note")] {
            _ = try house.vault.open(case: code, purpose: "visit", session)
            _ = try house.vault.add(case: code, form: form, fields: ["summary": "true"], session)
        }
    }

    private func key(_ session: Session) throws -> SigningKey {
        try #require(try house.vault.ringKey(caseID, session)?.authorKey)
    }

    private func right(_ session: Session) throws -> Digest {
        try #require(try house.vault.custody(caseID, sylvie).chain.right(of: session.person.person))
    }

    /// Puts a version into the case as a daemon that somebody rewrote could, with every key of the case.
    private func plant(
        author: Session, key: SigningKey, right: Digest, _ compartment: Compartment = .notes
    ) throws -> Identifier {
        let vault = house.vault
        let record = Random.identifier()
        let fields: JSON = ["summary": "planted"]
        let text = try RecordText(
            record: record, form: "note", version: 1, caseID: caseID, compartment: compartment,
            previous: nil, author: author.person.person, time: vault.now, right: right, fields: fields
        ).signed(by: key)
        let secrets = try vault.custody(caseID, sylvie).secrets
        let (generation, secret) = try #require(secrets.newestKey(compartment.rawValue))
        let thumbprint = Author.thumbprint(key.publicKey)
        let place = Sheet.Place(
            vault: vault.id, area: caseID, secret: compartment.rawValue, generation: generation, id: record,
            number: 1, author: thumbprint)
        let sealed = try Sheet.seal(text.bytes, at: place, under: secret)
        let gist = Seal.seal(
            try Gist(form: "note", time: vault.now, fields: fields).encoded(), under: sealed.key,
            place.gistContext)
        _ = try vault.commit(vault.event("add", louis)) { draft, _ throws(HavreError) in
            try draft.put(
                .version(
                    sealed.head, record: record, version: 1, author: author.person.person,
                    thumbprint: thumbprint,
                    receipt: RowFacts.Receipt(since: 0, salt: [UInt8](repeating: 0, count: 16)), gist: gist),
                body: .sealed(sealed.body), in: Area(caseID))
        }
        return record
    }

    @Test("A record is believed of nobody but who signed it, by a right that the chain gave her to its part")
    func forged() throws {
        let (hers, his) = (try key(amina), try key(louis))
        let (owner, grant) = (try right(amina), try right(louis))
        let good = try plant(author: louis, key: his, right: grant)
        #expect(try house.vault.show(case: code, record: good, version: nil, amina).count == 1)
        let forgeries = [
            ("in her name, under his key", try plant(author: amina, key: his, right: owner)),
            ("in his name, under her key", try plant(author: louis, key: hers, right: grant)),
            ("in a part that he may not write", try plant(author: louis, key: his, right: grant, .core)),
            ("by a right that is somebody else's", try plant(author: louis, key: his, right: owner)),
            ("by a right that nobody gave", try plant(author: louis, key: his, right: Digest.zero)),
            ("under a key that no link certifies", try plant(author: louis, key: SigningKey(), right: grant)),
        ]
        for (what, record) in forgeries {
            #expect(throws: HavreError.tampered, "\(what)") {
                try house.vault.show(case: code, record: record, version: nil, amina)
            }
        }
    }
}
