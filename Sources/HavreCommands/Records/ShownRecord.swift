import HavreCodec
import HavreFormats
import HavreForms
import HavreWire

/// One version of a record as the daemon sent it: what it verified, and the fields that the client reads from the
/// signed text.
struct ShownRecord {
    let record: String
    let form: String
    let compartment: String
    let version: Int64
    let author: String
    let time: Int64
    let fields: JSON

    /// A record as it stands, for tests.
    init(
        record: String, form: String, compartment: String, version: Int64, author: String, time: Int64,
        fields: JSON
    ) {
        self.record = record
        self.form = form
        self.compartment = compartment
        self.version = version
        self.author = author
        self.time = time
        self.fields = fields
    }

    /// Reads an item of the answer to `Show`.
    /// - Throws: `Tampered` when the signed text says something else than the daemon.
    init(_ json: JSON) throws(Failure) {
        let text: String
        do throws(CodecError) {
            var facts = try Fields(json)
            record = try facts.string("record")
            form = try facts.string("form")
            compartment = try facts.string("compartment")
            version = try facts.int("version")
            author = try facts.string("author")
            time = try facts.int("time")
            text = try facts.string("sdjwt", max: SDJWT.byteCountMax)
        } catch {
            throw Failure(.internal, "fail.otherVersion", next: "next.versions")
        }
        let claims: JSON
        do throws(FormatError) {
            claims = try SDJWT(parsing: Array(text.utf8)).contentWithoutSignature().claims
        } catch {
            throw Failure(.tampered)
        }
        guard let fields = claims["fields"], fields.object != nil, claims["record"]?.string == record,
            claims["form"]?.string == form, claims["compartment"]?.string == compartment,
            claims["version"]?.int == version, claims["time"]?.int == time
        else { throw Failure(.tampered) }
        self.fields = fields
    }

    var json: JSON {
        [
            "record": .string(record), "form": .string(form), "compartment": .string(compartment),
            "version": .int(version), "author": .string(author), "time": .int(time), "fields": fields,
        ]
    }

    /// The record as people read it: a heading, then each field that is filled in.
    func text(_ desk: Desk) -> String {
        let form = Catalogue.shared.form(form)
        let title = form?.label(in: desk.language) ?? self.form
        let head = desk.texts.say(
            "say.recordHead",
            [
                "form": title, "record": desk.screen.shown(id: record), "version": String(version),
                "author": author,
                "time": desk.moments.time(time),
            ])
        return ([desk.screen.strong(head)] + FieldText(desk: desk).lines(fields, form: form)).joined(
            separator: "\n")
    }
}

/// The fields of a record in words: questions and labels of codes in the language of the reader, texts as written.
struct FieldText {
    let desk: Desk

    /// One line a field, more for long ones. Fields of a form that this program does not know keep their names.
    func lines(_ values: JSON, form: Form?) -> [String] {
        guard let form else { return unknown(values, indent: "  ") }
        let known = form.fields.flatMap { field in
            values[field.key].map { lines(field, $0, indent: "  ") } ?? []
        }
        let keys = Set(form.fields.map(\.key))
        let others = (values.object ?? [:]).filter { !keys.contains($0.key) }
        return known + unknown(.object(others), indent: "  ")
    }

    /// One field with its value.
    func lines(_ field: Field, _ value: JSON, indent: String) -> [String] {
        let label = indent + field.label(in: desk.language) + desk.texts.say("mark.colon")
        switch (field.type, value) {
        case (.sentences, .array(let items)):
            return [label]
                + items.enumerated().map { number, item in
                    indent + "  [\(number)] " + Text.escapedForTerminal(item.string ?? "")
                }
        case (.sub, .array(let rows)):
            return [label]
                + rows.enumerated().flatMap { number, row in
                    ["\(indent)  \(number + 1)."]
                        + field.sub.flatMap { inner in
                            row[inner.key].map { lines(inner, $0, indent: indent + "    ") } ?? []
                        }
                }
        case (.long, .string(let text)):
            let inner = Text.escapedForTerminal(text, lines: true).split(
                separator: "\n", omittingEmptySubsequences: false)
            return [label] + inner.map { indent + "  " + $0 }
        default: return [label + " " + word(field, value)]
        }
    }

    private func word(_ field: Field, _ value: JSON) -> String {
        switch value {
        case .bool(let yes): desk.texts.say(yes ? "say.yes" : "say.no")
        case .int(let number): String(number)
        case .string(let text):
            if let codes = field.codes {
                codes.label(text, in: desk.language)
            } else if field.type == .date {
                desk.moments.day(text)
            } else {
                Text.escapedForTerminal(text)
            }
        case .array(let items): items.map { word(field, $0) }.joined(separator: ", ")
        default: Text.escapedForTerminal(value.text)
        }
    }

    private func unknown(_ values: JSON, indent: String) -> [String] {
        (values.object ?? [:]).sorted { $0.key < $1.key }.map { key, value in
            indent + Text.escapedForTerminal(key) + desk.texts.say("mark.colon") + " "
                + Text.escapedForTerminal(value.string ?? value.text)
        }
    }
}
