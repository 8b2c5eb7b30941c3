import Foundation
import HavreCodec
import HavreFormats
import HavreForms
import HavreSecrets
import HavreSystem
import HavreWire
import Testing

@testable import HavreCommands

private let id = "00112233445566778899aabbccddeeff"

private func bench(_ records: [JSON]) throws -> Bench {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Show"] = { _, _ in Reply(["records": .array(records)]) }
    return bench
}

private let statement: JSON = ["text": ["Je suis née à Abidjan.", "Il a pris mon passeport."]]

@Test("Show gives the fields that the signed text holds, and the name of the author that the daemon verified")
func show() throws {
    let bench = try bench([try sent("statement", statement)])
    let out = bench.run("show amber-heron-41 \(id) --version 2 --json")
    #expect(
        bench.last("Show") == ["case": "amber-heron-41", "record": .string(id), "version": 2])
    let record = try #require(try JSON(out.output)["records"]?.array?.first)
    #expect(record["fields"] == statement)
    #expect(record["author"] == "Amina" && record["version"] == 2 && record["form"] == "statement")
    #expect(record["time"] == 1_763_700_000 && record["record"]?.string == id)
    let text = bench.run("--lang fr show amber-heron-41").output
    #expect(text.contains("[1] Il a pris mon passeport.") && text.contains("Amina"))
}

@Test("A signed text that says something else than the daemon is refused with 5")
func contradiction() throws {
    let lies: [(String, JSON)] = [
        ("record", "ffffffffffffffffffffffffffffffff"), ("form", "note"), ("version", 1),
        ("compartment", "notes"), ("time", 1), ("sdjwt", "x.y.z~"), ("sdjwt", ""),
    ]
    for (name, value) in lies {
        let bench = try bench([try sent("statement", statement, said: [name: value])])
        let out = bench.run("show amber-heron-41 --json")
        #expect(out.status == 5 && out.output == "", "\(name)")
    }
    var changed = try sent("statement", statement)
    let text = changed["sdjwt"]?.string ?? ""
    // One disclosure less: a sentence is missing, and the text still parses.
    let parts = text.split(separator: "~", omittingEmptySubsequences: false)
    changed = .object(
        (changed.object ?? [:]).merging(["sdjwt": .string(parts.dropLast(2).joined(separator: "~") + "~")]) {
            $1
        })
    let out = try bench([changed]).run("show amber-heron-41 --json")
    #expect(out.status == 5 || out.output.contains("Abidjan"))
}

@Test("Night shows the newest sheet only")
func night() throws {
    let sheet: JSON = ["threat": "He knows the district."]
    let bench = try bench([try sent("night", sheet)])
    let out = bench.run("night amber-heron-41 --json")
    #expect(bench.last("Show") == ["case": "amber-heron-41", "form": "night"])
    #expect(try JSON(out.output)["records"]?.array?.count == 1)
    bench.daemon.acts["Show"] = { _, _ in Reply(["records": []]) }
    #expect(try JSON(bench.run("night amber-heron-41 --json").output) == ["records": []])
}

