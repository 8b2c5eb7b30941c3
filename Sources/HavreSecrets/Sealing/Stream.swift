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
            try check(plain, last)
            let sealed = last || !plain.isEmpty ? sealChunks(plain, first: counter, last: last, key: key) : []
            advance(plain, last)
            return sealed
        }

        /// The next piece in the place of what `sealed` held, whose room is used again, and on this thread alone: for
        /// who does the other half of the work beside.
        ///
        /// - Throws: as `seal(_:last:)`.
        package mutating func seal(
            _ plain: [UInt8], last: Bool, into sealed: inout [UInt8]
        ) throws(SecretError) {
            try check(plain, last)
            sealed.removeAll(keepingCapacity: true)
            if last || !plain.isEmpty {
                let series = Series(byteCount: plain.count, first: counter, last: last, key: key)
                series.seal(plain, 0..<series.chunkCount, into: &sealed)
            }
            advance(plain, last)
        }

        private func check(_ plain: [UInt8], _ last: Bool) throws(SecretError) {
            guard !isFinished else { throw .outOfRange(rule: "nothing follows the last piece of a stream") }
            guard last || plain.count % chunkByteCount == 0 else {
                throw .outOfRange(rule: "a piece of a stream is a multiple of 65536 bytes")
            }
            guard !last || !plain.isEmpty || counter == 0 else {
                throw .outOfRange(rule: "a last piece is empty only when the stream is")
            }
        }

        private mutating func advance(_ plain: [UInt8], _ last: Bool) {
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
            try check(sealed, last)
            guard last || !sealed.isEmpty else { return [] }
            let plain = try openChunks(sealed, first: counter, last: last, key: key)
            try advance(plain, last)
            return plain
        }

        /// The next piece in the place of what `plain` held, whose room is used again, and on this thread alone.
        ///
        /// - Throws: as `open(_:last:)`; what `plain` holds then means nothing.
        package mutating func open(
            _ sealed: [UInt8], last: Bool, into plain: inout [UInt8]
        ) throws(SecretError) {
            try check(sealed, last)
            plain.removeAll(keepingCapacity: true)
            guard last || !sealed.isEmpty else { return }
            let series = Series(sealedByteCount: sealed.count, first: counter, last: last, key: key)
            guard series.isWhole(sealed), series.open(sealed, 0..<series.chunkCount, into: &plain) else {
                throw .notAuthentic
            }
            try advance(plain, last)
        }

        private func check(_ sealed: [UInt8], _ last: Bool) throws(SecretError) {
            guard !isFinished, last || sealed.count % sealedChunkByteCount == 0 else { throw .notAuthentic }
        }

        private mutating func advance(_ plain: [UInt8], _ last: Bool) throws(SecretError) {
            guard !last || !plain.isEmpty || counter == 0 else { throw .notAuthentic }
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

    /// Seals consecutive chunks, the first with number `first`; with `last` the end of the bytes ends the stream.
    private static func sealChunks(_ plain: [UInt8], first: UInt64, last: Bool, key: Key<Role.Stream>)
        -> [UInt8]
    {
        let series = Series(byteCount: plain.count, first: first, last: last, key: key)
        let halves = halves(of: series.chunkCount) { chunks in
            var sealed: [UInt8] = []
            series.seal(plain, chunks, into: &sealed)
            return sealed
        }
        return halves.first + halves.second
    }

    private static func openChunks(
        _ sealed: [UInt8], first: UInt64, last: Bool, key: Key<Role.Stream>
    ) throws(SecretError) -> [UInt8] {
        let series = Series(sealedByteCount: sealed.count, first: first, last: last, key: key)
        guard series.isWhole(sealed) else { throw .notAuthentic }
        let halves = halves(of: series.chunkCount) { chunks -> [UInt8]? in
            var plain: [UInt8] = []
            return series.open(sealed, chunks, into: &plain) ? plain : nil
        }
        guard let front = halves.first, let back = halves.second else { throw .notAuthentic }
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

/// Consecutive chunks of a stream.
private struct Series: Sendable {
    let chunkCount: Int
    /// Number of the first one.
    let first: UInt64
    /// Whether the stream ends with them.
    let last: Bool
    let key: Key<Role.Stream>

    init(byteCount: Int, first: UInt64, last: Bool, key: Key<Role.Stream>) {
        chunkCount = max(1, (byteCount + Stream.chunkByteCount - 1) / Stream.chunkByteCount)
        (self.first, self.last, self.key) = (first, last, key)
    }

    init(sealedByteCount: Int, first: UInt64, last: Bool, key: Key<Role.Stream>) {
        let size = Stream.sealedChunkByteCount
        chunkCount = max(1, (sealedByteCount + size - 1) / size)
        (self.first, self.last, self.key) = (first, last, key)
    }

    /// An empty chunk is allowed only as the whole stream.
    func isWhole(_ sealed: [UInt8]) -> Bool {
        let rest = sealed.count - (chunkCount - 1) * Stream.sealedChunkByteCount
        return rest >= Stream.tagByteCount && (chunkCount == 1 || rest != Stream.tagByteCount)
    }

    /// Appends some of the chunks, sealed.
    func seal(_ plain: [UInt8], _ chunks: Range<Int>, into sealed: inout [UInt8]) {
        let size = Stream.chunkByteCount
        let end = min(chunks.upperBound * size, plain.count)
        var place = sealed.count
        let byteCount = max(0, end - chunks.lowerBound * size) + chunks.count * Stream.tagByteCount
        sealed.append(contentsOf: repeatElement(0, count: byteCount))
        for index in chunks {
            let chunk = plain[index * size..<min((index + 1) * size, end)]
            place += Chunk.seal(chunk, nonce: nonce(index), key: key, into: &sealed, at: place)
        }
    }

    /// Appends some of the chunks, opened.
    /// - Returns: false when one of them is not authentic.
    func open(_ sealed: [UInt8], _ chunks: Range<Int>, into plain: inout [UInt8]) -> Bool {
        let size = Stream.sealedChunkByteCount
        let end = min(chunks.upperBound * size, sealed.count)
        var place = plain.count
        let byteCount = max(0, end - chunks.lowerBound * size - chunks.count * Stream.tagByteCount)
        plain.append(contentsOf: repeatElement(0, count: byteCount))
        for index in chunks {
            let chunk = sealed[index * size..<min((index + 1) * size, end)]
            guard Chunk.open(chunk, nonce: nonce(index), key: key, into: &plain, at: place) else {
                return false
            }
            place += chunk.count - Stream.tagByteCount
        }
        return true
    }

    private func nonce(_ index: Int) -> [UInt8] {
        Chunk.nonce(first + UInt64(index), last: last && index == chunkCount - 1)
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

    /// - Returns: how many bytes were written.
    static func seal(
        _ plain: ArraySlice<UInt8>, nonce: [UInt8], key: Key<Role.Stream>, into sealed: inout [UInt8],
        at place: Int
    ) -> Int {
        let byteCount = plain.count + Stream.tagByteCount
        precondition(place >= 0 && place + byteCount <= sealed.count, "a chunk has its room")
        unsafe sealed.withUnsafeMutableBufferPointer { room in
            unsafe plain.withUnsafeBufferPointer { plain in
                unsafe key.secret.withPointer { key in
                    let code = unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
                        room.baseAddress! + place, nil, plain.baseAddress, UInt64(plain.count), nil, 0, nil,
                        nonce, key)
                    // There is no way to fail; if it does, nothing may be stored of it.
                    guard code == 0 else { fatalError("a chunk was not sealed") }
                }
            }
        }
        return byteCount
    }

    static func open(
        _ sealed: ArraySlice<UInt8>, nonce: [UInt8], key: Key<Role.Stream>, into plain: inout [UInt8],
        at place: Int
    ) -> Bool {
        let byteCount = sealed.count - Stream.tagByteCount
        guard byteCount >= 0 else { return false }
        precondition(place >= 0 && place + byteCount <= plain.count, "a chunk has its room")
        // An empty text has no room, and needs none.
        var nothing: UInt8 = 0
        return unsafe plain.withUnsafeMutableBufferPointer { room in
            unsafe sealed.withUnsafeBufferPointer { sealed in
                unsafe key.secret.withPointer { key in
                    unsafe withUnsafeMutablePointer(to: &nothing) { nothing in
                        unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
                            room.baseAddress.map { unsafe $0 + place } ?? nothing, nil, nil,
                            sealed.baseAddress!, UInt64(sealed.count), nil, 0, nonce, key) == 0
                    }
                }
            }
        }
    }
}
