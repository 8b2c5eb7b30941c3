import HavreCodec
import HavreForms

/// `havre show CASE [RECORD]`: what is written in a case.
struct Show: Verb {
    static let row = Row(
        "show", .records, [.caseName, Operand("RECORD", isRequired: false)],
        [Option("--version", "N"), Option("--form", "FORM")], exits: [3, 4, 5, 6, 8])

    private let name: String
    private let record, form: String?
    private let version: Int64?

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        record = arguments.operand(1)
        form = arguments.value("--form")
        version = try arguments.number("--version")
    }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        var parameters: [String: JSON] = ["case": .string(try daemon.caseName(name))]
        if let record { parameters["record"] = .string(record) }
        if let form { parameters["form"] = .string(form) }
        if let version { parameters["version"] = .int(version) }
        try Self.say(try Self.records(daemon, parameters), desk)
    }

    /// The records that the daemon shows, read and compared with what it says of them.
    static func records(
        _ daemon: Conversation, _ parameters: [String: JSON]
    ) throws(Failure) -> [ShownRecord] {
        var records: [ShownRecord] = []
        for item in try daemon.gather("Show", parameters, list: "records") {
            records.append(try ShownRecord(item))
        }
        return records
    }

    static func say(_ records: [ShownRecord], _ desk: Desk) throws(Failure) {
        try desk.screen.answer(["records": .array(records.map(\.json))]) {
            records.isEmpty
                ? desk.texts.say("say.noRecords") : records.map { $0.text(desk) }.joined(separator: "\n\n")
        }
    }
}

/// `havre night CASE`: the sheet for two o'clock in the morning.
struct Night: Verb {
    static let row = Row(
        "night", .records, [Operand("CASE", isRequired: false)], exits: [3, 4, 5, 6, 8])

    private let name: String?

    init(_ arguments: Arguments) throws(Failure) { name = arguments.operand(0) }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        let sheets = try Show.records(daemon, ["case": .string(name), "form": "night"])
        let newest = sheets.max { $0.time < $1.time }
        try Show.say(newest.map { [$0] } ?? [], desk)
    }
}

/// `havre history CASE RECORD`: who changed which fields when.
struct History: Verb {
    static let row = Row("history", .records, [.caseName, .record], exits: [3, 4, 5, 6, 8])

    private let name, record: String

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        record = try arguments.required(1)
    }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let versions = try daemon.gather(
            "History", ["case": .string(try daemon.caseName(name)), "record": .string(record)],
            list: "versions")
        try desk.screen.answer(["versions": .array(versions)]) {
            var table = Table(
                ["version", "time", "author", "changed"].map { desk.texts.say("column." + $0) })
            for version in versions {
                table.add([
                    String(version["version"]?.int ?? 0), desk.moments.time(version["time"]?.int ?? 0),
                    version["author"]?.string,
                    (version["changed"]?.array ?? []).compactMap(\.string).joined(separator: ", "),
                ])
            }
            return table.text(desk.screen)
        }
    }
}

/// `havre find [TEXT|-]`: where words stand, in the cases that are open.
struct Find: Verb {
    static let row = Row(
        "find", .records, [Operand("TEXT|-", isRequired: false)], [Option("--case", "CASE")],
        exits: [3, 4, 6, 8])

    private let text, name: String?

    init(_ arguments: Arguments) throws(Failure) {
        text = arguments.operand(0)
        name = arguments.value("--case")
    }

    func run(_ desk: Desk) throws(Failure) {
        let text = self.text == "-" ? try Input.standardText() : self.text
        let wanted = try desk.given(text, or: "ask.find", missing: "TEXT|-")
        let daemon = try desk.daemon()
        var parameters: [String: JSON] = ["text": .string(wanted)]
        if let name { parameters["case"] = .string(try daemon.caseName(name)) }
        let hits = try daemon.gather("Find", parameters, list: "hits")
        try desk.screen.answer(["hits": .array(hits)]) {
            guard !hits.isEmpty else { return desk.texts.say("say.noHits") }
            var table = Table(["case", "form", "field", "record"].map { desk.texts.say("column." + $0) })
            for hit in hits {
                let form = Catalogue.shared.form(hit["form"]?.string ?? "")
                let field = hit["field"]?.string ?? ""
                table.add([
                    hit["case"]?.string, form?.label(in: desk.language) ?? hit["form"]?.string,
                    form?.field(field)?.label(in: desk.language) ?? field, hit["record"]?.string,
                ])
            }
            return table.text(desk.screen)
        }
    }
}
