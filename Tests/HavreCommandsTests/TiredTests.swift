import Foundation
import HavreCodec
import HavreForms
import HavreWire
import Testing

@testable import HavreCommands

@Test("A slip in the code of an invitation costs the code once more, not the passphrase that was typed twice")
func enrolAgain() throws {
    let bench = try Bench()
    var left = 1
    bench.daemon.acts["Enrol"] = { _, _ in
        left -= 1
        return left >= 0
            ? Fault.wrongPassphrase.reply()
            : Reply(["name": "Amina", "role": "legal", "words": "a b c d e f"])
    }
    let person = FakePerson(["wrong", "long enough words", "long enough words", "right"])
    bench.person = person
    #expect(bench.run("enrol Amina").status == 0)
    #expect(person.answers.isEmpty && person.shown.contains("not valid for this name"))
    let sent = bench.daemon.calls.filter { $0.method == "Enrol" }.map {
        $0.secrets.map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(sent == [["wrong", "long enough words"], ["right", "long enough words"]])
    left = 9
    bench.person = FakePerson(["a", "long enough words", "long enough words", "b", "c"])
    #expect(bench.run("enrol Amina").status == 3)
}

@Test("Who confirms a contact sees the key that she confirms, and says that it is the same")
func confirmedKey() throws {
    let bench = try Bench()
    try bench.unlock()
    let key = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    bench.daemon.acts["ContactList"] = { _, _ in
        Reply([
            "contacts": [
                [
                    "contact": "00", "name": "Me Diop", "organisation": "Barreau", "kind": "lawyer",
                    "language": "fr", "key": .string(key), "checked": "by phone", "state": "unconfirmed",
                ]
            ]
        ])
    }
    bench.daemon.acts["ContactConfirm"] = { _, _ in Reply(["contact": "00"]) }
    let person = FakePerson(["n"])
    bench.person = person
    #expect(bench.run(["contact", "confirm", "me diop"]).status == 2)
    #expect(person.shown.contains(key) && person.shown.contains("by phone"))
    #expect(!bench.daemon.calls.contains { $0.method == "ContactConfirm" })
    bench.person = FakePerson(["y"])
    #expect(bench.run(["contact", "confirm", "Me Diop"]).status == 0)
    bench.person = nil
    #expect(bench.run(["contact", "confirm", "Me Diop"]).status == 0)
}

@Test("A part that repeats is begun with + or with the answer to its first question")
func rows() throws {
    let form = try #require(Catalogue.shared.form("statement"))
    // Who ends or goes back there keeps what she has typed.
    for rest in [["", "."], ["."], ["<", "."]] {
        for first in [["+", "Zoé"], ["Zoé"]] {
            let person = FakePerson(["", "", ""] + first + rest)
            let desk = Desk(Globals(), try Bench().world)
            let filling = FormFilling(desk: desk, person: person, today: try Day(parsing: "2026-01-01"))
            let values = try filling.fill(form)
            #expect(values["present"] == [["person": "Zoé"]], "\(first) \(rest) \(values) \(person.prompts)")
        }
    }
}

@Test(
    "What an export needs is asked at a terminal; a wrong name of the recipient is asked again, three times")
func exportAsked() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["ContactList"] = { _, _ in
        Reply([
            "contacts": .array(
                ["Me Diop", "Me Zola"].map { name in
                    [
                        "contact": "00", "name": .string(name), "organisation": "Barreau", "kind": "lawyer",
                        "language": "fr", "state": "confirmed",
                    ]
                })
        ])
    }
    bench.daemon.acts["Export"] = { parameters, handles in
        guard parameters["preview"] == nil else { return Reply(["disclosed": [], "withheld": []]) }
        _ = try? handles[0].descriptor.write(Array("x".utf8))
        return Reply([
            "disclosed": [], "withheld": [], "bundle": ["bytes": 1, "sha256": "ff"],
        ])
    }
    let path = bench.folder.path("out.age")
    let person = FakePerson(["2", path, "Me Diop", "me zola"])
    bench.person = person
    #expect(bench.run("export amber-heron-41").status == 0)
    #expect(person.answers.isEmpty && FileManager.default.fileExists(atPath: path))
    #expect(bench.last("Export")?["contact"] == "Me Zola" && bench.last("Export")?["profile"] == "court")
    bench.person = FakePerson(["2", path + "2", "a", "b", "c"])
    #expect(bench.run("export amber-heron-41").status == 2)
    #expect(!FileManager.default.fileExists(atPath: path + "2"))
}

