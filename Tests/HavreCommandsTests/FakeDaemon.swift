import Foundation
import HavreCodec
import HavreLedger
import HavreSecrets
import HavreSystem
import HavreWire
import Synchronization
import Testing

@testable import HavreCommands

/// A daemon in the same process: real messages over a channel, each held against the interface text; a real host key
/// and a real log, whose answers a test may spoil.
final class FakeDaemon {
    typealias Act = (_ parameters: JSON, _ handles: [SharedDescriptor]) -> Reply

    let interface: Interface
    private(set) var host = SigningKey()
    private(set) var log = SigningKey()
    /// The role of whose session it is, as `Whoami` says it.
    var role = "supervisor"
    /// The parts of any case in which she may write, as `Whoami` says them.
    var writes = ["core", "identity", "consent", "evidence", "night", "notes"]
    /// Whether `Hello` names the key of the log.
    var namesLog = false
    private(set) var era = 0
    private(set) var eras: [Statement] = []
    private var oldLogs: [String] = []
    private let recovery = SigningKey()
    let fingerprint = Hex.encode(Hash.blake2b256(Array("fake".utf8)).bytes)
    let socket = "/nowhere/havred.sock"
    /// What the methods do; others answer `MethodNotImplemented`.
    var acts: [String: Act] = [:]
    /// What is sent before the last answer of a method, when it is called with "more".
    var parts: [String: [JSON]] = [:]
    /// Every call that arrived, with the secrets that came beside it.
    private(set) var calls: [(method: String, parameters: JSON, secrets: [[UInt8]])] = []
    /// How many entries the log has.
    private(set) var leaves: [Digest] = []
    /// Changes an answer before it is sent.
    var spoil: (_ method: String, _ members: inout [String: JSON]) -> Void = { _, _ in }

