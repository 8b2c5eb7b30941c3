import HavreCodec
import HavreForms
import HavreSecrets
import HavreSystem
import HavreWire

/// Where the demo plays: a private folder with a vault, a gate, a real daemon on a real socket, and people who type
/// the very commands that a day needs.
final class Stage {
    let desk: Desk
    /// The private folder, removed at the end but for what is left to look at.
    let folder: String
    private var daemon: Child?

    /// What one command answered.
    struct Outcome {
        let status: Int32
        let json: JSON
        /// Name of the error after `org.havre.Vault.`, nil when there was none.
        var error: String? {
            json["error"]?.string.map { String($0.dropFirst("org.havre.Vault.".count)) }
        }
    }

    init(_ desk: Desk) throws(Failure) {
        self.desk = desk
        let base = desk.world.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        folder = base + "/havre-demo-" + Hex.encode(Random.bytes(6))
        do throws(SystemError) {
            _ = try Directory(private: folder)
            for name in ["run", "state", "socket", "left"] { _ = try Directory(private: folder + "/" + name) }
        } catch {
            throw Failure(
                error.isFull ? .storageFull : .usage, "demo.noFolder", ["folder": base, "why": error.reason],
                next: "demo.otherFolder")
        }
    }

    var socket: String { folder + "/socket/havred.sock" }

    static func failure(_ error: SystemError) -> Failure {
        guard !error.isFull else { return Failure(.storageFull, next: "demo.otherFolder") }
        return Failure(.internal, "fail.system", ["call": error.call, "why": error.reason])
    }

    /// Writes a file into the private folder.
    func write(_ name: String, _ bytes: [UInt8]) throws(Failure) -> String {
        let path = folder + "/" + name
        do throws(SystemError) {
            try Directory(path: folder).write(bytes, to: name)
            return path
        } catch {
            throw Stage.failure(error)
        }
    }

    /// Starts `havre daemon` and waits until it serves.
    func serve() throws(Failure) {
        do throws(SystemError) {
            let null = SharedDescriptor(try Descriptor.open("/dev/null", [.readWrite]))
            daemon = try Child(
                "/proc/self/exe",
                [
                    "havre", "daemon", "--vault", folder + "/vault", "--gate", folder + "/gate", "--socket",
                    socket,
                ], descriptors: [null, null, null])
        } catch {
            throw Stage.failure(error)
        }
        for _ in 0..<200 {
            if play(["status"]).json["state"]?.string == "serving" { return }
            Clock.sleep(milliseconds: 50)
        }
        throw Failure(.unreachable)
    }

    /// Whether a daemon on another vault and gate begins to serve; it is ended again.
    func serves(vault: String, gate: String) throws(Failure) -> Bool {
        do throws(SystemError) {
            let null = SharedDescriptor(try Descriptor.open("/dev/null", [.readWrite]))
            let pipe = try Descriptor.pipe()
            // Nobody else keeps the writing end: it closes when the daemon ends without having said anything.
            let write = try pipe.write.duplicate()
            let read = pipe.takeRead()
            let other = try Self.daemon(vault, gate, folder + "/socket/other.sock", null, write)
            let said = try read.read(byteCountMax: 64)
            other.signal(Child.terminate)
            try other.wait()
            return !said.isEmpty
        } catch {
            throw Stage.failure(error)
        }
    }

    private static func daemon(
        _ vault: String, _ gate: String, _ socket: String, _ null: SharedDescriptor,
        _ output: consuming Descriptor
    ) throws(SystemError) -> Child {
        try Child(
            "/proc/self/exe", ["havre", "daemon", "--vault", vault, "--gate", gate, "--socket", socket],
            descriptors: [null, SharedDescriptor(output), null])
    }

    /// Ends the daemon as a service manager would.
    @discardableResult
    func stop() -> Int32 {
        guard let daemon else { return 0 }
        daemon.signal(Child.terminate)
        self.daemon = nil
        return (try? daemon.wait()) ?? 1
    }

    // What people type.

    /// Runs one command line of `havre` as somebody would type it; the answer is taken as JSON.
    ///
    /// - Parameters:
    ///   - name: whose session, as with `--as`.
    ///   - secrets: options that take a secret, each with its text; it goes through a pipe.
    func play(_ words: [String], as name: String? = nil, secrets: [(option: String, text: String)] = [])
        -> Outcome
    {
        let output = Caught()
        let errors = Caught()
        var world = desk.world
        let folder = folder
        let socket = socket
        let outer = desk.world.environment
        world.environment = { key in
            switch key {
            case "XDG_RUNTIME_DIR": folder + "/run"
            case "XDG_STATE_HOME": folder + "/state"
            case "HAVRE_SOCKET": socket
            default: outer(key)
            }
        }
        world.output = output
        world.errors = errors
        world.inputIsTerminal = false
        world.person = { nil }
        var line = words
        var open: [SharedDescriptor] = []
        for secret in secrets {
            guard let file = try? Self.lend(secret.text) else { return Outcome(status: 1, json: .null) }
            open.append(file)
            line += [secret.option, String(file.descriptor.raw)]
        }
        if let name { line += ["--as", name] }
        let status = Program.run(line + ["--json", "--lang", desk.language.rawValue], world)
        withExtendedLifetime(open) {}
        let said = status == 0 ? output.bytes : (output.bytes.isEmpty ? errors.bytes : output.bytes)
        return Outcome(status: status, json: (try? JSON(parsing: said.filter { $0 != 10 })) ?? .null)
    }

    /// A descriptor that gives a secret and its line end.
    private static func lend(_ text: String) throws(SystemError) -> SharedDescriptor {
        let pipe = try Descriptor.pipe()
        try pipe.write.write(Array((text + "\n").utf8))
        return SharedDescriptor(pipe.takeRead())
    }

    /// Text that a command wrote.
    private final class Caught: Sink {
        var bytes: [UInt8] = []
        func write(_ more: [UInt8]) throws(SystemError) { bytes += more }
        var isTerminal: Bool { false }
    }
}
