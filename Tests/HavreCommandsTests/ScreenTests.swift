import Foundation
import HavreCodec
import HavreForms
import HavreSystem
import HavreWire
import Testing

@testable import HavreCommands

@Test(
    "Text is broken between words, a continuation stands under its beginning, and no line is wider than the screen"
)
func wrapping() {
    let text = "  [3] Elle a été emmenée à Marseille, puis à Gênes, sans savoir où elle était."
    for columns in [24, 40, 60, 79] {
        let lines = Layout.wrapped(text, columns: columns)
        #expect(lines.allSatisfy { Layout.width($0) <= columns && $0.hasPrefix("  ") })
        let words = lines.joined(separator: " ").split(separator: " ")
        #expect(words == text.split(separator: " "))
    }
    #expect(Layout.wrapped("short\n\n  also", columns: 30) == ["short", "", "  also"])
    // What is copied from the screen stays in one piece; writing without spaces is broken anywhere.
    let fingerprint = String(repeating: "ab", count: 32)
    #expect(Layout.wrapped("Fingerprint: " + fingerprint, columns: 40).contains(fingerprint))
    let japanese = Layout.wrapped(String(repeating: "日本語の文章です。", count: 10), columns: 30)
    #expect(japanese.allSatisfy { Layout.width($0) <= 30 } && japanese.joined().count == 90)
}

@Test("Marks and emphasis take no cells, wide characters two")
func widths() {
    #expect(Layout.width("e\u{301}te\u{301}") == 3)
    #expect(Layout.width("\u{1B}[1mbold\u{1B}[0m") == 4)
    #expect(Layout.width("日本") == 4 && Layout.width("Aïssatou") == 8 && Layout.width("פוחדת") == 5)
}

@Test(
    "A table that is too wide for the screen is a paragraph a row; a column in which nothing stands is left out"
)
func narrowTables() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.isTerminal = true
    let cards: [JSON] = [
        ["case": "amber-heron-41", "status": "Active", "risk": "low", "owner": "Amina Diallo", "waysIn": 2],
        ["case": "quiet-cedar-7", "status": "Active", "risk": "low", "owner": "Zoé", "waysIn": 1],
    ]
    bench.daemon.acts["CaseList"] = { _, _ in Reply(["cases": .array(cards)]) }
    let wide = bench.run("case list").output
    #expect(wide.contains("owner") && !wide.contains("your label"))
    #expect(wide.contains("! Fewer than two people can open: quiet-cedar-7"))
    bench.size.columns = 34
    let narrow = bench.run("case list --lang fr").output
    #expect(narrow.contains("  référent\u{A0}: Amina Diallo\n"))
    #expect(narrow.split(separator: "\n").allSatisfy { Layout.width(String($0)) <= 34 + 8 }, "\(narrow)")
    let json = try JSON(bench.run("case list --json").output)
    #expect(json["cases"]?.array?[1]["waysIn"] == 1)
}

@Test("JSON holds nothing that steers a terminal or hides from the eye, and is the same JSON")
func visibleJSON() throws {
    let bench = try Bench()
    try bench.unlock()
    let label = "a\u{85}b\u{9B}31m\u{7F}\u{202E}c\u{2066}\u{FEFF}\u{2028}\u{E0041} été日本 \\u202e"
    let cards: [JSON] = [["case": "amber-heron-41", "label": .string(label)]]
    bench.daemon.acts["CaseList"] = { _, _ in Reply(["cases": .array(cards)]) }
    let out = bench.run("case list --json").output
    #expect(!out.dropLast().unicodeScalars.contains(where: Text.isHiddenOrControl), "\(out.debugDescription)")
    #expect(out.contains("\\u009b31m") && out.contains("\\udb40\\udc41") && out.contains("été日本"))
    #expect(try JSON(out)["cases"] == .array(cards))
    let refused = bench.run(["--json", "\u{9B}31m\u{202E}"]).errors
    #expect(!refused.dropLast().unicodeScalars.contains(where: Text.isHiddenOrControl))
}

@Test("What is longer than the screen is read page by page; what fits, and what a script reads, is not")
func paging() throws {
    let bench = try Bench()
    let person = FakePerson([])
    bench.person = person
    bench.isTerminal = true
    bench.size = (60, 10)
    person.keys = [
        .character(" "), .character("b"), .end, .home, .down, .up, .character("x"), .pageDown,
        .character("q"),
    ]
    let out = bench.run("help")
    #expect(out.status == 0 && out.output.isEmpty)
    #expect(person.screens.count == 9 && person.screens.allSatisfy { $0.count == 10 })
    #expect(person.screens.allSatisfy { $0.allSatisfy { Layout.width($0) <= 60 } })
    #expect(person.screens[0] == person.screens[2] && person.screens[0] == person.screens[4])
    #expect(person.screens[0] != person.screens[1] && person.screens[3] != person.screens[4])
    #expect(person.screens[0].last?.contains("lines 1 to 9 of") == true)
    bench.variables["NO_COLOR"] = "1"
    _ = bench.run("help")
    #expect(person.screens.last?.joined().contains("\u{1B}") == false)
    bench.size.columns = 200
    bench.variables["TERM"] = "dumb"
    #expect(bench.run("help").output.contains("havre help VERB"))
    bench.variables["TERM"] = nil
    bench.isTerminal = false
    #expect(bench.run("help").output.contains("havre help VERB"))
}

