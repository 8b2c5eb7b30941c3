import Foundation
import Havre
import HavreCodec
import HavreForms
import HavreWire
import TestSupport
import Testing

@testable import HavreCommands

/// The rules with which a room refuses, as they are written in its sources; `{}` stands for what is put in when it
/// runs.
private struct ThrownRules {
    private(set) var rules: [String: String] = [:]

    /// What comes before a rule. A rule is a text, or texts joined with what is known only when it runs.
    private nonisolated(unsafe) static let openers =
        /\brule:\s*(?=")|needsApproval\(\s*(?=")|consentMissing\(\s*(?=")|static let rule = (?=")/
    private nonisolated(unsafe) static let acts = /\.usage\((?=")|broken\((?=")/
    private nonisolated(unsafe) static let invalid = /\.invalid\([^(),]*,\s*(?=")/

    init(room: String, where isRead: (_ file: String, _ rule: String) -> Bool) throws {
        let sources = SharedVectors.root.appending(path: "Sources/" + room)
        for file in SharedVectors.files(below: sources) where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            // The client's own `.usage(` names a key of the catalogue.
            let more = room == "HavreCommands" ? [] : text.matches(of: Self.acts).map(\.range.upperBound)
            let starts = [Self.openers, Self.invalid].flatMap { text.matches(of: $0).map(\.range.upperBound) }
            for start in starts + more {
                let rule = Self.rule(text[start...])
                if isRead(file.lastPathComponent, rule) { rules[rule] = file.lastPathComponent }
            }
        }
    }

    /// A text with what is interpolated or joined to it as `{}`.
    private static func rule(_ source: Substring) -> String {
        var rest = source
        var out = ""
        while true {
            rest = rest.drop { $0.isWhitespace }
            guard rest.first == "\"" else { return out }
            out += literal(&rest)
            rest = rest.drop { $0.isWhitespace }
            guard rest.first == "+" else { return out }
            rest = rest.dropFirst().drop { $0.isWhitespace }
            guard rest.first != "\"" else { continue }
            out += "{}"
            skip(&rest, until: ["+", ","])
            rest = rest.first == "+" ? rest.dropFirst() : rest
        }
    }

    private static func literal(_ rest: inout Substring) -> String {
        var out = ""
        rest.removeFirst()
        while let character = rest.popFirst(), character != "\"" {
            guard character == "\\" else {
                out.append(character)
                continue
            }
            let escaped = rest.popFirst()
            guard escaped == "(" else {
                out.append(escaped ?? "\\")
                continue
            }
            out += "{}"
            skip(&rest, until: [])
            rest = rest.dropFirst()
        }
        return out
    }

    /// Goes on to the closing parenthesis, or to one of these characters outside of others.
    private static func skip(_ rest: inout Substring, until ends: Set<Character>) {
        var depth = 0
        while let character = rest.first {
            if depth == 0, ends.contains(character) || ")]}".contains(character) { return }
            if "([{".contains(character) { depth += 1 }
            if ")]}".contains(character) { depth -= 1 }
            rest = rest.dropFirst()
        }
    }
}

/// Every rule that can reach a person, with the file that it is in.
private func thrown() throws -> [String: String] {
    // What they read, the house or this program has written itself; the daemon's options are for a journal.
    let inner: Set<String> = [
        "ByteReader.swift", "RowFacts.swift", "Era.swift", "FounderBearer.swift", "DaemonOptions.swift",
        "EmbeddedTexts.swift", "Greeting.swift", "GuessAllowance.swift", "LogCheck.swift",
        "VaultMemory.swift",
    ]
    var found: [String: String] = [:]
    for room in ["HavreCodec", "HavreAccess", "Havre", "HavreDaemon", "HavreEvidence", "HavreCommands"] {
        let rules = try ThrownRules(room: room) { file, rule in
            // Of evidence only what was chosen to leave; formats of files are for the verifier.
            !inner.contains(file) && (room != "HavreEvidence" || file == "Selection.swift")
                && !(file == "RecordText.swift" && rule == "a digest or null")
                && !(file == "Server.swift" && rule == "no upgrade")
        }
        found.merge(rules.rules) { $1 }
    }
    for kind in Leak.Kind.allCases { found[kind.rawValue] = "HavreError.swift" }
    return found
}

@Suite struct RuleTests {
    @Test("Every rule that is thrown has a text in both languages and no text is left over")
    func everyRule() throws {
        let thrown = try thrown()
        #expect(thrown.count > 140)
        for language in Language.allCases {
            var unused = TextCatalogue.of(language).texts.filter { $0.key.hasPrefix(RuleTexts.prefix) }
            for (rule, file) in thrown {
                let found = RuleTexts.of(language).find(rule.replacing("{}", with: "7"))
                #expect(found != nil, "\(file) throws \"\(rule)\", which \(language) cannot say")
                unused = unused.filter { $0.value != found?.text }
            }
            #expect(unused.keys.sorted() == [])
        }
    }

    @Test("A rule is found with its numbers and codes") func ruleFound() {
        let texts = Texts(.fr)
        #expect(texts.rule("at most 64 items") == "doit compter 64 éléments au plus")
        #expect(texts.rule("at most 448 bytes in base64url").hasSuffix("en base64url"))
        #expect(texts.rule("must be one of: court, police").hasSuffix(": court, police"))
        #expect(texts.rule("0 to 5") == "doit être compris entre 0 et 5")
        // Not everything with a "to" in it is a range, and an unknown rule is not lost.
        #expect(texts.rule("back to front") == "back to front")
        #expect(texts.rule("the profile court never lets location leave").contains("Contact sûr et lieu"))
        #expect(texts.rule("the profile court never lets the form note leave").contains("du formulaire Note"))
        #expect(
            texts.rule("no active consent lets this contact have: evidence, risk (purpose: return)").contains(
                "Risque"))
        // What the library says of forms.
        #expect(texts.rule("has more than 200 characters") == "dépasse 200 caractères")
        #expect(texts.rule("must be a whole number") == "doit être un nombre entier")
        #expect(texts.rule("lies before Valid from") == "est antérieur à Valable à partir du")
    }

    @Test("Every rule of a form is said in French") func everyRuleForm() {
        for rule in FormRule.samples {
            #expect(Texts(.fr).rule(rule.text(in: .en)) == rule.text(in: .fr))
        }
    }

    @Test("A refused value is named as the person knows it") func refusedValue() throws {
        func form(_ id: String) throws -> Form { try #require(Catalogue.shared.form(id)) }
        func said(_ failure: Failure) -> String { Texts(.fr).message(failure) }
        let number = Failure.invalid("documents[1].number", "has more than 60 characters")
        #expect(
            said(number.about(try form("identity")))
                == "Le champ «\u{A0}Documents d’identité et de voyage, Numéro\u{A0}» (documents[1].number) "
                + "dépasse 60 caractères.")
        let until = Failure.invalid("until", "must be a day from today to ten years on")
        #expect(said(until.of(Grant.row)).hasPrefix("--until doit être un jour"))
        let name = Failure.invalid("name", "must hold a letter")
        #expect(said(name.of(Grant.row)) == "NOM doit contenir une lettre.")
        // A form's name for a field goes before the command line's.
        #expect(said(name.about(try form("note")).of(Grant.row)).contains("«\u{A0}nom\u{A0}»"))
        // A rule that is a whole sentence stands alone.
        let other = Failure.invalid("name", "the contact is confirmed already")
        #expect(said(other) == "Le contact est déjà confirmé.")
        #expect(said(.invalid("", "a message of at most 1 MiB")) == "La demande dépasse 1\u{A0}Mio en tout.")
    }

    @Test("What is best done next depends on the verb") func bestDone() {
        func next(_ fault: Fault, _ row: Row, _ values: [String: String] = [:]) -> String {
            FailureText(texts: Texts(.en), reader: .person).next(Failure(fault).adding(values).of(row))
        }
        #expect(next(.notOpen, Show.row, ["case": "amber-heron-41"]).hasSuffix("havre open amber-heron-41"))
        #expect(next(.notOpen, Show.row).hasSuffix("havre open CASE"))
        #expect(next(.usage, Grant.row) == "See havre help grant.")
        #expect(next(.notGranted, Show.row).contains("havre grant"))
        // No grant gives the right to enrol somebody or to read the log.
        for row in [StaffInvite.row, AuditLog.row, Grant.row, CaseAssign.row, CaseNew.row, Check.row] {
            #expect(next(.notGranted, row).contains("Your role does not"), "\(row.name)")
        }
        #expect(next(.notFound, StaffConfirm.row) == "Check the name: havre staff list.")
        #expect(next(.notFound, ContactConfirm.row) == "Check the name: havre contact list.")
        #expect(next(.notFound, Grant.row).contains("havre staff list"))
        #expect(next(.notFound, History.row).contains("havre show CASE"))
        #expect(next(.notFound, Close.row).hasPrefix("Check the name: havre case list"))
    }

    @Test("None is never said as one") func noneNever() {
        for language in Language.allCases {
            for key in TextCatalogue.of(language).texts.keys
            where key.hasPrefix("count.") && key.hasSuffix(".one") {
                let stem = String(key.dropLast(4))
                let none = Texts(language).count(stem, 0)
                #expect(none != Texts(language).count(stem, 1) && !none.hasPrefix("count."), "\(key)")
            }
        }
    }

    @Test("A leak is listed with what to copy") func leakListed() throws {
        let record = "5c1f2a3b" + String(repeating: "0", count: 24)
        let parameters: JSON = [
            "why": .string("says who somebody is: withhold \(record):text:3 and 2 more"),
            "rule": "says who somebody is",
            "spots": [
                ["record": .string(record), "form": "statement", "field": "text", "n": 3], [:],
            ], "more": 2,
        ]
        let bench = try Bench()
        try bench.unlock()
        bench.daemon.acts["Export"] = { _, _ in Fault.identified.reply(parameters) }
        let words = [
            "--lang", "fr", "export", "amber-heron-41", "--profile", "court", "--for", "Diop", "--preview",
        ]
        bench.isTerminal = true
        let out = bench.run(words)
        #expect(out.status == 7)
        #expect(out.errors.contains("Récit 5c1f2a3b · Récit, phrase par phrase · n°\u{A0}3"))
        #expect(out.errors.contains("côte à côte sur la page") && out.errors.contains("et 2 autres"))
        #expect(out.errors.contains("--withhold 5c1f2a3b:text:3"))
        // What is withheld already is not lost from the line to copy.
        let more = bench.run(words + ["--withhold", record + ":text:0"])
        #expect(more.errors.contains("--withhold \(record):text:0,5c1f2a3b:text:3"))
        // Scripts write ids out.
        let json = try JSON(bench.run(words + ["--json"]).errors)
        #expect(json["error"] == "org.havre.Vault.Identified")
        #expect(json["message"]?.string?.contains("--withhold \(record):text:3") == true)
    }
}

extension FormRule {
    fileprivate static let samples: [FormRule] =
        [
            .notAnObject, .unknownField, .null, .empty, .control, .oneLine, .tooLong(7), .tooMany(7),
            .tooBig(7),
            .atLeast(-3), .atMost(7), .unknownCode(list: "gender"), .repeatedCode, .date, .tooEarly, .future,
            .phone, .email, .datetime, .digest, .attachment, .required, .before(path: "consent.valid_from"),
        ] + FieldType.allCases.map(FormRule.type)
}
