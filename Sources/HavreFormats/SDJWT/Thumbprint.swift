package import HavreCodec
package import HavreSecrets

/// Ed25519 keys as JSON Web Keys (RFC 8037).
package enum JWK {
    /// The public key: `{"crv":"Ed25519","kty":"OKP","x":...}`.
    package static func json(_ key: VerifyKey) -> JSON {
        ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64.url(key.bytes))]
    }

    /// base64url of SHA-256 over exactly these three members in this order (RFC 7638, section 3.2): 43 characters.
    package static func thumbprint(_ key: VerifyKey) -> String {
        Base64.url(Hash.sha256(json(key).encoded()).bytes)
    }

    /// Reads a public key of these three members and no other; throws `malformed`.
    package static func key(_ json: JSON) throws(FormatError) -> VerifyKey {
        guard json.object?.count == 3, json["crv"] == "Ed25519", json["kty"] == "OKP",
            let text = json["x"]?.string, let bytes = try? Base64.decodeURL(text),
            let key = try? VerifyKey(bytes: bytes)
        else { throw .malformed(field: "jwk", rule: "an Ed25519 public key") }
        return key
    }
}
