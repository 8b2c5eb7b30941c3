import HavreCodec
import HavreForms
import HavreWire

/// `havre staff list`: who works here.
struct StaffList: Verb {
    static let row = Row("staff list", .staff, exits: [3, 4, 8])

    init(_ arguments: Arguments) throws(Failure) {}

    func run(_ desk: Desk) throws(Failure) {
        let staff = try desk.daemon().gather("StaffList", [:], list: "staff")
        try desk.screen.answer(["staff": .array(staff)]) {
            var table = Table(["name", "role", "state"].map { desk.texts.say("column." + $0) })
            for person in staff {
                table.add([
                    person["name"]?.string,
                    Catalogue.roleLabel(person["role"]?.string ?? "", in: desk.language),
                    desk.texts.say("state." + (person["state"]?.string ?? "")),
                ])
            }
            return table.text(desk.screen)
        }
    }
}

/// `havre staff invite NAME --role ROLE`: a code to hand over in person.
struct StaffInvite: Verb {
    static let row = Row(
        "staff invite", .staff, [Operand("NAME", isRequired: false)], [Option("--role", "ROLE")],
        exits: [3, 4, 8])

    private let name, role: String?

    init(_ arguments: Arguments) throws(Failure) {
        name = arguments.operand(0)
        role = try arguments.choice("--role", among: Catalogue.roles)
    }

    func run(_ desk: Desk) throws(Failure) {
        try desk.requireRole(["supervisor"])
        let name = try desk.given(name, or: "ask.colleague", missing: "NAME")
        let answer = try desk.daemon().act(
            "StaffInvite", ["name": .string(name), "role": .string(try role(desk))])
        try desk.screen.answer(answer.news()) { Invitation.text(answer.parameters, desk, "say.invited") }
    }

    private func role(_ desk: Desk) throws(Failure) -> String {
        if let role { return role }
        guard let person = desk.person() else { throw .usage("usage.needed", ["option": "--role"]) }
        return try desk.choose("ask.role", among: Catalogue.roles, person: person) {
            Catalogue.roleLabel($0, in: desk.language)
        }
    }
}

/// How a code is shown: once, to be written down by hand.
enum Invitation {
    static func text(_ said: JSON, _ desk: Desk, _ key: String) -> String {
        desk.texts.say(
            key,
            [
                "name": said["name"]?.string ?? "",
                "role": Catalogue.roleLabel(said["role"]?.string ?? "", in: desk.language),
                "code": said["code"]?.string ?? "",
                "expires": desk.moments.time(said["expires"]?.int ?? 0),
            ])
    }
}

/// `havre staff confirm NAME --words "six words"`: the words that she reads out are the right ones.
struct StaffConfirm: Verb {
    static let row = Row(
        "staff confirm", .staff, [Operand("NAME")], [Option("--words", "WORDS")], exits: [3, 4, 6, 8])

    private let name: String
    private let words: String?

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        words = arguments.value("--words")
    }

    func run(_ desk: Desk) throws(Failure) {
        try desk.requireRole(["supervisor"])
        let words = try desk.given(words, or: "ask.words", missing: "--words")
        let answer: Answer
        do throws(Failure) {
            answer = try desk.daemon().act(
                "StaffConfirm", ["name": .string(name), "words": .string(words)])
        } catch {
            guard error.values["field"] == "words" else { throw error }
            throw error.adding(["name": name]).advising("next.words", when: .invalid)
        }
        try desk.screen.answer(.object((answer.news().object ?? [:]).merging(["ok": true]) { $1 })) {
            desk.texts.say("say.confirmed", ["name": answer.parameters["name"]?.string ?? name])
        }
    }
}

/// `havre staff reset NAME`: new keys for somebody who forgot her passphrase.
struct StaffReset: Verb {
    static let row = Row("staff reset", .staff, [Operand("NAME")], exits: [3, 4, 6, 8])

    private let name: String

    init(_ arguments: Arguments) throws(Failure) { name = try arguments.required(0) }

    func run(_ desk: Desk) throws(Failure) {
        try desk.requireRole(["supervisor"])
        try desk.insist("ask.reset", ["name": name])
        let answer = try desk.daemon().act("StaffReset", ["name": .string(name)])
        try desk.screen.answer(answer.news()) { Invitation.text(answer.parameters, desk, "say.reset") }
    }
}
