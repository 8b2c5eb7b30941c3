public import HavreCodec
import HavreLedger
package import HavreSecrets

/// What a restore says of itself, signed with the recovery key: from which state the log goes on, and under which keys.
/// It names nobody. Six words of its digest are what people compare before their clients go on.
public struct Era: Sendable {
    /// How often the vault was restored: 1 for the first time.
    public let number: UInt32
    /// The vault's.
    public let fingerprint: Digest
    /// Entries of the log as the backup held it: it goes on from here; what came after it is lost.
    public let size: UInt64
    /// The root of these entries.
    public let root: Digest
    /// A later state that whoever restored remembered, when there was one.
    public let lost: Known?
    /// How many areas (cases, keyrings) lost their key with the gate.
    public let lostAreaCount: Int
    /// Their ids, 100 at most.
    public let lostAreas: [Identifier]
    /// When it was restored.
    public let time: Instant
    /// The log's key before, as a vkey (C2SP signed-note); its name ends in the era.
    public let oldLog: String
    /// The log's key now.
    public let log: String
    /// The host key now, 32 bytes.
    public let host: [UInt8]
    package let statement: Statement

    /// A state of the log that somebody remembers.
    public struct Known: Sendable, Equatable {
        /// How many entries.
        public let size: UInt64
        /// Their root.
        public let root: Digest

        /// Names a state.
        public init(size: UInt64, root: Digest) {
            self.size = size
            self.root = root
        }
    }

    static let kind = "era"

    /// The digest that the six words are made of.
    public var digest: Digest { statement.digest }

    /// What the first leaf of the era commits to.
    static func commitment(_ statement: Statement) -> Digest { Hash.sha256(statement.encoded()) }

    /// The name of the log in an era, and of its key.
    static func origin(_ fingerprint: Digest, _ era: UInt32) -> String { "havre/\(fingerprint.hex)/\(era)" }

    /// The era that a log's name, or its vkey, ends in.
    package static func number(ofOrigin name: String) -> UInt32? {
        let origin = name.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let parts = origin.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "havre", let era = UInt32(parts[2]), String(era) == parts[2]
        else {
            return nil
        }
        return era
    }

    /// As many as fit into the statement.
    private static let lostAreaCountMax = 100

    static func body(
        _ number: UInt32, fingerprint: Digest, from known: Known, lost: Known?, lostAreas: [Identifier],
        time: Instant, oldLog: String, log: String, host: VerifyKey
    ) -> JSON {
        func json(_ known: Known) -> JSON {
            ["size": .int(Int64(known.size)), "root": .string(known.root.hex)]
        }
        var members: [String: JSON] = [
            "era": .int(Int64(number)), "fingerprint": .string(fingerprint.hex), "from": json(known),
            "time": .int(time.seconds), "oldLog": .string(oldLog), "log": .string(log),
            "host": .string(Base64.url(host.bytes)),
        ]
        members["lost"] = lost.map(json)
        if !lostAreas.isEmpty {
            members["lostAreas"] = [
                "count": .int(Int64(lostAreas.count)),
                "ids": .array(lostAreas.prefix(lostAreaCountMax).map { .string($0.hex) }),
            ]
        }
        return .object(members)
    }

    /// Reads a statement. Whose signature it must bear is the caller's question.
    /// - Throws: `HavreError.tampered`.
    package init(_ bytes: [UInt8]) throws(HavreError) {
        do {
            statement = try Statement(decoding: bytes)
            guard statement.kind == Self.kind, statement.verifyAll() else { throw HavreError.tampered }
            var fields = try Fields(statement.body)
            _ = try fields.string(Statement.nonceKey)
            number = UInt32(try fields.int("era", in: 1...Int64(UInt32.max)))
            fingerprint = try fields.digest("fingerprint")
            let from = try Self.known(try fields.json("from"))
            (size, root) = (from.size, from.root)
            lost = try fields.optionalJSON("lost").map { try Self.known($0) }
            (lostAreaCount, lostAreas) =
                try fields.optionalJSON("lostAreas").map { try Self.areas($0) } ?? (0, [])
            time = Instant(seconds: try fields.int("time"))
            oldLog = try fields.string("oldLog")
            log = try fields.string("log")
            host = try Base64.decodeURL(try fields.string("host"))
            try fields.finish()
            guard try VerifierKey(parsing: log).name == Self.origin(fingerprint, number),
                try VerifierKey(parsing: oldLog).name == Self.origin(fingerprint, number - 1),
                host.count == 32
            else { throw HavreError.tampered }
        } catch { throw .tampered }
    }

    private static func areas(_ json: JSON) throws(CodecError) -> (Int, [Identifier]) {
        var fields = try Fields(json)
        let count = try fields.int("count", in: 1...JSON.intMax)
        let ids = try fields.strings("ids", max: lostAreaCountMax).map { text throws(CodecError) in
            try Identifier(hex: text)
        }
        try fields.finish()
        guard ids.count == min(Int(count), lostAreaCountMax) else {
            throw .invalid(field: "lostAreas", rule: "as many ids as there are")
        }
        return (Int(count), ids)
    }

    private static func known(_ json: JSON) throws(CodecError) -> Known {
        var fields = try Fields(json)
        let known = Known(
            size: UInt64(try fields.int("size", in: 0...JSON.intMax)), root: try fields.digest("root"))
        try fields.finish()
        return known
    }
}

extension Vault {
    static let erasFact = "eras"
    private static let eraCountMax = 200

    /// The eras of this vault, oldest first: one for each time it was restored.
    public func eras() throws(HavreError) -> [Era] {
        guard let bytes = try fact(Self.erasFact) else { return [] }
        return try Self.statements(bytes).map { statement throws(HavreError) in try Era(statement) }
    }

    private static func statements(_ bytes: [UInt8]) throws(HavreError) -> [[UInt8]] {
        do throws(CodecError) {
            var reader = ByteReader(bytes, field: "eras")
            let list = try reader.list(max: eraCountMax) { reader throws(CodecError) in
                try reader.prefixed(max: 1 << 13)
            }
            try reader.finish()
            return list
        } catch { throw .tampered }
    }

    /// What the gate holds of the eras, with one more.
    func eras(adding statement: Statement) throws(HavreError) -> [UInt8] {
        let list =
            try fact(Self.erasFact).map { bytes throws(HavreError) in try Self.statements(bytes) } ?? []
        var writer = ByteWriter(capacity: 1_024 * (list.count + 1))
        writer.list(list + [statement.encoded()]) { $0.prefixed($1) }
        return writer.bytes
    }
}
