import HavreCodec
import HavreForms
import HavreSystem
import HavreWire

/// Where the fields of a record come from: a file, standard input, or questions at the terminal.
struct RecordInput {
    let desk: Desk

    /// The form of that name.
    static func form(_ name: String) throws(Failure) -> Form {
        guard let form = Catalogue.shared.form(name) else {
            throw Failure(.notFound, "fail.noForm", ["form": name], next: "next.forms")
        }
        return form
    }

    /// Fields that were read or asked for, checked here so that a mistake is named in the reader's language; the
    /// daemon checks them again.
    /// - Parameter inEditor: The whole form in the person's editor, instead of question by question.
    func fields(
        _ form: Form, from path: String?, old: JSON = .object([:]), inEditor: Bool = false
    ) throws(Failure) -> JSON {
        let values: JSON
        if let path {
            values = try Input.json(path)
        } else if let person = desk.person() {
            let filling = FormFilling(desk: desk, person: person, today: today)
            guard inEditor else { return try filled(filling, form, old, person) }
            return try FormSheet(form: form, filling: filling).edit(old) { values throws(Failure) in
                try check(values, form)
            }
        } else {
            values = try Input.json("-")
        }
        return try checked(values, form)
    }

    /// Asks until the answers fit each other: a date before another one is named, with all of them before her.
    private func filled(
        _ filling: FormFilling, _ form: Form, _ old: JSON, _ person: any Person
    ) throws(Failure) -> JSON {
        var values = old
        while true {
            values = try filling.fill(form, values)
            do throws(Failure) { return try checked(values, form) } catch {
                guard error.fault == .invalid else { throw error }
                person.show(desk.texts.message(error) + "\n")
            }
        }
    }

    private func checked(_ values: JSON, _ form: Form) throws(Failure) -> JSON {
        try check(values, form)
        return values
    }

    /// - Throws: `Invalid` naming the field and the rule.
    func check(_ values: JSON, _ form: Form) throws(Failure) {
        do throws(FormError) {
            _ = try form.check(values, today: today)
        } catch {
            throw Failure(error, of: form).advising("next.form", when: .invalid)
        }
    }

    /// Today in the time zone of this machine.
    var today: Day {
        let now = Instant(seconds: desk.world.clock.now())
        let offset = (try? LocalTime(seconds: now.seconds))?.offsetSeconds ?? 0
        return now.day(offsetSeconds: offset)
    }
}
