package import HavreCodec

/// What people assert: one signed, nonce'd object, stored and sent verbatim.
///
/// The text is strict JSON with sorted keys and no white space; each signature is Ed25519 over
/// Context(statement, kind, text). One or two different keys may sign the same text. It is never re-encoded: what
/// was signed is what is kept.
package struct Statement: Sendable, Equatable {
    /// One signature and whose it is.
    package struct Signature: Sendable, Equatable {
        /// The key that signed.
        package let signer: VerifyKey
        /// 64 bytes.
        package let bytes: [UInt8]
    }

    /// The longest text in bytes.
    package static let textByteCountMax = 1 << 18
    /// The longest kind in bytes.
    package static let kindByteCountMax = 64
    /// How many keys may sign one text.
    package static let signatureCountMax = 2
    /// The member of the object that makes every text unique: 22 characters of base64url, 16 random bytes.
    package static let nonceKey = "nonce"

    /// What is asserted: lower-case words joined with hyphens.
    package let kind: String
    /// The signed text.
    package let text: [UInt8]
    /// The text, parsed.
    package let body: JSON
    /// One or two, in the order of their keys.
    package let signatures: [Signature]

    /// Makes a statement: adds the nonce to the members of `body`, encodes and signs.
    ///
    /// - Throws: `SecretError.outOfRange` when the body is no object, has a nonce already or is too long, or the
    ///   kind is malformed.
    package static func make(
        _ kind: String, _ body: JSON, by key: SigningKey
    ) throws(SecretError) -> Statement {
        try make(kind, body, by: key, nonce: Random.bytes(16))
    }

    /// The same with a given nonce, for vectors.
    static func make(
        _ kind: String, _ body: JSON, by key: SigningKey, nonce: [UInt8]
    ) throws(SecretError) -> Statement {
        guard var members = body.object, members[nonceKey] == nil else {
            throw .outOfRange(rule: "the body of a statement is an object without a nonce")
        }
        members[nonceKey] = .string(Base64.url(nonce))
        let unsigned = try Statement(kind: kind, text: JSON.object(members).encoded(), signatures: [])
        return try unsigned.signed(by: key)
    }

    /// The statement with one more signature over the same text.
    ///
    /// - Throws: `SecretError.outOfRange` when it has two, or this key's already.
    package func signed(by key: SigningKey) throws(SecretError) -> Statement {
        let mine = Signature(signer: key.publicKey, bytes: key.sign(context))
        return try adding(mine)
    }

    /// The statement with a signature that somebody made over the same text elsewhere.
    ///
    /// - Throws: `notAuthentic` when it does not verify, `outOfRange` as `signed(by:)`.
    package func adding(_ signature: Signature) throws(SecretError) -> Statement {
        guard signature.signer.verify(signature.bytes, context) else { throw .notAuthentic }
        let all = (signatures + [signature]).sorted { $0.signer < $1.signer }
        return try Statement(checking: kind, text: text, body: body, signatures: all)
    }

    /// What is signed.
    package var context: Context {
        Context(.statement, .text(kind), .bytes(text))
    }

    /// The name of the statement: BLAKE2b-256 of the signed bytes. Signatures are not part of it.
    package var digest: Digest {
        Hash.blake2b256(context.bytes)
    }

    /// Who signed, in the order of the keys.
    package var signers: [VerifyKey] { signatures.map(\.signer) }

    /// Whether this key signed and its signature is right.
    package func verify(by key: VerifyKey) -> Bool {
        signatures.contains { $0.signer == key && key.verify($0.bytes, context) }
    }

    /// Whether there is a signature and every one is right. Whose they must be is the caller's question.
    package func verifyAll() -> Bool {
        let context = context
        return !signatures.isEmpty && signatures.allSatisfy { $0.signer.verify($0.bytes, context) }
    }
}

extension Statement {
    /// Strict: see the rules in `check`.
    init(kind: String, text: [UInt8], signatures: [Signature]) throws(SecretError) {
        let body: JSON
        do { body = try JSON(parsing: text, byteCountMax: Self.textByteCountMax) } catch {
            throw .outOfRange(rule: "the text of a statement is strict JSON of at most 262144 bytes")
        }
        guard body.encoded() == text else {
            throw .outOfRange(rule: "the text of a statement has sorted keys and no white space")
        }
        try self.init(checking: kind, text: text, body: body, signatures: signatures)
    }

    init(checking kind: String, text: [UInt8], body: JSON, signatures: [Signature]) throws(SecretError) {
        try Self.check(kind: kind, body: body)
        guard signatures.count <= Self.signatureCountMax,
            zip(signatures, signatures.dropFirst()).allSatisfy({ $0.signer < $1.signer })
        else {
            throw .outOfRange(
                rule: "a statement has one or two signatures, by different keys, in their order")
        }
        self.kind = kind
        self.text = text
        self.body = body
        self.signatures = signatures
    }

    private static func check(kind: String, body: JSON) throws(SecretError) {
        let letters = kind.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7a) || $0 == 0x2d || ($0 >= 0x30 && $0 <= 0x39)
        }
        guard (1...kindByteCountMax).contains(kind.utf8.count), letters else {
            throw .outOfRange(rule: "a kind is 1 to 64 letters a-z, digits and hyphens")
        }
        guard let nonce = body[nonceKey]?.string, let bytes = try? Base64.decodeURL(nonce), bytes.count == 16
        else {
            throw .outOfRange(rule: "a statement has a nonce of 16 bytes")
        }
    }
}
