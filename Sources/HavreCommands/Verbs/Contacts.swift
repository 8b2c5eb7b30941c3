import HavreCodec
import HavreForms

/// `havre contact add`: an external recipient, for evidence and consent.
struct ContactAdd: Verb {
    static let row = Row("contact add", .evidence, [], [Option("--from", "FILE|-")], exits: [3, 4, 8])

    private static let members: Set<String> = [
        "name", "organisation", "kind", "language", "key", "passphrase", "checked",
    ]

    private let from: String?

    init(_ arguments: Arguments) throws(Failure) { from = arguments.value("--from") }

    func run(_ desk: Desk) throws(Failure) {
        let contact: JSON
        if from == nil, let person = desk.person() {
            contact = try ask(desk, person)
        } else {
            contact = try Input.json(from ?? "-")
        }
        guard var members = contact.object else { throw .invalid("", "{...}") }
        for name in members.keys.sorted() where !Self.members.contains(name) {
            throw .invalid(name, desk.texts.say("rule.unknownMember"))
        }
        if let checked = members["checked"]?.object {
            members["checked"] = .string(try Self.checked(checked))
        }
        let answer = try desk.daemon().act("ContactAdd", members)
        try desk.screen.answer(answer.news()) {
            desk.texts.say("say.contactAdded", ["contact": members["name"]?.string ?? ""])
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

    private func ask(_ desk: Desk, _ person: any Person) throws(Failure) -> JSON {
        var contact: [String: JSON] = [:]
        for name in ["name", "organisation", "kind"] {
            contact[name] = .string(try desk.ask("ask.contact." + name, person: person))
        }
        contact["language"] = .string(
            try desk.askOptional("ask.contact.language", person: person) ?? desk.language.rawValue)
        if let key = try desk.askOptional("ask.contact.key", person: person) {
            contact["key"] = .string(key)
        } else {
            contact["passphrase"] = true
        }
        if let checked = try desk.askOptional("ask.contact.checked", person: person) {
            contact["checked"] = .string(checked)
        }
        return .object(contact)
    }
}

/// `havre contact list`: the external recipients.
struct ContactList: Verb {
    static let row = Row("contact list", .evidence, exits: [3, 8])

    init(_ arguments: Arguments) throws(Failure) {}

    func run(_ desk: Desk) throws(Failure) {
        let contacts = try desk.daemon().gather("ContactList", [:], list: "contacts")
        try desk.screen.answer(["contacts": .array(contacts)]) {
            guard !contacts.isEmpty else { return desk.texts.say("say.noContacts") }
            var table = Table(
                ["name", "organisation", "kind", "language", "state"].map { desk.texts.say("column." + $0) })
            for contact in contacts {
                table.add([
                    contact["name"]?.string, contact["organisation"]?.string, contact["kind"]?.string,
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
        let answer = try desk.daemon().act("ContactConfirm", ["name": .string(name)])
        var news = answer.news().object ?? [:]
        news["ok"] = true
        try desk.screen.answer(.object(news)) { desk.texts.say("say.contactConfirmed", ["name": name]) }
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
