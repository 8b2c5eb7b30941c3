package import HavreCodec
package import HavreFormats
package import HavreSecrets

/// How a stranger gets from the fingerprint of a vault to the key that signed a record, without anybody's name.
///
/// An attestation is an SD-JWT under the vault's attestation key. It carries that key and the digest of the founding
/// statement, from which the reader computes the fingerprint, and one author key for which the vault vouches.
package enum Attestation {
    /// `vct` of an attestation.
    package static let type = "urn:havre:attestation:1"
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
        let fingerprint = VaultFingerprint.of(founding: founding, attestation: key.publicKey)
        return try SDJWT.issue(
            plain: [
                "iss": .string(issuer(fingerprint)), "vct": .string(type),
                "vault": ["founding": .string(founding.hex), "jwk": JWK.json(key.publicKey)],
                "cnf": ["jwk": JWK.json(author)],
            ], claims: [:], key: key)
    }

    /// Reads and verifies an attestation: the fingerprint is computed, never believed.
    ///
    /// Throws `malformed`, or `notAuthentic` when the key in it did not sign or is not the issuer's.
    package static func read(_ bytes: [UInt8]) throws(FormatError) -> Content {
        let sdjwt = try SDJWT(parsing: bytes)
        let said = try sdjwt.contentWithoutSignature().claims
        guard let jwk = said["vault"]?["jwk"], let hex = said["vault"]?["founding"]?.string,
            let founding = try? Digest(hex: hex), let confirmed = said["cnf"]?["jwk"]
        else { throw .malformed(field: "attestation", rule: "a vault and a confirmed key") }
        let key = try JWK.key(jwk)
        let claims = try sdjwt.verify(key: key).claims
        let fingerprint = VaultFingerprint.of(founding: founding, attestation: key)
        guard claims["vct"]?.string == type, claims["iss"]?.string == issuer(fingerprint) else {
            throw .notAuthentic
        }
        return Content(fingerprint: fingerprint, author: try JWK.key(confirmed))
    }

    /// `iss` of what a vault says as a whole.
    private static func issuer(_ fingerprint: Digest) -> String { "urn:havre:vault:" + fingerprint.hex }
}
