import HavreCodec
import HavreForms
import HavreWire

/// `havre forms [FORM]`: what can be written down, and where it lies. It needs neither daemon nor session.
struct FormsVerb: Verb {
    static let row = Row("forms", .records, [Operand("FORM", isRequired: false)], exits: [6])

    private let name: String?

    init(_ arguments: Arguments) throws(Failure) { name = arguments.operand(0) }

    func run(_ desk: Desk) throws(Failure) {
        guard let name else {
            return try desk.screen.answer(Catalogue.shared.describe(in: desk.language)) { list(desk) }
        }
        let form = try RecordInput.form(name)
        try desk.screen.answer(form.describe(in: desk.language)) { page(form, desk) }
    }

    private func list(_ desk: Desk) -> String {
        var table = Table(["form", "name", "compartment"].map { desk.texts.say("column." + $0) })
        for form in Catalogue.shared.forms {
            table.add([form.id, form.label(in: desk.language), form.compartment])
        }
        return table.text(desk.screen)
    }

    private func page(_ form: Form, _ desk: Desk) -> String {
        var table = Table(
            ["field", "type", "name", "sensitivity"].map { desk.texts.say("column." + $0) })
        for field in form.fields {
            table.add([
                field.key + (field.required ? " *" : ""), field.type.rawValue,
                field.label(in: desk.language), field.sensitivity.rawValue,
            ])
        }
        let head = desk.texts.say(
            "say.formHead", ["form": form.label(in: desk.language), "compartment": form.compartment])
        // What may be written in JSON; the long lists (countries, languages) are those of ISO.
        let codes = form.fields.compactMap { field -> String? in
            guard let codes = field.codes?.codes, codes.count <= 40 else { return nil }
            return "  " + field.key + desk.screen.colon + " " + codes.joined(separator: ", ")
        }
        let list = codes.isEmpty || desk.screen.isJSON ? [] : ["", desk.texts.say("say.formCodes")] + codes
        return ([desk.screen.strong(head), table.text(desk.screen)] + list).joined(separator: "\n")
    }
}

/// `havre add CASE FORM`: writes a record.
struct Add: Verb {
    static let row = Row(
        "add", .records, [.caseName, Operand("FORM", isRequired: false)],
        TextSource.options, isSecret: true, exits: [3, 4, 6, 8])

    private let name: String
    private let form: String?
    private let source: TextSource

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        form = arguments.operand(1)
        source = try TextSource(arguments)
    }

    func run(_ desk: Desk) throws(Failure) {
        if form == nil, desk.person() == nil { throw .usage("usage.needed", ["option": "FORM"]) }
        let given = try form.map { name throws(Failure) in try RecordInput.form(name) }
        let name = try desk.daemon().caseName(name)
        let saving = try Saving(desk, case: name)
        let form = if let given { given } else { try RecordInput.form(try choice(desk)) }
        guard source.from == nil, let person = desk.person() else {
            let fields = try RecordInput(desk: desk).fields(form, from: source.from)
            return try Written.say(try Written.add(fields, form, to: name, saving), form, fields, desk)
        }
        if form.isSingle, let record = try single(form, name, desk) {
            let correction = Correction(
                desk: desk, person: person, saving: saving, caseName: name, inEditor: source.inEditor)
            let saved = try correction.run(record: record)
            return try Written.say(saved.answer, saved.form, saved.fields, desk)
        }
        try desk.requireWriting(to: form.compartments, of: name)
        var fields: JSON = .object([:])
        while true {
            fields = try RecordInput(desk: desk).fields(
                form, from: nil, old: fields, inEditor: source.inEditor)
            do throws(Failure) {
                return try Written.say(try Written.add(fields, form, to: name, saving), form, fields, desk)
            } catch {
                // What she typed stands there when she is asked again.
                guard error.fault == .invalid else { throw error }
                person.show(desk.texts.message(error) + "\n")
            }
        }
    }

    /// The one record of that form: adding to it corrects it.
    private func single(_ form: Form, _ name: String, _ desk: Desk) throws(Failure) -> String? {
        try desk.requireWriting(to: Set(Catalogue.shared.compartments.map(\.id)), of: name)
        let items = try desk.daemon().gather(
            "Show", ["case": .string(name), "form": .string(form.id)], list: "records")
        return items.last?["record"]?.string
    }

    private func choice(_ desk: Desk) throws(Failure) -> String {
        guard let person = desk.person() else { throw .usage("usage.needed", ["option": "FORM"]) }
        let forms = Catalogue.shared.forms.filter { $0.id != "case" }
        return try desk.choose("ask.form", among: forms.map(\.id), person: person) { id in
            forms.first { $0.id == id }?.label(in: desk.language) ?? id
        }
    }
}

