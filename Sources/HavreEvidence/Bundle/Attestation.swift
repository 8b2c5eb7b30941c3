package import HavreCodec
package import HavreFormats
package import HavreLedger
package import HavreSecrets

/// How a stranger gets from the fingerprint of a vault to the key that signed a record, without anybody's name.
///
/// An attestation is an SD-JWT under the vault's attestation key. It carries that key and the digest of the founding
/// statement, from which the reader computes the fingerprint, and one author key, or the key of the vault's ledger, for
/// which the vault vouches.
package enum Attestation {
    /// `vct` of an attestation.
    package static let type = "urn:havre:attestation:1"
    /// `vct` of the attestation of a ledger's key.
    static let logType = "urn:havre:log:1"
    /// The folder of the bag in which attestations lie.
    package static let folder = "attestations/"

    /// What an attestation says, once it was verified.
    package struct Content: Sendable, Equatable {
        /// Of the vault whose attestation key signed.
        package let fingerprint: Digest
        /// The key that belongs to somebody of the house.
        package let author: VerifyKey
    }

    /// Vouches for one author key.
    ///
    /// - Parameters:
    ///   - founding: digest of the founding statement.
    ///   - key: the attestation key that the founding statement names.
    package static func issue(
        author: VerifyKey, founding: Digest, key: SigningKey
    ) throws(FormatError) -> SDJWT {
        try issue(type, ["cnf": ["jwk": JWK.json(author)]], founding: founding, key: key)
    }

    /// Vouches for the key of the vault's ledger.
    package static func issue(
        log: VerifierKey, founding: Digest, key: SigningKey
    ) throws(FormatError) -> SDJWT {
        try issue(logType, ["log": .string(log.text)], founding: founding, key: key)
    }

    private static func issue(
        _ type: String, _ claims: [String: JSON], founding: Digest, key: SigningKey
    ) throws(FormatError) -> SDJWT {
        let fingerprint = VaultFingerprint.of(founding: founding, attestation: key.publicKey)
        let plain: [String: JSON] = [
            "iss": .string(issuer(fingerprint)), "vct": .string(type),
            "vault": ["founding": .string(founding.hex), "jwk": JWK.json(key.publicKey)],
        ]
        return try SDJWT.issue(plain: plain.merging(claims) { first, _ in first }, claims: [:], key: key)
    }

    /// Reads and verifies an attestation of an author.
    ///
    /// Throws `malformed`, or `notAuthentic` when the key in it did not sign or is not the issuer's.
    package static func read(_ bytes: [UInt8]) throws(FormatError) -> Content {
        let (claims, fingerprint) = try claims(of: bytes, type)
        guard let confirmed = claims["cnf"]?["jwk"] else {
            throw .malformed(field: "attestation", rule: "a confirmed key")
        }
        return Content(fingerprint: fingerprint, author: try JWK.key(confirmed))
    }

    /// Reads and verifies the attestation of the ledger's key, which bears the name of its vault.
    ///
    /// Throws as above.
    static func readLog(_ bytes: [UInt8]) throws(FormatError) -> (fingerprint: Digest, log: VerifierKey) {
        let (claims, fingerprint) = try claims(of: bytes, logType)
        guard let text = claims["log"]?.string, let log = try? VerifierKey(parsing: text) else {
            throw .malformed(field: "attestation", rule: "the key of a ledger")
        }
        guard log.name.utf8.starts(with: "havre/\(fingerprint.hex)/".utf8) else { throw .notAuthentic }
        return (fingerprint, log)
    }

    /// The claims of an attestation and the vault that vouches: its fingerprint is computed, never believed.
    private static func claims(
        of bytes: [UInt8], _ type: String
    ) throws(FormatError) -> (claims: JSON, fingerprint: Digest) {
        let sdjwt = try SDJWT(parsing: bytes)
        let said = try sdjwt.contentWithoutSignature().claims
        guard let jwk = said["vault"]?["jwk"], let hex = said["vault"]?["founding"]?.string,
            let founding = try? Digest(hex: hex)
        else { throw .malformed(field: "attestation", rule: "a vault and a confirmed key") }
        let key = try JWK.key(jwk)
        let claims = try sdjwt.verify(key: key).claims
        let fingerprint = VaultFingerprint.of(founding: founding, attestation: key)
        guard claims["vct"]?.string == type, claims["iss"]?.string == issuer(fingerprint) else {
            throw .notAuthentic
        }
        return (claims, fingerprint)
    }

    /// `iss` of what a vault says as a whole.
    private static func issuer(_ fingerprint: Digest) -> String { "urn:havre:vault:" + fingerprint.hex }
}
