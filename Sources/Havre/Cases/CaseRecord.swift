import HavreAccess
import HavreCodec
import HavreForms
import HavreSecrets
import HavreStore

/// The record F01 of a case: each case has one. Status and risk stand there and nowhere else, and the card follows it;
/// it also names the colleagues who must never be let in.
extension Vault {
    /// The form F01.
    static let caseForm = "case"

    /// The newest version of the record F01; nil in a case that somebody made for its owner, until she has opened it.
    func caseRecord(_ inside: Inside) throws(HavreError) -> CaseIndex.Version? {
        try single(try Self.form(Self.caseForm), inside)
    }

    /// The newest version of the one record of such a form; nil where there is none.
    func single(_ form: Form, _ inside: Inside) throws(HavreError) -> CaseIndex.Version? {
        guard let compartment = Compartment(rawValue: form.compartment) else { return nil }
        let rows = inside.index.newest(in: compartment)
        // Rows are numbered as they were written.
        for row in rows.sorted(by: { $0.row > $1.row }) where try gist(row, inside).form == form.id {
            return row
        }
        return nil
    }

    /// The next version of the one record of a form, which says nothing of what stood there before: a night sheet is
    /// renewed whole.
    func renewed(_ form: Form, _ fields: JSON, _ inside: Inside) throws(HavreError) -> RecordPlan? {
        guard form.isSingle, let last = try single(form, inside), let compartment = last.compartment else {
            return nil
        }
        try inside.require(.read, compartment)
        let previous = RecordText.digest(of: try readWithText(last, inside).text)
        return RecordPlan(
            form: form, record: last.record, version: last.version + 1, previous: previous, fields: fields,
            compartment: compartment)
    }

    /// Whether this is the record F01, or is to become it.
    func isCaseRecord(_ record: Identifier, _ inside: Inside) throws(HavreError) -> Bool {
        try caseRecord(inside).map { $0.record == record } ?? true
    }

    /// The next version of the record F01; the first one says what the card says.
    func caseRecord(
        _ inside: Inside, _ today: Day, _ change: (inout [String: JSON]) -> Void
    ) throws(HavreError) -> RecordPlan {
        let form = try Self.form(Self.caseForm)
        guard let last = try caseRecord(inside) else {
            let card = try card(inside.file.caseID, inside.secrets)
            var fields: [String: JSON] = [
                "status": .string(card.status), "opened": .string(today.description),
                "risk_level": .string(card.risk),
            ]
            change(&fields)
            return RecordPlan(
                form: form, record: Random.identifier(), version: 1, previous: nil,
                fields: try Self.check(.object(fields), form, today), compartment: nil)
        }
        try inside.require(.read, .core)
        let (before, text) = try readWithText(last, inside)
        var fields = before.fields.object ?? [:]
        change(&fields)
        return RecordPlan(
            form: form, record: last.record, version: last.version + 1, previous: RecordText.digest(of: text),
            fields: try Self.check(.object(fields), form, today), compartment: .core)
    }

    /// The record F01 completed with these values; what they do not name stays.
    func caseRecord(
        with values: JSON, _ inside: Inside, _ today: Day
    ) throws(HavreError) -> RecordPlan {
        var before = JSON.null
        let plan = try caseRecord(inside, today) { fields in
            before = .object(fields)
            fields.merge(values.object ?? [:]) { $1 }
        }
        try Self.requireSameEnd(before, plan.fields)
        return plan
    }

    /// A caseworker for whom somebody else made the case writes its first record by opening it.
    func writeCaseRecord(_ code: String, _ inside: Inside) throws(HavreError) {
        guard inside.chain.owner == inside.session.person.person, try caseRecord(inside) == nil else {
            return
        }
        _ = try write(code, inside.session, "add") { inside, today throws(HavreError) in
            try caseRecord(with: [:], inside, today)
        }
    }

    /// - Throws: `needsApproval` when the record F01 names the colleague among those who must never be let in. Whoever
    ///   lets somebody into a case holds its secrets from custody, and is not shown the record.
    func requireNoConflict(
        _ member: Member, _ custody: (secrets: AreaSecrets, chain: Chain, index: CaseIndex)
    ) throws(HavreError) {
        let area = Area(custody.chain.caseID)
        for row in custody.index.newest(in: .core) {
            let text = try text(row, in: area, custody.secrets).text
            let record = try RecordText(
                text, row: row, caseID: area.id, chain: custody.chain, isVerified: false)
            let listed = (record.fields["conflict_list"]?.array ?? []).compactMap { $0["staff"]?.string }
            guard record.form == Self.caseForm, listed.contains(where: { Self.names($0, member) }) else {
                continue
            }
            throw .needsApproval("the case record lists this colleague among those who must never be let in")
        }
    }

    /// A reference to a colleague is her name, however written, or her id.
    private static func names(_ text: String, _ member: Member) -> Bool {
        Fold.key(text) == Fold.key(member.name.shown) || text == member.person.hex
    }

    /// Whether a status says that the file is finished.
    static func isEnded(_ status: String?) -> Bool { status?.hasPrefix("Closed") ?? false }

    /// - Throws: `invalid` when a version would end the case or open it again by the way.
    static func requireSameEnd(_ before: JSON, _ after: JSON) throws(HavreError) {
        guard isEnded(before["status"]?.string) == isEnded(after["status"]?.string) else {
            throw .invalid(
                field: "status",
                rule: "is changed by case archive and case reopen, which end a case and open it")
        }
    }
}
