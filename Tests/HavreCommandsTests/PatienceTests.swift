import HavreCodec
import HavreDaemon
import HavreSystem
import HavreWire
import Testing

@testable import HavreCommands

/// A client in front of a daemon that takes what is sent and never says a word.
private final class SilentLine {
    let bench: Bench
    let patience: Patience
    private let server: Descriptor

    init(_ patience: Patience) throws {
        bench = try Bench()
        self.patience = patience
        let pair = try Connection.pair()
        let client = Connection(owning: try pair.first.descriptor.duplicate())
        line = ChannelLine(try PatientChannel(SocketChannel.Socket(client), patience))
        server = try pair.second.descriptor.duplicate()
    }

    private let line: any Line

    func run(_ words: String) -> (status: Int32, errors: String) {
        let errors = FakeSink()
        errors.isTerminal = true
        var world = bench.world
        let (line, patience, socket) = (line, patience, bench.daemon.socket)
        world.errors = errors
        world.dial = { _ in Dialled(line: line, socket: socket, patience: patience) { _ in true } }
        return (Program.run(words.split(separator: " ").map(String.init), world), errors.text)
    }
}

@Test(
    "Nobody waits for ever for a daemon that is stopped: status, a greeting, lock and panic end with Unreachable"
)
func silentDaemon() throws {
    for verb in ["status", "panic", "lock --all", "unlock Amina --passphrase-fd 0"] {
        let silent = try SilentLine(Patience(limitMilliseconds: 40, tellMilliseconds: 20))
        let said = silent.run(verb)
        #expect(said.status == 8, "\(verb): \(said.errors)")
        #expect(said.errors.contains("says nothing") && said.errors.contains("keeper"), "\(verb)")
    }
}

@Test("Who waits for a long answer is told so at a terminal, once, and how to stop")
func told() throws {
    let silent = try SilentLine(Patience(limitMilliseconds: 200, tellMilliseconds: 10))
    let said = silent.run("status").errors
    #expect(said.split(separator: "Ctrl-C").count == 2, "\(said)")
}
