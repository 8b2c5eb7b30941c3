import HavreCodec

/// Known answers, asked of the very functions the house uses, before it uses them: a libsodium that was built,
/// patched or loaded wrongly is found at start and not by its damage. Takes about a millisecond.
///
/// The points are asked because of CVE-2025-69277: a stock libsodium 1.0.18 takes some keys outside the
/// prime-order group for good ones. What counts is the answer, not the version string.
package enum SelfTest {
    /// Asks every known answer.
    ///
    /// - Throws: `SecretError.selfTest` naming the first construction that answers wrongly.
    package static func run() throws(SecretError) {
        for (construction, isRight) in answers where !isRight() {
            throw .selfTest(construction: construction)
        }
    }

    private static var answers: [(construction: String, isRight: () -> Bool)] {
        [
            ("BLAKE2b", blake2b), ("SHA-2", sha2), ("HKDF", hkdf), ("Seal", seal), ("Stream", stream),
            ("Ed25519", ed25519), ("X25519", x25519), ("ristretto255", ristretto255), ("Argon2id", argon2id),
            ("scrypt", scrypt), ("public keys", badKeysAreRefused), ("group elements", badPointsAreRefused),
            ("scalars", badScalarsAreRefused), ("locked memory", memoryHolds),
        ]
    }

    private static let abc: [UInt8] = [0x61, 0x62, 0x63]
    private static let counting = [UInt8](0..<32)

    // BLAKE2b-256 of "abc" as `b2sum -l 256`; the keyed one against Python's hashlib.
    private static func blake2b() -> Bool {
        var keyed = Blake2b(key: SecretBytes(copying: counting), byteCount: 64)
        keyed.update(abc)
        let keyedAnswer = Hex.encode(keyed.finishBytes())
        return Hash.blake2b256(abc).hex == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
            && keyedAnswer
                == "9af0244b7da7fe29d90a89727e06a0c93977ce1ad7edcb76ac0b24142194ea00"
                + "c77be4a1d3fededd31d5a593625a508e742fc90d708f8b48a5c246e4e8e42d94"
    }

    // FIPS 180-4 examples.
    private static func sha2() -> Bool {
        Hash.sha256(abc).hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            && Hex.encode(Hash.sha512(abc))
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    }

    // RFC 5869, test case 1, first 32 bytes.
    private static func hkdf() -> Bool {
        let input = SecretBytes(copying: [UInt8](repeating: 0x0b, count: 22))
        let output = HMAC.hkdf(input: input, salt: [UInt8](0..<13), info: [UInt8](0xf0...0xf9))
        return holds(output, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
    }

    // Made with Python's hashlib and PyNaCl, see Keys/vectors.
    private static func seal() -> Bool {
        let key = Key<Role.Backup>(derived: SecretBytes(copying: counting))
        let sealed = Seal.seal(abc, under: key, Context(.backupStep), nonce: [UInt8](0..<24))
        return Hex.encode(sealed)
            == "000102030405060708090a0b0c0d0e0f1011121314151617"
            + "8c982c5b6c89e6ae206ab0cb02c94a6d0b1cdfb9a5998578a35143b13a7bef31"
            + "11a64c1714ae8c70e43dfa1d87a14e9c154cf4"
            && (try? Seal.open(sealed, under: key, Context(.backupStep))) == abc
    }

    private static func stream() -> Bool {
        let key = Key<Role.Stream>(derived: SecretBytes(copying: counting))
        let sealed = Stream.seal(abc, key: key)
        return Hex.encode(sealed) == "083e1fcc649572b2c0b1921dcaff0119cc3034"
            && (try? Stream.open(sealed, key: key)) == abc
    }

    // RFC 8032 section 7.1, test 2.
    private static func ed25519() -> Bool {
        guard let seed = try? Hex.decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
            let key = try? SigningKey(seed: SecretBytes(copying: seed))
        else { return false }
        let signature = key.sign(raw: [0x72])
        return Hex.encode(signature)
            == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            && Hex.encode(key.publicKey.bytes)
                == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
            && key.publicKey.verify(signature, raw: [0x72]) && !key.publicKey.verify(signature, raw: [0x73])
    }

    // RFC 7748 section 5.2, first vector.
    private static func x25519() -> Bool {
        guard
            let secret = try? Hex.decode("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
            let point = try? Hex.decode("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
            let shared = try? X25519.shared(secret: SecretBytes(copying: secret), point: point)
        else { return false }
        return holds(shared, "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")
    }

    // RFC 9496 appendix A.1: 2 x generator, by two ways.
    private static func ristretto255() -> Bool {
        let one = Scalar(small: 1)
        let answer = "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"
        guard let generator = try? Point(one), let twice = try? generator.plus(generator),
            let product = try? Point(one + one)
        else { return false }
        return Hex.encode(twice.bytes) == answer && product == twice
    }

    private static func argon2id() -> Bool {
        let least = Passphrase.Parameters(passes: 1, memoryByteCount: 8 << 10)
        let input = SecretBytes(copying: Array("password".utf8))
        guard let output = try? Passphrase.argon2id(input, salt: [UInt8](0..<16), least) else { return false }
        return holds(output, "3a008963c65f7ffa7331a90babd1fd17ea9f03bd05356b857ceb43f7b7080adc")
    }

    private static func scrypt() -> Bool {
        let input = SecretBytes(copying: Array("password".utf8))
        guard let output = try? Scrypt.key(passphrase: input, salt: [UInt8](0..<16), logN: 1) else {
            return false
        }
        return holds(output, "0968b8d62a6885f031021bfd064d60d0f9d6f296d672f9ee9e540a8b224184ca")
    }

    private static func badKeysAreRefused() -> Bool {
        BadPoints.ed25519.allSatisfy { (try? VerifyKey(bytes: Hex.decode($0))) == nil }
            && BadPoints.x25519.allSatisfy { (try? BoxPublicKey(bytes: Hex.decode($0))) == nil }
    }

    private static func badPointsAreRefused() -> Bool {
        BadPoints.ristretto255.allSatisfy { (try? Point(bytes: Hex.decode($0))) == nil }
    }

    private static func badScalarsAreRefused() -> Bool {
        let zero = [UInt8](repeating: 0, count: Scalar.byteCount)
        let all = [UInt8](repeating: 0xff, count: Scalar.byteCount)
        var largest = Scalar.order
        largest[0] -= 1
        return [zero, Scalar.order, all].allSatisfy { (try? Scalar(SecretBytes(copying: $0))) == nil }
            && (try? Scalar(SecretBytes(copying: largest))) != nil
    }

    /// Memory comes zeroed, holds what is written and is not shared between two secrets.
    private static func memoryHolds() -> Bool {
        let zero = SecretBytes(zeroed: 64)
        let one = SecretBytes(random: 64)
        let other = one.clone()
        return zero.isZero && !one.isZero && SecretBytes.equal(one, other)
    }

    private static func holds(_ secret: borrowing SecretBytes, _ hex: String) -> Bool {
        Hex.encode(secret.withBytes { $0.copied() }) == hex
    }
}