    init() throws {
        interface = try Interface(parsing: try #require(Protocol.text(of: Protocol.vault)))
        grow(3)
        acts["Whoami"] = { [unowned self] parameters, _ in
            var members: [String: JSON] = ["user": "Amina", "role": .string(role)]
            if parameters["case"] != nil { members["writes"] = .array(writes.map { .string($0) }) }
            return Reply(.object(members))
        }
        acts["Hello"] = { [unowned self] parameters, _ in hello(parameters) }
        acts["Unlock"] = { _, _ in
            Reply([
                "session": "token-of-Amina", "user": "Amina", "role": "caseworker", "idleSeconds": 1800,
                "pending": [],
            ])
        }
    }

    /// Something happened.
    func grow(_ count: Int = 1) {
        for _ in 0..<count { leaves.append(Hash.sha256(Array("entry \(leaves.count)".utf8))) }
    }

    /// The log was put back, or is another one.
    func shrink(to count: Int) { leaves.removeLast(leaves.count - count) }
    func replace() { leaves = leaves.map { Hash.sha256($0.bytes) } }

    private var origin: String { "havre/\(fingerprint)/\(era)" }
    private func logKey() throws -> String { try VerifierKey(name: origin, key: log.publicKey).text }

    /// The vault was restored from a backup of its first entries.
    /// - Parameter again: from the same backup as the last time.
    func restore(to count: Int, again: Bool = false) throws {
        let oldLog = again ? oldLogs.removeLast() : try logKey()
        oldLogs.append(oldLog)
        if again {
            era -= 1
            eras.removeLast()
        }
        shrink(to: count)
        var tree = CompactTree()
        for leaf in leaves { tree.append(leaf) }
        (host, log) = (SigningKey(), SigningKey())
        era += 1
        eras.append(
            try Statement.make(
                "era",
                [
                    "era": .int(Int64(era)), "fingerprint": .string(fingerprint), "time": 1_700_000_000,
                    "from": ["size": .int(Int64(count)), "root": .string(tree.root.hex)],
                    "oldLog": .string(oldLog), "log": .string(try logKey()),
                    "host": .string(Base64.url(host.publicKey.bytes)),
                ], by: recovery))
        acts["Eras"] = { [unowned self] _, _ in
            Reply(["eras": .array(eras.map { .string(Base64.url($0.encoded())) })])
        }
        grow()
    }

    func checkpoint() throws -> String {
        var tree = CompactTree()
        for leaf in leaves { tree.append(leaf) }
        let checkpoint = try Checkpoint(
            origin: origin, size: leaves.count, root: tree.root)
        return String(decoding: try checkpoint.signed(by: log), as: UTF8.self)
    }

    private func consistency(since size: Int) throws -> [JSON] {
        let leaves = leaves
        let proof = try Proof.consistency(from: size, to: leaves.count) { level, _ throws(LedgerError) in
            guard level == 0 else { throw LedgerError.tile(level: level, number: 0) }
            return leaves
        }
        return proof.map { .string(Base64.standard($0.bytes, padded: true)) }
    }

    private func hello(_ parameters: JSON) -> Reply {
        let nonce = (try? Base64.decodeURL(parameters["nonce"]?.string ?? "")) ?? []
        var members: [String: JSON] = [
            "fingerprint": .string(fingerprint), "hostKey": .string(Base64.url(host.publicKey.bytes)),
            "path": .string(socket),
            "signature": .string(Base64.url(host.sign(Context(.hello, .bytes(nonce), .text(socket))))),
        ]
        if namesLog { members["logKey"] = (try? logKey()).map(JSON.string) }
        return Reply(.object(members))
    }

    /// Answers one message.
    func answer(_ call: Call, _ handles: [SharedDescriptor]) -> Reply {
        let name = call.parts?.name ?? ""
        let method = interface.methods[name]
        #expect(method != nil, "\(name) stands in the interface")
        if let method {
            #expect(throws: Never.self) { try interface.check(call.parameters, against: method.parameters) }
        }
        calls.append((name, call.parameters, handles.map(Self.secret)))
        guard let act = acts[name] else { return Reply(error: Protocol.service + ".MethodNotImplemented") }
        let reply = act(call.parameters, handles)
        guard reply.error == nil, !reply.continues else { return reply }
        var members = reply.parameters.object ?? [:]
        let remembers = call.parameters["session"] != nil || name == "Unlock"
        if remembers, name != "Lock" {
            grow()
            members["checkpoint"] = (try? checkpoint()).map(JSON.string)
            if let seen = call.parameters["seen"]?.int {
                members["consistency"] = (try? consistency(since: Int(seen))).map(JSON.array)
            }
        }
        spoil(name, &members)
        return Reply(.object(members))
    }

    /// What a sealed file beside a message holds; empty for any other descriptor.
    private static func secret(_ shared: SharedDescriptor) -> [UInt8] {
        guard let size = try? MemoryFile.sealedByteCount(shared.descriptor) else { return [] }
        return (try? shared.descriptor.read(count: size, at: 0)) ?? []
    }
}

/// The channel to a fake daemon: what is sent is answered at once.
struct FakeChannel: Channel {
    typealias Handle = SharedDescriptor

    final class State: Sendable {
        private let bytes = Guarded<[UInt8]>([])
        func add(_ more: [UInt8]) { bytes.with { $0 += more } }
        func take(_ count: Int) -> [UInt8] {
            bytes.with { bytes in
                let part = Array(bytes.prefix(count))
                bytes.removeFirst(part.count)
                return part
            }
        }
    }

    let daemon: FakeDaemon
    let state = State()

    func send(_ bytes: [UInt8], _ handles: [SharedDescriptor]) throws(WireError) {
        let call = try Call(decoding: Array(bytes.dropLast()))
        for part in call.more ? daemon.parts[call.parts?.name ?? ""] ?? [] : [] {
            state.add(Reply(part, continues: true).encoded())
        }
        state.add(daemon.answer(call, handles).encoded())
    }

    func receive(
        into span: inout MutableRawSpan, midFrame: Bool
    ) throws(WireError) -> (count: Int, handles: [SharedDescriptor]) {
        let part = state.take(span.byteCount)
        for (place, byte) in part.enumerated() {
            span.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
        }
        return (part.count, [])
    }
}
