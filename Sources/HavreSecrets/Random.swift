import CSodium
package import HavreCodec

/// The kernel's random generator, by way of libsodium.
package enum Random {
    /// `count` random public bytes (nonces, salts); secrets are made by `SecretBytes(random:)`.
    package static func bytes(_ count: Int) -> [UInt8] {
        Sodium.start()
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress { unsafe randombytes_buf(base, count) }
            initialized = count
        }
    }

    /// A fresh 16-byte identifier.
    package static func identifier() -> Identifier {
        Identifier(exactly: bytes(16))
    }

    /// A number in 0..<`bound`, without bias; `bound` is 1...2^32-1.
    package static func below(_ bound: Int) -> Int {
        precondition(bound > 0 && bound <= Int(UInt32.max), "a bound is 1 to 4294967295")
        Sodium.start()
        return Int(randombytes_uniform(UInt32(bound)))
    }
}

extension Identifier {
    /// For bytes whose count is known to be 16.
    init(exactly bytes: [UInt8]) {
        do { self = try Identifier(bytes: bytes) } catch { preconditionFailure("an identifier has 16 bytes") }
    }
}

extension Digest {
    /// For bytes whose count is known to be 32.
    init(exactly bytes: [UInt8]) {
        do { self = try Digest(bytes: bytes) } catch { preconditionFailure("a digest has 32 bytes") }
    }
}