@Test(
    "Add and edit send the fields of a file as they are; what breaks a rule is named here, in one's own language"
)
func addFromFile() throws {
    let bench = try Bench()
    try bench.unlock()
    let path = bench.folder.path("fields.json")
    func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }
    bench.daemon.acts["Add"] = { _, _ in Reply(["record": .string(id), "version": 1]) }
    bench.daemon.acts["Edit"] = { _, _ in Reply(["record": .string(id), "version": 2]) }
    try write(#"{"text":["Un.","Deux."]}"#)
    let out = bench.run(["add", "amber-heron-41", "statement", "--from", path, "--json"])
    #expect(try JSON(out.output) == ["record": .string(id), "version": 1])
    #expect(
        bench.last("Add") == [
            "case": "amber-heron-41", "form": "statement", "fields": ["text": ["Un.", "Deux."]],
        ])
    _ = bench.run(["edit", "amber-heron-41", id, "--from", path])
    #expect(
        bench.last("Edit") == [
            "case": "amber-heron-41", "record": .string(id), "fields": ["text": ["Un.", "Deux."]],
        ])
    let count = bench.daemon.calls.count
    for (text, named) in [
        (#"{"txet":[]}"#, "txet"), (#"{"text":null}"#, "text"), (#"{"text":["a"],"text":["b"]}"#, ""),
        (#"{"text":["a"],}"#, ""), (#"{"date":1.5}"#, ""), ("[]", "fields"),
    ] {
        try write(text)
        let out = bench.run(["add", "amber-heron-41", "statement", "--from", path, "--json", "--lang", "fr"])
        #expect(out.status == 2, "\(text)")
        let json = try JSON(out.errors)
        #expect(json["error"] == "org.havre.Vault.Invalid")
        #expect(named.isEmpty || json["message"]?.string?.contains(named) == true, "\(text)")
    }
    #expect(!bench.daemon.calls.dropFirst(count).contains { $0.method == "Add" })
    #expect(bench.run(["add", "amber-heron-41", "poem", "--from", path]).status == 6)
    #expect(bench.run(["add", "amber-heron-41", "note", "--from", "/no/such/file"]).status == 2)
}

@Test(
    "A form is asked field by field: skipped, explained, gone back to, ended; codes by number, by label, by code"
)
func fillingAForm() throws {
    let bench = try Bench()
    let person = FakePerson([
        "01/12/2024",  // date
        "?", "x", "2",  // channel: explained, not understood, by number
        "She called.", "", "Twice.", ".",  // summary
        "<",  // facts: back to the summary
        "",  // summary kept
        "They have a car.", ".",  // facts
        ".",  // opinion: nothing more
    ])
    let desk = Desk(Globals(), bench.world)
    let form = try #require(Catalogue.shared.form("note"))
    let today = try Day(parsing: "2025-11-21")
    let values = try FormFilling(desk: desk, person: person, today: today).fill(form)
    let channels = try #require(form.field("channel")?.codes?.codes)
    #expect(
        values == [
            "date": "2024-12-01", "channel": .string(channels[1]), "summary": "She called.\n\nTwice.",
            "facts": "They have a car.",
        ])
    #expect(person.answers.isEmpty)
    #expect(throws: Never.self) { try form.check(values, today: today) }
}

@Test("A value that breaks a rule of the form is asked for again; rows are filled one by one")
func fillingRules() throws {
    let bench = try Bench()
    let desk = Desk(Globals(), bench.world)
    let today = try Day(parsing: "2025-11-21")
    let note = try #require(Catalogue.shared.form("note"))
    let late = FakePerson(["2025-12-24", "2025-11-20", "."])
    #expect(
        try FormFilling(desk: desk, person: late, today: today).fill(note) == ["date": "2025-11-20"])
    let night = try #require(Catalogue.shared.form("night"))
    let before = night.fields.prefix { $0.key != "call_order" }.count
    let rows = FakePerson(
        Array(repeating: "", count: before) + ["+", "Zoé", "not a number", "+33 1 23 45 67 89", "", "."])
    let values = try FormFilling(desk: desk, person: rows, today: today).fill(night)
    #expect(values == ["call_order": [["name": "Zoé", "phone": "+33 1 23 45 67 89"]]])
}

@Test("Edit at a terminal starts from what is there and names the version it rests on")
func editing() throws {
    let bench = try bench([try sent("note", ["date": "2025-11-01", "summary": "Old."])])
    bench.daemon.acts["Edit"] = { _, _ in Reply(["record": .string(id), "version": 3]) }
    bench.person = FakePerson(["", "", "New.", ".", "."])
    let out = bench.run("edit amber-heron-41 \(id)")
    #expect(out.status == 0)
    #expect(
        bench.last("Edit") == [
            "case": "amber-heron-41", "record": .string(id), "version": 2,
            "fields": ["date": "2025-11-01", "summary": "New."],
        ])
}

