import Foundation
import HavreCodec
import HavreSystem
import HavreWire
import Testing

@testable import HavreCommands

/// The session files of a bench.
private func files(_ bench: Bench) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: bench.folder.path("run/havre"))
        .filter { $0.hasPrefix("session.") }
}

private func keep(_ bench: Bench, _ user: String, terminal: Int32?) throws {
    try SessionFile(
        socket: bench.daemon.socket, fingerprint: bench.daemon.fingerprint, user: user, role: "caseworker",
        token: "token-of-" + user, terminal: terminal
    ).write(try Places(bench.world).runtime())
}

@Test("A session is kept 0600 in a folder 0700, under a name that tells nothing, and is never printed")
func sessionFile() throws {
    let bench = try Bench()
    let number = try bench.inherited("a phrase of hers\n")
    let out = bench.run(["unlock", "Amina", "--passphrase-fd", String(number), "--json"])
    #expect(out.status == 0)
    #expect(try JSON(out.output)["user"] == "Amina")
    #expect(!out.output.contains("token-of-Amina") && !out.errors.contains("token-of-Amina"))
    let names = try files(bench)
    #expect(names.count == 1 && !names[0].lowercased().contains("amina"))
    for (path, mode) in [("run/havre", 0o700), ("run/havre/" + names[0], 0o600)] {
        let found = try FileManager.default.attributesOfItem(atPath: bench.folder.path(path))
        #expect(found[.posixPermissions] as? Int == mode, "\(path)")
    }
    // Again at the same terminal: one file.
    let again = try bench.inherited("a phrase of hers\n")
    _ = bench.run(["unlock", "Amina", "--passphrase-fd", String(again)])
    #expect(try files(bench).count == 1)
}

@Test("Of several sessions --as names one, whatever its accents; without it the command says who there is")
func whichSession() throws {
    let bench = try Bench()
    bench.daemon.acts["Whoami"] = { parameters, _ in
        Reply(["user": parameters["session"] ?? "", "role": "caseworker"])
    }
    #expect(bench.run("whoami").status == 3)
    try keep(bench, "Amina", terminal: 7)
    #expect(bench.run("whoami").status == 0)
    try keep(bench, "Zoé", terminal: 7)
    let out = bench.run("whoami")
    #expect(out.status == 2 && out.errors.contains("Amina, Zoé"))
    #expect(bench.run("--as ZOE whoami").output.contains("token-of-Zoé"))
    #expect(bench.run("--as zo whoami").output.contains("token-of-Zoé"))
    #expect(bench.run("--as Nobody whoami").status == 3)
    try keep(bench, "Zora", terminal: 7)
    #expect(bench.run("--as zo whoami").status == 2)
    #expect(bench.run("--as zora whoami").status == 0)
}

@Test("The session of this terminal comes first; one of another terminal is only taken when it is named")
func terminals() throws {
    let all = [
        SessionFile(socket: "/s", fingerprint: "", user: "A", role: "", token: "there", terminal: 1),
        SessionFile(socket: "/s", fingerprint: "", user: "A", role: "", token: "here", terminal: 2),
        SessionFile(socket: "/t", fingerprint: "", user: "A", role: "", token: "elsewhere", terminal: 2),
    ]
    func chosen(_ terminal: Int32?, socket: String = "/s", name: String? = nil) -> String? {
        try? SessionChoice.choose(all, socket: socket, name: name, terminal: terminal).token
    }
    #expect(chosen(1) == "there")
    #expect(chosen(2) == "here")
    #expect(chosen(2, socket: "/t") == "elsewhere")
    #expect(chosen(2, socket: "/u") == nil)
    #expect(chosen(3) == nil && chosen(3, socket: "/t") == nil, "none here, none named")
    #expect(chosen(3, socket: "/t", name: "a") == "elsewhere")
}

