import Foundation
import HavreCodec
import HavreWire
import Testing

@testable import HavreCommands

/// The command line is refused by what the daemon says of her role, before she is asked for anything.
private func expectRefusedUnasked(_ line: String, _ bench: Bench) {
    let person = FakePerson([])
    bench.person = person
    let out = bench.run(line)
    #expect(out.status == 4 && person.prompts.isEmpty, "\(line): \(out.errors)")
    #expect(out.errors.contains("supervisor"), "\(line): \(out.errors)")
    #expect(bench.daemon.calls.last?.method == "Whoami", "\(line)")
}

@Test("Who may not do something is told so before she is asked a single question")
func refusedBeforeQuestions() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.role = "health"
    for line in [
        "grant amber-heron-41 Lucie", "revoke amber-heron-41 Lucie", "staff invite", "staff reset Lucie",
        "staff confirm Lucie", "case assign amber-heron-41 --owner Lucie", "contact add",
    ] {
        expectRefusedUnasked(line, bench)
    }
    // A session that has ended is noticed as early.
    bench.daemon.acts["Whoami"] = { _, _ in Fault.locked.reply() }
    #expect(bench.run("grant amber-heron-41 Lucie").status == 3)
}

@Test("A supervisor who is not on a case is told that she may give herself access, not to ask herself")
func ownGrant() throws {
    for role in ["supervisor", "caseworker"] {
        let bench = try Bench()
        bench.daemon.acts["Unlock"] = { _, _ in
            Reply([
                "session": "token", "user": "Awa", "role": .string(role), "idleSeconds": 1800, "pending": [],
            ])
        }
        try bench.unlock()
        bench.daemon.acts["Open"] = { _, _ in Fault.notGranted.reply() }
        let out = bench.run("open amber-heron-41 --purpose call")
        #expect(out.status == 4)
        #expect(
            out.errors.contains("havre grant amber-heron-41 Awa") == (role == "supervisor"), "\(out.errors)")
    }
}

@Test(
    "Who may not write in a part of a case is told so before she types; a script's attempt goes to the daemon"
)
func refusedBeforeTyping() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.writes = ["health"]
    bench.daemon.acts["Add"] = { _, _ in Fault.notGranted.reply() }
    bench.daemon.acts["Show"] = { _, _ in Reply(["records": []]) }
    let photo = bench.folder.path("photo.jpg")
    try Data("jpg".utf8).write(to: URL(filePath: photo))
    for line in [
        "add amber-heron-41 identity", "add amber-heron-41 identity --editor", "note amber-heron-41",
        "attach amber-heron-41", "attach amber-heron-41 \(photo)",
    ] {
        expectRefusedUnasked(line, bench)
    }
    bench.person = nil
    let path = bench.folder.path("note.txt")
    try Data("She called.".utf8).write(to: URL(filePath: path))
    #expect(bench.run(["note", "amber-heron-41", "--from", path]).status == 4)
    #expect(bench.daemon.calls.last?.method == "Add")
}

@Test(
    "Who corrects a record is refused when she has seen in which part it lies, and before the first question")
func refusedBeforeCorrecting() throws {
    let bench = try Bench()
    try bench.unlock()
    let record = try sent("identity", ["given_name": "Mariam"])
    bench.daemon.acts["Show"] = { _, _ in Reply(["records": [record]]) }
    bench.daemon.writes = ["notes"]
    let person = FakePerson([])
    bench.person = person
    #expect(bench.run("edit amber-heron-41 0011").status == 4)
    #expect(person.prompts.isEmpty && !person.shown.contains("Mariam"))
}

@Test("A case that is not open yet is opened before the text is typed, and its purpose asked then")
func openedFirst() throws {
    let bench = try Bench()
    try bench.unlock()
    var isOpen = false
    let whoami = try #require(bench.daemon.acts["Whoami"])
    bench.daemon.acts["Whoami"] = { isOpen ? whoami($0, $1) : Fault.notOpen.reply() }
    bench.daemon.acts["Open"] = { _, _ in
        isOpen = true
        return Reply(["case": "amber-heron-41", "until": 1, "waysIn": 2])
    }
    bench.daemon.acts["Add"] = { _, _ in Reply(["record": "00112233445566778899aabbccddeeff", "version": 1]) }
    let person = FakePerson(["visit", "She called.", "."])
    bench.person = person
    #expect(bench.run("note amber-heron-41").status == 0)
    #expect(bench.last("Open")?["purpose"] == "visit" && person.answers.isEmpty)
    bench.daemon.acts["Open"] = { _, _ in Fault.notFound.reply() }
    isOpen = false
    bench.person = FakePerson(["visit"])
    #expect(bench.run("note amber-heron-41").status == 6)
}

@Test("Who is not confirmed yet is told so at unlock, and before she is asked anything")
func notConfirmed() throws {
    let bench = try Bench()
    let waits: JSON = [["kind": "not-confirmed"]]
    bench.daemon.acts["Unlock"] = { _, _ in
        Reply(["session": "token", "user": "Louis", "role": "legal", "idleSeconds": 1800, "pending": waits])
    }
    let number = try bench.inherited("a phrase of his\n")
    let unlocked = bench.run(["unlock", "Louis", "--passphrase-fd", String(number)])
    #expect(unlocked.output.contains("nobody has confirmed your six words"))
    bench.daemon.acts["Whoami"] = { _, _ in Reply(["user": "Louis", "role": "legal", "pending": waits]) }
    bench.person = FakePerson([])
    let out = bench.run("contact add")
    #expect(out.status == 4 && out.errors.contains("six words") && bench.person?.prompts == [])
}
