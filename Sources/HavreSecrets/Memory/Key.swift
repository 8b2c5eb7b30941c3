/// A 32-byte key of one role.
///
/// Held by reference, so that maps can hold it and many can share it without a copy; the last reference wipes.
public final class Key<R: KeyRole>: Sendable {
    /// Bytes of every key.
    public static var byteCount: Int { keyByteCount }

    let secret: SecretBytes

    /// A fresh random key.
    public init() {
        secret = SecretBytes(random: keyByteCount)
    }

    /// Takes over 32 secret bytes.
    ///
    /// - Throws: `SecretError.wrongLength` for any other count.
    public init(_ bytes: consuming SecretBytes) throws(SecretError) {
        guard bytes.count == keyByteCount else { throw .wrongLength }
        secret = bytes
    }

    /// For bytes made here with the right count.
    init(derived bytes: consuming SecretBytes) {
        precondition(bytes.count == keyByteCount, "a key has 32 bytes")
        secret = bytes
    }

    /// Lends the 32 bytes for reading.
    public func withBytes<T, E: Error>(_ body: (RawSpan) throws(E) -> T) throws(E) -> T {
        try secret.withBytes(body)
    }

    /// A copy of the bytes in guarded memory, for a box or a share.
    public func copy() -> SecretBytes {
        secret.clone()
    }

    /// Whether two keys are the same, in constant time.
    public func equals(_ other: Key<R>) -> Bool {
        SecretBytes.equal(secret, other.secret)
    }
}

/// Bytes of a key, of a seed, of an Argon2id output.
let keyByteCount = 32
