package import HavreCodec

/// The name of a vault, which people compare by telephone: BLAKE2b-256 of Context(fingerprint, digest of the founding
/// statement, attestation key).
///
/// The founding statement names people, so it never leaves the house. Its digest and the attestation key say nothing,
/// and both together are enough for a stranger to get from the fingerprint to the key that vouches for authors.
package enum VaultFingerprint {
    /// The fingerprint.
    ///
    /// - Parameters:
    ///   - founding: `Statement.digest` of the founding statement, whose nonce keeps it from being guessed.
    ///   - attestation: the key that the founding statement names for attestations.
    package static func of(founding: Digest, attestation: VerifyKey) -> Digest {
        Hash.blake2b256(Context(.fingerprint, .digest(founding), .bytes(attestation.bytes)).bytes)
    }
}
