import Foundation
import HavreCodec
import HavreForms
import HavreSystem
import HavreWire
import Testing

@testable import HavreCommands

/// A command line, what it asks the daemon, what the daemon says, and what stands on standard output with `--json`.
private struct Course {
    let line: String
    let method: String
    let parameters: JSON
    let reply: JSON
    let output: JSON

    init(_ line: String, _ method: String, _ parameters: JSON, _ reply: JSON, _ output: JSON? = nil) {
        self.line = line
        self.method = method
        self.parameters = parameters
        self.reply = reply
        self.output = output ?? reply
    }
}

private let card: JSON = [
    "case": "amber-heron-41", "status": "Active", "risk": "low", "owner": "Amina", "backup": "Zoé",
    "due": "2026-03-01",
]
private let holder: JSON = [
    "name": "Lucie", "role": "legal", "compartments": ["core", "legal"], "rights": ["read"],
    "until": "2026-03-31",
]
private let contact: JSON = [
    "contact": "00112233445566778899aabbccddeeff", "name": "Me Diop", "organisation": "Barreau",
    "kind": "lawyer", "language": "fr", "key": "age1x", "state": "unconfirmed",
]
private let entry: JSON = [
    "index": 4, "time": 1_763_700_000, "actor": "Amina", "act": "open", "case": "amber-heron-41",
    "outcome": "done",
]
private let id = "00112233445566778899aabbccddeeff"

