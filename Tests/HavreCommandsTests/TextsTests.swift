import Foundation
import Havre
import HavreCodec
import HavreForms
import HavreWire
import TestSupport
import Testing

@testable import HavreCommands

/// Every string literal of the room that looks like a key.
private func literals() throws -> Set<String> {
    var found: Set<String> = []
    let sources = SharedVectors.root.appending(path: "Sources/HavreCommands")
    for file in SharedVectors.files(below: sources) where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        for match in text.matches(of: /"([a-z]+\.[A-Za-z0-9.-]*)"/) { found.insert(String(match.output.1)) }
    }
    return found
}

/// Keys that are put together from a table.
private func generated() -> Set<String> {
    var keys: Set<String> = []
    for verb in VerbTable.verbs {
        keys.formUnion(["verb." + verb.row.key, "examples." + verb.row.key])
        for option in verb.row.options { keys.insert("option." + option.name.dropFirst(2)) }
        for exit in [0, 1, 2] + verb.row.exits { keys.insert("exit.\(exit)") }
    }
    for option in Globals.options { keys.insert("option." + option.name.dropFirst(2)) }
    for chapter in Chapter.allCases { keys.insert("chapter." + chapter.rawValue) }
    for fault in Fault.allCases {
        keys.formUnion(["fault." + fault.rawValue, "fault." + fault.rawValue + ".next"])
    }
    for code in Desk.purposes { keys.insert("purpose." + code) }
    for code in ContactDraft.kinds { keys.insert("contactKind." + code) }
    for code in Grant.rights { keys.insert("right." + code) }
    return keys
}

@Test("What went wrong ends in a full stop before what to do") func wentWrong() {
    for language in Language.allCases {
        let texts = Texts(language)
        for why in ["No such file", "is it there?", "enough."] {
            let message = texts.message(.usage("usage.file", ["file": "a", "why": why]))
            #expect(message.last.map { ".?".contains($0) } == true && !message.hasSuffix(".."))
        }
    }
}

@Test("Both catalogues have the same keys and the same places to fill in")
func catalogues() throws {
    let english = try TextCatalogue.load(.en).texts
    let french = try TextCatalogue.load(.fr).texts
    #expect(Set(english.keys) == Set(french.keys))
    func places(_ text: String) -> Set<String> {
        Set(text.matches(of: /\{(\w+)\}/).map { String($0.output.1) })
    }
    for (key, text) in english { #expect(places(text) == places(french[key] ?? ""), "\(key)") }
}

@Test("No text is missing and none is left over")
func everyKeyIsUsed() throws {
    let keys = Set(try TextCatalogue.load(.en).texts.keys)
    let literals = try literals()
    let prefixes = Set(keys.compactMap { $0.split(separator: ".").first.map(String.init) })
    for literal in literals where prefixes.contains(String(literal.prefix { $0 != "." })) {
        if literal.hasSuffix(".") {
            #expect(keys.contains { $0.hasPrefix(literal) }, "nothing begins with \(literal)")
        } else {
            #expect(keys.contains(literal) || keys.contains(literal + ".one"), "\(literal) is missing")
        }
    }
    for key in generated() { #expect(keys.contains(key), "\(key) is missing") }
    // Read from the daemon's codes, from other tables of ours, or as `count` does.
    let families = [
        "column.", "state.", "pending.", "warning.", "ask.contact.", "about.", "option.", "operand.", "why.",
        "rule.", "part.", "detail.",
    ]
    let used = literals.union(generated())
    for key in keys where !used.contains(key) && !families.contains(where: key.hasPrefix) {
        let isCounted =
            [".none", ".one", ".many"].contains(where: key.hasSuffix)
            && used.contains(key.split(separator: ".").dropLast().joined(separator: "."))
        #expect(isCounted, "\(key) is used nowhere")
    }
}

@Test("Every column, every explanation and every option of the help belongs to something")
func families() throws {
    let keys = try TextCatalogue.load(.en).texts.keys
    let sources = SharedVectors.root.appending(path: "Sources/HavreCommands")
    let code = try SharedVectors.files(below: sources).map { try String(contentsOf: $0, encoding: .utf8) }
        .joined()
    let rows = VerbTable.verbs.map { $0.row }
    for key in keys {
        let parts = key.split(separator: ".").map(String.init)
        switch parts[0] {
        case "column": #expect(code.contains("\"\(parts[1])\""), "\(key)")
        case "about": #expect(rows.contains { $0.key == parts[1] }, "\(key)")
        case "option":
            let fitting = rows.filter { row in
                row.options.contains { $0.name == "--" + parts[1] }
                    && (parts.count == 2 || row.key == parts[2])
            }
            let isGlobal = Globals.options.contains { $0.name == "--" + parts[1] }
            #expect(isGlobal || !fitting.isEmpty, "\(key)")
        default: break
        }
    }
}

@Test("What is filled into a text is escaped, and never filled in again")
func filling() {
    let out = Texts.fill("{a} and {b}, {c}", ["a": "{b}", "b": "\u{1B}[31mred"])
    #expect(out == "{b} and \\u{1B}[31mred, {c}")
    #expect(Texts.fill("{", ["a": "x"]) == "{")
    #expect(Texts.fill("{a", ["a": "x"]) == "{a")
    #expect(Texts(.fr).say("no.such.key") == "no.such.key")
}

@Test("The language is that of --lang, then of LC_ALL, LC_MESSAGES, LANG, the empty ones passed over")
func language() throws {
    let bench = try Bench()
    bench.variables["LC_ALL"] = ""
    bench.variables["LC_MESSAGES"] = "fr_FR.UTF-8"
    bench.variables["LANG"] = "en_GB.UTF-8"
    #expect(bench.run("nonsense").errors.contains("Il n’y a pas"))
    #expect(bench.run("--lang en nonsense").errors.contains("There is no verb"))
    bench.variables["LC_ALL"] = "C"
    #expect(bench.run("nonsense").errors.contains("There is no verb"))
}
