import Foundation
import HavreCodec
import HavreSystem
import HavreWire
import Testing

@testable import HavreDaemon

@Suite struct SessionTableTests {
    private let house = TinyHouse()
    private let ended = Guarded<[String]>([])

    private func table() -> SessionTable<String> {
        let ended = ended
        return SessionTable(clock: house.clock) { session in ended.with { $0.append(session) } }
    }

    private func at(_ seconds: Int64) { house.state.with { $0.boot = 1_000 + seconds } }
    private let here = Peer(pid: 1, uid: 500, gid: 500, terminalSession: 77)

    @Test("A token serves only the user and terminal it was given to") func tokenServes() {
        let table = table()
        let token = table.add("amina", peer: here, idleSeconds: 60, totalSeconds: 600)
        #expect(table.find(token, peer: here) == "amina")
        #expect(table.find(token, peer: Peer(pid: 9, uid: 500, gid: 1, terminalSession: 77)) == "amina")
        for other in [
            Peer(pid: 1, uid: 501, gid: 500, terminalSession: 77),
            Peer(pid: 1, uid: 0, gid: 0, terminalSession: 77),
            Peer(pid: 1, uid: 500, gid: 500, terminalSession: 78),
            Peer(pid: 1, uid: 500, gid: 500, terminalSession: nil),
        ] {
            #expect(table.find(token, peer: other) == nil)
            #expect(!table.lock(token, peer: other))
        }
        for wrong in ["", "A", token + "A", String(token.dropLast()), token.uppercased()] where wrong != token
        {
            #expect(table.find(wrong, peer: here) == nil)
        }
        #expect(ended.with { $0 }.isEmpty)
    }

    @Test("A token without proven terminal serves the user") func tokenWithout() {
        let table = table()
        let token = table.add(
            "amina", peer: Peer(pid: 1, uid: 500, gid: 500, terminalSession: nil), idleSeconds: 60,
            totalSeconds: 600)
        #expect(table.find(token, peer: here) == "amina")
    }

    @Test("Silence, age and sleep end a session") func silenceAge() {
        for (step, end) in [(59, false), (60, true)] as [(Int64, Bool)] {
            let table = table()
            at(0)
            let token = table.add("amina", peer: here, idleSeconds: 60, totalSeconds: 600)
            at(step)
            #expect((table.find(token, peer: here) == nil) == end)
        }
        let table = table()
        at(0)
        let token = table.add("amina", peer: here, idleSeconds: 60, totalSeconds: 600)
        for second in stride(from: Int64(50), to: 600, by: 50) {
            at(second)
            #expect(table.find(token, peer: here) != nil, "use keeps it")
        }
        at(600)
        #expect(table.find(token, peer: here) == nil, "but not for ever")
        let other = table.add("amina", peer: here, idleSeconds: 60, totalSeconds: 600)
        house.state.with { $0.asleep = 1 }
        #expect(table.find(other, peer: here) == nil, "a machine that slept locks")
        #expect(ended.with { $0.count } == 3)
    }

    @Test("A session ends with the process that leads its terminal") func endsWithTerminal() throws {
        // A program that leads a session of its own.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        // POSIX_SPAWN_SETSID, behind a macro that Swift does not see.
        posix_spawnattr_setflags(&attributes, 0x80)
        var number: pid_t = 0
        let words: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("60"), nil]
        let started = posix_spawn(&number, "/bin/sleep", nil, &attributes, words, nil)
        try #require(started == 0)
        words.forEach { free($0) }
        let ended = ended
        let table = SessionTable<String>(
            clock: house.clock, leader: { HavreSystem.Process.leader(ofTerminalSession: $0) },
            end: { session in ended.with { $0.append(session) } })
        let peer = Peer(pid: 1, uid: 500, gid: 500, terminalSession: number)
        let token = table.add("amina", peer: peer, idleSeconds: 60, totalSeconds: 600)
        // Nobody leads these, or nobody that can be seen.
        let others = [0, Int32.max].map { number in
            let peer = Peer(pid: 1, uid: 500, gid: 500, terminalSession: number)
            return (peer, table.add("\(number)", peer: peer, idleSeconds: 60, totalSeconds: 600))
        }
        table.expireWithTerminals()
        #expect(table.find(token, peer: peer) == "amina")
        kill(number, SIGKILL)
        waitpid(number, nil, 0)
        #expect(table.find(token, peer: peer) == nil, "the number may be another terminal's")
        table.expireWithTerminals()
        #expect(ended.with { $0 } == ["amina"])
        for (peer, token) in others { #expect(table.find(token, peer: peer) != nil) }
    }

    @Test("Locking ends a session at once, and only once") func lockingEnds() {
        let table = table()
        let token = table.add("amina", peer: here, idleSeconds: 60, totalSeconds: 600)
        #expect(table.lock(token, peer: here))
        #expect(!table.lock(token, peer: here))
        #expect(table.find(token, peer: here) == nil)
        _ = table.add("a", peer: here, idleSeconds: 60, totalSeconds: 600)
        _ = table.add("b", peer: here, idleSeconds: 60, totalSeconds: 600)
        _ = table.add("b", peer: here, idleSeconds: 60, totalSeconds: 600)
        #expect(table.count { $0 } == 2, "she works at two terminals")
        #expect(table.lockAll { $0 == "a" } == 1)
        #expect(table.lockAll() == 2)
        #expect(ended.with { $0 } == ["amina", "a", "b", "b"])
    }

    @Test("Tokens are long and never the same") func tokensLong() throws {
        let table = table()
        let tokens = (0..<200).map { _ in table.add("x", peer: here, idleSeconds: 60, totalSeconds: 600) }
        #expect(Set(tokens).count == 200)
        for token in tokens { #expect(try Base64.decodeURL(token).count == 32) }
    }
}

@Suite struct MethodTableTests {
    @Test("Every method served stands in the text and remembers as it says") func everyMethod() throws {
        let text = try #require(HavreWire.Protocol.text(of: HavreWire.Protocol.vault))
        let interface = try HavreWire.Interface(parsing: text)
        for method in TinyHouse.methods {
            let described = try #require(interface.methods[method.name], "\(method.name)")
            let asks = described.parameters.members.contains { $0.name == "seen" }
            #expect(asks == method.remembers, "\(method.name)")
            let needs = described.parameters.members.contains { $0.name == "session" && $0.type == .string }
            #expect(needs == (method.served == .session), "\(method.name)")
        }
    }
}

@Suite struct DaemonOptionsTests {
    @Test("The command line is strict") func commandLine() throws {
        let options = try DaemonOptions(parsing: [
            "--gate", "g", "--vault", "v", "--socket", "s", "--device-key", "k",
        ])
        #expect(
            options.vault == "v" && options.gate == "g" && options.socket == "s" && options.deviceKey == "k")
        for wrong in [
            [], ["--vault", "v"], ["--vault", "v", "--gate"], ["--vault", "v", "--gate", "v"],
            ["--vault", "v", "--gate", "g", "extra"], ["--vault", "v", "--vault", "w", "--gate", "g"],
            ["--vault", "--gate", "g"], ["--vault", "", "--gate", "g"], ["--vault=v", "--gate", "g"],
        ] {
            #expect(throws: DaemonOptions.Mistake.self, "\(wrong)") { _ = try DaemonOptions(parsing: wrong) }
        }
    }
}
