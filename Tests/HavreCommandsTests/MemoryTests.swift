import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import HavreWire
import Testing

@testable import HavreCommands

private func unlocked() throws -> Bench {
    let bench = try Bench()
    bench.daemon.acts["Whoami"] = { _, _ in Reply(["user": "Amina", "role": "caseworker"]) }
    try bench.unlock()
    return bench
}

private func remembered(_ bench: Bench) throws -> SeenCheckpoint? {
    try VaultMemory(try Places(bench.world).state()).checkpoint(bench.daemon.fingerprint)
}

@Test("Each call tells what was seen of the log, and what follows it is remembered, 0600")
func logGrows() throws {
    let bench = try unlocked()
    let first = try #require(try remembered(bench))
    #expect(first.size == bench.daemon.leaves.count)
    for _ in 0..<3 { #expect(bench.run("whoami").status == 0) }
    #expect(bench.daemon.calls.last?.parameters["seen"]?.int == Int64(bench.daemon.leaves.count - 1))
    #expect(try remembered(bench)?.size == bench.daemon.leaves.count)
    let folder = bench.folder.path("state/havre")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        let found = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
        #expect(found[.posixPermissions] as? Int == 0o600, "\(name)")
    }
}

@Test("A log that does not continue what was seen is refused with 5, and the memory stays")
func rolledBack() throws {
    let spoiled: [(String, (FakeDaemon) -> Void)] = [
        ("put back", { $0.shrink(to: 1) }),
        ("another log", { $0.replace() }),
        ("no checkpoint", { $0.spoil = { $1["checkpoint"] = nil } }),
        ("no proof", { $0.spoil = { $1["consistency"] = nil } }),
        ("an empty proof", { $0.spoil = { $1["consistency"] = [] } }),
        ("a broken proof", { $0.spoil = { $1["consistency"] = ["x"] } }),
        ("no note", { $0.spoil = { $1["checkpoint"] = "hello" } }),
        (
            "another vault",
            { daemon in
                daemon.spoil = {
                    $1["checkpoint"] = $1["checkpoint"]?.string.map {
                        .string($0.replacing("havre/" + daemon.fingerprint.prefix(4), with: "havre/0000"))
                    }
                }
            }
        ),
    ]
    for (name, spoil) in spoiled {
        let bench = try unlocked()
        bench.daemon.grow(4)
        #expect(bench.run("whoami").status == 0)
        let before = try remembered(bench)
        spoil(bench.daemon)
        let out = bench.run("whoami --json")
        #expect(out.status == 5, "\(name)")
        #expect(out.output == "", "\(name)")
        #expect(try remembered(bench) == before, "\(name)")
    }
}

@Test("When the daemon names the key of its log, every checkpoint must be signed by it")
func logKey() throws {
    let bench = try Bench()
    let daemon = bench.daemon
    bench.daemon.acts["Whoami"] = { _, _ in Reply(["user": "Amina", "role": "caseworker"]) }
    let hello = try #require(daemon.acts["Hello"])
    func name(_ key: SigningKey) {
        daemon.acts["Hello"] = { parameters, handles in
            var members = hello(parameters, handles).parameters.object ?? [:]
            let origin = "havre/\(daemon.fingerprint)/0"
            members["logKey"] = (try? FakeLogKey.text(origin, key.publicKey)).map(JSON.string)
            return Reply(.object(members))
        }
    }
    name(daemon.log)
    try bench.unlock()
    #expect(bench.run("whoami").status == 0)
    let other = SigningKey()
    // Another key of the log than the pinned one is another server.
    name(other)
    #expect(bench.run("whoami").status == 8)
    let fresh = try Bench(daemon)
    let number = try fresh.inherited("a phrase of hers\n")
    #expect(fresh.run(["unlock", "Amina", "--passphrase-fd", String(number)]).status == 5)
}

@Test("Who served at a socket is remembered; another key there is spoken to no further than the greeting")
func pinned() throws {
    let bench = try unlocked()
    let other = try FakeDaemon()
    let count = other.calls.count
    let impostor = Bench(of: bench, other)
    let number = try impostor.inherited("a phrase of hers\n")
    let out = impostor.run(["unlock", "Amina", "--passphrase-fd", String(number)])
    #expect(out.status == 8 && out.errors.contains("server."))
    #expect(impostor.run("whoami").status == 8)
    #expect(other.calls.dropFirst(count).allSatisfy { $0.method == "Hello" && $0.secrets == [] })
}