@Test("A typed note is today's, with its lines as typed")
func note() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Add"] = { _, _ in Reply(["record": .string(id), "version": 1]) }
    bench.person = FakePerson(["She called.", "", "Again tomorrow.", "."])
    #expect(bench.run("note amber-heron-41").status == 0)
    let fields = bench.last("Add")?["fields"]
    #expect(fields?["summary"] == "She called.\n\nAgain tomorrow.")
    #expect((try? Day(parsing: fields?["date"]?.string ?? "")) != nil)
}

@Test("Forms needs no daemon and describes every form in both languages")
func forms() throws {
    let bench = try Bench()
    for form in Catalogue.shared.forms {
        let json = try JSON(bench.run("forms \(form.id) --json --lang fr").output)
        #expect(json["form"]?.string == form.id && json["compartment"]?.string == form.compartment)
        for field in json["fields"]?.array ?? [] {
            let keys = Set((field.object ?? [:]).keys)
            #expect(keys.isSuperset(of: ["name", "type", "codes", "required", "sensitivity", "label"]))
        }
        #expect(bench.run("forms \(form.id)").status == 0)
    }
    #expect(try JSON(bench.run("forms --json").output)["forms"]?.array?.count == Catalogue.shared.forms.count)
    #expect(bench.run("forms poem").status == 6)
    #expect(bench.daemon.calls.isEmpty)
}

@Test("Of two corrections made at once neither is lost unseen: what both changed is asked, the rest is kept")
func editedMeanwhile() throws {
    let before: JSON = ["given_name": "Blessing", "family_name": "Okafor"]
    func scene(_ theirs: JSON, _ answers: [String]) throws -> (bench: Bench, person: FakePerson) {
        let (old, new) = (try sent("identity", before), try sent("identity", theirs, version: 3))
        let bench = try bench([])
        var looks = 0
        bench.daemon.acts["Show"] = { _, _ in
            looks += 1
            return Reply(["records": [looks == 1 ? old : new]])
        }
        bench.daemon.acts["Edit"] = { parameters, _ in
            parameters["version"] == 3
                ? Reply(["record": .string(id), "version": 4]) : Fault.busy.reply()
        }
        let person = FakePerson(answers)
        bench.person = person
        #expect(bench.run("edit amber-heron-41 \(id)").status == 0)
        #expect(person.answers.isEmpty && person.shown.contains("saved another version meanwhile"))
        return (bench, person)
    }
    let apart = try scene(
        ["given_name": "Blessing", "family_name": "Okafor", "middle_name": "Joy"], ["Patience", "."])
    #expect(
        apart.bench.last("Edit")?["fields"]
            == ["given_name": "Patience", "family_name": "Okafor", "middle_name": "Joy"])
    let theirs: JSON = ["given_name": "Grace", "family_name": "Okafor"]
    let mine = try scene(theirs, ["Patience", ".", ""])
    #expect(mine.person.shown.contains("Grace"))
    #expect(mine.bench.last("Edit")?["fields"]?["given_name"] == "Patience")
    let again = try scene(theirs, ["Patience", ".", "n", "Grace", "."])
    #expect(again.bench.last("Edit")?["fields"]?["given_name"] == "Grace")
}

@Test("A correction that is refused while nobody saved anything newer is tried again when she says so")
func busyMeanwhile() throws {
    let bench = try bench([])
    let old = try sent("identity", ["given_name": "Blessing"])
    bench.daemon.acts["Show"] = { _, _ in Reply(["records": [old]]) }
    bench.daemon.acts["Edit"] = { _, _ in Fault.busy.reply() }
    let person = FakePerson(["Patience", ".", "", "n"])
    bench.person = person
    #expect(bench.run("edit amber-heron-41 \(id)").status != 0)
    #expect(person.answers.isEmpty && !person.shown.contains("saved another version meanwhile"))
    #expect(bench.daemon.calls.filter { $0.method == "Edit" }.count == 2)
}
