import CSodium

/// HMAC-SHA-256 and HKDF-SHA-256 (RFC 2104, RFC 5869); libsodium 1.0.18 has no HKDF.
package enum HMAC {
    private typealias State = crypto_auth_hmacsha256_state

    /// The 32-byte tag as a secret. The key has any length.
    package static func tag(key: borrowing SecretBytes, _ bytes: [UInt8]) -> SecretBytes {
        unsafe tag(key: key) { unsafe crypto_auth_hmacsha256_update($0, bytes, UInt64(bytes.count)) }
    }

    /// HKDF-SHA-256 for one block of output (32 bytes), as age uses it: extract with `salt` (empty = 32 zero
    /// bytes), expand with `info`.
    package static func hkdf(
        input: borrowing SecretBytes, salt: [UInt8], info: [UInt8]
    ) -> SecretBytes {
        let saltKey = SecretBytes(copying: salt)
        let count = UInt64(input.count)
        let extracted = unsafe input.withPointer { input in
            unsafe tag(key: saltKey) { unsafe crypto_auth_hmacsha256_update($0, input, count) }
        }
        return tag(key: extracted, info + [1])
    }

    /// `update` adds the message in one call of libsodium. The state holds the key: it is wiped.
    private static func tag(
        key: borrowing SecretBytes, _ update: (UnsafeMutablePointer<State>) -> Int32
    ) -> SecretBytes {
        Sodium.start()
        var out = SecretBytes(zeroed: 32)
        let keyCount = key.count
        unsafe withUnsafeTemporaryAllocation(of: State.self, capacity: 1) { memory in
            let state = memory.baseAddress!
            defer { unsafe sodium_memzero(state, MemoryLayout<State>.size) }
            unsafe key.withPointer { _ = unsafe crypto_auth_hmacsha256_init(state, $0, keyCount) }
            _ = unsafe update(state)
            unsafe out.withMutablePointer { _ = unsafe crypto_auth_hmacsha256_final(state, $0) }
        }
        return out
    }
}
