import HavreCodec
import HavreForms
import HavreSecrets
import HavreSystem
import HavreWire

/// `havre export CASE`: a redacted, signed, encrypted bundle for one contact.
struct Export: Verb {
    static let profiles = ["court", "police", "asylum", "medical", "partner", "donor"]
    static let row = Row(
        "export", .evidence, [.caseName],
        [
            Option("--profile", "PROFILE"), Option("--for", "CONTACT"),
            Option("--to", "AGE-KEY"), Option("--out", "FILE|-"), Option("--records", "LIST"),
            Option("--withhold", "LIST"), Option("--name-person"), Option("--no-proofs"), Option("--preview"),
            Option("--passphrase-fd", "N"),
        ], isSecret: true, exits: [3, 4, 6, 7, 8])

    private let name: String
    private let profile, contact, to, out: String?
    private let records: [String]?
    private let withheld: [JSON]?
    private let namesPerson, hasProofs, isPreview: Bool
    private let passphrase: Int32?

    init(_ arguments: Arguments) throws(Failure) {
        name = try arguments.required(0)
        profile = try arguments.choice("--profile", among: Self.profiles)
        contact = arguments.value("--for")
        to = arguments.value("--to")
        out = arguments.value("--out")
        records = try arguments.list("--records")
        withheld = try arguments.list("--withhold").map { list throws(Failure) in
            var parts: [JSON] = []
            for text in list { parts.append(try Self.part(text)) }
            return parts
        }
        namesPerson = arguments.flag("--name-person")
        hasProofs = !arguments.flag("--no-proofs")
        isPreview = arguments.flag("--preview")
        passphrase = try arguments.descriptor("--passphrase-fd")
    }

    /// `record:field` or `record:field:n`.
    static func part(_ text: String) throws(Failure) -> JSON {
        let pieces = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard pieces.count == 2 || pieces.count == 3, !pieces[0].isEmpty, !pieces[1].isEmpty else {
            throw .usage("usage.part")
        }
        var part: [String: JSON] = ["record": .string(pieces[0]), "field": .string(pieces[1])]
        if pieces.count == 3 {
            guard let n = Int64(pieces[2]), n >= 0, String(n) == pieces[2] else { throw .usage("usage.part") }
            part["n"] = .int(n)
        }
        return .object(part)
    }

    func run(_ desk: Desk) throws(Failure) {
        do throws(Failure) { try prepare(desk) } catch {
            let given = (withheld ?? []).map { part in
                [part["record"]?.string, part["field"]?.string, part["n"]?.int.map { String($0) }]
                    .compactMap { $0 }.joined(separator: ":")
            }
            throw (given.isEmpty ? error : error.adding(["withheld": given.joined(separator: ",")]))
                .advising("next.caseOrContact", when: .notFound)
        }
    }

    private static let lists = ["disclosed", "withheld"]

    private func prepare(_ desk: Desk) throws(Failure) {
        for (value, option) in [(profile, "--profile"), (contact, "--for"), (isPreview ? "" : out, "--out")]
        where value == nil && desk.person() == nil {
            throw .usage("usage.missingOption", ["option": option])
        }
        let daemon = try desk.daemon()
        let name = try daemon.caseName(name)
        // The only one that there is so far.
        let profile = profile ?? Self.profiles[0]
        let contact = if let contact { contact } else { try recipient(daemon, desk) }
        var parameters: [String: JSON] = [
            "case": .string(name), "profile": .string(profile), "contact": .string(contact),
        ]
        if let to { parameters["to"] = .string(to) }
        let named = (records ?? []) + (withheld ?? []).compactMap { $0["record"]?.string }
        let whole = try daemon.recordNames(named, in: name)
        if let records { parameters["records"] = .array(records.map { .string(whole[$0] ?? $0) }) }
        if let withheld {
            parameters["withhold"] = .array(
                withheld.map { part in
                    let record = part["record"]?.string ?? ""
                    return .object(
                        (part.object ?? [:]).merging(["record": .string(whole[record] ?? record)]) { $1 })
                })
        }
        if namesPerson { parameters["namePerson"] = true }
        if !hasProofs { parameters["noProofs"] = true }
        if isPreview { parameters["preview"] = true }
        guard !isPreview else {
            let answer = try daemon.act("Export", parameters, lists: Self.lists)
            guard desk.screen.isForPerson, desk.person() != nil else {
                return try say(answer, desk, out: nil, words: nil)
            }
            let preview = try ExportPreview(answer.parameters, of: name, daemon, desk)
            return try desk.screen.show(
                (summary(answer.parameters, desk) + preview.lines).joined(separator: "\n"))
        }
        let out = try desk.given(out, or: "ask.out", missing: "--out")
        // Refused before anybody is asked, and before the daemon is.
        guard out != "-" else {
            let output = try OutputFile.standard(desk)
            try agree(parameters, contact, daemon, desk)
            let (_, words) = try send(parameters, output, daemon, desk)
            // Its bytes are the whole output then; the words are for whoever says them over the telephone.
            if let words { desk.screen.remark(desk.texts.say("say.exportWords", ["words": words])) }
            return
        }
        var file = try OutputFile(out)
        try agree(parameters, contact, daemon, desk)
        let (answer, words) = try send(parameters, file.handle, daemon, desk)
        try file.finish()
        try say(answer, desk, out: out, words: words)
    }

