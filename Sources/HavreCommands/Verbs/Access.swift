import HavreCodec
import HavreForms
import HavreWire

/// Who is on a case, as people read it.
enum Holders {
    static func text(_ holders: [JSON], _ desk: Desk) -> String {
        var table = Table(
            ["name", "role", "compartments", "rights", "until"].map { desk.texts.say("column." + $0) })
        for holder in holders {
            let names = (holder["compartments"]?.array ?? []).compactMap(\.string)
            let rights = (holder["rights"]?.array ?? []).compactMap(\.string)
            table.add([
                holder["name"]?.string,
                Catalogue.roleLabel(holder["role"]?.string ?? "", in: desk.language),
                compartments(names, desk),
                rights.map { desk.texts.say("right." + $0) }.joined(separator: ", "),
                holder["pending"]?.bool == true
                    ? desk.texts.say("say.keptOut") : holder["until"]?.string.map(desk.moments.day),
            ])
        }
        return table.text(desk.screen)
    }

    /// All of them in one word, or each by its code: it is what one types.
    static func compartments(_ names: [String], _ desk: Desk) -> String {
        let all = Set(Catalogue.shared.compartments.map(\.id)).subtracting(["roster"])
        return all.isSubset(of: names)
            ? desk.texts.say("say.allCompartments")
            : names.filter { $0 != "roster" }.joined(separator: ", ")
    }
}

/// `havre access CASE`: who is on a case.
struct AccessVerb: Verb {
    static let row = Row("access", .access, [.caseName], exits: [3, 6, 8])

    private let name: String

    init(_ arguments: Arguments) throws(Failure) { name = try arguments.required(0) }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        let answer = try daemon.act("Access", ["case": .string(try daemon.caseName(name))])
        try desk.screen.answer(answer.news()) {
            Holders.text(answer.parameters["holders"]?.array ?? [], desk)
        }
    }
}

/// `havre grant CASE NAME`: lets a colleague into parts of a case.
struct Grant: Verb {
    static let rights = ["read", "write", "redact-export", "refer"]
    private static let grantable = Catalogue.shared.compartments.map(\.id).filter { $0 != "roster" }
    static let row = Row(
        "grant", .access, [.caseName, Operand("NAME")],
        [
            Option("--compartments", "LIST"), Option("--rights", "LIST"), Option("--until", "DAY"),
            Option("--purpose", "CODE"),
        ], exits: [3, 4, 6, 8])

    private let name, colleague: String
    private let compartments, rights: [String]?
    private let until, purpose: String?

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        colleague = try arguments.required(1)
        compartments = try arguments.choices("--compartments", among: Self.grantable)
        rights = try arguments.choices("--rights", among: Self.rights)
        until = try arguments.day("--until")
        purpose = arguments.value("--purpose")
    }

    func run(_ desk: Desk) throws(Failure) {
        let person = desk.person()
        if person == nil {
            for (value, option) in [
                (compartments != nil, "--compartments"), (rights != nil, "--rights"),
                (purpose != nil, "--purpose"),
            ] where !value {
                throw .usage("usage.needed", ["option": option])
            }
        }
        try desk.requireRole(["supervisor"], next: "next.supervisorOfCase")
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        var parameters: [String: JSON] = ["case": .string(name), "name": .string(colleague)]
        let parts = if let compartments { compartments } else { try proposed(daemon, desk) }
        parameters["compartments"] = .array(parts.map { .string($0) })
        let rights = if let given = self.rights { given } else { try asked(desk) }
        parameters["rights"] = .array(rights.map { .string($0) })
        parameters["purpose"] = .string(try desk.purpose(purpose))
        if let until { parameters["until"] = .string(until) }
        try desk.insist(
            "ask.grant",
            [
                "name": colleague, "case": name, "compartments": parts.joined(separator: ", "),
                "rights": rights.map { desk.texts.say("right." + $0) }.joined(separator: ", "),
            ])
        let answer = try daemon.act("Grant", parameters)
        try desk.screen.answer(answer.news()) {
            desk.texts.say(
                "say.granted",
                [
                    "name": colleague, "case": name,
                    "until": desk.moments.day(answer.parameters["until"]?.string ?? ""),
                ])
        }
    }

    /// What she may do there; reading alone when nothing is said.
    private func asked(_ desk: Desk) throws(Failure) -> [String] {
        guard let person = desk.person() else { throw .usage("usage.needed", ["option": "--rights"]) }
        person.show(
            Self.rights.map { "  \($0)" + desk.screen.colon + " " + desk.texts.say("right." + $0) }
                .joined(separator: "\n") + "\n")
        while true {
            guard let typed = try desk.askOptional("ask.rights", person: person) else { return ["read"] }
            let codes = typed.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
            if codes.allSatisfy(Self.rights.contains), codes.contains("read") { return codes }
        }
    }

    /// What the colleague's role usually needs, for the person to agree with or change.
    private func proposed(_ daemon: Conversation, _ desk: Desk) throws(Failure) -> [String] {
        let staff = try daemon.gather("StaffList", [:], list: "staff")
        let role = staff.first { Fold.fold($0["name"]?.string ?? "") == Fold.fold(colleague) }?["role"]?
            .string
        guard role != nil else { throw Failure(.notFound, next: "next.colleague") }
        let usual = Catalogue.shared.proposedCompartments(for: role ?? "")
        guard let person = desk.person() else {
            throw .usage("usage.needed", ["option": "--compartments"])
        }
        while true {
            let typed = try desk.askOptional(
                "ask.compartments", ["list": usual.joined(separator: ",")], person: person)
            guard let typed else { return usual }
            let parts = typed.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
            if parts.allSatisfy(Self.grantable.contains) { return parts }
            if let wrong = parts.first(where: { !Self.grantable.contains($0) }), wrong != "?" {
                person.show(
                    desk.texts.say("ask.noPart", ["typed": Text.escapedForTerminal(wrong)]) + "\n")
            }
            person.show(
                Self.grantable.map {
                    "  \($0)" + desk.screen.colon + " "
                        + (Labels.of(desk.language).text(.compartment, $0) ?? "")
                }
                .joined(separator: "\n") + "\n")
        }
    }
}

/// `havre revoke CASE NAME`: takes a colleague off a case, and says what she had seen.
struct Revoke: Verb {
    static let row = Row("revoke", .access, [.caseName, Operand("NAME")], exits: [3, 4, 6, 8])

    private let name, colleague: String

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        colleague = try arguments.required(1)
    }

    func run(_ desk: Desk) throws(Failure) {
        try desk.requireRole(["supervisor"], next: "next.supervisorOfCase")
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        try desk.insist("ask.revoke", ["name": colleague, "case": name])
        let answer = try daemon.act(
            "Revoke", ["case": .string(name), "name": .string(colleague)], lists: ["opened", "exported"])
        let said = answer.parameters
        try desk.screen.answer(answer.news()) {
            let opened = said["opened"]?.array ?? []
            let exported = said["exported"]?.array ?? []
            var lines = [
                desk.texts.say("say.revoked", ["name": said["removed"]?.string ?? colleague, "case": name]),
                desk.texts.count("count.opened", Set(opened.compactMap { $0["record"]?.string }).count),
                desk.texts.count("count.exported", exported.count),
            ]
            for item in exported {
                lines.append(
                    "  " + desk.moments.time(item["time"]?.int ?? 0) + "  "
                        + Text.escapedForTerminal(item["contact"]?.string ?? ""))
            }
            if said["pending"]?.bool == true { lines.append(desk.texts.say("say.revokePending")) }
            return lines.joined(separator: "\n")
        }
    }
}
