package import HavreCodec

/// A commitment to the secret of a compartment: whoever receives the secret in a box checks that it is the one the
/// chain of the case names, before anything is written under it.
package struct Commitment: Hashable, Sendable {
    /// BLAKE2b-256 over Context(compartment-commitment, vault, case, compartment, generation, secret).
    package let digest: Digest

    /// A commitment read from a statement.
    package init(digest: Digest) {
        self.digest = digest
    }

    /// Commits to a secret. The secret is 32 random bytes, so its hash gives nothing away.
    package init(
        to secret: borrowing SecretBytes, vault: Identifier, caseID: Identifier, compartment: String,
        generation: UInt64
    ) {
        // The secret is the last fact, hashed in place.
        var before = Context.Encoder(.compartmentCommitment)
        before.append(.id(vault))
        before.append(.id(caseID))
        before.append(.text(compartment))
        before.append(.int(generation))
        before.appendCount(secret.count)
        var hash = Blake2b()
        hash.update(before.bytes)
        hash.update(secret)
        digest = hash.finish()
    }
}
