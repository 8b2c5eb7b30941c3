import Foundation
import HavreCodec
import HavreForms
import HavreSystem
import HavreWire
import Testing

@testable import HavreCommands

private let id = "00112233445566778899aabbccddeeff"

@Test("A session that was locked while a note was typed costs the passphrase, and the note is saved")
func lockedMeanwhile() throws {
    let bench = try Bench()
    try bench.unlock()
    var saved: [JSON] = []
    var isLocked = true
    var isOpen = false
    bench.daemon.acts["Add"] = { parameters, _ in
        if isLocked { return Fault.locked.reply() }
        guard isOpen else { return Fault.notOpen.reply() }
        saved.append(parameters["fields"]?["summary"] ?? .null)
        return Reply(["record": .string(id), "version": 1])
    }
    var wrong = 1
    let unlock = try #require(bench.daemon.acts["Unlock"])
    bench.daemon.acts["Unlock"] = { parameters, handles in
        wrong -= 1
        if wrong >= 0 { return Fault.wrongPassphrase.reply() }
        isLocked = false
        return unlock(parameters, handles)
    }
    bench.daemon.acts["Open"] = { _, _ in
        isOpen = true
        return Reply(["case": "amber-heron-41", "until": 1, "waysIn": 2])
    }
    let person = FakePerson(["She called.", ".", "mistyped", "", "the right one", "visit"])
    bench.person = person
    #expect(bench.run("note amber-heron-41").status == 0)
    #expect(saved == ["She called."] && person.answers.isEmpty)
    #expect(person.shown.contains("What you typed is still here"))
}

@Test("Who gives up is told what stood in the way; a script is not asked")
func givenUp() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Add"] = { _, _ in Fault.storageFull.reply() }
    bench.person = FakePerson(["She called.", ".", "y", "n"])
    #expect(bench.run("note amber-heron-41").status == 1)
    #expect(bench.daemon.calls.count { $0.method == "Add" } == 2)
    bench.person = nil
    bench.daemon.acts["Add"] = { _, _ in Fault.locked.reply() }
    let path = bench.folder.path("note.txt")
    try Data("She called.".utf8).write(to: URL(filePath: path))
    #expect(bench.run(["note", "amber-heron-41", "--from", path]).status == 3)
}

@Test("A line ! goes on in the editor, with what was typed so far")
func editorInBetween() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Add"] = { _, _ in Reply(["record": .string(id), "version": 1]) }
    bench.person = FakePerson(["She called.", "!"])
    bench.editing = { $0 + "Twice.\n" }
    #expect(bench.run("note amber-heron-41").status == 0)
    #expect(bench.last("Add")?["fields"]?["summary"] == "She called.\nTwice.")
    bench.person = FakePerson([])
    bench.editing = { _ in "All of it in the editor." }
    #expect(bench.run("note amber-heron-41 --editor").status == 0)
    #expect(bench.last("Add")?["fields"]?["summary"] == "All of it in the editor.")
}

@Test("An editor that ends lines as Windows does changes nothing: neither a text nor the lines of a sheet")
func editorOfWindows() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Add"] = { _, _ in Reply(["record": .string(id), "version": 1]) }
    bench.person = FakePerson([])
    bench.editing = { _ in "She called.\r\nTwice.\r\n" }
    #expect(bench.run("note amber-heron-41 --editor").status == 0)
    #expect(bench.last("Add")?["fields"]?["summary"] == "She called.\nTwice.")
    bench.editing = { sheet in
        (sheet + "channel: phone\nsummary: She called.\n  Twice.\n").replacing("\n", with: "\r\n")
    }
    #expect(bench.run("add amber-heron-41 note --editor").status == 0)
    #expect(bench.last("Add")?["fields"]?["channel"] == "phone")
    #expect(bench.last("Add")?["fields"]?["summary"] == "She called.\nTwice.")
}

@Test(
    "A form filled in as a sheet: values by code or label, texts indented, rows left as they were, mistakes named"
)
func sheet() throws {
    let bench = try Bench()
    let person = FakePerson(["y"])
    let desk = Desk(Globals(), bench.world)
    let form = try #require(Catalogue.shared.form("statement"))
    let today = try Day(parsing: "2026-01-01")
    let sheet = FormSheet(form: form, filling: FormFilling(desk: desk, person: person, today: today))
    let old: JSON = [
        "kind": "police", "text": ["Une phrase.", "Une autre."], "present": [["name": "Zoé"]],
        "place": "Lyon",
    ]
    let text = sheet.sheet(old)
    #expect(try sheet.read(text, old) == old, "what is not touched stays")
    let changed = text.replacing("place: Lyon", with: "place:").replacing("kind: police", with: "kind: Court")
        .replacing("    Une autre.", with: "    Une autre, plus longue. Et une troisième.")
    #expect(
        try sheet.read(changed, old) == [
            "kind": "court", "text": ["Une phrase.", "Une autre, plus longue.", "Et une troisième."],
            "present": [["name": "Zoé"]],
        ])
    for wrong in ["nonsense: 1", "kind: queen", "date: soon", "Une ligne sans retrait"] {
        #expect(throws: Failure.self) { try sheet.read(text + wrong + "\n", old) }
    }
    // Back in the editor the text is as she left it.
    var bodies: [String] = []
    bench.editing = { body in
        bodies.append(body)
        return bodies.count == 1
            ? body + "date: soon\n" : body.replacing("date: soon", with: "date: 1.12.2025")
    }
    let form2 = FormSheet(
        form: form, filling: FormFilling(desk: Desk(Globals(), bench.world), person: person, today: today))
    let values = try form2.edit(old) { _ in }
    #expect(values["date"] == "2025-12-01" && bodies.count == 2 && person.answers.isEmpty)
}

