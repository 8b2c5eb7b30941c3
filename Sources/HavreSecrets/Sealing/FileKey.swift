import CSodium

/// The wrap of age's file keys (C2SP age.md): ChaCha20-Poly1305 with a nonce of twelve zero bytes, no data beside it.
///
/// The wrapping key is used for one file key only: it comes from a fresh share or a fresh salt.
package enum FileKey {
    /// Bytes of a file key.
    package static let byteCount = 16
    /// Bytes of a wrapped one.
    package static let wrappedByteCount = byteCount + tagByteCount
    private static let tagByteCount = 16
    private static let nonce = [UInt8](repeating: 0, count: 12)

    /// 32 bytes that hold the 16 of `fileKey`; `key` has 32.
    ///
    /// - Throws: `SecretError.wrongLength`.
    package static func wrap(
        _ fileKey: borrowing SecretBytes, under key: borrowing SecretBytes
    ) throws(SecretError) -> [UInt8] {
        guard fileKey.count == byteCount, key.count == keyByteCount else { throw .wrongLength }
        return unsafe fileKey.withPointer { fileKey in
            unsafe key.withPointer { key in
                unsafe Hash.output(wrappedByteCount) {
                    unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
                        $0, nil, fileKey, UInt64(byteCount), nil, 0, nil, nonce, key)
                }
            }
        }
    }

    /// The 16 bytes that `wrapped` holds.
    ///
    /// - Throws: `wrongLength`, checked before anything is decrypted (a longer body would let one file open under
    ///   many keys), or `notAuthentic`.
    package static func unwrap(
        _ wrapped: [UInt8], under key: borrowing SecretBytes
    ) throws(SecretError) -> SecretBytes {
        guard wrapped.count == wrappedByteCount, key.count == keyByteCount else { throw .wrongLength }
        Sodium.start()
        var fileKey = SecretBytes(zeroed: byteCount)
        let status = unsafe key.withPointer { key in
            unsafe fileKey.withMutablePointer {
                unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
                    $0, nil, nil, wrapped, UInt64(wrappedByteCount), nil, 0, nonce, key)
            }
        }
        guard status == 0 else { throw .notAuthentic }
        return fileKey
    }
}
