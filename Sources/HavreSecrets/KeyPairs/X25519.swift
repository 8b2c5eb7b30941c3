import CSodium

/// The bare X25519 function (RFC 7748), for age's recipients; boxes use `BoxKey`.
package enum X25519 {
    /// The public coordinate of a 32-byte secret.
    ///
    /// - Throws: `SecretError.wrongLength`.
    package static func publicPoint(of secret: borrowing SecretBytes) throws(SecretError) -> [UInt8] {
        guard secret.count == keyByteCount else { throw .wrongLength }
        Sodium.start()
        return unsafe Hash.output(keyByteCount) { out in
            unsafe secret.withPointer { unsafe crypto_scalarmult_curve25519_base(out, $0) }
        }
    }

    /// The shared secret of 32 bytes.
    ///
    /// - Throws: `wrongLength`, or `badPoint` when it is all zero (a point of low order).
    package static func shared(
        secret: borrowing SecretBytes, point: [UInt8]
    ) throws(SecretError) -> SecretBytes {
        guard secret.count == keyByteCount, point.count == keyByteCount else { throw .wrongLength }
        Sodium.start()
        var out = SecretBytes(zeroed: keyByteCount)
        let status = unsafe secret.withPointer { secret in
            unsafe out.withMutablePointer { unsafe crypto_scalarmult_curve25519($0, secret, point) }
        }
        guard status == 0, !out.isZero else { throw .badPoint }
        return out
    }

    /// Whether a coordinate is below 2^255 - 19 with the top bit clear: its only canonical form.
    static func isReduced(_ point: [UInt8]) -> Bool {
        guard point.count == keyByteCount, point[31] <= 0x7f else { return false }
        guard point[31] == 0x7f, point[1...30].allSatisfy({ $0 == 0xff }) else { return true }
        return point[0] < 0xed
    }
}