private let courses = [
    Course("whoami", "Whoami", [:], ["user": "Amina", "role": "caseworker", "open": ["amber-heron-41"]]),
    Course(
        "staff list", "StaffList", [:],
        ["staff": [["name": "Amina", "role": "caseworker", "state": "active"]]]),
    Course(
        "staff invite Zoé --role shelter", "StaffInvite", ["name": "Zoé", "role": "shelter"],
        ["name": "Zoé", "role": "shelter", "code": "ABCDE", "expires": 1_763_700_000]),
    Course(
        "staff confirm Zoé --words one-two-three", "StaffConfirm", ["name": "Zoé", "words": "one-two-three"],
        ["name": "Zoé", "role": "shelter"], ["name": "Zoé", "role": "shelter", "ok": true]),
    Course(
        "staff reset Zoé", "StaffReset", ["name": "Zoé"],
        ["name": "Zoé", "role": "shelter", "code": "ABCDE", "expires": 1_763_700_000]),
    Course(
        "case new --owner Amina --backup Zoé --risk medium", "CaseNew",
        ["owner": "Amina", "backup": "Zoé", "risk": "medium", "lang": "en"], ["case": "amber-heron-41"]),
    Course("case list", "CaseList", [:], ["cases": [card]]),
    Course(
        "case show amber-heron-41", "CaseShow", ["case": "amber-heron-41"],
        ["card": card, "holders": [holder], "compartments": ["core"], "custody": 1],
        [
            "case": "amber-heron-41", "card": card, "holders": [holder], "compartments": ["core"],
            "custody": 1,
        ]),
    Course(
        "case assign amber-heron-41 --owner Zoé", "CaseAssign", ["case": "amber-heron-41", "owner": "Zoé"],
        ["card": card]),
    Course(
        "case label amber-heron-41 blue", "CaseLabel", ["case": "amber-heron-41", "label": "blue"], [:],
        ["ok": true]),
    Course(
        "case label amber-heron-41 --remove", "CaseLabel", ["case": "amber-heron-41"], [:], ["ok": true]),
    Course("case archive amber-heron-41", "CaseArchive", ["case": "amber-heron-41"], ["card": card]),
    Course("case reopen amber-heron-41", "CaseReopen", ["case": "amber-heron-41"], ["card": card]),
    Course(
        "open amber-heron-41 --purpose visit", "Open", ["case": "amber-heron-41", "purpose": "visit"],
        ["case": "amber-heron-41", "until": 1_763_700_000]),
    Course(
        "close amber-heron-41", "Close", ["case": "amber-heron-41"], ["case": "amber-heron-41"],
        ["case": "amber-heron-41", "ok": true]),
    Course(
        "history amber-heron-41 \(id)", "History", ["case": "amber-heron-41", "record": .string(id)],
        ["versions": [["version": 1, "author": "Amina", "time": 1_763_700_000, "changed": ["text"]]]]),
    Course(
        "find passeport --case amber-heron-41", "Find", ["text": "passeport", "case": "amber-heron-41"],
        ["hits": [["case": "amber-heron-41", "record": .string(id), "form": "note", "field": "summary"]]]),
    Course(
        "access amber-heron-41", "Access", ["case": "amber-heron-41"], ["holders": [holder], "custody": 1]),
    Course(
        "grant amber-heron-41 Lucie --compartments legal,core --rights read,redact-export --until 2026-03-31"
            + " --purpose appeal", "Grant",
        [
            "case": "amber-heron-41", "name": "Lucie", "compartments": ["legal", "core"],
            "rights": ["read", "redact-export"], "until": "2026-03-31", "purpose": "appeal",
        ], ["grant": "abc", "until": "2026-03-31"]),
    Course(
        "revoke amber-heron-41 Lucie", "Revoke", ["case": "amber-heron-41", "name": "Lucie"],
        [
            "removed": "Lucie", "compartments": ["core"],
            "opened": [["record": .string(id), "time": 1_763_700_000]],
            "exported": [["time": 1_763_700_000, "contact": "Me Diop", "bundle": "ff"]], "pending": false,
        ]),
    Course("contact list", "ContactList", [:], ["contacts": [contact]]),
    Course(
        "contact confirm Diop", "ContactConfirm", ["name": "Diop"], ["contact": .string(id)],
        ["contact": .string(id), "ok": true]),
    Course(
        "contact retire Diop", "ContactRetire", ["name": "Diop"], ["contact": .string(id)],
        ["contact": .string(id), "ok": true]),
    Course(
        "export amber-heron-41 --profile court --for Diop --preview --records \(id)"
            + " --withhold \(id):text:0,\(id):present.person --name-person", "Export",
        [
            "case": "amber-heron-41", "profile": "court", "contact": "Diop", "preview": true,
            "records": [.string(id)], "namePerson": true,
            "withhold": [
                ["record": .string(id), "field": "text", "n": 0],
                ["record": .string(id), "field": "present.person"],
            ],
        ],
        [
            "disclosed": [["record": .string(id), "field": "text", "n": 1]],
            "withheld": [["record": .string(id), "field": "text", "n": 0]],
        ]),
    Course(
        "audit log --case amber-heron-41 --since 1763700000", "AuditLog",
        ["case": "amber-heron-41", "since": 1_763_700_000], ["entries": [entry]]),
    Course("audit log --since 2025-11-21", "AuditLog", ["since": 1_763_683_200], ["entries": []]),
    Course(
        "audit who-opened amber-heron-41", "AuditWhoOpened", ["case": "amber-heron-41"],
        ["entries": [entry]]),
    Course("audit verify", "AuditVerify", [:], ["ok": true, "size": 5, "root": "ff"]),
    Course("audit checkpoint", "AuditCheckpoint", [:], ["note": "a\n1\nb\n"], ["checkpoint": "a\n1\nb\n"]),
    Course("check", "Check", [:], ["ok": true, "partial": false, "problems": []]),
]

@Test("Every verb asks what the interface knows and answers one object, with the keys of the contract")
func everyVerb() throws {
    let bench = try Bench()
    try bench.unlock()
    for course in courses {
        bench.daemon.acts[course.method] = { _, _ in Reply(course.reply) }
        let out = bench.run(course.line + " --json")
        #expect(out.status == 0, "\(course.line): \(out.errors)")
        #expect(out.errors == "", "\(course.line)")
        #expect(bench.last(course.method) == course.parameters, "\(course.line)")
        #expect(out.output.filter { $0 == "\n" }.count == 1, "\(course.line)")
        #expect(try JSON(out.output) == course.output, "\(course.line)")
        #expect(bench.daemon.calls.last?.parameters["session"] == "token-of-Amina", "\(course.line)")
    }
}

@Test("The same as text says something in both languages, and no key of the catalogue shows through")
func everyVerbAsText() throws {
    let bench = try Bench()
    try bench.unlock()
    for terminal in [true, false] {
        bench.isTerminal = terminal
        for course in courses {
            bench.daemon.acts[course.method] = { _, _ in Reply(course.reply) }
            for language in ["en", "fr"] {
                let out = bench.run("--lang \(language) " + course.line)
                #expect(out.status == 0 && !out.output.isEmpty, "\(course.line): \(out.errors)")
                let word = /(?:ask|say|count|column|state|right|fault|warning)\.[a-zA-Z]+/
                #expect(!out.output.contains(word), "\(course.line): \(out.output)")
            }
        }
    }
}

