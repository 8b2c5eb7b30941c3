import HavreCodec
import HavreForms

/// How a card is shown to people.
enum CardRow {
    static let heads = ["case", "label", "status", "risk", "owner", "backup", "due"]

    static func cells(_ card: JSON, _ desk: Desk) -> [String?] {
        let codes = Catalogue.shared.form("case")
        func code(_ name: String, _ field: String) -> String? {
            guard let value = card[name]?.string else { return nil }
            return codes?.field(field)?.codes?.label(value, in: desk.language) ?? value
        }
        return [
            card["case"]?.string, card["label"]?.string, code("status", "status"), code("risk", "risk_level"),
            card["owner"]?.string, card["backup"]?.string, card["due"]?.string.map(desk.moments.day),
        ]
    }

    static func table(_ cards: [JSON], _ desk: Desk) -> String {
        var table = Table(heads.map { desk.texts.say("column." + $0) })
        for card in cards { table.add(cells(card, desk)) }
        return ([table.text(desk.screen)] + warnings(cards, desk)).joined(separator: "\n")
    }

    /// Cases that one accident more would close for everybody.
    static func warnings(_ cards: [JSON], _ desk: Desk) -> [String] {
        let names = cards.filter { ($0["waysIn"]?.int ?? 2) < 2 }.compactMap { $0["case"]?.string }
        guard !names.isEmpty, desk.screen.isForPerson else { return [] }
        return ["! " + desk.texts.say("say.oneWayIn", ["list": names.joined(separator: ", ")])]
    }
}

/// `havre case new`: a file for a person who has arrived.
struct CaseNew: Verb {
    static let risks = ["low", "medium", "high", "critical"]
    static let row = Row(
        "case new", .cases, [],
        [Option("--owner", "NAME"), Option("--backup", "NAME"), Option("--risk", "LEVEL")],
        exits: [3, 4, 6, 8])

    private let owner, backup, risk: String?

    init(_ arguments: Arguments) throws(Failure) {
        owner = arguments.value("--owner")
        backup = arguments.value("--backup")
        risk = try arguments.choice("--risk", among: Self.risks)
    }

    func run(_ desk: Desk) throws(Failure) {
        var parameters: [String: JSON] = ["lang": .string(desk.language.rawValue)]
        let daemon = try desk.daemon()
        var owner = owner
        // A supervisor's cases are somebody else's: she says whose.
        if owner == nil, try daemon.ownSession().role == "supervisor", let person = desk.person() {
            owner = try desk.ask("ask.owner", person: person)
        }
        if let owner { parameters["owner"] = .string(owner) }
        if let backup { parameters["backup"] = .string(backup) }
        if let risk { parameters["risk"] = .string(risk) }
        let answer = try daemon.act("CaseNew", parameters)
        let name = answer.parameters["case"] ?? ""
        // The case is there, whatever becomes of a look at it.
        let card =
            desk.screen.isForPerson ? try? daemon.act("CaseShow", ["case": name]).parameters["card"] : nil
        try desk.screen.answer(answer.news()) {
            ([desk.texts.say("say.caseNew", ["case": name.string ?? ""])]
                + CardRow.warnings([card ?? .null], desk))
                .joined(separator: "\n")
        }
    }
}

/// `havre case list`: the cases that are one's own or shared with one.
struct CaseList: Verb {
    static let row = Row("case list", .cases, [], [Option("--archived")], exits: [3, 4, 8])

    private let archived: Bool

    init(_ arguments: Arguments) throws(Failure) { archived = arguments.flag("--archived") }

    func run(_ desk: Desk) throws(Failure) {
        let cards = try desk.daemon().gather("CaseList", [:], list: "cases")
        try desk.screen.answer(["cases": .array(cards)]) {
            // Finished files are out of the way of people; scripts see the status.
            let shown = cards.filter { archived || $0["status"]?.string?.hasPrefix("Closed") != true }
            return shown.isEmpty ? desk.texts.say("say.noCases") : CardRow.table(shown, desk)
        }
    }
}

/// `havre case show CASE`: its card and who is on it.
struct CaseShow: Verb {
    static let row = Row("case show", .cases, [Operand("CASE", isRequired: false)], exits: [3, 6, 8])

