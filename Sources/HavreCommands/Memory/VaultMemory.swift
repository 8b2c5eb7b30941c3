import HavreCodec
import HavreLedger
import HavreSecrets
import HavreSystem
import HavreWire

/// Who serves at a socket, as it was at the first use: another one is not spoken to.
struct PinnedServer: Equatable {
    /// 64 hex digits.
    let fingerprint: String
    /// 32 bytes.
    let hostKey: [UInt8]
    /// The key of the log as C2SP writes it, once the server has named it.
    let logKey: String?
}

/// The last checkpoint that was seen of one vault's log.
struct SeenCheckpoint: Equatable {
    let origin: String
    let size: Int
    let root: Digest
}

/// What the client remembers of the vaults it has spoken to, one small file each. It is how a roll-back of both
/// stores of a vault is noticed, so it is flushed before a command ends.
struct VaultMemory: ~Copyable {
    private static let byteCountMax = 16_384
    private let folder: Directory

    init(_ folder: consuming Directory) { self.folder = folder }

    /// Name of the file about a socket, given its absolute path.
    static func serverName(_ socket: String) -> String {
        "server." + Hash.blake2b256(Array(socket.utf8)).hex.prefix(32)
    }

    /// Who is remembered at a socket; nil before the first use.
    func server(_ socket: String) throws(Failure) -> PinnedServer? {
        guard let json = try read(Self.serverName(socket)) else { return nil }
        return try reading { () throws(CodecError) in
            var fields = try Fields(json)
            let named = try fields.string("socket")
            let server = PinnedServer(
                fingerprint: try fields.digest("fingerprint").hex,
                hostKey: try fields.digest("hostKey").bytes,
                logKey: try fields.optionalString("logKey"))
            try fields.finish()
            guard named == socket else { throw .invalid(field: "socket", rule: "the one of the file") }
            return server
        }
    }

    /// Remembers who serves at a socket.
    func pin(_ server: PinnedServer, at socket: String) throws(Failure) {
        var members: [String: JSON] = [
            "socket": .string(socket), "fingerprint": .string(server.fingerprint),
            "hostKey": .string(Hex.encode(server.hostKey)),
        ]
        if let key = server.logKey { members["logKey"] = .string(key) }
        try write(.object(members), Self.serverName(socket))
    }

    /// The last checkpoint of a vault, nil before the first.
    func checkpoint(_ fingerprint: String) throws(Failure) -> SeenCheckpoint? {
        guard let json = try read("vault." + fingerprint) else { return nil }
        return try reading { () throws(CodecError) in
            var fields = try Fields(json)
            let seen = SeenCheckpoint(
                origin: try fields.string("origin"), size: Int(try fields.int("size", in: 0...JSON.intMax)),
                root: try fields.digest("root"))
            try fields.finish()
            return seen
        }
    }

    /// Remembers a checkpoint, unless another process of ours has seen a later one of the same log meanwhile.
    func remember(_ seen: SeenCheckpoint, of fingerprint: String) throws(Failure) {
        if let known = try checkpoint(fingerprint), known.origin == seen.origin, known.size >= seen.size {
            return
        }
        try replace(seen, of: fingerprint)
    }

    /// Remembers a checkpoint instead of what was seen before: after a restore that a person has accepted.
    func replace(_ seen: SeenCheckpoint, of fingerprint: String) throws(Failure) {
        let json: JSON = [
            "origin": .string(seen.origin), "size": .int(Int64(seen.size)), "root": .string(seen.root.hex),
        ]
        try write(json, "vault." + fingerprint)
    }

    private func read(_ name: String) throws(Failure) -> JSON? {
        let bytes: [UInt8]
        do throws(SystemError) {
            guard try folder.status(name) != nil else { return nil }
            bytes = try folder.read(name, byteCountMax: Self.byteCountMax)
        } catch {
            throw Screen.failure(error)
        }
        return try reading { () throws(CodecError) in try JSON(parsing: bytes) }
    }

    /// A memory that cannot be read is no reason to forget: the command stops, and says which folder to look at.
    private func reading<T>(_ body: () throws(CodecError) -> T) throws(Failure) -> T {
        do throws(CodecError) { return try body() } catch {
            throw Failure(.internal, "fail.memory", next: "next.memory")
        }
    }

    private func write(_ json: JSON, _ name: String) throws(Failure) {
        do throws(SystemError) { try folder.write(json.encoded(), to: name) } catch {
            throw Screen.failure(error)
        }
    }
}
