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
        if let record { parameters["record"] = .string(try daemon.recordName(record)) }
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
        guard let newest = sheets.max(by: { $0.time < $1.time }), desk.screen.isForPerson else {
            guard sheets.isEmpty, desk.screen.isForPerson else {
                return try Show.say(sheets.max { $0.time < $1.time }.map { [$0] } ?? [], desk)
            }
            return try desk.screen.show(desk.texts.say("say.noNight", ["case": name]))
        }
        try desk.screen.show(NightSheet(desk: desk, record: newest).text(name))
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
            "History",
            ["case": .string(try daemon.caseName(name)), "record": .string(try daemon.recordName(record))],
            list: "versions")
        try desk.screen.answer(["versions": .array(versions)]) {
            let labels = Self.labels(desk)
            var table = Table(
                ["version", "time", "author", "changed"].map { desk.texts.say("column." + $0) })
            for version in versions {
                table.add([
                    String(version["version"]?.int ?? 0), desk.moments.time(version["time"]?.int ?? 0),
                    version["author"]?.string,
                    changed(version, labels, desk),
                ])
            }
            return table.text(desk.screen) + "\n" + desk.texts.say("say.olderVersion")
        }
    }

    /// What a version changed, in the words of the form; the first one wrote everything.
    private func changed(_ version: JSON, _ labels: [String: String], _ desk: Desk) -> String {
        let fields = (version["changed"]?.array ?? []).compactMap(\.string)
        if version["version"]?.int == 1 { return desk.texts.count("count.written", fields.count) }
        return fields.map { desk.screen.isForPerson ? labels[$0] ?? $0 : $0 }.joined(separator: ", ")
    }

    /// Questions by field; where forms have one of the same name, they have it in the same words or it keeps its name.
    private static func labels(_ desk: Desk) -> [String: String] {
        var labels: [String: String] = [:]
        var differ: Set<String> = []
        for field in Catalogue.shared.forms.flatMap(\.fields) {
            let label = field.label(in: desk.language)
            if let known = labels[field.key], known != label { differ.insert(field.key) }
            labels[field.key] = label
        }
        for key in differ { labels[key] = nil }
        return labels
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
                    form?.field(field)?.label(in: desk.language) ?? field,
                    desk.screen.shown(id: hit["record"]?.string ?? ""),
                ])
            }
            return table.text(desk.screen)
        }
    }
}
