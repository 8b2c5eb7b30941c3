import HavreCodec
import HavreWire
import Testing

@testable import HavreCommands

@Test("Who may not do something is told so before she is asked a single question")
func refusedBeforeQuestions() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.role = "health"
    for line in [
        "grant amber-heron-41 Lucie", "revoke amber-heron-41 Lucie", "staff invite", "staff reset Lucie",
        "staff confirm Lucie", "case assign amber-heron-41 --owner Lucie", "contact add",
    ] {
        let person = FakePerson([])
        bench.person = person
        let out = bench.run(line)
        #expect(out.status == 4 && person.prompts.isEmpty, "\(line): \(out.errors)")
        #expect(out.errors.contains("supervisor"), "\(line): \(out.errors)")
        #expect(bench.daemon.calls.last?.method == "Whoami", "\(line)")
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
