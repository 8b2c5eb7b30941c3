import Foundation
import HavreCodec
import HavreSystem
import HavreWire
import Testing

@testable import HavreCommands

private let id = "00112233445566778899aabbccddeeff"

private func exporting(_ fails: Fault? = nil) throws -> Bench {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Export"] = { parameters, handles in
        if parameters["preview"] == true {
            let wish: JSON = ["fromWhom": "my brother", "what": "the \u{1B}[2Jblue house", "reason": "fear"]
            return Reply(["disclosed": [], "withheld": [], "wishes": [wish]])
        }
        guard parameters["out"] == 0, handles.count >= 1,
            (try? handles[0].descriptor.isWriteOnly()) == true
        else { return Fault.internal.reply() }
        _ = try? handles[0].descriptor.write(Array("half of it".utf8))
        if let fails { return fails.reply(["field": "name", "rule": "x"]) }
        return Reply(["disclosed": [], "withheld": [], "bundle": ["bytes": 10, "sha256": "ff"]])
    }
    return bench
}

@Test("An export is written 0600 under its name only when it is whole")
func exportFile() throws {
    let bench = try exporting()
    let path = bench.folder.path("evidence.age")
    let words = ["export", "amber-heron-41", "--profile", "court", "--for", "Diop", "--out", path, "--json"]
    let out = bench.run(words)
    #expect(out.status == 0)
    #expect(
        try JSON(out.output) == ["disclosed": [], "withheld": [], "bundle": ["bytes": 10, "sha256": "ff"]])
    let found = try FileManager.default.attributesOfItem(atPath: path)
    #expect(found[.posixPermissions] as? Int == 0o600)
    // What exists is never replaced.
    #expect(bench.run(words).status == 2)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "half of it")
}

@Test("After a refusal nothing is left of what the daemon had begun to write")
func refusedExport() throws {
    for fault in [Fault.identified, .consentMissing, .needsApproval, .storageFull] {
        let bench = try exporting(fault)
        let path = bench.folder.path("evidence.age")
        let out = bench.run([
            "export", "amber-heron-41", "--profile", "court", "--for", "Diop", "--out", path,
        ])
        #expect(out.status == fault.exitStatus)
        let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder.url.path)
        #expect(!left.contains { $0.contains("evidence") }, "\(fault)")
    }
}

@Test("A contact without a key gets a passphrase that is made here, shown once, and sent beside the message")
func exportPassphrase() throws {
    let bench = try exporting()
    let export = try #require(bench.daemon.acts["Export"])
    bench.daemon.acts["Export"] = { parameters, handles in
        parameters["passphrase"] == nil
            ? Fault.invalid.reply(["field": "passphrase", "rule": "is needed"]) : export(parameters, handles)
    }
    let path = bench.folder.path("evidence.age")
    let out = bench.run([
        "export", "amber-heron-41", "--profile", "court", "--for", "Diop", "--out", path, "--json",
    ])
    #expect(out.status == 0)
    let words = try #require(try JSON(out.output)["passphrase"]?.string)
    #expect(words.split(separator: "-").count == 8)
    #expect(bench.daemon.calls.last?.secrets.last == Array(words.utf8))
    #expect(bench.daemon.calls.last?.parameters.text.contains(words) == false)
}

@Test("At a terminal the recipient's name is typed once more, and another name writes nothing")
func typedRecipient() throws {
    let bench = try exporting()
    let path = bench.folder.path("evidence.age")
    let words = ["export", "amber-heron-41", "--profile", "court", "--for", "Maître Diop", "--out", path]
    let hasty = FakePerson(["maitre diallo"])
    bench.person = hasty
    #expect(bench.run(words).status == 2)
    #expect(
        !bench.daemon.calls.contains { $0.method == "Export" && $0.parameters["preview"] != true },
        "only a look")
    // What the person asked to be kept back is read before the name is typed.
    #expect(hasty.shown.contains("my brother") && hasty.shown.contains("blue house"))
    #expect(!hasty.shown.contains("\u{1B}[2J"))
    #expect(!FileManager.default.fileExists(atPath: path))
    bench.person = FakePerson(["maitre diop"])
    #expect(bench.run(words).status == 0)
}

