import CSodium

/// An element of ristretto255 (RFC 9496): 32 canonical bytes, never the identity. Public.
package struct Point: Hashable, Sendable {
    /// Bytes of a point.
    package static let byteCount = 32

    /// The encoding.
    package let bytes: [UInt8]

    /// Checks and takes an encoding.
    ///
    /// - Throws: `wrongLength`, or `badPoint` for the identity and for whatever is no canonical encoding.
    package init(bytes: [UInt8]) throws(SecretError) {
        guard bytes.count == Self.byteCount else { throw .wrongLength }
        Sodium.start()
        guard unsafe crypto_core_ristretto255_is_valid_point(bytes) == 1, bytes.contains(where: { $0 != 0 })
        else {
            throw .badPoint
        }
        self.bytes = bytes
    }

    private init(result bytes: [UInt8]) { self.bytes = bytes }

    /// The generator times a scalar.
    ///
    /// - Throws: `badPoint` for the scalar zero.
    package init(_ scalar: Scalar) throws(SecretError) {
        Sodium.start()
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        guard
            unsafe scalar.secret.withPointer({ unsafe crypto_scalarmult_ristretto255_base(&bytes, $0) }) == 0
        else { throw .badPoint }
        self.bytes = bytes
    }

    /// The point times a scalar.
    ///
    /// - Throws: `badPoint` when the product is the identity.
    func times(_ scalar: Scalar) throws(SecretError) -> Point {
        var out = [UInt8](repeating: 0, count: Self.byteCount)
        guard
            unsafe scalar.secret.withPointer({ unsafe crypto_scalarmult_ristretto255(&out, $0, bytes) }) == 0
        else { throw .badPoint }
        return Point(result: out)
    }

    /// The sum.
    ///
    /// - Throws: `badPoint` when it is the identity.
    func plus(_ other: Point) throws(SecretError) -> Point {
        var out = [UInt8](repeating: 0, count: Self.byteCount)
        guard unsafe crypto_core_ristretto255_add(&out, bytes, other.bytes) == 0,
            out.contains(where: { $0 != 0 })
        else { throw .badPoint }
        return Point(result: out)
    }
}
