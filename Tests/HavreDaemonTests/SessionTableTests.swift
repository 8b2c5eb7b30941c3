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

    @Test("Locking ends a session at once, and only once") func lockingEnds() {
        let table = table()
        let token = table.add("amina", peer: here, idleSeconds: 60, totalSeconds: 600)
        #expect(table.lock(token, peer: here))
        #expect(!table.lock(token, peer: here))
        #expect(table.find(token, peer: here) == nil)
        _ = table.add("a", peer: here, idleSeconds: 60, totalSeconds: 600)
        _ = table.add("b", peer: here, idleSeconds: 60, totalSeconds: 600)
        #expect(table.count == 2)
        #expect(table.lockAll { $0 == "a" } == 1)
        #expect(table.lockAll() == 1)
        #expect(ended.with { $0 } == ["amina", "a", "b"])
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
