import HavreCodec
import Testing

@testable import Havre

/// A note that its author keeps to herself for a time.
@Suite struct PrivateNoteTests {
    private let office: Office
    private var vault: Vault { office.vault }

    init() throws {
        office = try Office()
        try office.grant(["notes", "location"], ["read", "write", "redact-export"])
        _ = try vault.open(case: office.code, purpose: "appeal", office.louis)
    }

    private func note(_ fields: JSON, _ session: Session) throws -> Identifier {
        try vault.add(case: office.code, form: "note", fields: fields, session).record
    }

    private func seen(by session: Session) throws -> Set<Identifier> {
        Set(try vault.show(case: office.code, record: nil, version: nil, session).map(\.record))
    }

    private func expectHidden(_ record: Identifier, from session: Session, _ word: String) throws {
        let code = office.code
        #expect(try !seen(by: session).contains(record))
        #expect(
            try !vault.show(case: code, record: nil, version: nil, form: "note", session).map(\.record)
                .contains(record))
        for version: UInt32? in [nil, 1] {
            #expect(throws: HavreError.notFound) {
                try vault.show(case: code, record: record, version: version, session)
            }
        }
        #expect(throws: HavreError.notFound) { try vault.history(case: code, record: record, session) }
        #expect(throws: HavreError.notFound) {
            try vault.edit(case: code, record: record, fields: ["summary": "x"], session)
        }
        #expect(throws: HavreError.notFound) {
            try vault.record(beginning: String(record.hex.prefix(12)), case: code, session)
        }
        #expect(try vault.find(word, case: code, session).isEmpty)
    }

    @Test("A private note is its author's alone for 30 days, also where the highest level keeps it")
    func hidden() throws {
        for (word, raised) in [("marabout", nil), ("refuge", "location")] {
            var fields: [String: JSON] = ["summary": .string(word), "private_to_author": true]
            fields["raised_to"] = raised.map { .string($0) }
            let record = try note(.object(fields), office.amina)
            #expect(try seen(by: office.amina).contains(record))
            #expect(try vault.find(word, case: nil, office.amina).map(\.record) == [record])
            try expectHidden(record, from: office.louis, word)
        }
        // The owner of the case is somebody else as well.
        let his = try note(["summary": "doute", "private_to_author": true], office.louis)
        try expectHidden(his, from: office.amina, "doute")
        #expect(try seen(by: office.louis).contains(his))
    }

    @Test("After its time, or when its author says so, everybody reads a note who may read that part")
    func opened() throws {
        let (amina, louis, code) = (office.amina, office.louis, office.code)
        let kept = try note(["summary": "marabout", "private_to_author": true], amina)
        let shared = try note(["summary": "serment", "private_to_author": true], amina)
        _ = try vault.edit(case: code, record: shared, fields: ["summary": "serment"], amina)
        #expect(try seen(by: louis).isDisjoint(with: [kept]) && seen(by: louis).contains(shared))
        #expect(throws: HavreError.notFound) {
            try vault.show(case: code, record: shared, version: 1, louis)
        }
        office.time.advance(seconds: 29 * 86_400)
        let later = try office.house.unlock("Louis")
        _ = try vault.open(case: code, purpose: "appeal", later)
        #expect(try !seen(by: later).contains(kept))
        office.time.advance(seconds: 2 * 86_400)
        let last = try office.house.unlock("Louis")
        _ = try vault.open(case: code, purpose: "appeal", last)
        #expect(try seen(by: last).isSuperset(of: [kept, shared]))
        #expect(try vault.find("marabout", case: code, last).count == 1)
        #expect(try vault.check(nil).problems.isEmpty)
    }

    @Test("What others could read is hidden by nobody, and the time of a private note begins once")
    func hiddenOnce() throws {
        let (amina, louis, code) = (office.amina, office.louis, office.code)
        let hiding: JSON = ["summary": "marabout", "private_to_author": true]
        for session in [louis, amina] {
            #expect(throws: HavreError.self) {
                try vault.edit(case: code, record: office.note, fields: hiding, session)
            }
        }
        #expect(try seen(by: amina).contains(office.note) && seen(by: louis).contains(office.note))
        let kept = try note(hiding, amina)
        office.time.advance(seconds: 29 * 86_400)
        let later = try office.house.unlock("Amina")
        _ = try vault.open(case: code, purpose: "visit", later)
        _ = try vault.edit(case: code, record: kept, fields: hiding, later)
        office.time.advance(seconds: 2 * 86_400)
        let last = try office.house.unlock("Louis")
        _ = try vault.open(case: code, purpose: "appeal", last)
        #expect(try seen(by: last).contains(kept))
        #expect(try vault.edit(case: code, record: kept, fields: hiding, last).version == 3)
        #expect(try seen(by: last).contains(kept))
    }

    @Test("No entry says that somebody opened a note which was kept from her") func noEntry() throws {
        let record = try note(["summary": "marabout", "private_to_author": true], office.amina)
        _ = try vault.show(case: office.code, record: nil, version: nil, office.louis)
        _ = try vault.find("marabout", case: office.code, office.louis)
        let receipt = try vault.revoke(case: office.code, name: "Louis", office.sylvie)
        #expect(!receipt.opened.contains { $0.record == record })
    }
}
