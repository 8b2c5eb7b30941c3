import HavreCodec

/// `havre open CASE --purpose CODE`: loads the keys of one case for an hour.
struct Open: Verb {
    static let row = Row(
        "open", .cases, [Operand("CASE", isRequired: false)], [Option("--purpose", "CODE")],
        exits: [3, 4, 6, 8])

    private let name, purpose: String?

    init(_ arguments: Arguments) throws(Failure) {
        name = arguments.operand(0)
        purpose = arguments.value("--purpose")
    }

    func run(_ desk: Desk) throws(Failure) {
        if desk.person() == nil, purpose == nil { throw .usage("usage.needed", ["option": "--purpose"]) }
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        let purpose = try desk.purpose(purpose)
        let answer = try daemon.act("Open", ["case": .string(name), "purpose": .string(purpose)])
        try desk.screen.answer(answer.news()) {
            let opened = desk.texts.say(
                "say.opened",
                [
                    "case": answer.parameters["case"]?.string ?? name,
                    "until": desk.moments.clock(answer.parameters["until"]?.int ?? 0),
                ])
            return ([opened] + CardRow.warnings([answer.parameters], desk)).joined(separator: "\n")
        }
    }
}

/// `havre close CASE`: forgets the keys of one case.
struct Close: Verb {
    static let row = Row("close", .cases, [.caseName], exits: [3, 6, 8])

    private let name: String

    init(_ arguments: Arguments) throws(Failure) { name = try arguments.required(0) }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        Viewing(socket: daemon.socket, user: try daemon.ownSession().user).remove(name, desk.places)
        let answer = try daemon.act("Close", ["case": .string(name)])
        var news = answer.news().object ?? [:]
        news["ok"] = true
        try desk.screen.answer(.object(news)) { desk.texts.say("say.closed", ["case": name]) }
    }
}
