import CSodium
import HavreSystem

/// Consecutive chunks of a stream.
struct StreamChunks: Sendable {
    /// From this many chunks on, two threads share them.
    private static let sharedCountMin = 8

    private let count: Int
    /// Number of the first one.
    private let first: UInt64
    /// Whether the stream ends with them.
    private let last: Bool
    private let key: Key<Role.Stream>

    init(byteCount: Int, first: UInt64, last: Bool, key: Key<Role.Stream>) {
        count = max(1, (byteCount + Stream.chunkByteCount - 1) / Stream.chunkByteCount)
        (self.first, self.last, self.key) = (first, last, key)
    }

    init(sealedByteCount: Int, first: UInt64, last: Bool, key: Key<Role.Stream>) {
        let size = Stream.sealedChunkByteCount
        count = max(1, (sealedByteCount + size - 1) / size)
        (self.first, self.last, self.key) = (first, last, key)
    }

    /// Appends all of the chunks, sealed.
    func seal(_ plain: [UInt8], into sealed: inout [UInt8]) {
        guard count >= Self.sharedCountMin else { return seal(plain, 0..<count, into: &sealed) }
        let (front, back) = (0..<count / 2, count / 2..<count)
        let (rest, _) = Threads.both(
            beside: {
                var rest: [UInt8] = []
                seal(plain, back, into: &rest)
                return rest
            }, here: { seal(plain, front, into: &sealed) })
        sealed += rest
    }

    /// Appends all of the chunks, opened.
    /// - Returns: false when one of them is not authentic, is cut, or is empty and not the whole stream.
    func open(_ sealed: [UInt8], into plain: inout [UInt8]) -> Bool {
        let lastByteCount = sealed.count - (count - 1) * Stream.sealedChunkByteCount
        guard lastByteCount >= Stream.tagByteCount, count == 1 || lastByteCount != Stream.tagByteCount else {
            return false
        }
        guard count >= Self.sharedCountMin else { return open(sealed, 0..<count, into: &plain) }
        let (front, back) = (0..<count / 2, count / 2..<count)
        let (rest, isGood) = Threads.both(
            beside: { () -> [UInt8]? in
                var rest: [UInt8] = []
                return open(sealed, back, into: &rest) ? rest : nil
            }, here: { open(sealed, front, into: &plain) })
        guard isGood, let rest else { return false }
        plain += rest
        return true
    }

    private func seal(_ plain: [UInt8], _ chunks: Range<Int>, into sealed: inout [UInt8]) {
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

    private func open(_ sealed: [UInt8], _ chunks: Range<Int>, into plain: inout [UInt8]) -> Bool {
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
        Chunk.nonce(first + UInt64(index), last: last && index == count - 1)
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
