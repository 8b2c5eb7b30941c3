import CSodium

/// A scalar of ristretto255: canonical, 32 bytes little endian, below the group order
/// L = 2^252 + 27742317777372353535851937790883648493. The secret of a compartment is one.
package final class Scalar: Sendable {
    /// Bytes of a scalar.
    package static let byteCount = 32

    /// The bytes, in guarded memory.
    let secret: SecretBytes

    /// A fresh random scalar, never zero.
    package static func random() -> Scalar {
        Sodium.start()
        var bytes = SecretBytes(zeroed: byteCount)
        unsafe bytes.withMutablePointer { unsafe crypto_core_ristretto255_scalar_random($0) }
        return Scalar(result: bytes)
    }

    /// Takes a scalar from outside.
    ///
    /// - Throws: `wrongLength`, or `badPoint` for zero and for anything not below the group order: libsodium
    ///   1.0.18 would reduce it silently, and one scalar would have several spellings.
    package init(_ bytes: consuming SecretBytes) throws(SecretError) {
        guard bytes.count == Self.byteCount else { throw .wrongLength }
        guard Self.isCanonical(bytes), !bytes.isZero else { throw .badPoint }
        secret = bytes
    }

    /// Takes the secret of a compartment, to deal or to split it.
    ///
    /// - Throws: as `init(_:)`.
    package convenience init(key: Key<Role.CompartmentSecret>) throws(SecretError) {
        try self.init(key.copy())
    }

    /// The scalar as the secret of a compartment, from which its key is derived.
    package func asKey() -> Key<Role.CompartmentSecret> {
        Key(derived: secret.clone())
    }

    /// For results of arithmetic, which are canonical.
    private init(result bytes: consuming SecretBytes) {
        secret = bytes
    }

    /// A small public number.
    init(small number: UInt8) {
        var bytes = SecretBytes(zeroed: Self.byteCount)
        unsafe bytes.withMutablePointer { unsafe $0.pointee = number }
        secret = bytes
    }

    /// The sum.
    package static func + (a: Scalar, b: Scalar) -> Scalar {
        unsafe combine(a, b) { unsafe crypto_core_ristretto255_scalar_add($0, $1, $2) }
    }

    /// The difference.
    package static func - (a: Scalar, b: Scalar) -> Scalar {
        unsafe combine(a, b) { unsafe crypto_core_ristretto255_scalar_sub($0, $1, $2) }
    }

    /// The product.
    package static func * (a: Scalar, b: Scalar) -> Scalar {
        unsafe combine(a, b) { unsafe crypto_core_ristretto255_scalar_mul($0, $1, $2) }
    }

    /// 1 / self; the scalar must not be zero.
    func inverted() -> Scalar {
        var out = SecretBytes(zeroed: Self.byteCount)
        let status = unsafe secret.withPointer { value in
            unsafe out.withMutablePointer { unsafe crypto_core_ristretto255_scalar_invert($0, value) }
        }
        precondition(status == 0, "zero has no inverse")
        return Scalar(result: out)
    }

    /// Splits into two random summands, neither of which says anything about the scalar.
    package func split() -> (a: Scalar, b: Scalar) {
        let a = Scalar.random()
        return (a, self - a)
    }

    /// Whether two scalars are the same, in constant time.
    package func equals(_ other: Scalar) -> Bool {
        SecretBytes.equal(secret, other.secret)
    }

    private static func combine(
        _ a: Scalar, _ b: Scalar,
        _ operation: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Void
    ) -> Scalar {
        var out = SecretBytes(zeroed: byteCount)
        unsafe a.secret.withPointer { left in
            unsafe b.secret.withPointer { right in
                unsafe out.withMutablePointer { unsafe operation($0, left, right) }
            }
        }
        return Scalar(result: out)
    }

    /// Whether 32 bytes are below L, in constant time: from the highest byte down, `less` remembers whether a byte
    /// was smaller while all above were equal.
    private static func isCanonical(_ bytes: borrowing SecretBytes) -> Bool {
        unsafe bytes.withPointer { bytes in
            var less: Int32 = 0
            var equal: Int32 = 1
            for index in (0..<byteCount).reversed() {
                let byte = Int32(unsafe bytes[index])
                let bound = Int32(order[index])
                less |= ((byte - bound) >> 8) & equal
                equal &= ((byte ^ bound) - 1) >> 8
            }
            return less != 0
        }
    }

    /// The group order, little endian (RFC 9496 section 4).
    static let order: [UInt8] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ]
}
