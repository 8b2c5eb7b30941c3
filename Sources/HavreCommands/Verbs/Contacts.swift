import Havre
import HavreCodec
import HavreFormats
import HavreForms
import HavreWire

/// `havre contact add`: an external recipient, for evidence and consent.
struct ContactAdd: Verb {
    static let row = Row("contact add", .evidence, [], [Option("--from", "FILE|-")], exits: [3, 4, 8])

    private static let members: Set<String> = [
        "name", "organisation", "kind", "language", "key", "passphrase", "checked",
    ]

    private let from: String?

    init(_ arguments: Arguments) throws(Failure) { from = arguments.value("--from") }

    func run(_ desk: Desk) throws(Failure) {
        let answer: Answer
        let contact: [String: JSON]
        if from == nil, let person = desk.person() {
            try desk.requireRole(["caseworker", "legal", "supervisor"])
            (answer, contact) = try add(try ask(desk, person), asking: person, desk)
        } else {
            contact = try members(try Input.json(from ?? "-"), desk)
            answer = try desk.daemon().act("ContactAdd", contact)
        }
        try desk.screen.answer(answer.news()) {
            desk.texts.say("say.contactAdded", ["contact": contact["name"]?.string ?? ""])
        }
    }

    private func members(_ contact: JSON, _ desk: Desk) throws(Failure) -> [String: JSON] {
        guard var members = contact.object else { throw .invalid("", "an object") }
        for name in members.keys.sorted() where !Self.members.contains(name) {
            throw .invalid(name, "is not a field of a contact")
        }
        if let checked = members["checked"]?.object {
            members["checked"] = .string(try Self.checked(checked))
        }
        return members
    }

    /// Sends what somebody typed; what the daemon refuses is asked again, and only that.
    private func add(
        _ contact: [String: JSON], asking person: any Person, _ desk: Desk
    ) throws(Failure) -> (Answer, [String: JSON]) {
        var contact = contact
        while true {
            do throws(Failure) { return (try desk.daemon().act("ContactAdd", contact), contact) } catch {
                guard error.fault == .invalid, let field = error.values["field"],
                    Self.members.contains(field)
                else { throw error }
                person.show(desk.texts.message(error) + "\n")
                try ask(field, into: &contact, desk, person)
            }
        }
    }

    /// How a key was checked, in one line, from how, by whom and over which channel: "call; Lucie; telephone".
    private static func checked(_ members: [String: JSON]) throws(Failure) -> String {
        let first = ["how", "by", "channel", "date"]
        let names = first.filter { members[$0] != nil } + Set(members.keys).subtracting(first).sorted()
        var texts: [String] = []
        for name in names {
            guard let text = members[name]?.string else { throw .invalid("checked", "a text, or texts") }
            texts.append(text)
        }
        return texts.joined(separator: "; ")
    }

    private func ask(_ desk: Desk, _ person: any Person) throws(Failure) -> [String: JSON] {
        var contact: [String: JSON] = [:]
        for field in ["name", "organisation", "kind", "language", "key", "checked"] {
            try ask(field, into: &contact, desk, person)
        }
        return contact
    }

    private func ask(
        _ field: String, into contact: inout [String: JSON], _ desk: Desk, _ person: any Person
    ) throws(Failure) {
        let question = "ask.contact." + field
        switch field {
        case "kind":
            let kind = try desk.choose(question, among: ContactDraft.kinds, person: person) {
                desk.texts.say("contactKind." + $0)
            }
            contact[field] = .string(kind)
        case "language":
            // Asked again here, while she thinks of it, and not after the last question.
            while true {
                let typed = try desk.askOptional(question, person: person) ?? desk.language.rawValue
                contact[field] = .string(typed)
                if Language(rawValue: typed) != nil { return }
            }
        case "key":
            while true {
                let key = try desk.askOptional(question, person: person)
                contact[field] = key.map(JSON.string)
                contact["passphrase"] = key == nil ? true : nil
                guard let key, (try? AgeRecipient(parsing: key)) == nil else { return }
                person.show(desk.texts.say("ask.contact.noKey") + "\n")
            }
        case "checked": contact[field] = try desk.askOptional(question, person: person).map(JSON.string)
        default: contact[field] = .string(try desk.ask(question, person: person))
        }
    }
}

