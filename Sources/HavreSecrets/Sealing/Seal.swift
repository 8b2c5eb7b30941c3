import CSodium

/// Authenticated encryption that commits to its key and its context.
///
/// `n` = 24 random bytes; `ke || com` = BLAKE2b-512(key, context || n); the output is `n || com ||
/// XChaCha20-Poly1305(ke, n, m, aad = context)`. `com` is compared first, in constant time. Without it one
/// ciphertext can be made to open under two keys: XChaCha20-Poly1305 alone does not bind its key.
package enum Seal {
    /// What sealing adds: nonce 24, commitment 32, tag 16 bytes.
    package static let overhead = nonceByteCount + commitmentByteCount + tagByteCount

    static let nonceByteCount = 24
    static let commitmentByteCount = 32
    static let tagByteCount = 16

    /// Seals public bytes (ciphertexts, padded texts); the result is `overhead` longer.
    package static func seal<R>(_ message: [UInt8], under key: Key<R>, _ context: Context) -> [UInt8] {
        seal(message, under: key, context, nonce: Random.bytes(nonceByteCount))
    }

    /// The same with a given nonce: for vectors only, never for two messages.
    static func seal<R>(
        _ message: [UInt8], under key: Key<R>, _ context: Context, nonce: [UInt8]
    ) -> [UInt8] {
        unsafe message.withUnsafeBufferPointer { unsafe seal($0, key, context, nonce) }
    }

    /// Seals a secret that is not (yet) a key.
    package static func seal<R>(
        secret: borrowing SecretBytes, under key: Key<R>, _ context: Context
    ) -> [UInt8] {
        let count = secret.count
        return unsafe secret.withPointer { pointer in
            unsafe seal(
                UnsafeBufferPointer(start: pointer, count: count), key, context, Random.bytes(nonceByteCount))
        }
    }

    /// Seals a key under another.
    package static func seal<R, S>(key inner: Key<S>, under key: Key<R>, _ context: Context) -> [UInt8] {
        seal(secret: inner.secret, under: key, context)
    }

    /// Opens what `seal` made with the same key and context.
    ///
    /// - Throws: `SecretError.notAuthentic` for anything else.
    package static func open<R>(
        _ sealed: [UInt8], under key: Key<R>, _ context: Context
    ) throws(SecretError) -> [UInt8] {
        let length = try messageByteCount(sealed)
        var opened = false
        let message = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
            opened = unsafe open(sealed, key, context, into: buffer.baseAddress)
            initialized = opened ? length : 0
        }
        guard opened else { throw .notAuthentic }
        return message
    }

    /// Opens into guarded memory.
    ///
    /// - Throws: `SecretError.notAuthentic`.
    package static func openSecret<R>(
        _ sealed: [UInt8], under key: Key<R>, _ context: Context
    ) throws(SecretError) -> SecretBytes {
        let length = try messageByteCount(sealed)
        guard length <= SecretBytes.countMax else { throw .notAuthentic }
        var message = SecretBytes(zeroed: length)
        let opened = unsafe message.withMutablePointer { unsafe open(sealed, key, context, into: $0) }
        guard opened else { throw .notAuthentic }
        return message
    }

    /// Opens a sealed key.
    ///
    /// - Throws: `SecretError.notAuthentic`, or `wrongLength` where something else than 32 bytes was sealed.
    package static func openKey<R, S: KeyRole>(
        _ sealed: [UInt8], under key: Key<R>, _ context: Context, as role: S.Type = S.self
    ) throws(SecretError) -> Key<S> {
        try Key<S>(openSecret(sealed, under: key, context))
    }

    private static func messageByteCount(_ sealed: [UInt8]) throws(SecretError) -> Int {
        guard sealed.count >= overhead else { throw .notAuthentic }
        return sealed.count - overhead
    }

    /// `ke || com` = BLAKE2b-512(key, context || n), 64 bytes; `n` is at `nonce`.
    private static func split<R>(
        _ key: Key<R>, _ context: Context, _ nonce: UnsafePointer<UInt8>
    ) -> SecretBytes {
        var out = SecretBytes(zeroed: 64)
        let count = crypto_generichash_statebytes()
        // On the stack: every row costs one of these.
        unsafe withUnsafeTemporaryAllocation(byteCount: count, alignment: 64) { room in
            let base = room.baseAddress!
            let state = OpaquePointer(base)
            let bytes = context.bytes
            unsafe key.secret.withPointer { key in
                _ = unsafe crypto_generichash_init(state, key, keyByteCount, 64)
            }
            _ = unsafe crypto_generichash_update(state, bytes, UInt64(bytes.count))
            _ = unsafe crypto_generichash_update(state, nonce, UInt64(nonceByteCount))
            _ = unsafe out.withMutablePointer { unsafe crypto_generichash_final(state, $0, 64) }
            unsafe sodium_memzero(base, count)
        }
        return out
    }

    private static func seal<R>(
        _ message: UnsafeBufferPointer<UInt8>, _ key: Key<R>, _ context: Context, _ nonce: [UInt8]
    ) -> [UInt8] {
        precondition(nonce.count == nonceByteCount, "a nonce has 24 bytes")
        let split = unsafe split(key, context, nonce)
        let total = overhead + message.count
        let aad = context.bytes
        return unsafe [UInt8](unsafeUninitializedCapacity: total) { buffer, initialized in
            let base = buffer.baseAddress!
            unsafe base.update(from: nonce, count: nonceByteCount)
            unsafe split.withPointer { pointer in
                unsafe (base + nonceByteCount).update(from: pointer + 32, count: commitmentByteCount)
                _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                    base + nonceByteCount + commitmentByteCount, nil, message.baseAddress,
                    UInt64(message.count),
                    aad, UInt64(aad.count), nil, nonce, pointer)
            }
            initialized = total
        }
    }

    private static func open<R>(
        _ sealed: [UInt8], _ key: Key<R>, _ context: Context, into target: UnsafeMutablePointer<UInt8>?
    ) -> Bool {
        let aad = context.bytes
        return unsafe sealed.withUnsafeBufferPointer { sealed in
            let base = sealed.baseAddress!
            let split = unsafe split(key, context, base)
            let body = unsafe base + nonceByteCount + commitmentByteCount
            let bodyCount = UInt64(sealed.count - nonceByteCount - commitmentByteCount)
            return unsafe split.withPointer { pointer in
                guard unsafe sodium_memcmp(base + nonceByteCount, pointer + 32, commitmentByteCount) == 0
                else {
                    return false
                }
                return unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                    target, nil, nil, body, bodyCount, aad, UInt64(aad.count), base, pointer) == 0
            }
        }
    }
}