@Test("What the daemon calls locked is forgotten here, except what another terminal may still use")
func forgotten() throws {
    let bench = try Bench()
    bench.daemon.acts["Whoami"] = { _, _ in Fault.locked.reply() }
    try keep(bench, "Amina", terminal: 7)
    try keep(bench, "Zoé", terminal: 8)
    #expect(bench.run("whoami").status == 3)
    #expect(try files(bench).count == 1)
    #expect(bench.run("whoami").status == 3)
    #expect(try files(bench).count == 1)
}

@Test(
    "lock forgets one's own session even when the daemon is gone; lock --all and panic forget all of this socket"
)
func locking() throws {
    let bench = try Bench()
    try keep(bench, "Amina", terminal: 7)
    try keep(bench, "Zoé", terminal: 7)
    #expect(bench.run("--as Zoé lock").status == 1)
    #expect(try files(bench).count == 1)
    bench.daemon.acts["Lock"] = { _, _ in Reply(["locked": 1]) }
    let lock = bench.run("lock --json")
    #expect(lock.status == 0 && lock.output == "{\"ok\":true}\n")
    for verb in ["lock --all", "panic"] {
        bench.daemon.acts["Panic"] = { _, _ in Reply() }
        try keep(bench, "Amina", terminal: 7)
        try keep(bench, "Zoé", terminal: 8)
        #expect(bench.run(verb).status == 0)
        #expect(try files(bench) == [])
        #expect(bench.daemon.calls.last?.parameters["session"] == nil)
    }
}

@Test("A session is not left where others could read it or put their own")
func foreignFolders() throws {
    let open = try Bench()
    try FileManager.default.createDirectory(
        atPath: open.folder.path("run/havre"), withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o755])
    let linked = try Bench()
    try FileManager.default.createSymbolicLink(
        atPath: linked.folder.path("run/havre"), withDestinationPath: linked.folder.path("state"))
    let wide = try Bench()
    try FileManager.default.setAttributes(
        [.posixPermissions: 0o777], ofItemAtPath: wide.folder.path("run"))
    for bench in [open, linked, wide] {
        let number = try bench.inherited("a phrase of hers\n")
        let out = bench.run(["unlock", "Amina", "--passphrase-fd", String(number)])
        #expect(out.status == 1)
        let text = try FileManager.default.subpathsOfDirectory(atPath: bench.folder.path("run"))
        #expect(!text.contains { $0.contains("session.") })
    }
}

@Test("Without XDG_RUNTIME_DIR the sessions lie in a folder of one's own below TMPDIR, never in a shared one")
func fallbackFolder() throws {
    let bench = try Bench()
    bench.variables["XDG_RUNTIME_DIR"] = nil
    bench.variables["TMPDIR"] = bench.folder.path("run")
    let usual = "/run/user/\(Process.uid)"
    guard !FileManager.default.fileExists(atPath: usual) else { return }
    let folder = try Places(bench.world).runtime()
    #expect(try folder.path().hasSuffix("/run/havre-\(Process.uid)"))
    #expect(try folder.mode() & 0o777 == 0o700)
}

@Test("Unlocking clears away what the daemon has forgotten, and nothing that still lives")
func cleared() throws {
    let bench = try Bench()
    bench.daemon.acts["Whoami"] = { parameters, _ in
        parameters["session"] == "token-of-Zoé"
            ? Reply(["user": "Zoé", "role": "caseworker"]) : Fault.locked.reply()
    }
    try keep(bench, "Zoé", terminal: 7)
    try keep(bench, "Lucie", terminal: 7)
    try keep(bench, "Lucie", terminal: 8)
    try bench.unlock()
    #expect(try files(bench).count == 3, "Amina, Zoé, and Lucie at the other terminal")
}

@Test("A session file that others may read is refused and named; panic goes on")
func openSessionFile() throws {
    let bench = try Bench()
    try bench.unlock()
    let path = bench.folder.path("run/havre/" + (try files(bench)[0]))
    for mode in [0o644, 0o660, 0o700] {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let out = bench.run("whoami --lang fr")
        #expect(
            out.status == 1 && out.errors.contains(path) && out.errors.contains("havre unlock"), "\(mode)")
    }
    bench.daemon.acts["Panic"] = { _, _ in Reply([:]) }
    #expect(bench.run("panic").status == 0)
}