    /// One of the contacts, by number or name.
    private func recipient(_ daemon: Conversation, _ desk: Desk) throws(Failure) -> String {
        guard let person = desk.person() else { throw .usage("usage.missingOption", ["option": "--for"]) }
        let names = try daemon.gather("ContactList", [:], list: "contacts")
            .filter { $0["state"]?.string != "retired" }.compactMap { $0["name"]?.string }
        guard !names.isEmpty else { throw Failure(.notFound, "say.noContacts", next: "next.contactAdd") }
        return try desk.choose("ask.recipient", among: names, person: person) { Text.escapedForTerminal($0) }
    }

    /// Lets the daemon write the bundle.
    /// - Returns: Its answer, and the passphrase that was made for a contact without a key.
    private func send(
        _ parameters: [String: JSON], _ output: SharedDescriptor, _ daemon: Conversation, _ desk: Desk
    ) throws(Failure) -> (Answer, words: String?) {
        var parameters = parameters
        parameters["out"] = 0
        let input = SecretInput(desk: desk)
        var handles = [output]
        if passphrase != nil {
            let phrase = try input.line("--passphrase-fd", passphrase, prompt: "ask.passphrase")
            handles.append(try SecretInput.sealed(phrase))
            parameters["passphrase"] = 1
        }
        do throws(Failure) {
            return (try daemon.act("Export", parameters, handles, lists: Self.lists), nil)
        } catch {
            // A contact without a key reads by a passphrase. It is made here and shown once.
            guard error.fault == .invalid, error.values["field"] == "passphrase", passphrase == nil else {
                throw error
            }
            // With `--json` nothing but the bundle is written: there is no place to show words.
            guard out != "-" || !desk.globals.json else {
                throw .usage("usage.needed", ["option": "--passphrase-fd"])
            }
            let made = SixWords.generatedPassphrase(words: 8, in: desk.language, random: Random.below)
            parameters["passphrase"] = 1
            let phrase = try SecretInput.sealed(SecretBytes(copying: Array(made.utf8)))
            return (try daemon.act("Export", parameters, [output, phrase], lists: Self.lists), made)
        }
    }

    /// What would leave is shown, and what the person asked to be kept back; then the name of who will read it is typed
    /// once more: the wrong recipient cannot be taken back.
    private func agree(
        _ parameters: [String: JSON], _ contact: String, _ daemon: Conversation, _ desk: Desk
    ) throws(Failure) {
        guard !desk.globals.yes, let person = desk.person() else { return }
        let preview = try daemon.act(
            "Export", parameters.merging(["preview": true]) { $1 }, lists: Self.lists)
        person.show(summary(preview.parameters, desk).joined(separator: "\n") + "\n")
        // A slip of the finger is asked again; who has the wrong recipient before her stops with ^C.
        for _ in 1...Self.tries {
            let typed = try desk.ask("ask.exportContact", ["contact": contact], person: person)
            if Fold.fold(typed) == Fold.fold(contact) { return }
            person.show(desk.texts.say("usage.otherContact") + "\n")
        }
        throw Failure(.usage, "usage.otherContact", next: "next.again")
    }

    private static let tries = 3

    /// How much leaves and stays, and the person's wishes.
    private func summary(_ said: JSON, _ desk: Desk) -> [String] {
        let texts = desk.texts
        var lines = [
            texts.count("count.disclosed", said["disclosed"]?.array?.count ?? 0),
            texts.count("count.withheld", said["withheld"]?.array?.count ?? 0),
        ]
        let wishes = said["wishes"]?.array ?? []
        if !wishes.isEmpty { lines.append(texts.say("say.wishes")) }
        for wish in wishes {
            let reason = (wish["reason"]?.string).flatMap { code in
                Catalogue.shared.lists["withhold_reason"]?.label(code, in: desk.language)
            }
            let parts = [wish["fromWhom"]?.string, wish["what"]?.string, reason].compactMap { $0 }
            lines.append("  " + Text.escapedForTerminal(parts.joined(separator: " · ")))
        }
        return lines
    }

    private func say(
        _ answer: Answer, _ desk: Desk, out: String?, words: String?
    ) throws(Failure) {
        let said = answer.parameters
        var news = answer.news().object ?? [:]
        if let words { news["passphrase"] = .string(words) }
        try desk.screen.answer(.object(news)) {
            // Who agreed has just read the summary.
            var lines = out == nil || desk.globals.yes || desk.person() == nil ? summary(said, desk) : []
            var table = Table(["record", "field", "n"].map { desk.texts.say("column." + $0) })
            for part in said["disclosed"]?.array ?? [] {
                table.add([
                    part["record"]?.string, part["field"]?.string, part["n"]?.int.map { String($0) },
                ])
            }
            if isPreview { lines += ["", table.text(desk.screen)] }
            if let out { lines.append(desk.texts.say("say.exported", ["file": out])) }
            if let digest = said["bundle"]?["sha256"]?.string {
                lines.append(desk.texts.say("say.bundleDigest", ["digest": digest]))
            }
            if let words { lines.append(desk.texts.say("say.exportWords", ["words": words])) }
            return lines.joined(separator: "\n")
        }
    }
}
