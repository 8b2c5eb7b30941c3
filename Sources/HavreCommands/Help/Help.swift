import HavreCodec
import HavreForms

/// `havre help`: the overview, the page of one verb, the card of one role.
enum Help {
    static func run(_ words: [String], _ desk: Desk) throws(Failure) {
        guard let first = words.first else { return try show(overview(desk), desk) }
        if first == "--card" {
            guard words.count <= 2 else { throw .usage("usage.unknownOperand", ["n": "1"]) }
            return try show(Card.text(role: try role(words), desk), desk)
        }
        if words == ["--man"] {
            // For man, not for eyes: as it is.
            let page = Manual.page(desk)
            return desk.screen.isJSON ? try show(page, desk) : try desk.screen.line(page)
        }
        if let (verb, rest) = VerbTable.find(words), rest.isEmpty {
            return try show(page(verb.row, desk), desk)
        }
        guard words.count == 1, VerbTable.begins(first) else {
            throw .usage("usage.unknownVerb", ["verb": words.joined(separator: " ")])
        }
        let rows = VerbTable.verbs.map { $0.row }.filter { $0.words[0] == first }
        try show(list(rows, desk).joined(separator: "\n"), desk)
    }

    private static func show(_ text: String, _ desk: Desk) throws(Failure) {
        try desk.screen.answer(["help": .string(text)]) { text }
    }

    private static func role(_ words: [String]) throws(Failure) -> String {
        guard words.count == 2 else { return "caseworker" }
        guard Catalogue.roles.contains(words[1]) else {
            throw .usage(
                "usage.choice",
                ["option": "--card", "codes": Catalogue.roles.joined(separator: ", ")])
        }
        return words[1]
    }

    /// All verbs by chapter, a line each.
    private static func overview(_ desk: Desk) -> String {
        var lines = [desk.texts.say("help.head")]
        for chapter in Chapter.allCases {
            lines += ["", desk.screen.strong(desk.texts.say("chapter." + chapter.rawValue))]
            lines += list(VerbTable.rows(chapter), desk)
        }
        lines += ["", desk.screen.strong(desk.texts.say("help.globals"))]
        lines += options(Globals.options, desk, of: nil)
        lines += ["", desk.texts.say("help.foot")]
        return lines.joined(separator: "\n")
    }

    private static func list(_ rows: [Row], _ desk: Desk) -> [String] {
        columns(rows.map { ($0.name, desk.texts.say("verb." + $0.key)) }, width: desk.screen.columns)
    }

    /// The page of one verb: usage, summary, options, examples, exit statuses.
    static func page(_ row: Row, _ desk: Desk) -> String {
        let texts = desk.texts
        var lines = [desk.screen.strong(usage(row, texts)), "", texts.say("verb." + row.key)]
        let about = "about." + row.key
        if texts.has(about) { lines += ["", texts.say(about)] }
        if !row.options.isEmpty {
            lines += ["", desk.screen.strong(texts.say("help.options"))]
            lines += options(row.options, desk, of: row)
        }
        lines += ["", desk.screen.strong(texts.say("help.examples"))]
        lines += texts.say("examples." + row.key).split(separator: "\n").map { "  " + $0 }
        lines += ["", desk.screen.strong(texts.say("help.exits"))]
        let exits = Set([0, 1, 2] + row.exits).sorted()
        lines += columns(exits.map { (String($0), texts.say("exit.\($0)")) }, width: desk.screen.columns)
        return lines.joined(separator: "\n")
    }

    /// The name of an operand or value in the reader's language: `CASE`, `DOSSIER`.
    static func placeholder(_ name: String, _ texts: Texts) -> String {
        texts.has("operand." + name) ? texts.say("operand." + name) : name
    }

    /// `havre grant CASE NAME --compartments LIST [--until DAY]`.
    static func usage(_ row: Row, _ texts: Texts) -> String {
        var parts = ["havre", row.name]
        parts += row.operands.map { operand in
            let name = placeholder(operand.name, texts)
            return operand.isRequired ? name : "[\(name)]"
        }
        for option in row.options {
            let text = option.value.map { "\(option.name) \(placeholder($0, texts))" } ?? option.name
            parts.append(option.isRequired ? text : "[\(text)]")
        }
        return parts.joined(separator: " ")
    }

    private static func options(_ options: [Option], _ desk: Desk, of row: Row?) -> [String] {
        columns(
            options.map { (name($0, desk.texts), meaning($0, desk, of: row)) }, width: desk.screen.columns)
    }

    private static func name(_ option: Option, _ texts: Texts) -> String {
        option.value.map { "\(option.name) \(placeholder($0, texts))" } ?? option.name
    }

    /// What an option means: a text of the verb's own where there is one, the shared one otherwise.
    static func meaning(_ option: Option, _ desk: Desk, of row: Row?) -> String {
        let shared = "option." + option.name.dropFirst(2)
        let own = row.map { shared + "." + $0.key } ?? shared
        return desk.texts.say(desk.texts.has(own) ? own : shared)
    }

    /// Two columns, the second one wrapped where it begins.
    static func columns(_ pairs: [(String, String)], width: Int) -> [String] {
        // The second column keeps half of the screen; what is longer in the first one has a line of its own.
        let left = min(34, width / 2 - 4, pairs.map { Layout.width($0.0) }.max() ?? 0)
        return pairs.flatMap { name, text in
            let lines = Layout.wrapped(text, columns: width - left - 4)
            let rest = lines.map { String(repeating: " ", count: left + 4) + $0 }
            guard Layout.width(name) <= left, let first = lines.first else { return ["  " + name] + rest }
            let padding = String(repeating: " ", count: left - Layout.width(name))
            return ["  " + name + padding + "  " + first] + rest.dropFirst()
        }
    }
}
