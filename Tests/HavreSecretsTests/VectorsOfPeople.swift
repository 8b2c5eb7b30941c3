import HavreCodec

@testable import HavreSecrets

extension Vectors {
    static func passphrases() throws -> [JSON] {
        let typed = [
            "correct horse battery staple", "e\u{301}te\u{301} a\u{300} la Cio\u{302}te", "été à la Ciôte",
            "\u{212b}ngstro\u{308}m \u{1100}\u{1161}\u{11a8}", "пароль із їжаком", "i\u{308}z\u{30c}",
            "a\u{315}\u{300}\u{5ae}b", "\u{958}\u{2adc}", "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
            " two  spaces ",
        ]
        return try typed.map { phrase in
            [
                "typed": hex(text(phrase)),
                "normalised": hex(try Passphrase.normalised(SecretBytes(copying: text(phrase)))),
            ]
        }
    }

    static func keks() throws -> [JSON] {
        let cases: [(Passphrase.Parameters, slot: Int, keyFile: [UInt8]?)] = [
            (Passphrase.Parameters(passes: 1, memoryByteCount: 8 << 10), 0, nil),
            (Passphrase.Parameters(passes: 1, memoryByteCount: 8 << 10), 1, bytes("key file", 100)),
            (.floor, 1, nil),
        ]
        return try cases.map { parameters, slot, keyFile in
            let phrase = text("correct horse battery staple")
            let salt = bytes("kek salt", 16)
            let output = try Passphrase.argon2id(SecretBytes(copying: phrase), salt: salt, parameters)
            let stretched = Passphrase.Stretched(secret: output.clone(), parameters: parameters)
            let keyFileKey = keyFile.map { Passphrase.keyFile(SecretBytes(copying: $0)) }
            let kek = Passphrase.kek(stretched, keyFile: keyFileKey, user: try id("user"), slot: slot)
            return [
                "passphrase": hex(phrase), "salt": hex(salt), "passes": .int(Int64(parameters.passes)),
                "memoryByteCount": .int(Int64(parameters.memoryByteCount)), "argon2id": hex(output),
                "keyFile": keyFile.map(hex) ?? .null, "user": .string(try id("user").hex),
                "slot": .int(Int64(slot)), "kek": hex(kek.secret),
            ]
        }
    }

    static func fingerprints() throws -> [JSON] {
        try ["house", "another house"].map { name in
            let founding = Hash.blake2b256(bytes("founding of \(name)", 32))
            let seed = bytes("attestation of \(name)", 32)
            let key = try SigningKey(seed: SecretBytes(copying: seed)).publicKey
            return [
                "founding": .string(founding.hex), "attestation": hex(key.bytes),
                "fingerprint": .string(VaultFingerprint.of(founding: founding, attestation: key).hex),
            ]
        }
    }

    static func shares() throws -> [JSON] {
        try [(2, 2), (2, 3), (3, 5)].map { threshold, count in
            let coefficients = try (0..<threshold).map {
                try scalar("coefficient \(threshold) \(count) \($0)")
            }
            let name = DealingName(
                caseID: try id("case"), compartment: "location", generation: 4, dealing: try id("dealing"))
            let (dealing, shares) = try Dealing.deal(coefficients, shareCount: count, name: name)
            return [
                "case": .string(name.caseID.hex), "compartment": .string(name.compartment),
                "generation": .int(Int64(name.generation)), "dealing": .string(name.dealing.hex),
                "coefficients": .array(coefficients.map { hex($0.secret) }),
                "commitments": .array(dealing.commitments.map { hex($0.bytes) }),
                "shares": .array(shares.map { hex($0.encoded()) }),
            ]
        } + BadPoints.ristretto255.map { ["badPoint": .string($0)] }
    }

    /// A box has a key of its own each time, so the file keeps one that was made once.
    static func box() throws -> JSON {
        let signer = try SigningKey(seed: secret("box signer"))
        let recipient = try BoxKey(secret: secret("box recipient"))
        let scalars = try (0..<3).map { try scalar("boxed \($0)") }
        let link = try Statement.make("delivery", ["number": 3], by: signer, nonce: bytes("box nonce", 16))
        let sealed = try Box.seal(link, scalars.map { $0.asKey() }, to: recipient.publicKey)
        return [
            "recipient": hex(recipient.copy().secret), "recipientPublicKey": hex(recipient.publicKey.bytes),
            "link": hex(link.encoded()), "secrets": .array(scalars.map { hex($0.secret) }),
            "box": hex(sealed),
        ]
    }
}
