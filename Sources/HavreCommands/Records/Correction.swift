import HavreCodec
import HavreForms
import HavreWire

/// A record that somebody corrects at a terminal. Where a colleague has saved another version meanwhile, nothing that
/// either of them wrote is lost unseen: what only one of them changed is kept, what both changed is asked.
struct Correction {
    let desk: Desk
    let person: any Person
    let saving: Saving
    let caseName: String
    let inEditor: Bool

    /// Asks for the fields and saves them.
    /// - Parameter record: The id of the record, or its first digits.
    /// - Returns: The answer of the daemon, the form and what was saved.
    func run(record: String) throws(Failure) -> (answer: Answer, form: Form, fields: JSON) {
        // Opened if it is not; which part the record lies in is known once it is read.
        try saving.desk.requireWriting(to: Set(Catalogue.shared.compartments.map(\.id)), of: caseName)
        var base = try newest(record)
        try saving.desk.requireWriting(to: [base.compartment], of: caseName)
        let form = try RecordInput.form(base.form)
        var fields = try ask(form, base.fields)
        while true {
            let parameters: [String: JSON] = [
                "case": .string(caseName), "record": .string(base.record), "version": .int(base.version),
                "fields": fields,
            ]
            do throws(Failure) { return (try saving.act("Edit", parameters), form, fields) } catch {
                if error.fault == .invalid {
                    // Nothing that she typed is lost: she is asked again, with it before her.
                    let refusal = error.about(form).advising("next.form", when: .invalid)
                    person.show(desk.texts.message(refusal) + "\n")
                    fields = try ask(form, fields)
                    continue
                }
                guard error.fault == .busy else { throw error.about(form) }
                let now = try newest(base.record)
                guard now.version > base.version else {
                    try saving.goOn(error, person)
                    continue
                }
                fields = try meet(form, fields, base, now)
                base = now
            }
        }
    }

    private func newest(_ record: String) throws(Failure) -> ShownRecord {
        let items = try desk.daemon().gather(
            "Show", ["case": .string(caseName), "record": .string(record)], list: "records")
        guard let item = items.first else { throw Failure(.notFound) }
        return try ShownRecord(item)
    }

    private func ask(_ form: Form, _ old: JSON) throws(Failure) -> JSON {
        try RecordInput(desk: desk).fields(form, from: nil, old: old, inEditor: inEditor)
    }

    /// What she typed, on top of what a colleague has saved meanwhile.
    private func meet(
        _ form: Form, _ mine: JSON, _ base: ShownRecord, _ now: ShownRecord
    ) throws(Failure) -> JSON {
        let keys = form.fields.map(\.key)
        let changed = keys.filter { mine[$0] != base.fields[$0] }
        let both = changed.filter { now.fields[$0] != base.fields[$0] && now.fields[$0] != mine[$0] }
        var merged = now.fields.object ?? [:]
        for key in changed { merged[key] = mine[key] }
        person.show(desk.texts.say("edit.meanwhile", ["name": now.author]) + "\n")
        guard !both.isEmpty else { return .object(merged) }
        let theirs = (now.fields.object ?? [:]).filter { both.contains($0.key) }
        let lines = FieldText(desk: desk).lines(.object(theirs), form: form)
        person.show(([desk.texts.say("edit.both")] + lines).joined(separator: "\n") + "\n")
        if try desk.agrees(person, "edit.replace") { return .object(merged) }
        // Back to the questions, with both versions before her: what she typed stands there.
        return try ask(form, .object(merged))
    }
}
