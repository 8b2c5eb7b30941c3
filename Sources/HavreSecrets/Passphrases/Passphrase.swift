import CSodium
package import HavreCodec

/// From what a person types to the key that opens her slot.
public enum Passphrase {
    /// The longest passphrase in bytes, as typed.
    public static let byteCountMax = 1024
    /// Bytes of the salt of one users' row.
    package static let saltByteCount = 16

    /// What Argon2id costs. One pair for the whole vault, named in the context of every key made with it.
    public struct Parameters: Hashable, Sendable {
        /// Passes over the memory.
        public let passes: Int
        /// Bytes of memory.
        public let memoryByteCount: Int

        /// Any pair; `check` says whether it may be used.
        public init(passes: Int, memoryByteCount: Int) {
            self.passes = passes
            self.memoryByteCount = memoryByteCount
        }

        /// The least that is accepted: 3 passes over 256 MiB, for a new slot and for an old one alike.
        public static let floor = Parameters(passes: 3, memoryByteCount: 256 << 20)
        /// The most that is accepted, so that a stored number cannot stop the machine: 10 passes over 1 GiB.
        public static let ceiling = Parameters(passes: 10, memoryByteCount: 1 << 30)

        #if DEBUG
            /// Costs next to nothing. Exists in debug builds only; a vault made with it is a test vault for ever.
            package static let testing = Parameters(passes: 1, memoryByteCount: 8 << 10)
        #endif

        /// Whether these are test costs, which the vault records and a release build refuses.
        package var isTesting: Bool {
            #if DEBUG
                self == .testing
            #else
                false
            #endif
        }

        /// Refuses what is below the floor or above the ceiling; called before anything is hashed.
        ///
        /// - Throws: `SecretError.outOfRange`.
        package func check() throws(SecretError) {
            if isTesting { return }
            guard passes >= Self.floor.passes, memoryByteCount >= Self.floor.memoryByteCount else {
                throw .outOfRange(rule: "Argon2id takes at least 3 passes over 256 MiB")
            }
            guard passes <= Self.ceiling.passes, memoryByteCount <= Self.ceiling.memoryByteCount else {
                throw .outOfRange(rule: "Argon2id takes at most 10 passes over 1 GiB")
            }
        }

        fileprivate var fact: Context.Fact {
            .list([.int(UInt64(passes)), .int(UInt64(memoryByteCount))])
        }
    }

    /// The output of Argon2id, from which the key of each slot comes: one hash serves both slots of a row.
    package struct Stretched: ~Copyable, Sendable {
        let secret: SecretBytes
        let parameters: Parameters
    }

    /// Argon2id v1.3 over the normalised passphrase: 32 bytes.
    ///
    /// - Throws: `outOfRange` for parameters outside floor and ceiling or a passphrase that `normalised` refuses,
    ///   `wrongLength` for a salt that has not 16 bytes, `memory` when the machine has not got the memory.
    package static func stretch(
        _ typed: borrowing SecretBytes, salt: [UInt8], _ parameters: Parameters
    ) throws(SecretError) -> Stretched {
        try parameters.check()
        guard salt.count == saltByteCount else { throw .wrongLength }
        let normal = try normalised(typed)
        return Stretched(secret: try argon2id(normal, salt: salt, parameters), parameters: parameters)
    }

    /// The bare function, whose costs the caller has checked; also for vectors.
    static func argon2id(
        _ input: borrowing SecretBytes, salt: [UInt8], _ parameters: Parameters
    ) throws(SecretError) -> SecretBytes {
        Sodium.start()
        var out = SecretBytes(zeroed: keyByteCount)
        let count = UInt64(input.count)
        let status = unsafe input.withPointer { input in
            unsafe out.withMutablePointer { pointer in
                unsafe input.withMemoryRebound(to: CChar.self, capacity: Int(count)) { characters in
                    unsafe crypto_pwhash(
                        pointer, UInt64(keyByteCount), characters, count, salt, UInt64(parameters.passes),
                        parameters.memoryByteCount, crypto_pwhash_ALG_ARGON2ID13)
                }
            }
        }
        guard status == 0 else { throw .memory }
        return out
    }

    /// A key file as a key: BLAKE2b-256 of its content.
    public static func keyFile(_ content: borrowing SecretBytes) -> Key<Role.KeyFile> {
        var hash = Blake2b()
        hash.update(content)
        return Key(derived: hash.finishSecret())
    }

    /// The key of one slot: BLAKE2b-256(key = key file or 32 zero bytes, Context(kek, Argon2id output, user, slot,
    /// parameters)).
    package static func kek(
        _ stretched: borrowing Stretched, keyFile: Key<Role.KeyFile>?, user: Identifier, slot: Int
    ) -> Key<Role.KEK> {
        precondition(slot >= 0, "slots are counted from 0")
        // The Argon2id output is hashed in place, between what comes before and after it in the context.
        var before = Context.Encoder(.kek)
        before.appendCount(keyByteCount)
        var after = Context.Encoder()
        after.append(.id(user))
        after.append(.int(UInt64(slot)))
        after.append(stretched.parameters.fact)
        var hash =
            if let keyFile { Blake2b(key: keyFile.secret) } else { Blake2b(key: SecretBytes(zeroed: 32)) }
        hash.update(before.bytes)
        hash.update(stretched.secret)
        hash.update(after.bytes)
        return Key(derived: hash.finishSecret())
    }

    /// Passphrase and salt to the key of one slot in one step, where only one slot is tried.
    ///
    /// - Throws: as `stretch`.
    package static func kek(
        _ typed: borrowing SecretBytes, keyFile: Key<Role.KeyFile>?, salt: [UInt8], _ parameters: Parameters,
        user: Identifier, slot: Int
    ) throws(SecretError) -> Key<Role.KEK> {
        kek(try stretch(typed, salt: salt, parameters), keyFile: keyFile, user: user, slot: slot)
    }
}
