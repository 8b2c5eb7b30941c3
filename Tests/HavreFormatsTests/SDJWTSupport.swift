import HavreCodec
import HavreSecrets

@testable import HavreFormats

/// Writes SD-JWTs that the issuer would not write.
struct Forge {
    let key = SigningKey()

    /// An SD-JWT of any header, payload and disclosures, signed.
    func text(
        header: JSON = ["alg": "EdDSA", "typ": "dc+sd-jwt"], payload: JSON, disclosures: [String] = []
    ) -> String {
        raw(header: header.text, payload: payload.text, disclosures: disclosures)
    }

    /// The same of texts that need not be JSON.
    func raw(header: String, payload: String, disclosures: [String] = []) -> String {
        let input = Base64.url(Array(header.utf8)) + "." + Base64.url(Array(payload.utf8))
        let signature = Base64.url(key.sign(raw: Array(input.utf8)))
        return "\(input).\(signature)~" + disclosures.map { $0 + "~" }.joined()
    }

    func verify(_ text: String) throws -> SDJWTContent {
        try SDJWT(parsing: Array(text.utf8)).verify(key: key.publicKey)
    }

    /// A disclosure and its digest.
    static func disclosure(_ items: JSON...) -> (text: String, digest: JSON) {
        let text = Base64.url(JSON.array(items).encoded())
        return (text, .string(Base64.url(Hash.sha256(Array(text.utf8)).bytes)))
    }
}

/// A record as the vault writes them: a few plain claims, fields, sentences, a sub-form.
enum ExampleRecord {
    static let plain: [String: JSON] = ["iss": "urn:havre:author:x", "vct": "urn:havre:record:1"]

    static let claims: [String: Claim] = [
        "form": .value("F07"),
        "version": .value(3),
        "fields": .object([
            "city": .value("Lyon"),
            "statement_text": .array((0..<5).map { .value(.string("Sentence \($0).")) }),
            "flags": .value(["a", "b"]),
            "children": .array([
                .object(["age": .value(7), "name": .value("A")]),
                .object(["age": .value(9), "name": .value("B")]),
            ]),
        ]),
    ]

    static func issue(_ key: SigningKey) throws -> SDJWT {
        try SDJWT.issue(plain: plain, claims: claims, key: key)
    }

    static let paths = [
        "form", "version", "fields", "fields.city", "fields.statement_text", "fields.statement_text.0",
        "fields.statement_text.1", "fields.statement_text.2", "fields.statement_text.3",
        "fields.statement_text.4", "fields.flags", "fields.children", "fields.children.0",
        "fields.children.0.age", "fields.children.0.name", "fields.children.1", "fields.children.1.age",
        "fields.children.1.name",
    ]
}

extension ClaimPath: ExpressibleByStringLiteral {
    /// A path in a test, written out.
    public init(stringLiteral value: String) {
        self.init(
            value.split(separator: ".").map { part in
                Int(part).map { .element($0) } ?? .member(String(part))
            })
    }
}
