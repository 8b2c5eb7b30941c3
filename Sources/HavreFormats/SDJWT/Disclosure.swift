package import HavreCodec
import HavreSecrets

/// One salted claim of an SD-JWT (RFC 9901, section 4.2), kept as the text that was hashed.
package struct Disclosure: Sendable, Equatable {
    /// Names that mean something to the format and can never name a claim.
    static let reserved: Set<String> = ["_sd", "...", "_sd_alg"]
    /// Names at the top that are shown in clear or not at all: a holder who withheld one would change what the rest
    /// means (draft-ietf-oauth-sd-jwt-vc, section 2.2.2.3; the last two are refused by verifiers too).
    static let plainOnly: Set<String> = [
        "iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status", "credentialStatus",
        "@context",
    ]
    /// Random bytes of a salt we make.
    static let saltByteCount = 16

    /// base64url of the JSON array `[salt, name, value]` or `[salt, value]`; never encoded anew.
    package let text: String
    /// The member's name, nil for an element of an array.
    package let name: String?
    /// The value; it may itself hold digests of further disclosures.
    package let value: JSON
    /// base64url of SHA-256 over the ASCII of `text`: how the issuer's part refers to it.
    package let digest: String

    /// Salts a value afresh.
    /// - Parameter salt: 16 random bytes that were used for nothing else.
    init(name: String?, value: JSON, salt: [UInt8] = Random.bytes(saltByteCount)) {
        var items: [JSON] = [.string(Base64.url(salt))]
        if let name { items.append(.string(name)) }
        items.append(value)
        self.text = Base64.url(JSON.array(items).encoded())
        self.name = name
        self.value = value
        self.digest = Disclosure.digest(of: text)
    }

    /// Reads a disclosure; throws `malformed` unless it is an array of salt, perhaps name, and value.
    init(parsing text: String) throws(FormatError) {
        let json = try decoding("disclosure") { () throws(CodecError) in
            try JSON(parsing: Base64.decodeURL(text))
        }
        guard let items = json.array, 2...3 ~= items.count, items[0].string != nil else {
            throw .malformed(field: "disclosure", rule: "salt, perhaps name, value")
        }
        var name: String?
        if items.count == 3 {
            guard let text = items[1].string, !Disclosure.reserved.contains(text) else {
                throw .malformed(field: "disclosure", rule: "a name that is not reserved")
            }
            name = text
        }
        self.text = text
        self.name = name
        self.value = items[items.count - 1]
        self.digest = Disclosure.digest(of: text)
    }

    /// A digest of nothing, which looks like any other.
    /// - Parameter random: 32 random bytes that were used for nothing else.
    static func decoy(_ random: [UInt8]) -> String {
        Base64.url(Hash.sha256(random).bytes)
    }

    private static func digest(of text: String) -> String {
        Base64.url(Hash.sha256(Array(text.utf8)).bytes)
    }
}
