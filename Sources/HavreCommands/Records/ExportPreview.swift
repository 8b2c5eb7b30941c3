import HavreCodec
import HavreForms

/// What would leave and what would stay, as whoever redacts reads it: each record with its fields and sentences in
/// words, what is withheld marked. For people only; scripts get the lists.
struct ExportPreview {
    private let desk: Desk
    /// In the order of the lists.
    private let ids: [String]
    private let records: [String: ShownRecord]
    private let disclosed, withheld: [JSON]

    /// Reads the records that are named, once each.
    /// - Parameter said: the answer to `Export` with its lists `disclosed` and `withheld`.
    init(_ said: JSON, of caseName: String, _ daemon: Conversation, _ desk: Desk) throws(Failure) {
        self.desk = desk
        disclosed = said["disclosed"]?.array ?? []
        withheld = said["withheld"]?.array ?? []
        var ids: [String] = []
        var records: [String: ShownRecord] = [:]
        for id in (disclosed + withheld).compactMap({ $0["record"]?.string }) where !ids.contains(id) {
            ids.append(id)
            let found = try daemon.gather(
                "Show", ["case": .string(caseName), "record": .string(id)], list: "records")
            if let item = found.first { records[id] = try ShownRecord(item) }
        }
        self.ids = ids
        self.records = records
    }

    /// A heading for each record, then a line for each field and sentence.
    var lines: [String] {
        ids.flatMap { id in
            let own = { (parts: [JSON]) in parts.filter { $0["record"]?.string == id } }
            return ["", head(of: id)]
                + own(disclosed).map { line("mark.goesOut", $0, records[id]) }
                + own(withheld).map { line("mark.withheld", $0, records[id]) }
        }
    }

    private func head(of id: String) -> String {
        let form = records[id].flatMap { Catalogue.shared.form($0.form) }
        return desk.screen.strong((form?.label(in: desk.language) ?? "") + "   " + desk.screen.shown(id: id))
    }

    private func line(_ mark: String, _ part: JSON, _ record: ShownRecord?) -> String {
        let path = part["field"]?.string ?? ""
        let mark = "  " + desk.texts.say(mark) + "  "
        guard let record, let form = Catalogue.shared.form(record.form),
            let field = form.fields.first(where: { $0.key == path }), let value = record.fields[path]
        else { return mark + named(path, record?.form) }
        if let n = part["n"]?.int {
            let sentences = value.array ?? []
            let text = sentences.indices.contains(Int(n)) ? sentences[Int(n)].string ?? "" : ""
            return mark + "[\(n)] " + Text.escapedForTerminal(text)
        }
        let lines = FieldText(desk: desk).lines(field, value, indent: "")
        let rest = lines.dropFirst().map { String(repeating: " ", count: Layout.width(mark)) + $0 }
        return ([mark + (lines.first ?? "")] + rest).joined(separator: "\n")
    }

    /// A field inside a part that repeats, by the labels on the way to it.
    private func named(_ path: String, _ form: String?) -> String {
        var fields = form.flatMap { Catalogue.shared.form($0) }?.fields ?? []
        let labels = path.split(separator: ".").map { step in
            let field = fields.first { $0.key == step }
            fields = field?.sub ?? []
            return field?.label(in: desk.language) ?? Text.escapedForTerminal(String(step))
        }
        return labels.joined(separator: ", ")
    }
}
