import HavreSecrets
import HavreSystem

/// Where text goes.
protocol Sink: AnyObject {
    /// Writes every byte.
    func write(_ bytes: [UInt8]) throws(SystemError)
    /// Whether a person reads it.
    var isTerminal: Bool { get }
}

/// A standard descriptor of the process.
final class StandardSink: Sink {
    private let number: Int32

    init(_ number: Int32) { self.number = number }

    func write(_ bytes: [UInt8]) throws(SystemError) {
        try Lent.use(number) { output throws(SystemError) in try output.write(bytes) }
    }

    var isTerminal: Bool { Process.isTTY(number) }
}

/// Somebody to ask: the person at the terminal.
protocol Person: AnyObject {
    /// Asks for a secret; nothing is echoed and nothing is copied.
    func secret(_ prompt: String) throws(SystemError) -> SecretBytes
    /// Asks for a line.
    func line(_ prompt: String) throws(SystemError) -> String
    /// Asks for the lines of a text, which may be pasted as a whole, until one is a full stop only.
    /// - Parameter isWhole: Whether the lines so far are the whole answer, for example one that is empty.
    /// - Returns: The lines, without the full stop.
    /// - Throws: `tooBig` for a line that the terminal cannot hand over whole.
    func lines(_ prompt: String, isWhole: (_ lines: [String]) -> Bool) throws(SystemError) -> [String]
    /// Shows text, broken to the width of the screen.
    func show(_ text: String)
    /// Shows screens and takes keys, as ``Terminal/browse(idleSeconds:draw:press:leave:)``.
    func browse(
        idleSeconds: Int, draw: (_ columns: Int, _ rows: Int) -> [String], press: (TerminalKey) -> Bool,
        leave: () -> Void
    ) throws(SystemError)
    /// Columns and rows of the screen.
    var size: (columns: Int, rows: Int) { get }
}

/// The person at `/dev/tty`.
final class TerminalPerson: Person {
    private let terminal: Terminal
    private static let secretByteCountMax = 1024

    /// - Throws: when the process has no terminal.
    init() throws(SystemError) { terminal = try Terminal() }

    func secret(_ prompt: String) throws(SystemError) -> SecretBytes {
        var room = SecretBytes(zeroed: Self.secretByteCountMax)
        let count = try room.withMutableBytes { span throws(SystemError) in
            try terminal.readSecret(prompt: prompt, into: &span)
        }
        return room.prefix(count)
    }

    func line(_ prompt: String) throws(SystemError) -> String {
        try whole(try terminal.readLine(prompt: prompt))
    }

    func lines(
        _ prompt: String, isWhole: (_ lines: [String]) -> Bool
    ) throws(SystemError) -> [String] {
        // What is pasted beyond the end of the text belongs to nothing.
        defer { terminal.dropTyped() }
        var lines: [String] = []
        while true {
            // Of a paste the next line is there already, and on the screen.
            let shown = terminal.hasLine() ? "" : prompt
            let line = try whole(try terminal.readLine(prompt: shown, keepsRest: true))
            if line == "." { return lines }
            lines.append(line)
            if isWhole(lines) { return lines }
        }
    }

    /// Of a longer line the kernel has dropped the rest.
    private func whole(_ line: String) throws(SystemError) -> String {
        guard line.utf8.count < Terminal.lineByteCountMax else {
            throw SystemError("line", SystemError.tooBig)
        }
        return line
    }

    func show(_ text: String) {
        _ = try? terminal.write(Layout.wrapped(text, columns: size.columns).joined(separator: "\n"))
    }

    func browse(
        idleSeconds: Int, draw: (_ columns: Int, _ rows: Int) -> [String], press: (TerminalKey) -> Bool,
        leave: () -> Void
    ) throws(SystemError) {
        try terminal.browse(idleSeconds: idleSeconds, draw: draw, press: press, leave: leave)
    }

    var size: (columns: Int, rows: Int) { terminal.size() }
}

/// What surrounds a run: the process, its terminal, its clock. Tests bring another world.
struct World {
    var environment: (String) -> String?
    var uid: UInt32
    var userID: (String) -> UInt32?
    /// The terminal session of this process, to which sessions are bound.
    var terminalSession: Int32?
    var clock: Clock
    var output: any Sink
    var errors: any Sink
    /// Columns and rows of the screen on which standard output is read.
    var outputSize: () -> (columns: Int, rows: Int)?
    /// Whether a person types standard input.
    var inputIsTerminal: Bool
    /// The person at the terminal; nil when there is none.
    var person: () -> (any Person)?
    /// Runs a program at the terminal with the file as its descriptor 3 and waits for it.
    var runWith: (_ arguments: [String], _ file: SharedDescriptor) throws(SystemError) -> Int32
    /// Connects to a server.
    var dial: (_ socket: String) throws(Failure) -> Dialled

    /// The world as it is.
    static func real() -> World {
        World(
            environment: Process.environment, uid: Process.uid, userID: Process.userID(of:),
            terminalSession: Process.terminalSession(of: Process.pid), clock: .system,
            output: StandardSink(1), errors: StandardSink(2), outputSize: { Process.terminalSize(of: 1) },
            inputIsTerminal: Process.isTTY(0),
            person: { try? TerminalPerson() }, runWith: Editor.run, dial: Dialled.connect)
    }
}
