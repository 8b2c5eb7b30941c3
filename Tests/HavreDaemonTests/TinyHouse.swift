import Foundation
import HavreCodec
import HavreSystem
import HavreWire
import Testing

@testable import HavreDaemon

/// A house without a vault: enough to see how the daemon treats what reaches it.
final class TinyHouse: House {
    struct State {
        var isServing = true
        var locked: [String] = []
        var panics = 0
        var noted: [String] = []
        var over: Set<String> = []
        var boot: Int64 = 1_000
        var asleep: Int64 = 0
    }

    let state = Guarded(State())

    var isServing: Bool { state.with { $0.isServing } }
    func person(of session: String) -> String { session }

    func warnings(for session: String?) -> [String] { session == nil ? ["tiny"] : ["tiny", "count:1"] }
    var gateMirror: String? { nil }
    func casesWithoutCopy(for session: String?) -> Int? { session == nil ? nil : 1 }
    var fingerprint: String? { nil }
    func log(since size: Int64?) throws(Refusal) -> LogState? {
        guard isServing else { return nil }
        return LogState(checkpoint: "note", consistency: size.map { _ in ["proof"] })
    }
    func hello(nonce: [UInt8], path: String) throws(Refusal) -> [String: JSON] {
        ["fingerprint": "f", "hostKey": "k", "signature": .string(Base64.url(nonce))]
    }
    func requireLog(of size: Int64) throws(Refusal) {
        if size > 7 { throw Refusal(.rolledBack) }
    }
    func lockAll(uid: UInt32) {
        state.with {
            $0.locked.append("everybody")
            $0.noted.append("everybody \(uid == getuid())")
        }
    }
    func lock(_ session: String) { state.with { $0.locked.append(session) } }
    func isOver(_ session: String) -> Bool { state.with { $0.over.contains(session) } }
    func panic(uid: UInt32) {
        state.with {
            $0.panics += 1
            $0.isServing = false
        }
    }
    func close() {}
    var broughtForward: UInt64? { isServing ? 0 : nil }
    func tend() {}
    func noteRefusal(_ method: String, _ fault: Fault, case code: String?, uid: UInt32, _ session: String?) {
        state.with {
            $0.noted.append("\(method) \(fault) \(code ?? "-") \(session ?? "-") \(uid == getuid())")
        }
    }

    /// Clocks that the test sets.
    var clock: Clock {
        Clock(now: { 0 }, boot: { self.state.with { $0.boot } }, asleep: { self.state.with { $0.asleep } })
    }

    static var methods: [HavreDaemon.Method<TinyHouse>] {
        MethodsStart.table(version: "1") + [
            Method("Unlock", .always, isGuess: true, remembers: true) { fields throws(CodecError) in
                _ = try fields.descriptor("passphrase")
                return try fields.string("name")
            } act: { name, request throws(Refusal) in
                guard name == "amina" else { throw Refusal(.wrongPassphrase) }
                let token = request.server.sessions.add(
                    name, peer: request.peer, idleSeconds: 60, totalSeconds: 600)
                return Answer(["session": .string(token)])
            },
            Method("Whoami", .session) { request throws(Refusal) in
                Answer(["user": .string(try request.requireSession())])
            },
            Method("Attach", .session, answers: .onceOrMore) { fields throws(CodecError) in
                (try fields.optionalString("case"), try fields.descriptor("file"))
            } act: { call, request throws(Refusal) in
                guard call.0 != "not hers" else { throw Refusal(.notFound) }
                let file = try request.descriptor(call.1)
                for done in 1...3 { try request.progress(done: done, total: 3) }
                guard let bytes = try? file.descriptor.readToEnd(byteCountMax: 100) else {
                    throw .invalid("file", "readable")
                }
                return Answer(["bytes": .int(Int64(bytes.count))])
            },
            Method("Backup", .session, answers: .onceOrMore) { request throws(Refusal) in
                guard let file = try? MemoryFile(sealing: [UInt8]("vault".utf8).span.bytes) else {
                    throw Refusal(.internal)
                }
                return Answer(["blobs": [], "vault": 0], [SharedDescriptor(file.take())])
            },
            // One that answers only several times; the real one needs not.
            Method("AuditVerify", .session, answers: .more) { _ throws(Refusal) in Answer(["ok": true]) },
            Method("Show", .session, answers: .onceOrMore) { fields throws(CodecError) in
                // How many records: the tiny house has no cases.
                Int(try fields.string("case")) ?? 0
            } act: { count, request throws(Refusal) in
                try request.list("records", lines(count))
            },
            Method("Revoke", .session, answers: .onceOrMore) { fields throws(CodecError) in
                _ = try fields.string("name")
                return Int(try fields.string("case")) ?? 0
            } act: { count, request throws(Refusal) in
                try request.lists(
                    [("opened", lines(count)), ("exported", lines(count / 2))],
                    ["removed": "Louis", "compartments": ["legal"]])
            },
            Method("Export", .session) { _ throws(Refusal) in
                throw Refusal(.needsApproval, isWrittenDown: true)
            },
            Method("ContactAdd", .session) { _ throws(Refusal) in throw Refusal(.needsApproval) },
            // Does not care whether its answer fits into a message.
            Method("History", .session) { fields throws(CodecError) in
                _ = try fields.string("record")
                return Int(try fields.string("case")) ?? 0
            } act: { count, _ throws(Refusal) in
                Answer(["versions": .array(lines(count))])
            },
        ]
    }
}

