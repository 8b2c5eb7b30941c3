import HavreCodec
import HavreSystem
import Testing

@testable import Havre

/// The record F01: one a case, the truth about status and risk, and the list of whom nobody lets in.
@Suite struct CaseRecordTests {
    private let office: Office
    private var vault: Vault { office.vault }

    init() throws { office = try Office() }

    private func caseRecords(_ code: String, _ session: Session) throws -> [Shown] {
        try vault.show(case: code, record: nil, version: nil, form: "case", session)
    }

    private func card(_ code: String, _ session: Session) throws -> CaseLine {
        try #require(try vault.cases(session).first { $0.code == code })
    }

    private func complete() throws {
        let fields: JSON = ["kind": "follow_up", "date": "2026-01-01", "text": ["She arrived."]]
        _ = try vault.edit(case: office.code, record: office.statement, fields: fields, office.amina)
    }

    private func supervisorsCase(risk: String) throws -> String {
        let code = try vault.newCase(
            owner: "Amina", backup: nil, risk: risk, lang: nil, office.sylvie)
        _ = try vault.open(case: code, purpose: "visit", office.amina)
        return code
    }

    @Test("Adding to the record of a case completes the one there is, and what it does not name stays")
    func oneRecord() throws {
        let (amina, code) = (office.amina, office.code)
        let first = try #require(try caseRecords(code, amina).first)
        let added = try vault.add(
            case: code, form: "case", fields: ["programme": ["child"], "risk_level": "medium"], amina)
        #expect(added.record == first.record && added.version == 2)
        let records = try caseRecords(code, amina)
        #expect(records.count == 1)
        let history = try vault.history(case: code, record: first.record, amina)
        #expect(history.last?.changed == ["programme", "risk_level"])
        #expect(try card(code, amina).risk == "medium" && card(code, amina).status == "Active")
    }

    @Test("No version of the record ends a case or opens it again by the way") func endsByVerbs() throws {
        let (amina, code) = (office.amina, office.code)
        let record = try #require(try caseRecords(code, amina).first).record
        let rule = "is changed by case archive and case reopen, which end a case and open it"
        let refusal = HavreError.invalid(field: "status", rule: rule)
        for status in ["Closed", "ClosedReferred"] {
            let fields: JSON = ["status": .string(status), "opened": "2026-01-01", "risk_level": "low"]
            #expect(throws: refusal) { try vault.edit(case: code, record: record, fields: fields, amina) }
            #expect(throws: refusal) { try vault.add(case: code, form: "case", fields: fields, amina) }
        }
        let followed: JSON = ["status": "FollowUp", "opened": "2026-01-01", "risk_level": "low"]
        _ = try vault.edit(case: code, record: record, fields: followed, amina)
        #expect(try card(code, amina).status == "FollowUp")
        try complete()
        #expect(try vault.archive(case: code, amina).record == record)
        #expect(throws: refusal) { try vault.edit(case: code, record: record, fields: followed, amina) }
        #expect(throws: refusal) { try vault.edit(case: code, record: record, fields: [:], amina) }
        #expect(try card(code, amina).status == "Closed")
        _ = try vault.reopen(case: code, amina)
        #expect(try card(code, amina).status == "Active")
    }

    @Test(
        "Who opens a case that somebody made for her writes its first record, which says what the card says")
    func firstRecord() throws {
        let code = try supervisorsCase(risk: "medium")
        let records = try caseRecords(code, office.amina)
        #expect(records.count == 1 && records.first?.author == "Amina")
        #expect(records.first?.text.isEmpty == false)
        _ = try vault.archive(case: code, office.amina)
        let card = try card(code, office.amina)
        #expect(card.risk == "medium" && card.status == "Closed")
        _ = try vault.open(case: code, purpose: "visit", office.amina)
        #expect(try caseRecords(code, office.amina).first?.version == 2)
    }

    @Test("A case has one night sheet: what is added renews it whole") func nightSheet() throws {
        let (amina, code) = (office.amina, office.code)
        let old: JSON = ["code": "Iris", "threat": "He knows the street.", "medical_alert": "Asthma."]
        let first = try vault.add(case: code, form: "night", fields: old, amina)
        let second = try vault.add(
            case: code, form: "night", fields: ["code": "Iris", "threat": "He has gone."], amina)
        #expect(second.record == first.record && second.version == 2)
        let shown = try vault.show(case: code, record: nil, version: nil, form: "night", amina)
        #expect(shown.map(\.version) == [2])
        #expect(
            try vault.history(case: code, record: first.record, amina).last?.changed
                == ["medical_alert", "threat"])
    }

    @Test("A case does not end while something required is missing in it") func endsComplete() throws {
        let (amina, code) = (office.amina, office.code)
        let rule = "is required in statement before the case may end (record \(office.statement.hex))"
        #expect(throws: HavreError.invalid(field: "kind", rule: rule)) {
            try vault.archive(case: code, amina)
        }
        #expect(try card(code, amina).status == "Active")
        try complete()
        _ = try office.attach(byteCount: 10)
        _ = try vault.archive(case: code, amina)
        #expect(try card(code, amina).status == "Closed", "nobody is asked of what kind a file is")
    }

    @Test("Whom the record lists as never to be let in is let in by no grant and no assignment")
    func conflict() throws {
        let (amina, code, sylvie) = (office.amina, office.code, office.sylvie)
        let karim = try office.house.hire("Karim", "caseworker", by: sylvie)
        let listed: JSON = [["staff": "  LOUIS "], ["staff": .string(karim.person.person.hex)]]
        _ = try vault.add(case: code, form: "case", fields: ["conflict_list": listed], amina)
        let refusal = HavreError.needsApproval(
            "the case record lists this colleague among those who must never be let in")
        #expect(throws: refusal) { try office.grant(["evidence"]) }
        #expect(throws: refusal) { try vault.assign(case: code, owner: "Karim", backup: nil, sylvie) }
        #expect(throws: refusal) { try vault.assign(case: code, owner: nil, backup: "Karim", sylvie) }
        #expect(try vault.cases(office.louis).isEmpty)
        // A later version without the list lets him in again.
        let record = try #require(try caseRecords(code, amina).first).record
        _ = try vault.edit(
            case: code, record: record,
            fields: ["status": "Active", "opened": "2026-01-01", "risk_level": "low"], amina)
        try office.grant(["evidence"])
        #expect(try vault.cases(office.louis).count == 1)
    }
}
