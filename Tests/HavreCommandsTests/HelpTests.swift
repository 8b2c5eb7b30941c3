import HavreForms
import Testing

@testable import HavreCommands

@Test("Every verb has a page with usage, summary, two examples that the table understands, and exit statuses")
func pages() throws {
    let bench = try Bench()
    for language in ["en", "fr"] {
        for row in VerbTable.verbs.map({ $0.row }) {
            let out = bench.run(["help"] + row.words + ["--lang", language])
            #expect(out.status == 0 && out.output.hasPrefix("havre " + row.name))
            #expect(bench.run(row.words + ["--help", "--lang", language]).output == out.output)
            for option in row.options { #expect(out.output.contains(option.name), "\(row.name)") }
            let examples = Texts(language == "fr" ? .fr : .en).say("examples." + row.key).split(
                separator: "\n")
            #expect(examples.count == 2, "\(row.name)")
            for example in examples { #expect(example.contains("havre"), "\(example)") }
        }
    }
    #expect(bench.daemon.calls.isEmpty)
}

@Test("What the examples show can be typed")
func examples() throws {
    for language in [Language.en, .fr] {
        for verb in VerbTable.verbs {
            for line in Texts(language).say("examples." + verb.row.key).split(separator: "\n") {
                guard let start = line.range(of: "havre ") else { continue }
                var words: [String] = []
                var isQuoted = false
                for piece in line[start.upperBound...].split(separator: " ").map(String.init) {
                    if piece == "|" || piece.contains("<") || piece.hasPrefix(">") { break }
                    let word = piece.replacing("\"", with: "")
                    if isQuoted { words[words.count - 1] += " " + word } else { words.append(word) }
                    if piece.filter({ $0 == "\"" }).count == 1 { isQuoted.toggle() }
                }
                var globals = Globals()
                let left = try globals.take(from: words)
                let found = try #require(VerbTable.find(left), "\(line)")
                #expect(found.verb.row == verb.row, "\(line)")
                #expect(throws: Never.self, "\(line)") {
                    _ = try found.verb.init(try Arguments(found.rest, row: found.verb.row))
                }
            }
        }
    }
}

@Test("What the help lists as an option the parser takes, and an option that it does not list is refused")
func listedOptions() throws {
    let bench = try Bench()
    for verb in VerbTable.verbs {
        let row = verb.row
        let page = bench.run(["help"] + row.words).output
        let listed = Set(page.matches(of: /\n  (--[a-z-]+)/).map { String($0.1) })
        #expect(listed == Set(row.options.map(\.name)), "\(row.name)")
        for option in Globals.options.map(\.name) { #expect(!listed.contains(option), "\(row.name)") }
        let operands = row.operands.filter(\.isRequired).map { _ in "x" }
        for option in row.options where option.value == nil {
            let others = row.options.filter(\.isRequired).flatMap { [$0.name, "1"] }
            #expect(throws: Never.self, "\(row.name)") {
                _ = try Arguments(operands + others + [option.name], row: row)
            }
        }
        #expect(throws: Failure.self) { _ = try Arguments(operands + ["--surprise"], row: row) }
    }
}

@Test("The overview names every verb; a half verb lists its second words; every role has its card")
func overview() throws {
    let bench = try Bench()
    let all = bench.run("help").output
    for row in VerbTable.verbs.map({ $0.row }) { #expect(all.contains(row.name)) }
    #expect(bench.run([]).output == all)
    #expect(bench.run("case --help").output.contains("case archive"))
    #expect(bench.run("help nonsense").status == 2)
    #expect(bench.run("help help help").status == 2)
    for role in Catalogue.roles {
        for language in ["en", "fr"] {
            let card = bench.run(["help", "--card", role, "--lang", language])
            let lines = card.output.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(card.status == 0 && lines.count <= 60 && lines.allSatisfy { $0.count <= 80 })
            #expect(card.output.contains("havre unlock") || role == "trainer")
        }
    }
    #expect(bench.run("help --card queen").status == 2)
    #expect(bench.run("--version").output.hasPrefix("havre "))
}

@Test("No two verbs have the same words, and none of one word hides one of two")
func table() {
    let names = VerbTable.verbs.map { $0.row.name }
    #expect(Set(names).count == names.count)
    for verb in VerbTable.verbs {
        let found = VerbTable.find(verb.row.words)
        #expect(found?.verb.row == verb.row && found?.rest == [])
    }
}
