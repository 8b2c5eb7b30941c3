import CSodium
package import HavreCodec

/// The state of a streaming hash on the heap, where its alignment is kept, wiped when it goes.
// Sendable by hand: one owner, mutated only through `mutating` functions.
// Not private: a private type inside these hashes is lost to the linker when another module optimises across.
@safe
struct HashState: ~Copyable, @unchecked Sendable {
    private let base: UnsafeMutableRawPointer
    private let byteCount: Int

    init(byteCount: Int) {
        Sodium.start()
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
        self.byteCount = byteCount
        unsafe sodium_memzero(base, byteCount)
    }

    /// For BLAKE2b, whose state Swift sees without its fields.
    var opaque: OpaquePointer { unsafe OpaquePointer(base) }

    func typed<State>(as type: State.Type = State.self) -> UnsafeMutablePointer<State> {
        unsafe base.assumingMemoryBound(to: type)
    }

    deinit {
        unsafe sodium_memzero(base, byteCount)
        unsafe base.deallocate()
    }
}

/// Streaming BLAKE2b of 16...64 bytes of output, with or without a key.
package struct Blake2b: ~Copyable, Sendable {
    private let state = HashState(byteCount: crypto_generichash_statebytes())
    private let byteCount: Int

    /// A hash without a key; `byteCount` is 16...64.
    package init(byteCount: Int = 32) {
        precondition((16...64).contains(byteCount), "BLAKE2b gives 16 to 64 bytes here")
        self.byteCount = byteCount
        _ = unsafe crypto_generichash_init(state.opaque, nil, 0, byteCount)
    }

    /// A hash keyed with a secret of 16...64 bytes; `byteCount` is 16...64.
    init(key: borrowing SecretBytes, byteCount: Int = 32) {
        precondition((16...64).contains(byteCount), "BLAKE2b gives 16 to 64 bytes here")
        precondition((16...64).contains(key.count), "a BLAKE2b key has 16 to 64 bytes")
        self.byteCount = byteCount
        let pointer = unsafe state.opaque
        let keyCount = key.count
        _ = unsafe key.withPointer { unsafe crypto_generichash_init(pointer, $0, keyCount, byteCount) }
    }

    /// Adds public bytes.
    package mutating func update(_ bytes: [UInt8]) {
        _ = unsafe crypto_generichash_update(state.opaque, bytes, UInt64(bytes.count))
    }

    /// Adds lent bytes.
    package mutating func update(_ span: RawSpan) {
        let pointer = unsafe state.opaque
        _ = unsafe withLent(span) { unsafe crypto_generichash_update(pointer, $0, $1) }
    }

    /// Adds a secret without copying it.
    package mutating func update(_ secret: borrowing SecretBytes) {
        secret.withBytes { update($0) }
    }

    /// The digest of a 32-byte hash.
    package consuming func finish() -> Digest {
        precondition(byteCount == 32, "a digest has 32 bytes")
        return Digest(exactly: finishBytes())
    }

    /// The output as public bytes.
    package consuming func finishBytes() -> [UInt8] {
        let pointer = unsafe state.opaque
        let byteCount = byteCount
        return unsafe Hash.output(byteCount) { unsafe crypto_generichash_final(pointer, $0, byteCount) }
    }

    /// The output as a secret.
    package consuming func finishSecret() -> SecretBytes {
        let pointer = unsafe state.opaque
        let byteCount = byteCount
        var out = SecretBytes(zeroed: byteCount)
        _ = unsafe out.withMutablePointer { unsafe crypto_generichash_final(pointer, $0, byteCount) }
        return out
    }
}

/// Streaming SHA-256.
package struct SHA256: ~Copyable, Sendable {
    private let state = HashState(byteCount: crypto_hash_sha256_statebytes())

    /// Starts a hash.
    package init() {
        _ = unsafe crypto_hash_sha256_init(state.typed())
    }

    /// Adds bytes.
    package mutating func update(_ bytes: [UInt8]) {
        _ = unsafe crypto_hash_sha256_update(state.typed(), bytes, UInt64(bytes.count))
    }

    /// Adds lent bytes.
    package mutating func update(_ span: RawSpan) {
        let pointer = unsafe state.typed(as: crypto_hash_sha256_state.self)
        _ = unsafe withLent(span) { unsafe crypto_hash_sha256_update(pointer, $0, $1) }
    }

    /// The digest.
    package consuming func finish() -> Digest {
        let pointer = unsafe state.typed(as: crypto_hash_sha256_state.self)
        return Digest(exactly: unsafe Hash.output(32) { unsafe crypto_hash_sha256_final(pointer, $0) })
    }
}

/// Streaming SHA-512.
package struct SHA512: ~Copyable, Sendable {
    private let state = HashState(byteCount: crypto_hash_sha512_statebytes())

    /// Starts a hash.
    package init() {
        _ = unsafe crypto_hash_sha512_init(state.typed())
    }

    /// Adds bytes.
    package mutating func update(_ bytes: [UInt8]) {
        _ = unsafe crypto_hash_sha512_update(state.typed(), bytes, UInt64(bytes.count))
    }

    /// Adds lent bytes.
    package mutating func update(_ span: RawSpan) {
        let pointer = unsafe state.typed(as: crypto_hash_sha512_state.self)
        _ = unsafe withLent(span) { unsafe crypto_hash_sha512_update(pointer, $0, $1) }
    }

    /// The 64 bytes.
    package consuming func finish() -> [UInt8] {
        let pointer = unsafe state.typed(as: crypto_hash_sha512_state.self)
        return unsafe Hash.output(64) { unsafe crypto_hash_sha512_final(pointer, $0) }
    }
}

/// Hands lent bytes to one call of libsodium; an empty loan has no address and adds nothing.
private func withLent(_ span: RawSpan, _ update: (UnsafePointer<UInt8>, UInt64) -> Int32) -> Int32 {
    unsafe span.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return 0 }
        return unsafe update(base.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }
}
