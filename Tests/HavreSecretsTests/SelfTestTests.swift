import HavreCodec
import Testing

@testable import HavreSecrets

struct SelfTestTests {
    @Test("Every known answer is right here")
    func run() throws {
        try SelfTest.run()
    }

    @Test(
        "Keys of small or mixed order, and second spellings of good ones, are refused",
        arguments: BadPoints.ed25519)
    func ed25519(hex: String) {
        #expect(throws: SecretError.badPoint) { try VerifyKey(bytes: Hex.decode(hex)) }
    }

    @Test("Box keys of low order and second spellings are refused", arguments: BadPoints.x25519)
    func x25519(hex: String) {
        #expect(throws: SecretError.badPoint) { try BoxPublicKey(bytes: Hex.decode(hex)) }
    }

    @Test(
        "Encodings that are no group element, and the identity, are refused",
        arguments: BadPoints.ristretto255)
    func ristretto255(hex: String) {
        #expect(throws: SecretError.badPoint) { try Point(bytes: Hex.decode(hex)) }
    }

    @Test("X25519 with a point of low order gives no secret")
    func lowOrder() throws {
        for hex in BadPoints.x25519.prefix(5) {
            #expect(throws: SecretError.badPoint) {
                _ = try X25519.shared(secret: SecretBytes(random: 32), point: Hex.decode(hex))
            }
        }
    }

    @Test("Good keys pass: a hundred fresh ones of each kind")
    func good() throws {
        for _ in 0..<100 {
            #expect(try VerifyKey(bytes: SigningKey().publicKey.bytes).bytes.count == 32)
            #expect(try BoxPublicKey(bytes: BoxKey().publicKey.bytes).bytes.count == 32)
            #expect(try Point(bytes: Point(Scalar.random()).bytes).bytes.count == 32)
        }
    }
}
