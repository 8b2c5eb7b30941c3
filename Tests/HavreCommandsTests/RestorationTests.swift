import Foundation
import HavreCodec
import HavreForms
import HavreSecrets
import HavreWire
import Testing

@testable import HavreCommands

/// A client that has worked, and a daemon whose vault was restored since.
private func restored(to size: Int = 4) throws -> (bench: Bench, words: String) {
    let bench = try Bench()
    bench.daemon.namesLog = true
    bench.daemon.acts["Whoami"] = { _, _ in Reply(["user": "Amina", "role": "caseworker"]) }
    try bench.unlock()
    bench.daemon.grow(10)
    #expect(bench.run("whoami").status == 0)
    try bench.daemon.restore(to: size)
    return (bench, try words(bench))
}

private func words(_ bench: Bench) throws -> String {
    SixWords.spell(try #require(bench.daemon.eras.last).digest, in: .en).joined(separator: " ")
}

private func remembered(_ bench: Bench) throws -> SeenCheckpoint? {
    try VaultMemory(try Places(bench.world).state()).checkpoint(bench.daemon.fingerprint)
}

@Test("After a restore a client that remembers more refuses, and says what to ask for")
func refusesRestored() throws {
    let (bench, _) = try restored()
    let before = try remembered(bench)
    for line in ["whoami --json", "whoami --accept-restore=wrong --json"] {
        let out = bench.run(line)
        #expect(out.status == 5 && out.output.isEmpty, "\(line)")
        #expect(out.errors.contains("RolledBack"))
    }
    #expect(bench.run("whoami").errors.contains("--accept-restore"))
    // A script that gives no words has compared nothing.
    let bare = bench.run("whoami --accept-restore")
    #expect(bare.status == 2 && bare.errors.contains("--accept-restore=WORDS"))
    #expect(try remembered(bench) == before)
    // Nothing that needs a session was said to the server.
    #expect(bench.daemon.calls.last?.method == "Eras")
}

@Test("The six words let it go on, from the state that the restore began with")
func acceptsRestored() throws {
    let (bench, words) = try restored()
    let out = bench.run(["whoami", "--accept-restore=" + words])
    #expect(out.status == 0 && out.errors.contains("Lost with the restore"))
    #expect(bench.daemon.calls.last?.parameters["seen"]?.int == 4)
    #expect(try remembered(bench)?.origin.hasSuffix("/1") == true)
    #expect(bench.run("whoami").status == 0)
    // What was accepted is held against the next reply as ever.
    bench.daemon.replace()
    #expect(bench.run("whoami --json").status == 5)
}

@Test("At a terminal the words are typed, in any language and with any separators")
func typesWords() throws {
    let (bench, words) = try restored()
    bench.person = FakePerson([words.uppercased().replacing(" ", with: "-")])
    #expect(bench.run("whoami --accept-restore").status == 0)
    #expect(bench.person?.prompts.count == 1)
}

@Test("A client that has seen less than the backup proves the log from there")
func sawLess() throws {
    let (bench, words) = try restored(to: 15)
    let seen = try #require(try remembered(bench)?.size)
    #expect(seen == 15)
    try bench.daemon.restore(to: 15)
    let out = bench.run(["whoami", "--accept-restore=" + (try HavreCommandsTests.words(bench))])
    #expect(out.status == 0 && !out.errors.contains("Lost"))
    #expect(bench.daemon.calls.last?.parameters["seen"]?.int == 15)
    #expect(try remembered(bench)?.origin.hasSuffix("/2") == true)
    #expect(words != (try HavreCommandsTests.words(bench)))
}

@Test("An older era, one without statements, and one whose statement speaks of other keys are refused with 5")
func badEras() throws {
    let spoiled: [(String, (FakeDaemon) -> Void)] = [
        ("none", { $0.acts["Eras"] = { _, _ in Reply(["eras": []]) } }),
        ("no statement", { $0.acts["Eras"] = { _, _ in Reply(["eras": ["AAAA"]]) } }),
        (
            "not the newest",
            { daemon in
                let first = daemon.eras
                try? daemon.restore(to: 4)
                daemon.acts["Eras"] = { _, _ in
                    Reply(["eras": .array(first.map { .string(Base64.url($0.encoded())) })])
                }
            }
        ),
    ]
    for (name, spoil) in spoiled {
        let (bench, words) = try restored()
        spoil(bench.daemon)
        let out = bench.run(["whoami", "--json", "--accept-restore=" + words])
        #expect(out.status == 5, "\(name)")
    }
    let (bench, words) = try restored()
    #expect(bench.run(["whoami", "--accept-restore=" + words]).status == 0)
    let hello = try #require(bench.daemon.acts["Hello"])
    bench.daemon.acts["Hello"] = { parameters, handles in
        var members = hello(parameters, handles).parameters.object ?? [:]
        members["logKey"] = members["logKey"]?.string.map { .string($0.replacing("/1+", with: "/0+")) }
        return Reply(.object(members))
    }
    #expect(bench.run(["whoami", "--json", "--accept-restore=" + words]).status == 5)
}

@Test("A new socket of a vault that is remembered is no way around the words")
func otherSocket() throws {
    let (bench, words) = try restored()
    let state = bench.folder.path("state/havre")
    for name in try FileManager.default.contentsOfDirectory(atPath: state) where name.hasPrefix("server.") {
        try FileManager.default.removeItem(atPath: state + "/" + name)
    }
    #expect(bench.run("whoami --json").status == 5)
    #expect(bench.run(["whoami", "--accept-restore=" + words]).status == 0)
}

@Test(
    "A backup that is restored a second time is another restore: its own words, and nothing of the first one counts"
)
func restoredAgain() throws {
    let (bench, words) = try restored()
    #expect(bench.run(["whoami", "--accept-restore=" + words]).status == 0)
    bench.daemon.grow(5)
    #expect(bench.run("whoami").status == 0)
    try bench.daemon.restore(to: 4, again: true)
    #expect(bench.run("whoami --json").status == 5)
    #expect(bench.run(["whoami", "--accept-restore=" + words, "--json"]).status == 5)
    let others = try HavreCommandsTests.words(bench)
    #expect(bench.run(["whoami", "--accept-restore=" + others]).status == 0)
    #expect(bench.daemon.calls.last?.parameters["seen"]?.int == 4)
    #expect(bench.run("whoami").status == 0)
}