/// `havre contact list`: the external recipients.
struct ContactList: Verb {
    static let row = Row("contact list", .evidence, exits: [3, 4, 8])

    init(_ arguments: Arguments) throws(Failure) {}

    func run(_ desk: Desk) throws(Failure) {
        let contacts = try desk.daemon().gather("ContactList", [:], list: "contacts")
        try desk.screen.answer(["contacts": .array(contacts)]) {
            guard !contacts.isEmpty else { return desk.texts.say("say.noContacts") }
            var table = Table(
                ["name", "organisation", "kind", "language", "state"].map { desk.texts.say("column." + $0) })
            for contact in contacts {
                table.add([
                    contact["name"]?.string, contact["organisation"]?.string,
                    desk.texts.say("contactKind." + (contact["kind"]?.string ?? "other")),
                    contact["language"]?.string, desk.texts.say("state." + (contact["state"]?.string ?? "")),
                ])
            }
            return table.text(desk.screen)
        }
    }
}

/// `havre contact confirm NAME`: the key was checked by a second person.
struct ContactConfirm: Verb {
    static let row = Row(
        "contact confirm", .evidence, [Operand("NAME")], exits: [3, 4, 6, 8])

    private let name: String

    init(_ arguments: Arguments) throws(Failure) { name = try arguments.required(0) }

    func run(_ desk: Desk) throws(Failure) {
        try compare(desk)
        let answer = try desk.daemon().act("ContactConfirm", ["name": .string(name)])
        var news = answer.news().object ?? [:]
        news["ok"] = true
        try desk.screen.answer(.object(news)) { desk.texts.say("say.contactConfirmed", ["name": name]) }
    }
}

extension ContactConfirm {
    /// Shows a person what she confirms: a key that nobody has compared says nothing.
    private func compare(_ desk: Desk) throws(Failure) {
        guard !desk.globals.yes, let person = desk.person() else { return }
        try desk.requireRole(["caseworker", "legal", "supervisor"])
        let contacts = try desk.daemon().gather("ContactList", [:], list: "contacts")
        // Who is not there, or is confirmed already, the daemon says.
        guard let contact = contacts.first(where: { Fold.fold($0["name"]?.string ?? "") == Fold.fold(name) }),
            contact["state"]?.string == "unconfirmed"
        else { return }
        var facts = ["name", "organisation"].map { ($0, contact[$0]?.string) }
        facts.append(("kind", desk.texts.say("contactKind." + (contact["kind"]?.string ?? "other"))))
        facts.append(("checked", contact["checked"]?.string))
        facts.append(("key", contact["key"]?.string ?? desk.texts.say("say.contactPassphrase")))
        let lines = facts.compactMap { name, value in
            value.map {
                "  " + desk.texts.say("column." + name) + desk.screen.colon + " "
                    + Text.escapedForTerminal($0)
            }
        }
        person.show(lines.joined(separator: "\n") + "\n")
        try desk.insist("ask.contactConfirm", ["name": contact["name"]?.string ?? name])
    }
}

/// `havre contact retire NAME`: nothing is sent there any more.
struct ContactRetire: Verb {
    static let row = Row("contact retire", .evidence, [Operand("NAME")], exits: [3, 4, 6, 8])

    private let name: String

    init(_ arguments: Arguments) throws(Failure) { name = try arguments.required(0) }

    func run(_ desk: Desk) throws(Failure) {
        let answer = try desk.daemon().act("ContactRetire", ["name": .string(name)])
        var news = answer.news().object ?? [:]
        news["ok"] = true
        try desk.screen.answer(.object(news)) { desk.texts.say("say.contactRetired", ["name": name]) }
    }
}
