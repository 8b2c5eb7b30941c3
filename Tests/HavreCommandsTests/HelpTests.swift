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
            #expect(card.status == 0 && card.output.split(separator: "\n").count <= 60)
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
