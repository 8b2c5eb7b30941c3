import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import HavreWire
import TestSupport

@testable import HavreCommands

/// Collects what is written.
final class FakeSink: Sink {
    var bytes: [UInt8] = []
    var isTerminal = false
    /// The disk behind it is full.
    var isFull = false

    func write(_ bytes: [UInt8]) throws(SystemError) {
        guard !isFull else { throw SystemError("write", SystemError.noSpace) }
        self.bytes += bytes
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Somebody at a terminal who answers from a list.
final class FakePerson: Person {
    var answers: [String]
    var prompts: [String] = []
    var shown = ""
    /// What is pressed while pages are shown, and the screens that were.
    var keys: [TerminalKey] = []
    var screens: [[String]] = []

    init(_ answers: [String]) { self.answers = answers }

    private func next(_ prompt: String) throws(SystemError) -> String {
        prompts.append(prompt)
        guard !answers.isEmpty else { throw SystemError("terminal", SystemError.cancelled) }
        return answers.removeFirst()
    }

    func secret(_ prompt: String) throws(SystemError) -> SecretBytes {
        SecretBytes(copying: Array(try next(prompt).utf8))
    }
    func line(_ prompt: String) throws(SystemError) -> String { try next(prompt) }
    func lines(_ prompt: String, isWhole: (_ lines: [String]) -> Bool) throws(SystemError) -> [String] {
        var lines: [String] = []
        while true {
            let line = try next(prompt)
            if line == "." { return lines }
            lines.append(line)
            if isWhole(lines) { return lines }
        }
    }
    func show(_ text: String) { shown += text }
    func browse(
        idleSeconds: Int, draw: (_ columns: Int, _ rows: Int) -> [String], press: (TerminalKey) -> Bool,
        leave: () -> Void
    ) throws(SystemError) {
        repeat { screens.append(draw(60, 10)) } while press(keys.isEmpty ? .escape : keys.removeFirst())
    }
    var size: (columns: Int, rows: Int) { (80, 24) }
}

/// A client with folders of its own in front of a fake daemon.
final class Bench {
    let folder: TemporaryFolder
    let daemon: FakeDaemon
    var variables: [String: String]
    var person: FakePerson?
    var terminalSession: Int32? = 7
    var isTerminal = false
    var size = (columns: 200, rows: 500)
    /// What the fake editor makes of a text.
    var editing: (String) -> String = { $0 }
    private(set) var output = FakeSink()
    private(set) var errors = FakeSink()

    init(_ daemon: FakeDaemon? = nil) throws {
        folder = try TemporaryFolder()
        self.daemon = try daemon ?? FakeDaemon()
        variables = [
            "XDG_RUNTIME_DIR": folder.path("run"), "XDG_STATE_HOME": folder.path("state"), "LANG": "C",
            "HAVRE_SOCKET": self.daemon.socket,
        ]
        try FileManager.default.createDirectory(
            atPath: folder.path("run"), withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
    }

    init(folder: TemporaryFolder, daemon: FakeDaemon, variables: [String: String]) {
        self.folder = folder
        self.daemon = daemon
        self.variables = variables
    }

    var world: World {
        let (variables, daemon, person, size) = (variables, daemon, person, size)
        return World(
            environment: { variables[$0] }, uid: Process.uid, userID: { _ in nil },
            terminalSession: terminalSession, clock: .system, output: output, errors: errors,
            outputSize: { size }, inputIsTerminal: person != nil, person: { person },
            runWith: { [unowned self] in edit($0, $1) },
            dial: { _ in
                Dialled(
                    line: ChannelLine(FakeChannel(daemon: daemon)), socket: daemon.socket,
                    isHere: { $0 == daemon.socket })
            })
    }

    private func edit(_ arguments: [String], _ file: SharedDescriptor) -> Int32 {
        let bytes = (try? file.descriptor.read(count: Int(file.descriptor.statSize()), at: 0)) ?? []
        _ = try? file.descriptor.truncate(to: 0)
        let changed = editing(String(decoding: bytes, as: UTF8.self))
        // As an editor does: the file is opened anew and written from its start.
        return (try? Data(changed.utf8).write(to: URL(filePath: "/proc/self/fd/\(file.descriptor.raw)")))
            == nil ? 1 : 0
    }

    /// Runs a command line.
    @discardableResult
    func run(_ words: [String]) -> (status: Int32, output: String, errors: String) {
        output = FakeSink()
        errors = FakeSink()
        output.isTerminal = isTerminal
        errors.isTerminal = isTerminal
        let status = Program.run(words, world)
        return (status, output.text, errors.text)
    }

    func run(_ line: String) -> (status: Int32, output: String, errors: String) {
        run(line.split(separator: " ").map(String.init))
    }

    /// A descriptor to read these bytes from, as a shell would hand it on.
    func inherited(_ text: String) throws -> Int32 {
        let path = folder.path("secret-\(UUID().uuidString)")
        try Data(text.utf8).write(to: URL(filePath: path))
        return try Descriptor.open(path, [.read]).release()
    }

    /// Unlocks Amina.
    func unlock() throws {
        let number = try inherited("a phrase of hers\n")
        _ = run(["unlock", "Amina", "--passphrase-fd", String(number)])
    }

    /// The last call of a method, without token and log.
    func last(_ method: String) -> JSON? {
        guard let call = daemon.calls.last(where: { $0.method == method }) else { return nil }
        let members = call.parameters.object ?? [:]
        return .object(members.filter { $0.key != "session" && $0.key != "seen" })
    }
}

extension JSON {
    init(_ text: String) throws { self = try JSON(parsing: text) }
}

extension Bench {
    /// The same client in front of another daemon at the same socket.
    convenience init(of other: Bench, _ daemon: FakeDaemon) {
        self.init(folder: other.folder, daemon: daemon, variables: other.variables)
    }
}
