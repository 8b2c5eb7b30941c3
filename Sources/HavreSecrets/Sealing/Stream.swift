import CSodium
import HavreSystem

/// The STREAM construction exactly as in age v1 (C2SP age.md, "Payload"): chunks of 64 KiB under
/// ChaCha20-Poly1305, nonce = 11-byte big-endian counter || 1 for the last chunk, else 0. Age payloads and
/// attachments are the same code.
///
/// The key is used for one stream only: every payload derives or draws its own.
package enum Stream {
    /// Bytes of a full chunk before sealing.
    package static let chunkByteCount = 1 << 16
    /// Bytes of a full chunk after sealing.
    package static let sealedChunkByteCount = chunkByteCount + tagByteCount
    static let tagByteCount = 16
    /// From this many chunks in one call on, two threads share them.
    private static let parallelChunkCountMin = 8

    /// Bytes of the whole stream that holds `byteCount` bytes.
    package static func sealedByteCount(_ byteCount: Int) -> Int {
        byteCount + tagByteCount * max(1, (byteCount + chunkByteCount - 1) / chunkByteCount)
    }

    /// Bytes that a whole stream of `sealedByteCount` bytes holds.
    ///
    /// - Throws: `SecretError.notAuthentic` where no stream has that size.
    package static func openedByteCount(_ sealedByteCount: Int) throws(SecretError) -> Int {
        let chunks = max(1, (sealedByteCount + sealedChunkByteCount - 1) / sealedChunkByteCount)
        let byteCount = sealedByteCount - tagByteCount * chunks
        guard byteCount >= 0, Self.sealedByteCount(byteCount) == sealedByteCount else { throw .notAuthentic }
        return byteCount
    }

    /// Seals a whole stream.
    package static func seal(_ plain: [UInt8], key: Key<Role.Stream>) -> [UInt8] {
        sealChunks(plain, first: 0, last: true, key: key)
    }

    /// Opens a whole stream.
    ///
    /// - Throws: `SecretError.notAuthentic`; nothing is released then.
    package static func open(_ sealed: [UInt8], key: Key<Role.Stream>) throws(SecretError) -> [UInt8] {
        _ = try openedByteCount(sealed.count)
        return try openChunks(sealed, first: 0, last: true, key: key)
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
            guard !isFinished else { throw .outOfRange(rule: "nothing follows the last piece of a stream") }
            guard last || plain.count % chunkByteCount == 0 else {
                throw .outOfRange(rule: "a piece of a stream is a multiple of 65536 bytes")
            }
            guard !last || !plain.isEmpty || counter == 0 else {
                throw .outOfRange(rule: "a last piece is empty only when the stream is")
            }
            let sealed = last || !plain.isEmpty ? sealChunks(plain, first: counter, last: last, key: key) : []
            counter += UInt64(plain.count / chunkByteCount)
            isFinished = last
            return sealed
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
            guard !isFinished, last || sealed.count % sealedChunkByteCount == 0 else { throw .notAuthentic }
            guard last || !sealed.isEmpty else { return [] }
            let plain = try openChunks(sealed, first: counter, last: last, key: key)
            guard !last || !plain.isEmpty || counter == 0 else { throw .notAuthentic }
            counter += UInt64(plain.count / chunkByteCount)
            isFinished = last
            return plain
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

    /// Seals consecutive chunks, the first with number `first`; with `last` the end of the bytes ends the stream.
    private static func sealChunks(_ plain: [UInt8], first: UInt64, last: Bool, key: Key<Role.Stream>)
        -> [UInt8]
    {
        let chunkCount = max(1, (plain.count + chunkByteCount - 1) / chunkByteCount)
        let halves = halves(of: chunkCount) { chunks in
            var sealed: [UInt8] = []
            sealed.reserveCapacity(chunks.count * sealedChunkByteCount)
            for index in chunks {
                let start = index * chunkByteCount
                let chunk = plain[start..<min(start + chunkByteCount, plain.count)]
                let isLast = last && index == chunkCount - 1
                sealed += Chunk.seal(chunk, nonce: Chunk.nonce(first + UInt64(index), last: isLast), key: key)
            }
            return sealed
        }
        return halves.first + halves.second
    }

    private static func openChunks(
        _ sealed: [UInt8], first: UInt64, last: Bool, key: Key<Role.Stream>
    ) throws(SecretError) -> [UInt8] {
        let chunkCount = max(1, (sealed.count + sealedChunkByteCount - 1) / sealedChunkByteCount)
        let halves = halves(of: chunkCount) { chunks -> [UInt8]? in
            var plain: [UInt8] = []
            plain.reserveCapacity(chunks.count * chunkByteCount)
            for index in chunks {
                let start = index * sealedChunkByteCount
                let chunk = sealed[start..<min(start + sealedChunkByteCount, sealed.count)]
                let nonce = Chunk.nonce(first + UInt64(index), last: last && index == chunkCount - 1)
                guard let opened = Chunk.open(chunk, nonce: nonce, key: key) else { return nil }
                plain += opened
            }
            return plain
        }
        guard let front = halves.first, let back = halves.second else { throw .notAuthentic }
        // An empty chunk is allowed only as the whole stream.
        guard chunkCount == 1 || sealed.count % sealedChunkByteCount != tagByteCount else {
            throw .notAuthentic
        }
        return front + back
    }

    /// Runs `work` over two halves of the chunks, on two threads when it is worth one.
    private static func halves<Part: Sendable>(
        of chunkCount: Int, _ work: @escaping @Sendable (Range<Int>) -> Part
    ) -> (first: Part, second: Part) {
        let middle = chunkCount / 2
        let front = 0..<middle
        let back = middle..<chunkCount
        guard chunkCount >= parallelChunkCountMin else { return (work(front), work(back)) }
        let (second, first) = Threads.both(beside: { work(back) }, here: { work(front) })
        return (first, second)
    }
}

/// One chunk of a stream.
private enum Chunk {
    static func nonce(_ counter: UInt64, last: Bool) -> [UInt8] {
        var nonce: [UInt8] = [0, 0, 0]
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            nonce.append(UInt8(truncatingIfNeeded: counter >> shift))
        }
        nonce.append(last ? 1 : 0)
        return nonce
    }

    static func seal(_ plain: ArraySlice<UInt8>, nonce: [UInt8], key: Key<Role.Stream>) -> [UInt8] {
        unsafe plain.withUnsafeBufferPointer { plain in
            unsafe key.secret.withPointer { key in
                unsafe Hash.output(plain.count + Stream.tagByteCount) {
                    unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
                        $0, nil, plain.baseAddress, UInt64(plain.count), nil, 0, nil, nonce, key)
                }
            }
        }
    }

    static func open(_ sealed: ArraySlice<UInt8>, nonce: [UInt8], key: Key<Role.Stream>) -> [UInt8]? {
        let length = sealed.count - Stream.tagByteCount
        guard length >= 0 else { return nil }
        var opened = false
        let plain = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
            opened = unsafe sealed.withUnsafeBufferPointer { sealed in
                guard let base = sealed.baseAddress else { return false }
                return unsafe key.secret.withPointer { key in
                    unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
                        buffer.baseAddress, nil, nil, base, UInt64(sealed.count), nil, 0, nonce, key)
                        == 0
                }
            }
            initialized = opened ? length : 0
        }
        return opened ? plain : nil
    }
}
