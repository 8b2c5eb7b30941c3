import HavreCodec
import HavreSystem
import HavreWire

/// `havre attach CASE FILE`: takes a file into a case.
struct Attach: Verb {
    static let row = Row(
        "attach", .records, [.caseName, Operand("FILE|-", isRequired: false)], [Option("--title", "TITLE|-")],
        exits: [3, 4, 6, 8])

    private let name: String
    private let file, title: String?

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        file = arguments.operand(1)
        title = arguments.value("--title")
        guard !(file == "-" && title == "-") else {
            throw .usage("usage.notBoth", ["options": "FILE -, --title -"])
        }
    }

    func run(_ desk: Desk) throws(Failure) {
        if desk.person() == nil, file == nil { throw .usage("usage.needed", ["option": "FILE|-"]) }
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        try desk.requireWriting(to: ["evidence"], of: name)
        let file = try desk.given(file, or: "ask.file", missing: "FILE|-")
        let handle = try InputFile.open(file)
        var title = title
        if title == "-" { title = try Input.standardText() }
        if title == nil, let person = desk.person() {
            title = try desk.askOptional("ask.title", person: person)
        }
        var parameters: [String: JSON] = ["case": .string(name), "file": 0]
        if let title { parameters["title"] = .string(title) }
        let answer = try daemon.act("Attach", parameters, [handle])
        let said = answer.parameters
        try desk.screen.answer(answer.news()) {
            desk.texts.say(
                "say.attached",
                [
                    "attachment": desk.screen.shown(id: said["attachment"]?.string ?? ""),
                    "record": desk.screen.shown(id: said["record"]?.string ?? ""),
                    "bytes": String(said["bytes"]?.int ?? 0),
                ])
        }
    }
}

/// `havre fetch CASE ATTACHMENT --out FILE`: gives a file out.
struct Fetch: Verb {
    static let row = Row(
        "fetch", .records, AttachmentChoice.operands, [Option("--out", "FILE|-")], exits: [3, 4, 5, 6, 8])

    private let choice: AttachmentChoice
    private let out: String?

    init(_ arguments: Arguments) throws(Failure) {
        choice = try AttachmentChoice(arguments)
        out = arguments.value("--out")
    }

    func run(_ desk: Desk) throws(Failure) {
        if desk.person() == nil, out == nil { throw .usage("usage.needed", ["option": "--out"]) }
        let daemon = try desk.daemon()
        let parameters = try choice.parameters(try daemon.caseName(choice.name), desk)
        let out = try desk.given(out, or: "ask.out", missing: "--out")
        guard out != "-" else { return try toStandardOutput(daemon, parameters, desk) }
        var file = try OutputFile(out)
        let answer = try daemon.act("Fetch", parameters, [file.handle])
        try file.finish()
        try desk.screen.answer(answer.news()) { desk.texts.say("say.fetched", ["file": out]) }
    }

    /// The file's bytes are the whole output then. A script that sees another status than 0 throws them away.
    private func toStandardOutput(
        _ daemon: Conversation, _ parameters: [String: JSON], _ desk: Desk
    ) throws(Failure) {
        _ = try daemon.act("Fetch", parameters, [try OutputFile.standard(desk)])
    }
}