@Test("Links and folders are no places to write to, and no files to read")
func linkedPlaces() throws {
    let bench = try exporting()
    let target = bench.folder.path("target")
    let link = bench.folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    for path in [link, bench.folder.path("run"), bench.folder.path("none/x"), bench.folder.path("run/..")] {
        let out = bench.run([
            "export", "amber-heron-41", "--profile", "court", "--for", "Diop", "--out", path,
        ])
        #expect(out.status == 2, "\(path)")
    }
    #expect(!FileManager.default.fileExists(atPath: target))
    try Data("x".utf8).write(to: URL(filePath: target))
    for path in [link, bench.folder.path("run"), "/dev/null"] {
        #expect(bench.run(["attach", "amber-heron-41", path]).status == 2, "\(path)")
    }
    #expect(!bench.daemon.calls.contains { $0.method == "Attach" })
}

@Test("An attachment is lent to the daemon for reading only, with its title")
func attachment() throws {
    let bench = try Bench()
    try bench.unlock()
    let path = bench.folder.path("scan.pdf")
    try Data("%PDF".utf8).write(to: URL(filePath: path))
    bench.daemon.acts["Attach"] = { _, handles in
        guard handles.count == 1, (try? handles[0].descriptor.isReadOnly()) == true,
            (try? handles[0].descriptor.read(count: 4, at: 0)) == Array("%PDF".utf8)
        else { return Fault.internal.reply() }
        return Reply(["attachment": .string(id), "record": .string(id), "bytes": 4, "blake2b": "ff"])
    }
    let out = bench.run(["attach", "amber-heron-41", path, "--title", "un titre", "--json"])
    #expect(out.status == 0)
    #expect(bench.last("Attach") == ["case": "amber-heron-41", "file": 0, "title": "un titre"])
    #expect(try JSON(out.output)["bytes"] == 4)
}

@Test("A file is fetched into a new file; a wrong one leaves none")
func fetch() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Fetch"] = { _, handles in
        _ = try? handles[0].descriptor.write(Array("content".utf8))
        return Reply(["bytes": 7, "blake2b": "ff"])
    }
    let path = bench.folder.path("out.bin")
    #expect(bench.run(["fetch", "amber-heron-41", id, "--out", path, "--json"]).status == 0)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "content")
    bench.daemon.acts["Fetch"] = { _, handles in
        _ = try? handles[0].descriptor.write(Array("cont".utf8))
        return Fault.tampered.reply()
    }
    let other = bench.folder.path("other.bin")
    #expect(bench.run(["fetch", "amber-heron-41", id, "--out", other]).status == 5)
    #expect(!FileManager.default.fileExists(atPath: other))
    bench.isTerminal = true
    #expect(bench.run(["fetch", "amber-heron-41", id, "--out", "-"]).status == 2)
}

@Test("A bundle goes to standard output when that is asked for, never to a terminal, and no file is named -")
func exportToStandardOutput() throws {
    let bench = try exporting()
    let words = [
        "export", "amber-heron-41", "--profile", "court", "--for", "Maître Diop", "--out", "-", "--yes",
    ]
    #expect(bench.run(words).output == "")
    #expect(bench.daemon.calls.last?.method == "Export")
    #expect(!FileManager.default.fileExists(atPath: "-"))
    let count = bench.daemon.calls.count
    bench.isTerminal = true
    #expect(bench.run(words).status == 2 && bench.daemon.calls.count == count)
}

@Test("verify needs no vault: what is no bundle is said to be none, with 5 and an answer on standard output")
func verifyNonsense() throws {
    let bench = try Bench()
    let path = bench.folder.path("bundle")
    for content in ["", "hello", "age-encryption.org/v1\n"] {
        try Data(content.utf8).write(to: URL(filePath: path))
        let number = try bench.inherited(
            "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n")
        let out = bench.run(["verify", path, "--identity-fd", String(number), "--json"])
        if content.hasPrefix("age") {
            #expect(out.status == 5 || out.status == 2, "\(content)")
        } else {
            #expect(out.status == 5)
            let json = try JSON(out.output)
            #expect(
                bench.run(["--lang", "fr", "verify", path]).output.contains("n’est pas un envoi de Havre"))
            #expect(
                json["valid"] == false && json["records"] == [] && json["problems"]?.array?.isEmpty == false)
        }
    }
    #expect(bench.run(["verify", bench.folder.path("none")]).status == 6)
    #expect(bench.run(["verify", path, "--fingerprint", "FF"]).status == 2)
    #expect(bench.daemon.calls.isEmpty)
}
