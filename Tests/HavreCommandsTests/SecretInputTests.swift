import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import HavreWire
import Testing

@testable import HavreCommands

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Test("A secret goes beside the message, sealed, byte for byte, and stands in no message")
func besideTheMessage() throws {
    let bench = try Bench()
    bench.daemon.acts["Enrol"] = { _, _ in
        Reply(["name": "Amina", "role": "caseworker", "words": "six small words that are said"])
    }
    let code = try bench.inherited("ABCDE-FGHJK\n")
    let phrase = try bench.inherited("Élan vital, no newline")
    let file = try bench.inherited("key\nfile\n")
    let out = bench.run([
        "enrol", "Amina", "--code-fd", String(code), "--passphrase-fd", String(phrase), "--keyfile-fd",
        String(file), "--json",
    ])
    #expect(out.status == 0)
    let call = try #require(bench.daemon.calls.last)
    // A key file takes part as its hash.
    let hash = Hash.blake2b256(bytes("key\nfile\n")).bytes
    #expect(call.secrets == [bytes("ABCDE-FGHJK"), bytes("Élan vital, no newline"), hash])
    #expect(!call.parameters.text.contains("Élan") && !call.parameters.text.contains("ABCDE"))
    #expect(
        try JSON(out.output) == [
            "name": "Amina", "role": "caseworker", "words": "six small words that are said",
        ])
}

@Test("Two secrets may come one after the other on one descriptor")
func oneDescriptor() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Passwd"] = { _, _ in Reply() }
    let number = String(try bench.inherited("the old phrase\nthe new phrase\nsomething else\n"))
    let out = bench.run(["passwd", "--passphrase-fd", number, "--new-passphrase-fd", number])
    #expect(out.status == 0)
    #expect(bench.daemon.calls.last?.secrets == [bytes("the old phrase"), bytes("the new phrase")])
}

@Test(
    "A descriptor that gives no line, too long a line, or nothing at all is a mistake that names the option")
func badDescriptors() throws {
    let bench = try Bench()
    let cases = [
        try bench.inherited(""), try bench.inherited("\n"),
        try bench.inherited(String(repeating: "x", count: 1025) + "\n"), 987,
    ]
    for number in cases {
        let out = bench.run(["unlock", "Amina", "--passphrase-fd", String(number)])
        #expect(out.status == 2)
        #expect(!bench.daemon.calls.contains { $0.method == "Unlock" })
    }
    let longest = try bench.inherited(String(repeating: "x", count: 1024) + "\n")
    #expect(bench.run(["unlock", "Amina", "--passphrase-fd", String(longest)]).status == 0)
}

@Test(
    "A new passphrase is typed twice and not accepted when it is short; a suggestion is made each time anew")
func typedTwice() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Passwd"] = { _, _ in Reply() }
    bench.daemon.acts["Lock"] = { _, _ in Reply(["locked": 1]) }
    let person = FakePerson([
        "the old phrase", "short", "été été été é", "a long enough phrase", "a long enough phrasE",
        "a long enough phrase", "a long enough phrase",
    ])
    bench.person = person
    #expect(bench.run("passwd").status == 0)
    #expect(bench.daemon.calls.last?.secrets == [bytes("the old phrase"), bytes("a long enough phrase")])
    #expect(person.answers.isEmpty)
    #expect(person.shown.contains(/[a-z]+(-[a-z]+){5}/))
    #expect(!person.shown.contains("a long enough phrase"))
}

@Test("A wrong present passphrase is noticed before a new one is typed, and is a guess like any other")
func oldPassphraseFirst() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Passwd"] = { _, _ in Reply() }
    bench.daemon.acts["Lock"] = { _, _ in Reply(["locked": 1]) }
    let unlock = try #require(bench.daemon.acts["Unlock"])
    bench.daemon.acts["Unlock"] = { _, _ in Fault.wrongPassphrase.reply() }
    let person = FakePerson(["a wrong phrase", "a long enough phrase", "a long enough phrase"])
    bench.person = person
    #expect(bench.run("passwd").status == 3)
    #expect(person.answers.count == 2 && !bench.daemon.calls.contains { $0.method == "Passwd" })
    // The session that the right one opens ends at once, and one's own goes on.
    bench.daemon.acts["Unlock"] = { _, handles in
        var members = unlock([:], handles).parameters.object ?? [:]
        members["session"] = "another-token"
        return Reply(.object(members))
    }
    bench.person = FakePerson(["the old phrase", "a long enough phrase", "a long enough phrase"])
    #expect(bench.run("passwd").status == 0)
    #expect(bench.last("Unlock") == ["name": "Amina", "passphrase": 0])
    let ended = bench.daemon.calls.filter { $0.method == "Lock" }.map { $0.parameters["session"] }
    #expect(ended == ["another-token"])
    #expect(bench.daemon.calls.last?.parameters["session"] == "token-of-Amina")
}

@Test("Who stops typing has changed nothing")
func stoppedTyping() throws {
    let bench = try Bench()
    bench.person = FakePerson([])
    let out = bench.run("unlock Amina")
    #expect(out.status == 2 && !bench.daemon.calls.contains { $0.method == "Unlock" })
}
