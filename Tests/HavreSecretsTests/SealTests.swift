import HavreCodec
import Testing

@testable import HavreSecrets

struct SealTests {
    private let key = Key<Role.Gate>()
    private let vault = Random.identifier()
    private var context: Context { Context(.gateAuto, .id(vault)) }

    @Test(
        "What is sealed opens with the same key and context, and is 72 bytes longer",
        arguments: [0, 1, 63, 64, 1000])
    func roundTrip(count: Int) throws {
        let message = Random.bytes(count)
        let sealed = Seal.seal(message, under: key, context)
        #expect(sealed.count == count + 72)
        #expect(try Seal.open(sealed, under: key, context) == message)
    }

    @Test("Every flipped bit, every cut and every added byte is refused")
    func altered() {
        let sealed = Seal.seal(Array("the address".utf8), under: key, context)
        for index in sealed.indices {
            for bit in 0..<8 {
                var bad = sealed
                bad[index] ^= 1 << UInt8(bit)
                #expect(throws: SecretError.notAuthentic) { try Seal.open(bad, under: key, context) }
            }
            #expect(throws: SecretError.notAuthentic) {
                try Seal.open([UInt8](sealed[..<index]), under: key, context)
            }
        }
        #expect(throws: SecretError.notAuthentic) { try Seal.open(sealed + [0], under: key, context) }
    }

    @Test("Cut, empty and short values are refused, as a secret too")
    func short() {
        for count in 0..<72 {
            #expect(throws: SecretError.notAuthentic) {
                _ = try Seal.openSecret([UInt8](repeating: 0, count: count), under: key, context)
            }
        }
    }

    @Test("Another key, another kind and another fact are refused")
    func swapped() {
        let sealed = Seal.seal([1, 2, 3], under: key, context)
        #expect(throws: SecretError.notAuthentic) { try Seal.open(sealed, under: Key<Role.Gate>(), context) }
        #expect(throws: SecretError.notAuthentic) {
            try Seal.open(sealed, under: key, Context(.login, .id(vault)))
        }
        #expect(throws: SecretError.notAuthentic) {
            try Seal.open(sealed, under: key, Context(.gateAuto, .id(Random.identifier())))
        }
    }

    @Test("A ciphertext made to open under two keys opens under one at most, whatever commitment it carries")
    func committing() throws {
        for vector in try Vectors.read("two-keys") {
            var fields = try Fields(vector)
            let keys = try fields.strings("keys").map {
                try Key<Role.Device>(SecretBytes(copying: Hex.decode($0)))
            }
            let nonce = try Hex.decode(fields.string("nonce"))
            let body = try Hex.decode(fields.string("body"))
            let context = Context(.gateAuto, .id(try fields.identifier("vault")))
            #expect(try Hex.encode(context.bytes) == fields.string("context"))
            let commitments = keys.map { key in
                [UInt8](Seal.seal([], under: key, context, nonce: nonce)[24..<56])
            }
            for (which, commitment) in commitments.enumerated() {
                let sealed = nonce + commitment + body
                #expect(try Seal.open(sealed, under: keys[which], context).count == 32)
                #expect(throws: SecretError.notAuthentic) {
                    try Seal.open(sealed, under: keys[1 - which], context)
                }
            }
        }
    }

    @Test("The same message sealed twice shares no nonce and no bytes of its body")
    func fresh() {
        let sealed = (0..<1000).map { _ in Seal.seal([UInt8](repeating: 0, count: 32), under: key, context) }
        #expect(Set(sealed.map { $0.prefix(24) }).count == 1000)
        #expect(Set(sealed.map { $0.dropFirst(56) }).count == 1000)
    }

    @Test("A sealed key comes back as the same key; anything but 32 bytes is no key")
    func keys() throws {
        let inner = Key<Role.Login>()
        let sealed = Seal.seal(key: inner, under: key, context)
        let opened = try Seal.openKey(sealed, under: key, context, as: Role.Login.self)
        #expect(opened.equals(inner))
        let short = Seal.seal([1, 2, 3], under: key, context)
        #expect(throws: SecretError.wrongLength) {
            try Seal.openKey(short, under: key, context, as: Role.Login.self)
        }
    }
}

struct PadTests {
    @Test("There are 25 sizes from 256 bytes to 1 MiB")
    func sizes() {
        #expect(Pad.sizes.count == 25)
        #expect(Pad.sizes.prefix(5) == [256, 384, 512, 768, 1024])
        #expect(Pad.sizes.last == 1 << 20)
    }

    @Test(
        "What is padded comes back, at the smallest size that holds it",
        arguments: [0, 1, 247, 248, 249, 376, 377, 5000])
    func roundTrip(count: Int) throws {
        let data = Random.bytes(count)
        let padded = try Pad.pad(data)
        #expect(Pad.sizes.contains(padded.count))
        #expect(Pad.sizes.first { $0 >= count + 8 } == padded.count)
        #expect(try Pad.unpad(padded) == data)
    }

    @Test("A padded text has one form: other lengths, fillings and sizes are refused")
    func strict() throws {
        #expect(throws: SecretError.self) { try Pad.pad([UInt8](repeating: 0, count: (1 << 20) - 7)) }
        #expect(try Pad.pad([UInt8](repeating: 0, count: (1 << 20) - 8)).count == 1 << 20)
        let padded = try Pad.pad([1, 2, 3])
        for bad in [[], [UInt8](repeating: 0, count: 255), padded + [0], Array(padded.dropLast())] {
            #expect(throws: SecretError.notAuthentic) { try Pad.unpad(bad) }
        }
        for index in [3, 7, 11, 255] {
            var bad = padded
            bad[index] = 1
            #expect(throws: SecretError.notAuthentic) { try Pad.unpad(bad) }
        }
        var larger = try Pad.pad([UInt8](repeating: 7, count: 300))
        larger[0] = 3
        larger[1] = 0
        #expect(throws: SecretError.notAuthentic) { try Pad.unpad(larger) }
    }

    @Test(
        "Padmé gives the sizes of the paper",
        arguments: [
            (9, 10), (100, 104), (1000, 1024), (4097, 4352), (65537, 67584), (1_000_000, 1_015_808),
            (1_000_000_000, 1_006_632_960),
        ])
    func padme(byteCount: Int, size: Int) {
        #expect(Pad.padme(byteCount, floor: 0) == size)
        #expect(Pad.padme(byteCount) >= 256)
    }
}
