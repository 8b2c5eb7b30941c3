import HavreCodec
import HavreSystem

/// How entries of the log are shown to people.
enum EntryTable {
    static func text(_ entries: [JSON], _ desk: Desk) -> String {
        guard !entries.isEmpty else { return desk.texts.say("say.noEntries") }
        var table = Table(
            ["index", "time", "actor", "act", "case", "outcome"].map { desk.texts.say("column." + $0) })
        for entry in entries {
            table.add([
                String(entry["index"]?.int ?? 0), desk.moments.time(entry["time"]?.int ?? 0),
                entry["actor"]?.string, entry["act"]?.string, entry["case"]?.string,
                entry["outcome"]?.string,
            ])
        }
        return table.text(desk.screen)
    }
}

/// `havre audit log`: who did what, and no contents.
struct AuditLog: Verb {
    static let row = Row(
        "audit log", .keeping, [], [Option("--case", "CASE"), Option("--since", "T")], exits: [3, 4, 6, 8])

    private let name: String?
    private let since: Int64?

    init(_ arguments: Arguments) throws(Failure) {
        name = arguments.value("--case")
        // Seconds for scripts, a day for people.
        if let text = arguments.value("--since"), let day = try? Day(parsing: text) {
            since = Instant(startOf: day).seconds
        } else {
            since = try arguments.number("--since")
        }
    }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        var parameters: [String: JSON] = [:]
        if let name { parameters["case"] = .string(try daemon.caseName(name)) }
        if let since { parameters["since"] = .int(since) }
        let entries = try daemon.gather("AuditLog", parameters, list: "entries")
        try desk.screen.answer(["entries": .array(entries)]) { EntryTable.text(entries, desk) }
    }
}

/// `havre audit who-opened CASE`: who looked into one case.
struct AuditWhoOpened: Verb {
    static let row = Row("audit who-opened", .keeping, [.caseName], exits: [3, 4, 6, 8])

    private let name: String

    init(_ arguments: Arguments) throws(Failure) { name = try arguments.required(0) }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let entries = try daemon.gather(
            "AuditWhoOpened", ["case": .string(try daemon.caseName(name))], list: "entries")
        try desk.screen.answer(["entries": .array(entries)]) { EntryTable.text(entries, desk) }
    }
}

/// `havre audit checkpoint`: the signed state of the log, to print and keep elsewhere.
struct AuditCheckpoint: Verb {
    static let row = Row("audit checkpoint", .keeping, exits: [3, 4, 8])

    init(_ arguments: Arguments) throws(Failure) {}

    func run(_ desk: Desk) throws(Failure) {
        let answer = try desk.daemon().act("AuditCheckpoint")
        let note = answer.parameters["note"]?.string ?? ""
        guard !desk.screen.isJSON else {
            return try desk.screen.line(JSON.object(["checkpoint": .string(note)]).visibleText)
        }
        // Byte by byte as it was signed: it ends in a newline of its own.
        try desk.screen.raw(Array(note.utf8))
    }
}

/// `havre audit verify`: the whole log, and that it continues an earlier checkpoint.
struct AuditVerify: Verb {
    static let row = Row(
        "audit verify", .keeping, [], [Option("--against", "FILE")], exits: [3, 4, 5, 8])

    private let against: String?

    init(_ arguments: Arguments) throws(Failure) { against = arguments.value("--against") }

    func run(_ desk: Desk) throws(Failure) {
        var parameters: [String: JSON] = [:]
        if let against {
            guard let text = String(validating: try Input.bytes(against), as: UTF8.self) else {
                throw .usage("usage.notText")
            }
            parameters["against"] = .string(text)
        }
        let answer = try desk.daemon().act("AuditVerify", parameters)
        let said = answer.parameters
        let isRight = said["ok"]?.bool == true
        if !isRight { desk.status = 5 }
        try desk.screen.answer(answer.news()) {
            let verdict = desk.texts.say(
                isRight ? "say.auditRight" : "say.auditWrong",
                ["size": String(said["size"]?.int ?? 0), "root": said["root"]?.string ?? ""])
            let gaps = (said["gaps"]?.array ?? []).map { gap in
                desk.texts.say(
                    "say.auditGap",
                    [
                        "since": desk.moments.time(gap["since"]?.int ?? 0),
                        "until": desk.moments.time(gap["until"]?.int ?? 0),
                    ])
            }
            return ([verdict] + gaps).joined(separator: "\n")
        }
    }
}
