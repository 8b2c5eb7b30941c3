import HavreCodec
import Testing

@testable import HavreSecrets

struct SignTests {
    private let key = SigningKey()

    @Test("A signature holds for its kind and its facts only")
    func kinds() {
        let context = Context(.statement, .text("grant"), .bytes([1]))
        let signature = key.sign(context)
        #expect(key.publicKey.verify(signature, context))
        #expect(!key.publicKey.verify(signature, Context(.statement, .text("removal"), .bytes([1]))))
        #expect(!key.publicKey.verify(signature, Context(.hello, .bytes([1]), .text("grant"))))
        #expect(!SigningKey().publicKey.verify(signature, context))
        #expect(!key.publicKey.verify(signature, raw: context.bytes))
        for index in signature.indices {
            var bad = signature
            bad[index] ^= 1
            #expect(!key.publicKey.verify(bad, context))
        }
        #expect(!key.publicKey.verify(Array(signature.dropLast()), context))
    }

    @Test("A signature with the group order added to its scalar is refused: one signature, one form")
    func malleability() {
        let context = Context(.statement, .text("grant"), .bytes([1]))
        var signature = key.sign(context)
        let order: [UInt8] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0,
            0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ]
        var carry = 0
        for index in 0..<32 {
            let sum = Int(signature[32 + index]) + Int(order[index]) + carry
            signature[32 + index] = UInt8(truncatingIfNeeded: sum)
            carry = sum >> 8
        }
        #expect(!key.publicKey.verify(signature, context))
    }

    @Test("A statement is kept as it was signed, by one or two keys")
    func statement() throws {
        let other = SigningKey()
        let body: JSON = ["z": 1, "a": "é"]
        let one = try Statement.make("grant", body, by: key)
        #expect(one.verify(by: key.publicKey) && !one.verify(by: other.publicKey))
        let two = try one.signed(by: other)
        #expect(two.verify(by: key.publicKey) && two.verify(by: other.publicKey) && two.verifyAll())
        #expect(two.digest == one.digest && two.text == one.text)
        for statement in [one, two] {
            #expect(try Statement(decoding: statement.encoded()) == statement)
            #expect(try Statement(json: JSON(parsing: statement.json.encoded())) == statement)
        }
        #expect(throws: SecretError.self) { try two.signed(by: SigningKey()) }
        #expect(throws: SecretError.self) { try one.signed(by: key) }
        #expect(try Statement.make("grant", body, by: key).digest != one.digest)
    }
}
