import CSodium

/// An X25519 secret key that opens sealed boxes, shared by reference. Independent of any signing key.
package final class BoxKey: Sendable {
    let secret: SecretBytes
    /// The public half.
    package let publicKey: BoxPublicKey

    /// A fresh random key.
    package convenience init() {
        self.init(derived: SecretBytes(random: keyByteCount))
    }

    /// A key from 32 secret bytes.
    ///
    /// - Throws: `SecretError.wrongLength`.
    package convenience init(secret: consuming SecretBytes) throws(SecretError) {
        guard secret.count == keyByteCount else { throw .wrongLength }
        self.init(derived: secret)
    }

    /// A key whose secret was derived.
    package convenience init(seed: Key<Role.Seed>) {
        self.init(derived: seed.copy())
    }

    private init(derived secret: consuming SecretBytes) {
        Sodium.start()
        let publicBytes = unsafe Hash.output(32) { out in
            unsafe secret.withPointer { unsafe crypto_scalarmult_curve25519_base(out, $0) }
        }
        self.secret = secret
        publicKey = BoxPublicKey(unchecked: publicBytes)
    }

    /// A copy of the 32 secret bytes in guarded memory, to be sealed.
    package func copy() -> Key<Role.Seed> {
        Key(derived: secret.clone())
    }

    /// Opens a box (`crypto_box_seal`) made for this key. A box proves nothing about its maker.
    ///
    /// - Throws: `SecretError.notAuthentic`.
    package func open(_ box: [UInt8]) throws(SecretError) -> [UInt8] {
        guard box.count >= BoxPublicKey.overhead else { throw .notAuthentic }
        let length = box.count - BoxPublicKey.overhead
        var opened = false
        let message = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
            opened = unsafe open(box, into: buffer.baseAddress)
            initialized = opened ? length : 0
        }
        guard opened else { throw .notAuthentic }
        return message
    }

    /// Opens a box into guarded memory.
    ///
    /// - Throws: `SecretError.notAuthentic`.
    package func openSecret(_ box: [UInt8]) throws(SecretError) -> SecretBytes {
        guard box.count >= BoxPublicKey.overhead, box.count <= SecretBytes.countMax else {
            throw .notAuthentic
        }
        var message = SecretBytes(zeroed: box.count - BoxPublicKey.overhead)
        let opened = unsafe message.withMutablePointer { unsafe open(box, into: $0) }
        guard opened else { throw .notAuthentic }
        return message
    }

    private func open(_ box: [UInt8], into target: UnsafeMutablePointer<UInt8>?) -> Bool {
        let publicBytes = publicKey.bytes
        return unsafe secret.withPointer {
            unsafe crypto_box_seal_open(target, box, UInt64(box.count), publicBytes, $0) == 0
        }
    }
}

/// An X25519 public key: 32 canonical bytes, not of low order.
package struct BoxPublicKey: Hashable, Sendable, Comparable {
    /// Bytes of a public key.
    package static let byteCount = 32
    /// What a box adds: an ephemeral public key (32) and a tag (16).
    package static let overhead = 48

    /// The 32 bytes.
    package let bytes: [UInt8]

    /// Checks and takes a public key.
    ///
    /// - Throws: `wrongLength`, or `badPoint` for a coordinate that is not reduced or a point of low order.
    package init(bytes: [UInt8]) throws(SecretError) {
        guard bytes.count == Self.byteCount else { throw .wrongLength }
        guard X25519.isReduced(bytes) else { throw .badPoint }
        // libsodium answers -1 when the product is zero, which it is exactly for points of low order.
        do { _ = try X25519.shared(secret: SecretBytes(random: keyByteCount), point: bytes) } catch {
            throw .badPoint
        }
        self.bytes = bytes
    }

    /// For keys made here.
    fileprivate init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Seals public bytes to the owner of this key; `overhead` longer.
    package func seal(_ message: [UInt8]) -> [UInt8] {
        unsafe message.withUnsafeBufferPointer { unsafe seal($0) }
    }

    /// Seals a secret to the owner of this key.
    package func seal(secret: borrowing SecretBytes) -> [UInt8] {
        let count = secret.count
        return unsafe secret.withPointer { unsafe seal(UnsafeBufferPointer(start: $0, count: count)) }
    }

    private func seal(_ message: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        // It fails only for a key of low order, which `init` refuses.
        unsafe Hash.output(message.count + Self.overhead) {
            unsafe crypto_box_seal($0, message.baseAddress, UInt64(message.count), bytes)
        }
    }

    /// Byte order, for sorted lists.
    package static func < (one: BoxPublicKey, other: BoxPublicKey) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }
}
