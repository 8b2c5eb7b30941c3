import HavreCodec
import Testing

@testable import HavreSecrets

struct StreamTests {
    private let key = Key<Role.Stream>()
    private let chunk = Stream.chunkByteCount
    private let sealedChunk = Stream.sealedChunkByteCount

    @Test(
        "A stream comes back, at the size foretold",
        arguments: [0, 1, 65535, 65536, 65537, 131_072, 1_000_000])
    func roundTrip(count: Int) throws {
        let plain = Random.bytes(count)
        let sealed = Stream.seal(plain, key: key)
        #expect(sealed.count == Stream.sealedByteCount(count))
        #expect(try Stream.open(sealed, key: key) == plain)
    }

    @Test(
        "Pieces of any multiple of a chunk, on one thread or two, make the same stream",
        arguments: [1, 2, 8, 11])
    func pieces(chunksAtOnce: Int) throws {
        let plain = Random.bytes(11 * chunk + 5)
        let whole = Stream.seal(plain, key: key)
        var sealer = Stream.Sealer(key: key)
        var sealed: [UInt8] = []
        var at = 0
        while at < plain.count {
            let end = min(at + chunksAtOnce * chunk, plain.count)
            sealed += try sealer.seal([UInt8](plain[at..<end]), last: end == plain.count)
            at = end
        }
        #expect(sealed == whole)
        var opener = Stream.Opener(key: key)
        var opened: [UInt8] = []
        at = 0
        while at < sealed.count {
            let end = min(at + chunksAtOnce * sealedChunk, sealed.count)
            opened += try opener.open([UInt8](sealed[at..<end]), last: end == sealed.count)
            at = end
        }
        #expect(opened == plain)
        let isFinished = opener.isFinished
        #expect(isFinished)
    }

    @Test("Without looking ahead a full last chunk is known by its flag", arguments: [65536, 65537, 131_072])
    func lookAhead(count: Int) throws {
        let plain = Random.bytes(count)
        let sealed = Stream.seal(plain, key: key)
        var opener = Stream.Opener(key: key)
        var opened: [UInt8] = []
        for at in stride(from: 0, to: sealed.count, by: sealedChunk) {
            opened += try opener.openChunk([UInt8](sealed[at..<min(at + sealedChunk, sealed.count)]))
        }
        let isFinished = opener.isFinished
        #expect(isFinished && opened == plain)
        var after: SecretError?
        do throws(SecretError) { _ = try opener.openChunk([UInt8](sealed[..<sealedChunk])) } catch {
            after = error
        }
        #expect(after == .notAuthentic)
    }

    @Test("A stream cut, lengthened, reordered, repeated or changed anywhere is refused")
    func altered() {
        let plain = Random.bytes(2 * chunk + 100)
        let sealed = Stream.seal(plain, key: key)
        let chunks = [
            [UInt8](sealed[..<sealedChunk]), [UInt8](sealed[sealedChunk..<2 * sealedChunk]),
            [UInt8](sealed[(2 * sealedChunk)...]),
        ]
        let bad = [
            chunks[0], chunks[0] + chunks[1], chunks[1] + chunks[0] + chunks[2], chunks[0] + chunks[2],
            chunks[0] + chunks[0] + chunks[1] + chunks[2], sealed + [0], sealed + chunks[2],
            Array(sealed.dropLast()),
            [], Array(chunks[0].prefix(15)), chunks[2],
        ]
        for bytes in bad {
            #expect(throws: SecretError.notAuthentic) { try Stream.open(bytes, key: key) }
        }
        for index in stride(from: 0, to: sealed.count, by: 4099) {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SecretError.notAuthentic) { try Stream.open(changed, key: key) }
        }
        #expect(throws: SecretError.notAuthentic) { try Stream.open(sealed, key: Key<Role.Stream>()) }
    }

    @Test("An empty last chunk after a full one is refused, as in age")
    func emptyLast() {
        #expect(throws: SecretError.outOfRange(rule: "a last piece is empty only when the stream is")) {
            var sealer = Stream.Sealer(key: key)
            _ = try sealer.seal([UInt8](repeating: 0, count: chunk), last: false)
            _ = try sealer.seal([], last: true)
        }
    }

    @Test("A piece that is no multiple of a chunk, or follows the last, is refused")
    func lengths() {
        #expect(throws: SecretError.self) {
            var sealer = Stream.Sealer(key: key)
            _ = try sealer.seal([1], last: false)
        }
        #expect(throws: SecretError.self) {
            var sealer = Stream.Sealer(key: key)
            _ = try sealer.seal([1], last: true)
            _ = try sealer.seal([1], last: true)
        }
    }
}

struct ScryptTests {
    @Test(
        "Work factors outside 1 to 22 are refused before anything is hashed",
        arguments: [-1, 0, 23, 63, 64, Int.max])
    func workFactor(logN: Int) {
        #expect(throws: SecretError.self) {
            _ = try Scrypt.key(passphrase: SecretBytes(copying: [1]), salt: [], logN: logN)
        }
    }
}
