import Foundation
import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem
import Testing

@testable import Havre

/// Amina's case with a statement and a note, and Louis, who is to be given less.
struct Office {
    let house: TestHouse
    let time = TestClock()
    let sylvie: Session
    let amina: Session
    let louis: Session
    let code: String
    let statement: Identifier
    let note: Identifier
    var vault: Vault { house.vault }

    init() throws {
        house = try TestHouse(clock: time.clock, inMemory: true)
        sylvie = try house.unlock("Sylvie")
        amina = try house.hire("Amina", "caseworker", by: sylvie)
        louis = try house.hire("Louis", "legal", by: sylvie)
        code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        _ = try house.vault.open(case: code, purpose: "visit", amina)
        statement = try house.vault.add(
            case: code, form: "statement", fields: ["text": ["She arrived."]], amina
        ).record
        note = try house.vault.add(case: code, form: "note", fields: ["summary": "Quiet."], amina).record
    }

    func grant(_ compartments: [String], _ rights: [String] = ["read"], until: Day? = nil) throws {
        let request = GrantRequest(
            name: "Louis", compartments: compartments, rights: rights, until: until, purpose: "appeal")
        _ = try vault.grant(case: code, request, sylvie)
    }

    /// A file of Amina's.
    func attach(byteCount: Int) throws -> Identifier {
        let path = house.folder.appendingPathComponent("file")
        try Data(count: byteCount).write(to: path)
        let file = try Descriptor.open(path.path, [.read])
        return try vault.attach(case: code, title: nil, file: file, amina).attachment
    }

    /// Tries every act; none may go well.
    func expectNothing(_ session: Session, _ why: String) {
        let target = Acts.Target(code: code, record: statement, attachment: Identifier.zero)
        for act in Acts.reading + Acts.writing where act.name != "close" {
            #expect(refusal { try act.run(vault, target, session) } == "NotFound", "\(why): \(act.name)")
        }
        #expect((try? vault.cases(session))?.isEmpty ?? true, "\(why)")
    }
}
