import CSodium

/// scrypt (RFC 7914) with age's fixed r = 8 and p = 1.
package enum Scrypt {
    /// The largest work factor taken: 2^22 needs 4 GiB, as in the reference implementation of age.
    package static let logNMax = 22

    /// 32 bytes from a passphrase and a salt, at N = 2^`logN` (1...22); memory is 1024 x N bytes.
    ///
    /// - Throws: `outOfRange` for another work factor, checked before anything is hashed; `memory`.
    package static func key(
        passphrase: borrowing SecretBytes, salt: [UInt8], logN: Int
    ) throws(SecretError) -> SecretBytes {
        guard (1...logNMax).contains(logN) else {
            throw .outOfRange(rule: "the work factor of scrypt is 1 to \(logNMax)")
        }
        Sodium.start()
        var out = SecretBytes(zeroed: keyByteCount)
        let count = passphrase.count
        let status = unsafe passphrase.withPointer { phrase in
            unsafe out.withMutablePointer {
                unsafe crypto_pwhash_scryptsalsa208sha256_ll(
                    phrase, count, salt, salt.count, 1 << UInt64(logN), 8, 1, $0, keyByteCount)
            }
        }
        guard status == 0 else { throw .memory }
        return out
    }
}