/// What `add`, `note` and `edit` have in common.
enum Written {
    static func add(
        _ fields: JSON, _ form: Form, to name: String, _ saving: Saving
    ) throws(Failure) -> Answer {
        do throws(Failure) {
            return try saving.act(
                "Add", ["case": .string(name), "form": .string(form.id), "fields": fields])
        } catch {
            throw error.about(form).advising("next.form", when: .invalid)
        }
    }

    static func say(_ answer: Answer, _ form: Form, _ fields: JSON, _ desk: Desk) throws(Failure) {
        try desk.screen.answer(answer.news()) {
            var lines = [
                desk.texts.say(
                    "say.written",
                    [
                        "form": form.label(in: desk.language),
                        "record": desk.screen.shown(id: answer.parameters["record"]?.string ?? ""),
                        "version": String(answer.parameters["version"]?.int ?? 0),
                    ])
            ]
            // What a script does not name of a case's record stands there already.
            let missing = form.id == "case" ? [] : form.missingRequired(fields)
            if !missing.isEmpty {
                // Of a part that repeats, its own name: "children[0].name" is no word of hers.
                let keys = Set(missing.map { String($0.prefix { $0 != "[" }) })
                let labels = form.fields.filter { keys.contains($0.key) }.map {
                    $0.label(in: desk.language)
                }
                lines.append(desk.texts.say("say.incomplete", ["fields": labels.joined(separator: ", ")]))
            }
            return lines.joined(separator: "\n")
        }
    }
}

/// `havre note CASE`: a note of today, typed or from standard input.
struct Note: Verb {
    static let row = Row(
        "note", .records, [Operand("CASE", isRequired: false)],
        TextSource.options, isSecret: true, exits: [3, 4, 6, 8])

    private let name: String?
    private let source: TextSource

    init(_ arguments: Arguments) throws(Failure) {
        name = arguments.operand(0)
        source = try TextSource(arguments)
    }

    func run(_ desk: Desk) throws(Failure) {
        let form = try RecordInput.form("note")
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        let saving = try Saving(desk, case: name)
        let input = RecordInput(desk: desk)
        let text: String
        if source.from == nil, let person = desk.person() {
            try desk.requireWriting(to: [form.compartment], of: name)
            text = try typed(desk, person)
        } else {
            text = try Self.text(try Input.bytes(source.from ?? "-"))
        }
        let fields: JSON = ["date": .string(input.today.description), "summary": .string(text)]
        try input.check(fields, form)
        try Written.say(try Written.add(fields, form, to: name, saving), form, fields, desk)
    }

    private static func text(_ bytes: [UInt8]) throws(Failure) -> String {
        guard var text = String(validating: bytes, as: UTF8.self) else { throw .usage("usage.notText") }
        while text.last?.isWhitespace == true { text.removeLast() }
        guard !text.isEmpty else { throw .usage("usage.emptyInput") }
        return text
    }

    private func typed(_ desk: Desk, _ person: any Person) throws(Failure) -> String {
        if source.inEditor { return try Self.text(Array(try Editor(desk: desk).edit("").utf8)) }
        person.show(desk.texts.say("ask.note") + "\n")
        let lines = try desk.lines(person)
        return try Self.text(Array(lines.joined(separator: "\n").utf8))
    }
}

/// `havre edit CASE RECORD`: a new version of a record.
struct Edit: Verb {
    static let row = Row(
        "edit", .records, [.caseName, .record], TextSource.options,
        isSecret: true, exits: [3, 4, 6, 8, 9])

    private let name, record: String
    private let source: TextSource

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        record = try arguments.required(1)
        source = try TextSource(arguments)
    }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        let saving = try Saving(desk, case: name)
        let record = try daemon.recordName(record)
        if source.from == nil, let person = desk.person() {
            let correction = Correction(
                desk: desk, person: person, saving: saving, caseName: name, inEditor: source.inEditor)
            let saved = try correction.run(record: record)
            return try Written.say(saved.answer, saved.form, saved.fields, desk)
        }
        let parameters: [String: JSON] = [
            "case": .string(name), "record": .string(record),
            "fields": try Input.json(source.from ?? "-"),
        ]
        let answer: Answer
        do throws(Failure) { answer = try saving.act("Edit", parameters) } catch {
            throw error.advising("next.form", when: .invalid)
        }
        try desk.screen.answer(answer.news()) {
            desk.texts.say(
                "say.edited",
                [
                    "record": desk.screen.shown(id: record),
                    "version": String(answer.parameters["version"]?.int ?? 0),
                ])
        }
    }
}