@Test("The night sheet begins with whom to call and what to know, and says nothing that is not filled in")
func nightSheet() throws {
    let bench = try Bench()
    let desk = Desk(Globals(), bench.world)
    let fields: JSON = [
        "code": "Rose", "language": "bam", "threat": "Her brother \u{1B}[31mlooks for her",
        "call_order": [["name": "Zoé", "phone": "+33 1"], ["name": "Police", "phone": "17"]],
        "if_visitor": "Do not open.\nCall.", "suicide_alert": "yes",
    ]
    let record = ShownRecord(
        record: id, form: "night", compartment: "night", version: 1, author: "Amina", time: 0, fields: fields)
    let text = NightSheet(desk: desk, record: record).text("amber-heron-41")
    let order = [
        "Rose", "CALL", "1  +33 1   Zoé", "2  17   Police", "KNOW FIRST", "Her brother", "WHAT TO DO",
        "SPEAKING",
    ]
    var rest = text[...]
    for part in order {
        let place = try #require(rest.range(of: part), "\(part)\n\(text)")
        rest = rest[place.upperBound...]
    }
    #expect(!text.contains("\u{1B}") && !text.contains("Interpreter"))
}

@Test(
    "An attachment is looked at from memory: a text is shown and gone, anything else lies in a private folder until one is done"
)
func viewing() throws {
    let bench = try Bench()
    // In memory as systemd makes it, and nobody else's: other tests lock the same person.
    let runtime = "/dev/shm/havre-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
        atPath: runtime, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: runtime) }
    bench.variables["XDG_RUNTIME_DIR"] = runtime
    try bench.unlock()
    let person = FakePerson([])
    bench.person = person
    bench.isTerminal = true
    var content = Array("Une lettre.\n\u{1B}[2Jfin".utf8)
    bench.daemon.acts["Fetch"] = { _, handles in
        _ = try? handles[0].descriptor.write(content)
        return Reply(["bytes": .int(Int64(content.count)), "blake2b": "ff"])
    }
    func view(_ more: String = "") -> Int32 {
        person.screens = []
        return bench.run("view amber-heron-41 \(id)\(more)").status
    }
    content = Array("Une lettre.\nfin\u{9}!".utf8)
    #expect(view() == 0)
    #expect(person.screens.first?.first == "Une lettre.")
    content = Array("%PDF-1.7 ...".utf8)
    #expect(view() == 0)
    let path = try #require(
        person.screens.first?.first { $0.contains("/view.") }?.trimmingCharacters(in: .whitespaces))
    #expect(path.hasSuffix(".pdf") && !FileManager.default.fileExists(atPath: path), "\(path)")
    // A script is told where it lies; close and lock take it away.
    bench.person = nil
    bench.isTerminal = false
    bench.daemon.acts["Close"] = { _, _ in Reply(["case": "amber-heron-41"]) }
    bench.daemon.acts["Lock"] = { _, _ in Reply(["locked": 1]) }
    for verb in ["close amber-heron-41", "lock"] {
        let json = try JSON(bench.run("view amber-heron-41 \(id) --json").output)
        let path = try #require(json["path"]?.string)
        #expect(FileManager.default.contents(atPath: path) == Data(content))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(bench.run(verb).status == 0)
        #expect(!FileManager.default.fileExists(atPath: path), "after \(verb)")
    }
}

@Test("A contact that is typed in is asked again only where it was refused; nothing else is lost")
func contactTyped() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["ContactAdd"] = { parameters, _ in
        guard parameters["organisation"]?.string == "Barreau" else {
            return Fault.invalid.reply([
                "field": "organisation", "rule": "must not be longer than 4 characters",
            ])
        }
        return Reply(["contact": .string(id)])
    }
    let person = FakePerson([
        "Cabinet Martin", "Martin", "?", "lawy", "French", "fr", "", "by phone", "Barreau",
    ])
    bench.person = person
    #expect(bench.run("contact add").status == 0)
    #expect(person.answers.isEmpty)
    #expect(person.shown.contains("organisation"))
    let sent = try #require(bench.last("ContactAdd"))
    #expect(sent["name"] == "Cabinet Martin" && sent["kind"] == "lawyer" && sent["language"] == "fr")
    #expect(sent["passphrase"] == true && sent["key"] == nil && sent["checked"] == "by phone")
}
