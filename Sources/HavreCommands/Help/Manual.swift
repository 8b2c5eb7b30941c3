import HavreForms

/// `havre help --man`: the manual page, for `man -l -` or for a folder of the manual. It is made of what `havre help`
/// is made of (man(7) macros).
enum Manual {
    static func page(_ desk: Desk) -> String {
        let texts = desk.texts
        func section(_ key: String) -> String { ".SH " + escaped(texts.say(key)) }
        var lines = [
            ".TH HAVRE 1 \"2026-11-21\" \"havre \(Program.version)\" \"\(escaped(texts.say("man.volume")))\"",
            section("man.name"), "havre \\- " + escaped(texts.say("man.summary")),
            section("man.synopsis"), ".B havre",
            "\\fIVERB\\fR [\\fISUBVERB\\fR] [\\fICASE\\fR] [\\fIoptions\\fR]",
            section("man.description"), paragraph(texts.say("man.about")),
        ]
        for chapter in Chapter.allCases {
            lines.append(".SH " + escaped(texts.say("chapter." + chapter.rawValue)))
            for row in VerbTable.rows(chapter) { lines += verb(row, desk) }
        }
        lines.append(".SH " + escaped(texts.say("help.globals")))
        lines += options(Globals.options, desk, of: nil)
        lines.append(".SH " + escaped(texts.say("help.exits")))
        for exit in 0...9 { lines += [".TP", "\(exit)", escaped(texts.say("exit.\(exit)"))] }
        lines += [section("man.environment")] + list(texts.say("man.environmentList"))
        lines += [section("man.files")] + list(texts.say("man.filesList"))
        return lines.joined(separator: "\n")
    }

    private static func verb(_ row: Row, _ desk: Desk) -> [String] {
        let texts = desk.texts
        var lines = [".SS " + escaped(Help.usage(row, texts)), escaped(texts.say("verb." + row.key)) + "."]
        if texts.has("about." + row.key) { lines.append(paragraph(texts.say("about." + row.key))) }
        lines += options(row.options, desk, of: row)
        lines += [".PP", ".nf"]
        for example in texts.say("examples." + row.key).split(separator: "\n") {
            lines += [".RS", escaped(String(example)), ".RE"]
        }
        return lines + [".fi"]
    }

    private static func options(_ options: [Option], _ desk: Desk, of row: Row?) -> [String] {
        options.flatMap { option -> [String] in
            var name = "\\fB" + escaped(option.name) + "\\fR"
            if let value = option.value {
                name += " \\fI" + escaped(Help.placeholder(value, desk.texts)) + "\\fR"
            }
            return [".TP", name, escaped(Help.meaning(option, desk, of: row))]
        }
    }

    /// Lines `word: text` as a list.
    private static func list(_ text: String) -> [String] {
        text.split(separator: "\n").flatMap { line -> [String] in
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return [escaped(String(line))] }
            return [".TP", ".B " + escaped(parts[0]), escaped(parts[1])]
        }
    }

    private static func paragraph(_ text: String) -> String {
        text.split(separator: "\n").map { escaped(String($0)) }.joined(separator: "\n.PP\n")
    }

    /// Text as roff has it: no character of it is a request or an escape.
    static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "\\": out += "\\e"
            case "-": out += "\\-"
            case "'": out += "\\(aq"
            case "\"": out += "\\(dq"
            default: out.append(character)
            }
        }
        return out.hasPrefix(".") ? "\\&" + out : out
    }
}