@Test("A preview shows a person what leaves and what stays, in words; a script gets the lists")
func preview() throws {
    let bench = try Bench()
    try bench.unlock()
    let id = "00112233445566778899aabbccddeeff"
    let record = try sent("statement", ["text": ["Elle est née.", "À Lyon."], "place": "Lyon"])
    bench.daemon.acts["Show"] = { _, _ in Reply(["records": [record]]) }
    bench.daemon.acts["Export"] = { _, _ in
        Reply([
            "disclosed": [["record": .string(id), "field": "text", "n": 0]],
            "withheld": [
                ["record": .string(id), "field": "text", "n": 1], ["record": .string(id), "field": "place"],
                ["record": .string(id), "field": "present.person"],
            ],
        ])
    }
    bench.isTerminal = true
    bench.person = FakePerson([])
    let line = "export amber-heron-41 --profile court --for Diop --preview"
    let shown = bench.run(line).output
    #expect(shown.contains("goes out  [0] Elle est née."), "\(shown)")
    #expect(shown.contains("stays     [1] À Lyon.") && shown.contains("Place: Lyon"), "\(shown)")
    #expect(shown.contains("stays     Persons present, Person"), "\(shown)")
    bench.isTerminal = false
    bench.person = nil
    #expect(bench.daemon.calls.count { $0.method == "Show" } == 1)
    #expect(try JSON(bench.run(line + " --json").output)["withheld"]?.array?.count == 3)
    #expect(bench.daemon.calls.count { $0.method == "Show" } == 1)
}

@Test("A bundle for a key does not ask for a passphrase: it names the option")
func bundleForKey() throws {
    let bench = try Bench()
    let person = FakePerson([])
    bench.person = person
    let header = "age-encryption.org/v1\n-> X25519 abcdefghijklmnopqrstuvwxyz0123456789abcdefg\n"
    let armored = "-----BEGIN AGE ENCRYPTED FILE-----\n" + Data(header.utf8).base64EncodedString() + "\n"
    for text in [header, armored] {
        let path = bench.folder.path("bundle-\(UUID().uuidString)")
        try Data(text.utf8).write(to: URL(filePath: path))
        let out = bench.run(["verify", path])
        #expect(out.status == 2 && out.errors.contains("--identity-fd") && person.prompts.isEmpty)
    }
    for text in ["age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18\n"].flatMap({ text in
        [text, "-----BEGIN AGE ENCRYPTED FILE-----\n" + Data(text.utf8).base64EncodedString() + "\n"]
    }) {
        let path = bench.folder.path("bundle-\(UUID().uuidString)")
        try Data(text.utf8).write(to: URL(filePath: path))
        bench.person = FakePerson(["a phrase"])
        #expect(bench.run(["verify", path]).errors.contains("--identity-fd") == false)
        #expect(bench.person?.prompts.count == 1)
    }
}

@Test("Where this account may not write a restore is refused before the passphrase is typed")
func restoreElsewhere() throws {
    let bench = try Bench()
    let person = FakePerson([])
    bench.person = person
    // Nobody makes a folder there, not even root.
    let out = bench.run("restore \(bench.folder.path("b")) --vault /sys/v --gate \(bench.folder.path("g"))")
    #expect(out.status == 2 && out.errors.contains("/sys/v") && person.prompts.isEmpty, "\(out.errors)")
}