/// So many items of a list, of about 1 KiB.
private func lines(_ count: Int) -> [JSON] {
    (0..<count).map { .string("\($0) " + String(repeating: "x", count: 1000)) }
}

/// A server over a tiny house on a real socket, stopped at the end.
final class TinyServer {
    let house = TinyHouse()
    let folder: String
    let path: String
    private let stopper: Guarded<Int32>
    private let ended = Guarded(false)
    /// How often the process would have ended after a panic.
    let processEnds = Guarded(0)

    init(limits: Limits = Limits(), clock: ((TinyHouse) -> Clock)? = nil) throws {
        var template = Array("/tmp/havre-daemon-XXXXXX\0".utf8CString)
        folder = try #require(
            template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) }.map { String(cString: $0) })
        path = folder + "/s.sock"
        var pipe = try Descriptor.pipe()
        let listener = try Listener(path: path)
        let stop = SharedDescriptor(try pipe.read.duplicate())
        stopper = Guarded(try pipe.write.duplicate().release())
        pipe = try Descriptor.pipe()
        let server = Server(
            house, methods: TinyHouse.methods, path: path, version: "1",
            clock: clock?(house) ?? .system, limits: limits
        ) { [processEnds] in
            processEnds.with { $0 += 1 }
            processEnds.broadcast()
        }
        let socket = SharedDescriptor(try listener.descriptor.duplicate())
        let ended = self.ended
        try Threads.spawn {
            if let listener = try? Listener(inherited: socket.descriptor.duplicate()) {
                try? server.serve(listener, until: stop.descriptor)
            }
            ended.with { $0 = true }
            ended.broadcast()
        }
    }

    /// Ends the server and waits until it has.
    func stop() {
        let number = stopper.with { number in
            defer { number = -1 }
            return number
        }
        if number >= 0 { Foundation.close(number) }
        ended.when {
            $0
        } _: { _ in
        }
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func client() throws -> Client<SocketChannel> { Client(try SocketChannel(path: path)) }

    /// A token for a session at this peer.
    func unlock() throws -> String {
        var client = try client()
        let answer = try client.call("org.havre.Vault.Unlock", ["name": "amina", "passphrase": 0])
        return try #require(answer.parameters["session"]?.string)
    }

    /// Sends raw bytes on a fresh connection and returns all that comes back until the end.
    func raw(_ bytes: [UInt8], keepOpen: Bool = false) throws -> String {
        let connection = try Connection(path: path)
        _ = try? connection.send(bytes)
        if !keepOpen { Foundation.shutdown(connection.descriptor.raw, Int32(SHUT_WR)) }
        try connection.setTimeouts(receiveMilliseconds: 60_000, sendMilliseconds: 60_000)
        var seen: [UInt8] = []
        while true {
            var room = [UInt8](repeating: 0, count: 65536)
            var whole = room.mutableSpan
            var span = whole.mutableBytes
            guard let got = try? connection.receive(into: &span, descriptorsMax: 8), got.count > 0 else {
                break
            }
            seen += room[..<got.count]
        }
        return String(decoding: seen, as: UTF8.self)
    }
}

/// The name of the error that a call was refused with, without its interface.
func refusal(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch WireError.refused(let error, _) {
        return error.split(separator: ".").last.map(String.init)
    } catch {
        return "\(error)"
    }
}

let vault = "org.havre.Vault."
