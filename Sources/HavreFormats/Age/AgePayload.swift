import HavreSecrets

/// The payload of an age file: a nonce and a STREAM.
enum AgePayload {
    static let nonceByteCount = 16

    /// The key of one file's payload.
    static func key(_ fileKey: borrowing SecretBytes, _ nonce: [UInt8]) -> Key<Role.Stream> {
        let bytes = HMAC.hkdf(input: fileKey, salt: nonce, info: Array("payload".utf8))
        guard let key = try? Key<Role.Stream>(bytes) else { preconditionFailure("HKDF gives 32 bytes") }
        return key
    }
}

/// Opens the chunks of a payload as they come.
struct AgePayloadReader: ~Copyable {
    private var opener: Stream.Opener
    private var pending: [UInt8] = []
    /// A chunk failed after others were given out: the next call says so.
    private var hasFailed = false

    init(key: Key<Role.Stream>) {
        opener = Stream.Opener(key: key)
    }

    /// The chunks that the bytes complete; throws `notAuthentic`.
    mutating func update(_ bytes: [UInt8]) throws(FormatError) -> [UInt8] {
        guard !hasFailed else { throw .notAuthentic }
        pending += bytes
        let size = Stream.sealedChunkByteCount
        let count = pending.count / size * size
        guard count > 0 else { return [] }
        // All of them in one call, on both cores; that fails when one is bad, or when the last one is the last.
        if let plain = try? opener.open(Array(pending[..<count]), last: false) {
            pending.removeFirst(count)
            return plain
        }
        return try openOneByOne()
    }

    /// The last chunk; throws `notAuthentic` also when the payload was cut or goes on after its last chunk.
    mutating func finish() throws(FormatError) -> [UInt8] {
        guard !hasFailed else { throw .notAuthentic }
        if opener.isFinished, pending.isEmpty { return [] }
        guard !opener.isFinished, let plain = try? opener.open(pending, last: true) else {
            hasFailed = true
            throw .notAuthentic
        }
        pending = []
        return plain
    }

    /// Opens full chunk after full chunk, so that what is good before the first bad one is given out.
    private mutating func openOneByOne() throws(FormatError) -> [UInt8] {
        var plain: [UInt8] = []
        while pending.count >= Stream.sealedChunkByteCount {
            guard let chunk = try? opener.openChunk(Array(pending[..<Stream.sealedChunkByteCount])) else {
                hasFailed = true
                guard !plain.isEmpty else { throw .notAuthentic }
                return plain
            }
            pending.removeFirst(Stream.sealedChunkByteCount)
            plain += chunk
        }
        return plain
    }
}
