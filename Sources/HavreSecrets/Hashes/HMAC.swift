internal import CSodium

/// HMAC-SHA-256 and HKDF-SHA-256 (RFC 2104, RFC 5869); libsodium 1.0.18 has no HKDF.
package enum HMAC {
    /// The 32-byte tag as a secret. The key has any length.
    package static func tag(key: borrowing SecretBytes, _ bytes: [UInt8]) -> SecretBytes {
        Sodium.start()
        var out = SecretBytes(zeroed: 32)
        let keyCount = key.count
        unsafe withUnsafeTemporaryAllocation(of: crypto_auth_hmacsha256_state.self, capacity: 1) { memory in
            let state = memory.baseAddress!
            defer { unsafe sodium_memzero(state, MemoryLayout<crypto_auth_hmacsha256_state>.size) }
            unsafe key.withPointer { _ = unsafe crypto_auth_hmacsha256_init(state, $0, keyCount) }
            _ = unsafe crypto_auth_hmacsha256_update(state, bytes, UInt64(bytes.count))
            unsafe out.withMutablePointer { _ = unsafe crypto_auth_hmacsha256_final(state, $0) }
        }
        return out
    }

    /// HKDF-SHA-256 for one block of output (32 bytes), as age uses it: extract with `salt` (empty = 32 zero
    /// bytes), expand with `info`.
    package static func hkdf(
        input: borrowing SecretBytes, salt: [UInt8], info: [UInt8]
    ) -> SecretBytes {
        let saltKey = SecretBytes(copying: salt)
        let extracted = tag(key: saltKey, secret: input)
        return tag(key: extracted, info + [1])
    }

    private static func tag(key: borrowing SecretBytes, secret: borrowing SecretBytes) -> SecretBytes {
        Sodium.start()
        var out = SecretBytes(zeroed: 32)
        let keyCount = key.count
        let count = secret.count
        unsafe withUnsafeTemporaryAllocation(of: crypto_auth_hmacsha256_state.self, capacity: 1) { memory in
            let state = memory.baseAddress!
            defer { unsafe sodium_memzero(state, MemoryLayout<crypto_auth_hmacsha256_state>.size) }
            unsafe key.withPointer { _ = unsafe crypto_auth_hmacsha256_init(state, $0, keyCount) }
            unsafe secret.withPointer { _ = unsafe crypto_auth_hmacsha256_update(state, $0, UInt64(count)) }
            unsafe out.withMutablePointer { _ = unsafe crypto_auth_hmacsha256_final(state, $0) }
        }
        return out
    }
}
