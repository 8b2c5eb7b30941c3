import HavreCodec
import HavreDaemon
import HavreSecrets
import HavreSystem
import HavreWire

/// Many clients at once, each a thread.
struct Load {
    let perSecond: Double
    let durations: Durations
    /// What the acts said, where they said something.
    let said: [String]

    /// Runs `act(client, number)` so often in each of `clients` threads and waits for all.
    static func run(
        clients: Int, perClient: Int, _ act: @escaping @Sendable (Int, Int) throws -> String?
    ) throws -> Load {
        let done = Guarded((left: clients, durations: [Double](), said: [String](), trouble: nil as String?))
        let begun = ContinuousClock.now
        for client in 0..<clients {
            try Threads.spawn(stackByteCount: 1 << 20) {
                var durations: [Double] = []
                var said: [String] = []
                var trouble: String?
                do {
                    for number in 0..<perClient {
                        let begun = ContinuousClock.now
                        if let word = try act(client, number) { said.append(word) }
                        durations.append(milliseconds(since: begun))
                    }
                } catch { trouble = "\(error)" }
                done.with { all in
                    all.left -= 1
                    all.durations += durations
                    all.said += said
                    all.trouble = all.trouble ?? trouble
                }
                done.broadcast()
            }
        }
        return try done.when({ $0.left == 0 }) { all throws(Trouble) in
            if let trouble = all.trouble { throw Trouble(what: trouble) }
            return Load(
                perSecond: Double(all.durations.count) / milliseconds(since: begun) * 1e3,
                durations: Durations(milliseconds: all.durations), said: all.said)
        }
    }
}

/// One connection to the daemon with one person's session. Calls are one at a time.
final class Desk: @unchecked Sendable {
    // @unchecked: each desk is used by one thread at a time.
    private var client: Client<SocketChannel>
    var session: String?

    init(_ socket: String, session: String? = nil) throws {
        client = Client(try SocketChannel(path: socket))
        self.session = session
    }

    /// A desk at which somebody has unlocked; how long that took.
    static func unlock(_ name: String, _ socket: String) throws -> (desk: Desk, milliseconds: Double) {
        let desk = try Desk(socket)
        let phrase = Office.phrase(name)
        let file = try phrase.withBytes { bytes throws(SystemError) -> SharedDescriptor in
            SharedDescriptor(try MemoryFile(sealing: bytes).take())
        }
        let begun = ContinuousClock.now
        let answer = try desk.call(
            "Unlock", ["name": .string(name), "passphrase": 0], [file])
        desk.session = answer["session"]?.string
        return (desk, milliseconds(since: begun))
    }

    @discardableResult
    func call(_ method: String, _ parameters: [String: JSON] = [:], _ files: [SharedDescriptor] = []) throws
        -> JSON
    {
        var parameters = parameters
        if let session { parameters["session"] = .string(session) }
        return try client.call("org.havre.Vault." + method, .object(parameters), files).parameters
    }

    /// Calls with "more"; returns how many members of the list came.
    @discardableResult
    func list(_ method: String, _ member: String, _ parameters: [String: JSON] = [:]) throws -> Int {
        var parameters = parameters
        if let session { parameters["session"] = .string(session) }
        var count = 0
        let last = try client.call("org.havre.Vault." + method, .object(parameters)) { part in
            count += part.parameters[member]?.array?.count ?? 0
        }
        return count + (last.parameters[member]?.array?.count ?? 0)
    }

    /// How long one call takes, the middle of `count`.
    func time(_ count: Int, _ act: (Desk, Int) throws -> Void) throws -> Durations {
        var durations: [Double] = []
        for number in 0..<count {
            let begun = ContinuousClock.now
            try act(self, number)
            durations.append(milliseconds(since: begun))
        }
        return Durations(milliseconds: durations)
    }
}

/// One connection that sends calls made before the clock runs, and takes the answers without decoding them: what 64
/// clients cost would be measured otherwise, on the cores that the daemon shares with them.
final class Line: @unchecked Sendable {
    // @unchecked: each line is used by one thread at a time.
    private let channel: SocketChannel
    private var reader = FrameReader<SharedDescriptor>()

    init(_ socket: String) throws { channel = try SocketChannel(path: socket) }

    static func frame(_ method: String, _ parameters: [String: JSON], session: String?) -> [UInt8] {
        var parameters = parameters
        parameters["session"] = session.map(JSON.string)
        return Call("org.havre.Vault." + method, .object(parameters)).encoded()
    }

    func call(_ frame: [UInt8]) throws {
        try channel.send(frame, [])
        guard let answer = try reader.next(from: channel) else { throw Trouble(what: "no answer") }
        // Keys are sorted: an error begins otherwise.
        guard answer.bytes.starts(with: Self.good) else {
            throw Trouble(what: String(decoding: answer.bytes.prefix(200), as: UTF8.self))
        }
    }

    private static let good = Array("{\"parameters\":".utf8)
}