@Test("What is not right costs 5, although the verb did its work: the answer still stands on standard output")
func wrongVerdicts() throws {
    let bench = try Bench()
    try bench.unlock()
    let cases: [(String, String, JSON)] = [
        (
            "check", "Check",
            ["ok": false, "partial": false, "problems": [["where": "row", "what": "changed"]]]
        ),
        ("check", "Check", ["ok": false, "partial": true, "problems": []]),
        ("audit verify", "AuditVerify", ["ok": false, "size": 1, "root": "ff"]),
    ]
    for (line, method, reply) in cases {
        bench.daemon.acts[method] = { _, _ in Reply(reply) }
        let out = bench.run(line + " --json")
        #expect(out.status == 5 && out.errors == "")
        #expect(try JSON(out.output) == reply)
    }
}

@Test(
    "Every named error keeps its name and its exit status, says what to do next, and has no other words in JSON"
)
func everyError() throws {
    let bench = try Bench()
    try bench.unlock()
    for fault in Fault.allCases {
        bench.daemon.acts["Access"] = { _, _ in
            fault.reply(fault == .invalid ? ["field": "name", "rule": "must be a name"] : [:])
        }
        for language in ["en", "fr"] {
            let out = bench.run("access amber-heron-41 --json --lang \(language)")
            #expect(out.status == fault.exitStatus && out.output == "", "\(fault)")
            let json = try JSON(out.errors)
            #expect(json["error"]?.string == "org.havre.Vault." + fault.rawValue)
            #expect(Set((json.object ?? [:]).keys) == ["error", "message"])
            let plain = bench.run("access amber-heron-41 --lang \(language)")
            #expect(plain.errors.split(separator: "\n").count >= 2, "\(fault): what and what next")
            #expect(!plain.errors.contains("fault.") && !plain.errors.contains("next."), "\(fault)")
        }
        if fault == .locked { try bench.unlock() }
    }
    bench.daemon.acts["Access"] = nil
    #expect(bench.run("access amber-heron-41").status == 1)
}

@Test("A refusal inside a case says whom to ask")
func whomToAsk() throws {
    let bench = try Bench()
    try bench.unlock()
    for fault in [Fault.notGranted, .needsApproval, .notFound] {
        bench.daemon.acts["Access"] = { _, _ in fault.reply() }
        let out = bench.run("access amber-heron-41").errors.lowercased()
        #expect(out.contains("ask a supervisor of the case"), "\(out)")
    }
}

@Test("A list that comes in several messages is one list")
func severalMessages() throws {
    let bench = try Bench()
    try bench.unlock()
    let parts: [JSON] = [card, card, card]
    bench.daemon.parts["CaseList"] = parts.dropLast().map { ["cases": [$0]] }
    bench.daemon.acts["CaseList"] = { _, _ in Reply(["cases": [card]]) }
    let out = bench.run("case list --json")
    #expect(try JSON(out.output)["cases"]?.array?.count == 3)
}

@Test("Stored text cannot steer the terminal")
func escaping() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.isTerminal = true
    let evil = "\u{1B}]0;x\u{7}\u{202E}"
    bench.daemon.acts["CaseList"] = { _, _ in
        Reply([
            "cases": [
                [
                    "case": "amber-heron-41", "label": .string(evil), "status": .string(evil), "risk": "low",
                    "owner": .string(evil),
                ]
            ]
        ])
    }
    bench.variables["NO_COLOR"] = "1"
    let out = bench.run("case list")
    #expect(out.status == 0)
    #expect(
        !out.output.contains("\u{1B}") && !out.output.contains("\u{7}") && !out.output.contains("\u{202E}"))
    bench.daemon.acts["CaseList"] = { _, _ in Fault.invalid.reply(["field": .string(evil), "rule": "x"]) }
    #expect(!bench.run("case list").errors.contains("\u{1B}]"))
}

@Test("A full disk under standard output is an error, not silence")
func fullDisk() throws {
    let bench = try Bench()
    let full = FakeSink()
    full.isFull = true
    var world = bench.world
    world.output = full
    #expect(Program.run(["forms"], world) == 1)
}