@Test("A greeting counts only when the host key signed this number and this socket")
func greeting() throws {
    let spoiled: [(String, (inout [String: JSON]) -> Void)] = [
        ("another path", { $0["path"] = "/run/other.sock" }),
        ("no signature", { $0["signature"] = "" }),
        ("an old signature", { $0["signature"] = .string(Base64.url(Array(repeating: 1, count: 64))) }),
        ("no key", { $0["hostKey"] = nil }),
        ("no fingerprint", { $0["fingerprint"] = "" }),
        ("another key", { $0["hostKey"] = .string(Base64.url(SigningKey().publicKey.bytes)) }),
    ]
    for (name, change) in spoiled {
        let bench = try Bench()
        bench.daemon.spoil = { method, members in if method == "Hello" { change(&members) } }
        let number = try bench.inherited("a phrase of hers\n")
        let out = bench.run(["unlock", "Amina", "--passphrase-fd", String(number)])
        #expect(out.status == 8, "\(name)")
        #expect(bench.daemon.calls.map(\.method) == ["Hello"], "\(name)")
    }
}

@Test(
    "A closed vault cannot sign who it is: unlocking goes on, everything else waits, and a session is used only then"
)
func closedVault() throws {
    let bench = try unlocked()
    let hello = try #require(bench.daemon.acts["Hello"])
    bench.daemon.acts["Hello"] = { _, _ in Fault.gateClosed.reply() }
    #expect(bench.run("whoami").status == 3)
    let unlock = try #require(bench.daemon.acts["Unlock"])
    bench.daemon.acts["Unlock"] = { [unowned daemon = bench.daemon] parameters, handles in
        daemon.acts["Hello"] = hello
        return unlock(parameters, handles)
    }
    let number = try bench.inherited("a phrase of hers\n")
    #expect(bench.run(["unlock", "Amina", "--passphrase-fd", String(number)]).status == 0)
    #expect(bench.run("whoami").status == 0)
}

@Test("A memory that cannot be read stops the command: it is not begun anew")
func brokenMemory() throws {
    for prefix in ["server.", "vault."] {
        let bench = try unlocked()
        let folder = bench.folder.path("state/havre")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix(prefix) {
            try Data("{".utf8).write(to: URL(filePath: folder + "/" + name))
        }
        let count = bench.daemon.calls.count
        #expect(bench.run("whoami").status == 1)
        #expect(bench.daemon.calls.dropFirst(count).allSatisfy { $0.method == "Hello" })
    }
}

@Test("The first contact is said in six words, to a person and not to a script")
func firstUse() throws {
    let bench = try Bench()
    bench.daemon.acts["Whoami"] = { _, _ in Reply(["user": "Amina", "role": "caseworker"]) }
    let number = try bench.inherited("a phrase of hers\n")
    let out = bench.run(["unlock", "Amina", "--passphrase-fd", String(number)])
    #expect(out.errors.contains("First contact"))
    #expect(!bench.run("whoami").errors.contains("First contact"))
    let script = try Bench()
    let other = try script.inherited("a phrase of hers\n")
    #expect(script.run(["unlock", "Amina", "--json", "--passphrase-fd", String(other)]).errors == "")
}

@Test("Without a proof a log of the same size has the same root, and none is shorter or another's")
func unproven() throws {
    func note(_ size: Int, _ root: UInt8, _ vault: String = "ab") -> String {
        let hash = Base64.standard([UInt8](repeating: root, count: 32), padded: true)
        let signature = Base64.standard([UInt8](repeating: 0, count: 68), padded: true)
        let origin = "havre/\(vault)/1"
        return "\(origin)\n\(size)\n\(hash)\n\n\u{2014} \(origin) \(signature)\n"
    }
    func check(_ note: String, _ seen: SeenCheckpoint?) throws -> SeenCheckpoint {
        try LogCheck.check(
            note: note, consistency: nil, against: seen, fingerprint: "ab", logKey: nil, isProven: false)
    }
    let seen = try check(note(5, 1), nil)
    #expect(try check(note(5, 1), seen) == seen)
    #expect(try check(note(6, 2), seen).size == 6)
    for other in [note(5, 2), note(4, 1), note(6, 1, "abc")] {
        #expect(throws: Failure.self) { try check(other, seen) }
    }
}
