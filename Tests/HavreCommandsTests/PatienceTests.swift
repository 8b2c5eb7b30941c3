import Foundation
import HavreCodec
import HavreDaemon
import HavreSystem
import HavreWire
import TestSupport
import Testing

@testable import HavreCommands

/// A client in front of a daemon that answers until a method comes at which it stops, takes what is sent and never says
/// a word.
private final class SilentLine {
    let bench: Bench
    let patience: Patience
    private let channel: Channel
    private let server: Connection

    /// - Parameter method: At which it stops; nil at the first one.
    init(at method: String? = nil, _ patience: Patience) throws {
        bench = try Bench()
        if method != nil { try bench.unlock() }
        self.patience = patience
        let pair = try Connection.pair()
        let client = Connection(owning: try pair.first.descriptor.duplicate())
        server = Connection(owning: try pair.second.descriptor.duplicate())
        channel = Channel(
            method: method, fake: FakeChannel(daemon: bench.daemon),
            silent: try PatientChannel(SocketChannel.Socket(client), patience))
    }

    struct Channel: HavreWire.Channel {
        typealias Handle = SharedDescriptor

        let method: String?
        let fake: FakeChannel
        let silent: PatientChannel
        private let isSilent = Guarded(false)

        init(method: String?, fake: FakeChannel, silent: PatientChannel) {
            (self.method, self.fake, self.silent) = (method, fake, silent)
        }

        func send(_ bytes: [UInt8], _ handles: [SharedDescriptor]) throws(WireError) {
            let name = try Call(decoding: Array(bytes.dropLast())).parts?.name
            guard method == nil || name == method else { return try fake.send(bytes, handles) }
            isSilent.with { $0 = true }
            try silent.send(bytes, handles)
        }

        func receive(
            into span: inout MutableRawSpan, midFrame: Bool
        ) throws(WireError) -> (count: Int, handles: [SharedDescriptor]) {
            guard isSilent.with({ $0 }) else { return try fake.receive(into: &span, midFrame: midFrame) }
            return try silent.receive(into: &span, midFrame: midFrame)
        }
    }

    /// The daemon ends without an answer.
    func end() { server.shutdown() }

    func run(_ words: [String]) -> (status: Int32, errors: String) {
        let errors = FakeSink()
        errors.isTerminal = true
        var world = bench.world
        let (channel, patience, socket) = (channel, patience, bench.daemon.socket)
        world.errors = errors
        world.dial = { _ in
            Dialled(line: ChannelLine(channel), socket: socket, patience: patience) { _ in true }
        }
        return (Program.run(words, world), errors.text)
    }

    func run(_ words: String) -> (status: Int32, errors: String) {
        run(words.split(separator: " ").map(String.init))
    }
}

@Test(
    "Nobody waits for ever for a daemon that is stopped: status, a greeting, lock and panic end with Unreachable"
)
func silentDaemon() throws {
    for verb in ["status", "panic", "lock --all", "unlock Amina --passphrase-fd 0"] {
        let silent = try SilentLine(Patience(limitMilliseconds: 40, tellMilliseconds: 20) { _ in true })
        let said = silent.run(verb)
        #expect(said.status == 8, "\(verb): \(said.errors)")
        #expect(said.errors.contains("says nothing") && said.errors.contains("keeper"), "\(verb)")
    }
}

@Test("Who waits for a long answer is told so at a terminal, once, and how to stop")
func told() throws {
    let silent = try SilentLine(Patience(limitMilliseconds: 200, tellMilliseconds: 10) { _ in true })
    let said = silent.run("status").errors
    #expect(said.split(separator: "Ctrl-C").count == 2, "\(said)")
}

/// Verbs of a script, the method at which the daemon stops, and the exit code when it never answers again.
private let stopped: [(verb: String, method: String, status: Int32)] = [
    ("show amber-heron-41", "Show", 8), ("case list", "CaseList", 8), ("find river", "Find", 8),
    ("case assign amber-heron-41 --owner Zoé", "CaseAssign", 1),
    ("revoke amber-heron-41 Louis --yes", "Revoke", 1),
    ("staff invite Zoé --role shelter", "StaffInvite", 1),
    ("contact confirm Martin", "ContactConfirm", 1),
]

@Test(
    "A script ends when the daemon stops in the middle of a call: Unreachable, or OutcomeUnknown where something may have changed"
)
func stoppedInTheMiddle() throws {
    for (verb, method, status) in stopped {
        for hangsUp in [false, true] {
            var asked = 0
            var hangUp: () -> Void = {}
            let patience = Patience(limitMilliseconds: 500, tellMilliseconds: 400, probeMilliseconds: 20) {
                _ in
                asked += 1
                if hangsUp { hangUp() }
                return asked < 3
            }
            let silent = try SilentLine(at: method, patience)
            hangUp = { silent.end() }
            // Or each would keep the other, and its folder.
            defer { hangUp = {} }
            let said = silent.run("\(verb) --json")
            #expect(said.status == status, "\(verb), \(hangsUp): \(said.errors)")
            #expect(
                said.errors.contains(status == 1 ? "Vault.OutcomeUnknown" : "Vault.Unreachable"), "\(verb)")
            #expect(asked == (hangsUp ? 1 : 3), "\(verb), \(hangsUp)")
        }
    }
}

@Test("A daemon that takes its time and lives is waited for, however long")
func slow() throws {
    var asked = 0
    var hangUp: () -> Void = {}
    let patience = Patience(limitMilliseconds: 20, tellMilliseconds: 10, probeMilliseconds: 5) { _ in
        asked += 1
        // Longer than everything else is waited for.
        if asked == 20 { hangUp() }
        return true
    }
    let silent = try SilentLine(at: "Show", patience)
    hangUp = { silent.end() }
    defer { hangUp = {} }
    #expect(silent.run("show amber-heron-41").errors.contains("hung up"))
    #expect(asked == 20)
}

@Test("A server that lets nobody in, or lets them in and says nothing, does not live")
func lettingIn() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("s/havred.sock")
    #expect(Dialled.answers(path, withinMilliseconds: 20), "nothing is said of what is not there")
    let listener = try Listener(path: path, backlog: 0)
    let begun = Clock.milliseconds()
    #expect(!Dialled.answers(path, withinMilliseconds: 20), "let in by the kernel")
    #expect(!Dialled.answers(path, withinMilliseconds: 20), "the queue is full")
    #expect(Clock.milliseconds() - begun < 60_000)
    withExtendedLifetime(listener.path) {}
}
