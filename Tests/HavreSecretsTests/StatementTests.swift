import HavreCodec
import Testing

@testable import HavreSecrets

struct StatementTests {
    private let key = SigningKey()
    private let other = SigningKey()

    /// Encoded by hand, so that what `Statement` would never write can be offered to it.
    private func encoded(_ kind: String, _ text: String, _ signatures: [(VerifyKey, [UInt8])]) -> [UInt8] {
        var writer = ByteWriter()
        writer.prefixed(kind)
        writer.prefixed(text)
        writer.u8(UInt8(signatures.count))
        for (signer, bytes) in signatures {
            writer.append(signer.bytes)
            writer.append(bytes)
        }
        return writer.bytes
    }

    private func signed(_ text: String, kind: String = "grant") -> [UInt8] {
        let context = Context(.statement, .text(kind), .bytes(Array(text.utf8)))
        return encoded(kind, text, [(key.publicKey, key.sign(context))])
    }

    @Test("A text that is not the one strict form of its JSON is refused, even signed")
    func forms() throws {
        let nonce = "\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA\""
        #expect(try Statement(decoding: signed("{\"a\":1,\(nonce)}")).verify(by: key.publicKey))
        let bad = [
            "{ \"a\":1,\(nonce)}", "{\(nonce),\"a\":1}", "{\"a\":1,\"a\":1,\(nonce)}", "{\"a\":1.0,\(nonce)}",
            "{\"a\":1}", "{\"nonce\":\"AAAA\"}", "{\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAB\"}", "{\"nonce\":1}",
            "[]", "", "null",
            "{\"a\":\"\\u0061\",\(nonce)}", "{\"a\":1,\(nonce)}\n",
        ]
        for text in bad {
            #expect(throws: SecretError.self, "\(text)") { try Statement(decoding: signed(text)) }
        }
    }

    @Test(
        "A kind is lower-case letters, digits and hyphens",
        arguments: ["", "Grant", "a b", "é", "a/b", String(repeating: "a", count: 65)])
    func kinds(kind: String) {
        #expect(throws: SecretError.self) { try Statement.make(kind, [:], by: key) }
        #expect(throws: SecretError.self) {
            try Statement(decoding: signed("{\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA\"}", kind: kind))
        }
    }

    @Test("A statement of one kind never verifies as another")
    func wrongKind() throws {
        let statement = try Statement.make("request", ["case": "x"], by: key)
        let text = String(decoding: statement.text, as: UTF8.self)
        let moved = try Statement(
            decoding: encoded("grant", text, [(key.publicKey, statement.signatures[0].bytes)]))
        #expect(!moved.verify(by: key.publicKey) && !moved.verifyAll())
    }

    @Test("No bit of an encoded statement can change unseen")
    func bits() throws {
        let statement = try Statement.make("grant", ["case": "x"], by: key)
        let bytes = statement.encoded()
        for index in bytes.indices {
            for bit in 0..<8 {
                var bad = bytes
                bad[index] ^= 1 << UInt8(bit)
                let read = try? Statement(decoding: bad)
                #expect(read?.verify(by: key.publicKey) != true, "byte \(index) bit \(bit)")
            }
            #expect(throws: SecretError.self) { try Statement(decoding: [UInt8](bytes[..<index])) }
        }
        #expect(throws: SecretError.self) { try Statement(decoding: bytes + [0]) }
    }

    @Test("Signatures are one or two, by different keys, in one order")
    func signatures() throws {
        let one = try Statement.make("grant", [:], by: key)
        let two = try one.signed(by: other)
        let text = String(decoding: one.text, as: UTF8.self)
        let pairs = two.signatures.map { ($0.signer, $0.bytes) }
        #expect(try Statement(decoding: encoded("grant", text, pairs)) == two)
        #expect(throws: SecretError.self) {
            try Statement(decoding: encoded("grant", text, pairs.reversed()))
        }
        #expect(throws: SecretError.self) {
            try Statement(decoding: encoded("grant", text, [pairs[0], pairs[0]]))
        }
        #expect(throws: SecretError.self) { try Statement(decoding: encoded("grant", text, [])) }
        let third = SigningKey()
        #expect(throws: SecretError.self) {
            try Statement(
                decoding: encoded("grant", text, pairs + [(third.publicKey, third.sign(one.context))]))
        }
    }

    @Test("A signature of somebody else's under one's own name is refused or does not verify")
    func borrowed() throws {
        let one = try Statement.make("grant", [:], by: key)
        let mine = one.signatures[0]
        #expect(throws: SecretError.notAuthentic) {
            try one.adding(Statement.Signature(signer: other.publicKey, bytes: mine.bytes))
        }
        let text = String(decoding: one.text, as: UTF8.self)
        let forged = try Statement(decoding: encoded("grant", text, [(other.publicKey, mine.bytes)]))
        #expect(
            !forged.verify(by: other.publicKey) && !forged.verify(by: key.publicKey) && !forged.verifyAll())
    }

    @Test("The nonce is the statement's own: a body that brings one, or is no object, is refused")
    func nonce() {
        for body: JSON in [["nonce": "x"], [], "text", nil] {
            #expect(throws: SecretError.self) { try Statement.make("grant", body, by: key) }
        }
    }

    @Test("A statement as JSON is taken strictly")
    func json() throws {
        let statement = try Statement.make("grant", ["a": 1], by: key)
        var members = statement.json.object ?? [:]
        #expect(try Statement(json: .object(members)) == statement)
        members["more"] = 1
        #expect(throws: SecretError.self) { try Statement(json: .object(members)) }
        members["more"] = nil
        members["signatures"] = []
        #expect(throws: SecretError.self) { try Statement(json: .object(members)) }
        members["signatures"] = ["x"]
        #expect(throws: SecretError.self) { try Statement(json: .object(members)) }
    }
}
