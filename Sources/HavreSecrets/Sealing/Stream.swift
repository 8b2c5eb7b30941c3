/// The STREAM construction exactly as in age v1 (C2SP age.md, "Payload"): chunks of 64 KiB under
/// ChaCha20-Poly1305, nonce = 11-byte big-endian counter || 1 for the last chunk, else 0. Age payloads and
/// attachments are the same code.
///
/// The key is used for one stream only: every payload derives or draws its own. Eight chunks and more in one call are
/// shared by two threads.
package enum Stream {
    /// Bytes of a full chunk before sealing.
    package static let chunkByteCount = 1 << 16
    /// Bytes of a full chunk after sealing.
    package static let sealedChunkByteCount = chunkByteCount + tagByteCount
    static let tagByteCount = 16

    /// Bytes of the whole stream that holds `byteCount` bytes.
    package static func sealedByteCount(_ byteCount: Int) -> Int {
        byteCount + tagByteCount * max(1, (byteCount + chunkByteCount - 1) / chunkByteCount)
    }

    /// Seals a whole stream.
    package static func seal(_ plain: [UInt8], key: Key<Role.Stream>) -> [UInt8] {
        var sealed: [UInt8] = []
        StreamChunks(byteCount: plain.count, first: 0, last: true, key: key).seal(plain, into: &sealed)
        return sealed
    }

    /// Opens a whole stream.
    ///
    /// - Throws: `SecretError.notAuthentic`; nothing is released then.
    package static func open(_ sealed: [UInt8], key: Key<Role.Stream>) throws(SecretError) -> [UInt8] {
        var opener = Opener(key: key)
        return try opener.open(sealed, last: true)
    }

    /// Seals a stream piece by piece.
    package struct Sealer: ~Copyable, Sendable {
        private let key: Key<Role.Stream>
        private var counter: UInt64 = 0
        /// Whether the last piece was sealed.
        package private(set) var isFinished = false

        /// Starts a stream under a key of its own.
        package init(key: Key<Role.Stream>) { self.key = key }

        /// The next piece: a multiple of 64 KiB, or any length with `last`. A last piece is empty only when the
        /// whole stream is.
        ///
        /// - Throws: `SecretError.outOfRange` for another length or after the last piece.
        package mutating func seal(_ plain: [UInt8], last: Bool) throws(SecretError) -> [UInt8] {
            var sealed: [UInt8] = []
            try seal(plain, last: last, into: &sealed)
            return sealed
        }

        /// The next piece in the place of what `sealed` held, whose room is used again.
        ///
        /// - Throws: as `seal(_:last:)`.
        package mutating func seal(
            _ plain: [UInt8], last: Bool, into sealed: inout [UInt8]
        ) throws(SecretError) {
            guard !isFinished else { throw .outOfRange(rule: "nothing follows the last piece of a stream") }
            guard last || plain.count % chunkByteCount == 0 else {
                throw .outOfRange(rule: "a piece of a stream is a multiple of 65536 bytes")
            }
            guard !last || !plain.isEmpty || counter == 0 else {
                throw .outOfRange(rule: "a last piece is empty only when the stream is")
            }
            sealed.removeAll(keepingCapacity: true)
            guard last || !plain.isEmpty else { return }
            StreamChunks(byteCount: plain.count, first: counter, last: last, key: key)
                .seal(plain, into: &sealed)
            counter += UInt64(plain.count / chunkByteCount)
            isFinished = last
        }
    }

    /// Opens a stream piece by piece. What was opened before a failure is authentic but not the whole.
    package struct Opener: ~Copyable, Sendable {
        private let key: Key<Role.Stream>
        private var counter: UInt64 = 0
        /// Whether the last chunk was opened; a stream that ends before is cut.
        package private(set) var isFinished = false

        /// Starts to read a stream.
        package init(key: Key<Role.Stream>) { self.key = key }

        /// The next piece, where the caller knows whether it is the last (the file ends there): otherwise a multiple
        /// of 65,552 bytes.
        ///
        /// - Throws: `SecretError.notAuthentic`.
        package mutating func open(_ sealed: [UInt8], last: Bool) throws(SecretError) -> [UInt8] {
            var plain: [UInt8] = []
            try open(sealed, last: last, into: &plain)
            return plain
        }

        /// The next piece in the place of what `plain` held, whose room is used again.
        ///
        /// - Throws: as `open(_:last:)`; what `plain` holds then means nothing.
        package mutating func open(
            _ sealed: [UInt8], last: Bool, into plain: inout [UInt8]
        ) throws(SecretError) {
            guard !isFinished, last || sealed.count % sealedChunkByteCount == 0 else { throw .notAuthentic }
            plain.removeAll(keepingCapacity: true)
            guard last || !sealed.isEmpty else { return }
            let chunks = StreamChunks(sealedByteCount: sealed.count, first: counter, last: last, key: key)
            guard chunks.open(sealed, into: &plain), !last || !plain.isEmpty || counter == 0 else {
                throw .notAuthentic
            }
            counter += UInt64(plain.count / chunkByteCount)
            isFinished = last
        }

        /// The next chunk, where the caller cannot look ahead: a full one may be the last or not, a shorter one is.
        ///
        /// - Throws: `SecretError.notAuthentic`.
        package mutating func openChunk(_ sealed: [UInt8]) throws(SecretError) -> [UInt8] {
            guard sealed.count <= sealedChunkByteCount else { throw .notAuthentic }
            if sealed.count == sealedChunkByteCount, let plain = try? open(sealed, last: false) {
                return plain
            }
            return try open(sealed, last: true)
        }
    }
}