    private let name: String?

    init(_ arguments: Arguments) throws(Failure) { name = arguments.operand(0) }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let answer = try daemon.act("CaseShow", ["case": .string(try daemon.caseName(name))])
        let said = answer.parameters
        var news = answer.news().object ?? [:]
        if let name = said["card"]?["case"] { news["case"] = name }
        try desk.screen.answer(.object(news)) {
            let own = (said["compartments"]?.array ?? []).compactMap(\.string)
            return [
                CardRow.table([said["card"] ?? .null], desk), "",
                Holders.text(said["holders"]?.array ?? [], desk), "",
                desk.texts.say(
                    "say.ownCompartments", ["list": Holders.compartments(own, desk)]),
            ].joined(separator: "\n")
        }
    }
}

/// `havre case assign CASE`: another owner, or another stand-in.
struct CaseAssign: Verb {
    static let row = Row(
        "case assign", .cases, [.caseName], [Option("--owner", "NAME"), Option("--backup", "NAME")],
        exits: [3, 4, 6, 8])

    private let name: String
    private let owner, backup: String?

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        owner = arguments.value("--owner")
        backup = arguments.value("--backup")
        guard owner != nil || backup != nil else {
            throw .usage("usage.oneOf", ["options": "--owner, --backup"])
        }
    }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        var parameters: [String: JSON] = ["case": .string(name)]
        if let owner {
            parameters["owner"] = .string(owner)
            try desk.requireRole(["supervisor"], next: "next.supervisorOfCase")
            if !desk.globals.yes, desk.person() != nil {
                let card = try daemon.act("CaseShow", ["case": .string(name)]).parameters["card"]
                try desk.insist(
                    "ask.assign", ["case": name, "name": owner, "owner": card?["owner"]?.string ?? ""])
            }
        }
        if let backup { parameters["backup"] = .string(backup) }
        let answer = try daemon.act("CaseAssign", parameters)
        try desk.screen.answer(answer.news()) {
            CardRow.table([answer.parameters["card"] ?? .null], desk)
        }
    }
}

/// `havre case label CASE [LABEL]`: a name that only oneself sees.
struct CaseLabel: Verb {
    static let row = Row(
        "case label", .cases, [.caseName, Operand("LABEL|-", isRequired: false)], [Option("--remove")],
        exits: [3, 6, 8])

    private let name: String
    private let label: String?
    private let removes: Bool

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        label = arguments.operand(1)
        removes = arguments.flag("--remove")
        guard !(removes && label != nil) else {
            throw .usage("usage.notBoth", ["options": "LABEL, --remove"])
        }
    }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        var parameters: [String: JSON] = ["case": .string(try daemon.caseName(name))]
        if !removes {
            var label = label
            if label == "-" { label = try Input.standardText() }
            parameters["label"] = .string(try desk.given(label, or: "ask.label", missing: "LABEL"))
        }
        _ = try daemon.act("CaseLabel", parameters)
        try desk.done(removes ? "say.unlabelled" : "say.labelled")
    }
}

/// `havre case archive CASE`: the file is finished.
struct CaseArchive: Verb {
    static let row = Row("case archive", .cases, [.caseName], exits: [3, 4, 6, 8])

    private let name: String

    init(_ arguments: Arguments) throws(Failure) { name = try arguments.required(0) }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        try desk.insist("ask.archive", ["case": name])
        let answer = try daemon.act("CaseArchive", ["case": .string(name)])
        try desk.screen.answer(answer.news()) { desk.texts.say("say.archived", ["case": name]) }
    }
}

/// `havre case reopen CASE`: the file is taken up again.
struct CaseReopen: Verb {
    static let row = Row("case reopen", .cases, [.caseName], exits: [3, 4, 6, 8])

    private let name: String

    init(_ arguments: Arguments) throws(Failure) { name = try arguments.required(0) }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        let answer = try daemon.act("CaseReopen", ["case": .string(name)])
        try desk.screen.answer(answer.news()) { desk.texts.say("say.reopened", ["case": name]) }
    }
}