@Test("Keys of a terminal are known by what they send")
func keys() {
    #expect(TerminalKey([0x1B]) == .escape)
    #expect(TerminalKey(Array("\u{1B}[6~".utf8)) == .pageDown && TerminalKey(Array("\u{1B}OB".utf8)) == .down)
    #expect(TerminalKey(Array("q".utf8)) == .character("q") && TerminalKey(Array("\u{1B}[99x".utf8)) == nil)
}

@Test("Every warning of the daemon is said in words, with its number; what is unknown is said as it is")
func warnings() throws {
    let bench = try Bench()
    bench.daemon.acts["Status"] = { _, _ in
        Reply([
            "state": "serving", "version": "1", "unlocked": 1,
            "warnings": [
                "memory-not-locked", "same-file-system", "brought-forward:3", "recovery-key-not-dealt",
                "unconfirmed-staff:2", "one-way-in:4", "own-account", "session-by-user", "remnants",
                "news:7",
            ],
        ])
    }
    for language in ["en", "fr"] {
        let lines = bench.run("status --lang \(language)").output.split(separator: "\n").filter {
            $0.hasPrefix("! ")
        }
        #expect(lines.count == 10 && lines.last == "! news:7")
        #expect(
            !lines.dropLast().contains { $0.contains("{") || $0.contains("-key-") || $0.contains("-staff") })
        #expect(lines[2].contains("3") && lines[4].contains("2") && lines[5].contains("4"))
    }
}

@Test(
    "Completions offer verbs, options and codes and never ask the daemon for anything",
    arguments: ["bash", "zsh", "fish"])
func completions(_ shell: String) throws {
    let bench = try Bench()
    let script = bench.run("completions \(shell)").output
    for row in VerbTable.verbs.map({ $0.row }) { #expect(script.contains(row.words[0])) }
    #expect(
        script.contains("caseworker") && script.contains("safe-contact") && script.contains("redact-export"))
    #expect(!script.contains("case list --json") && bench.daemon.calls.isEmpty)
    #expect(bench.run("completions csh").status == 2)
}

/// What bash offers behind these words.
private func offered(_ words: [String], _ script: String) throws -> [String] {
    let list = words.map { "'" + $0 + "'" }.joined(separator: " ")
    let bash = Foundation.Process()
    bash.executableURL = URL(filePath: "/bin/bash")
    bash.arguments = [
        "-c",
        script
            + "\nCOMP_WORDS=(\(list)); COMP_CWORD=\(words.count - 1); _havre; printf '%s\\n' \"${COMPREPLY[@]}\"",
    ]
    let pipe = Pipe()
    bash.standardOutput = pipe
    try bash.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    bash.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
}

@Test("Bash completes what may follow")
func bashCompletes() throws {
    let script = try Bench().run("completions bash").output
    #expect(try offered(["havre", "unl"], script) == ["unlock"])
    #expect(try offered(["havre", "case", "l"], script) == ["list", "label"])
    #expect(try offered(["havre", "--lang", "f"], script) == ["fr"])
    #expect(
        try offered(["havre", "--lang", "fr", "staff", "invite", "Lucie", "--role", "ca"], script) == [
            "caseworker"
        ])
    #expect(try offered(["havre", "add", "amber-heron-41", "sta"], script) == ["statement"])
    #expect(try offered(["havre", "grant", "amber-heron-41", "Lucie", "--ri"], script) == ["--rights"])
    #expect(try offered(["havre", "show", ""], script) == [], "names of cases stay where they are")
}

@Test("The manual page names every verb and option, and no line of it is a request that troff does not know")
func manual() throws {
    let bench = try Bench()
    for language in ["en", "fr"] {
        let page = bench.run("help --man --lang \(language)").output
        let plain = page.replacing("\\-", with: "-")
        for row in VerbTable.verbs.map({ $0.row }) {
            #expect(plain.contains("havre " + row.name))
            for option in row.options { #expect(plain.contains("\\fB\(option.name)\\fR")) }
        }
        for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
            #expect(
                [".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".RS", ".RE", ".nf", ".fi"].contains {
                    line.hasPrefix($0)
                }, "\(line)")
        }
    }
}

@Test("The verbs of asking for access say what to do as long as they are not there")
func requests() throws {
    let bench = try Bench()
    for verb in ["request amber --compartments legal --purpose appeal", "approve 1", "breakglass amber"] {
        let out = bench.run(verb)
        #expect(out.status == 2 && out.errors.contains("Ask a supervisor of the case"))
    }
    #expect(bench.daemon.calls.isEmpty)
}
