import HavreSecrets

/// Every public key that ever stood in a directory: of members, shadows, codes, recovery and areas.
///
/// No key may stand twice, not even in halves and not after its bearer has gone: one key under two names would
/// be two persons, and a code used again would let an old bearer in.
struct KnownKeys: Sendable {
    private var sign: Set<VerifyKey> = []
    private var box: Set<BoxPublicKey> = []

    /// - Throws: `AccessError.refused` when either half is known.
    mutating func add(_ keys: PublicKeys) throws(AccessError) {
        try add(signing: keys.sign)
        try add(half: keys.box)
    }

    /// - Throws: `AccessError.refused` when the Ed25519 key is known.
    mutating func add(signing key: VerifyKey) throws(AccessError) {
        guard sign.insert(key).inserted else { throw Self.taken }
    }

    /// - Throws: `AccessError.refused` when the X25519 key is known.
    mutating func add(half: BoxPublicKey) throws(AccessError) {
        guard box.insert(half).inserted else { throw Self.taken }
    }

    private static let taken = AccessError.refused(rule: "the key already stands in the directory")
}
