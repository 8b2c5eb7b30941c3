import CSodium
package import HavreCodec

// Every keyed hash of the house: BLAKE2b under a key, over a context.
extension Key {
    /// Keyed BLAKE2b-256 over the context, as a key of another role.
    package func derive<S: KeyRole>(_ context: Context, as role: S.Type = S.self) -> Key<S> {
        Key<S>(derived: secret.keyedHash(context))
    }

    /// Keyed BLAKE2b-128 over the context: a look-up tag.
    package func tag(_ context: Context) -> Identifier {
        Identifier(exactly: digest(context, byteCount: 16))
    }

    /// Keyed BLAKE2b-256 over the context: a public value.
    package func digest(_ context: Context) -> Digest {
        Digest(exactly: digest(context, byteCount: 32))
    }

    /// Keyed BLAKE2b-512 over the context: 64 public bytes.
    package func digest512(_ context: Context) -> [UInt8] {
        digest(context, byteCount: 64)
    }

    private func digest(_ context: Context, byteCount: Int) -> [UInt8] {
        let bytes = context.bytes
        return unsafe secret.withPointer { key in
            unsafe Hash.output(byteCount) { out in
                unsafe crypto_generichash(out, byteCount, bytes, UInt64(bytes.count), key, keyByteCount)
            }
        }
    }
}

extension SecretBytes {
    /// Keyed BLAKE2b-256 over the context under a secret of 16...64 bytes (an invitation code has 16).
    ///
    /// - Throws: `SecretError.wrongLength` for a shorter or longer secret.
    package func derive<S: KeyRole>(_ context: Context, as role: S.Type = S.self) throws(SecretError) -> Key<
        S
    > {
        guard (16...64).contains(count) else { throw .wrongLength }
        return Key<S>(derived: keyedHash(context))
    }

    /// Keyed BLAKE2b-256 over the context.
    fileprivate func keyedHash(_ context: Context) -> SecretBytes {
        var out = SecretBytes(zeroed: keyByteCount)
        let bytes = context.bytes
        let keyCount = count
        unsafe withPointer { key in
            _ = unsafe out.withMutablePointer { pointer in
                unsafe crypto_generichash(pointer, keyByteCount, bytes, UInt64(bytes.count), key, keyCount)
            }
        }
        return out
    }
}
