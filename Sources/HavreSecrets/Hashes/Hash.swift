import CSodium
package import HavreCodec

/// Hashes without a key, in one call. For more than fits in memory there are `Blake2b`, `SHA256` and `SHA512`.
package enum Hash {
    /// BLAKE2b-256 (RFC 7693).
    package static func blake2b256(_ bytes: [UInt8]) -> Digest {
        Digest(exactly: blake2b(bytes, byteCount: 32))
    }

    /// BLAKE2b-512 (RFC 7693): 64 bytes.
    package static func blake2b512(_ bytes: [UInt8]) -> [UInt8] {
        blake2b(bytes, byteCount: 64)
    }

    /// SHA-256 (FIPS 180-4).
    package static func sha256(_ bytes: [UInt8]) -> Digest {
        Digest(exactly: unsafe output(32) { unsafe crypto_hash_sha256($0, bytes, UInt64(bytes.count)) })
    }

    /// SHA-512 (FIPS 180-4): 64 bytes.
    package static func sha512(_ bytes: [UInt8]) -> [UInt8] {
        unsafe output(64) { unsafe crypto_hash_sha512($0, bytes, UInt64(bytes.count)) }
    }

    /// Whether two public values are the same, in time that depends on their lengths only.
    package static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return unsafe sodium_memcmp(a, b, a.count) == 0
    }

    private static func blake2b(_ bytes: [UInt8], byteCount: Int) -> [UInt8] {
        unsafe output(byteCount) {
            unsafe crypto_generichash($0, byteCount, bytes, UInt64(bytes.count), nil, 0)
        }
    }

    /// `byteCount` bytes, written by one call of libsodium.
    static func output(_ byteCount: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int32) -> [UInt8] {
        Sodium.start()
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
            // Hashes with these sizes have no way to fail; if one does, nothing built on it may go on.
            guard let base = buffer.baseAddress, unsafe write(base) == 0 else { fatalError("a hash failed") }
            initialized = byteCount
        }
    }
}

extension RawSpan {
    /// The bytes as an array: only for what is public.
    func copied() -> [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
