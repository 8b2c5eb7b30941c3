import CSodium
import HavreSystem

/// An Ed25519 signing key (RFC 8032), made from a 32-byte seed and shared by reference.
package final class SigningKey: Sendable {
    // libsodium's form: seed (32) || public key (32).
    private let secret: SecretBytes
    /// The public half.
    package let publicKey: VerifyKey

    /// A fresh random key.
    package convenience init() {
        self.init(derivedSeed: SecretBytes(random: keyByteCount))
    }

    /// A key from a 32-byte seed.
    ///
    /// - Throws: `SecretError.wrongLength`.
    package convenience init(seed: consuming SecretBytes) throws(SecretError) {
        guard seed.count == keyByteCount else { throw .wrongLength }
        self.init(derivedSeed: seed)
    }

    /// A key whose seed was derived.
    package convenience init(seed: Key<Role.Seed>) {
        self.init(derivedSeed: seed.copy())
    }

    private init(derivedSeed seed: consuming SecretBytes) {
        Sodium.start()
        var pair = SecretBytes(zeroed: 64)
        let publicBytes = unsafe Hash.output(32) { out in
            unsafe seed.withPointer { seed in
                unsafe pair.withMutablePointer { unsafe crypto_sign_seed_keypair(out, $0, seed) }
            }
        }
        secret = pair
        publicKey = VerifyKey(unchecked: publicBytes)
    }

    /// A copy of the 32-byte seed in guarded memory, to be sealed.
    package func seed() -> Key<Role.Seed> {
        Key(derived: secret.prefix(keyByteCount))
    }

    /// The 64-byte signature over a context.
    package func sign(_ context: Context) -> [UInt8] {
        signature(over: context.bytes)
    }

    /// The 64-byte signature over bytes of a foreign format (a JWS signing input, a signed note). Bytes that begin
    /// like a context are a mistake of the program and end it: a foreign signature never stands for a statement.
    package func sign(raw bytes: [UInt8]) -> [UInt8] {
        precondition(!Context.begins(bytes), "a context is signed as a context")
        return signature(over: bytes)
    }

    private func signature(over bytes: [UInt8]) -> [UInt8] {
        unsafe secret.withPointer { secret in
            unsafe Hash.output(VerifyKey.signatureByteCount) {
                unsafe crypto_sign_detached($0, nil, bytes, UInt64(bytes.count), secret)
            }
        }
    }
}

/// An Ed25519 public key: 32 canonical bytes of a point of the prime-order group.
package struct VerifyKey: Hashable, Sendable, Comparable {
    /// Bytes of a public key.
    package static let byteCount = 32
    /// Bytes of a signature.
    package static let signatureByteCount = 64

    /// The 32 bytes.
    package let bytes: [UInt8]

    /// Checks and takes a public key.
    ///
    /// - Throws: `wrongLength`, or `badPoint` for an encoding that is not canonical, not on the curve, of small
    ///   order, or outside the prime-order group (mixed order).
    package init(bytes: [UInt8]) throws(SecretError) {
        guard bytes.count == Self.byteCount else { throw .wrongLength }
        Sodium.start()
        if !GoodKeys.contains(bytes) {
            guard unsafe crypto_core_ed25519_is_valid_point(bytes) == 1 else { throw .badPoint }
            GoodKeys.insert(bytes)
        }
        self.bytes = bytes
    }

    /// For keys made here.
    fileprivate init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether `signature` is this key's over the context. libsodium refuses a scalar that is not canonical, so a
    /// signature has one form.
    package func verify(_ signature: [UInt8], _ context: Context) -> Bool {
        verifies(signature, over: context.bytes)
    }

    /// The same over bytes of a foreign format; false for bytes that begin like a context.
    package func verify(_ signature: [UInt8], raw bytes: [UInt8]) -> Bool {
        !Context.begins(bytes) && verifies(signature, over: bytes)
    }

    private func verifies(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard signature.count == Self.signatureByteCount else { return false }
        Sodium.start()
        return unsafe crypto_sign_verify_detached(signature, message, UInt64(message.count), bytes) == 0
    }

    /// Byte order, for sorted lists.
    package static func < (one: VerifyKey, other: VerifyKey) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }
}

/// Keys that passed the check of their group, which costs as much as verifying a signature. A chain of statements
/// names the same few keys again and again.
private enum GoodKeys {
    private static let countMax = 4096
    private static let keys = Guarded(Set<[UInt8]>())

    static func contains(_ bytes: [UInt8]) -> Bool {
        keys.with { $0.contains(bytes) }
    }

    /// At the limit it starts anew: no input makes it grow.
    static func insert(_ bytes: [UInt8]) {
        keys.with { keys in
            if keys.count >= countMax { keys = [] }
            keys.insert(bytes)
        }
    }
}
