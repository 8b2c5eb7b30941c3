import HavreCodec

@testable import HavreSecrets

extension Vectors {
    /// One context of each shape of facts.
    static func contextCases() throws -> [(ContextKind, [Context.Fact])] {
        [
            (.backupStep, []),
            (.rowTag, [.int(0)]),
            (.rowTag, [.int(258)]),
            (.wrapKey, [.int(UInt64.max)]),
            (.gateAuto, [.id(try id("vault"))]),
            (.areaName, [.id(try id("vault")), .text("")]),
            (.areaName, [.id(try id("vault")), .text("agnès")]),
            (.areaName, [.id(try id("vault")), .text("agne\u{300}s")]),
            (.head, [.id(try id("tag")), .digest(Hash.blake2b256(text("wrap")))]),
            (.words, [.list([])]),
            (.words, [.list([.bytes([1, 2, 3]), .bytes([]), .text("é"), .int(7), .list([.int(1)])])]),
            (.statement, [.text("grant"), .bytes(text("{\"nonce\":\"AA\"}"))]),
            (.wrap, [.id(try id("vault")), .id(try id("case")), .int(3), .int(1)]),
        ]
    }

    static func contexts() throws -> [JSON] {
        try contextCases().map { kind, facts in
            [
                "kind": .string(kind.rawValue), "facts": .array(facts.map(json)),
                "bytes": hex(Context(kind, facts: facts).bytes),
            ]
        }
    }

    private static func json(_ fact: Context.Fact) -> JSON {
        switch fact {
        case .bytes(let value): ["bytes": hex(value)]
        case .id(let value): ["id": .string(value.hex)]
        case .digest(let value): ["digest": .string(value.hex)]
        // In words, because integers above 2^53 are not in the JSON of the house.
        case .int(let value): ["int": .string(String(value))]
        case .text(let value): ["text": .string(value)]
        case .list(let items): ["list": .array(items.map(json))]
        }
    }

    static func hashes() throws -> [JSON] {
        var vectors: [JSON] = [0, 1, 3, 63, 64, 127, 128, 129, 1000].map { count in
            let input = bytes("hash", count)
            return [
                "input": hex(input), "blake2b256": .string(Hash.blake2b256(input).hex),
                "blake2b512": hex(Hash.blake2b512(input)), "sha256": .string(Hash.sha256(input).hex),
                "sha512": hex(Hash.sha512(input)),
            ]
        }
        for (keyCount, count) in [(1, 0), (32, 5), (64, 64), (65, 200)] {
            let key = bytes("hmac key", keyCount)
            let input = bytes("hmac", count)
            vectors.append([
                "key": hex(key), "input": hex(input),
                "hmacSHA256": hex(HMAC.tag(key: SecretBytes(copying: key), input).withBytes { $0.copied() }),
            ])
        }
        for (saltCount, info) in [(0, "header"), (16, "payload"), (64, "age-encryption.org/v1/X25519")] {
            let input = bytes("hkdf", 16)
            let salt = bytes("salt", saltCount)
            let output = HMAC.hkdf(input: SecretBytes(copying: input), salt: salt, info: text(info))
            vectors.append([
                "input": hex(input), "salt": hex(salt), "info": .string(info), "hkdfSHA256": hex(output),
            ])
        }
        for logN in [1, 10] {
            let phrase = bytes("scrypt", 9)
            let salt = bytes("scrypt salt", 32)
            let output = try Scrypt.key(passphrase: SecretBytes(copying: phrase), salt: salt, logN: logN)
            vectors.append([
                "passphrase": hex(phrase), "salt": hex(salt), "logN": .int(Int64(logN)),
                "scrypt": hex(output),
            ])
        }
        let one = secret("x25519 one")
        let other = secret("x25519 other")
        let point = try X25519.publicPoint(of: other)
        vectors.append([
            "secret": hex(one), "publicPoint": hex(try X25519.publicPoint(of: one)), "other": hex(point),
            "x25519": hex(try X25519.shared(secret: one, point: point)),
        ])
        return vectors
    }

    static func keyed() throws -> [JSON] {
        try contextCases().map { kind, facts in
            let key = key("keyed", as: Role.Tag.self)
            let context = Context(kind, facts: facts)
            return [
                "key": hex(key.secret), "context": hex(context.bytes),
                "derived": hex(key.derive(context, as: Role.Tag.self).secret),
                "tag": .string(key.tag(context).hex), "digest": .string(key.digest(context).hex),
                "digest512": hex(key.digest512(context)),
            ]
        }
            + [16, 64].map { count in
                let short = secret("code", count)
                let derived = try short.derive(Context(.code, .text("sign")), as: Role.Seed.self)
                return [
                    "key": hex(short), "context": hex(Context(.code, .text("sign")).bytes),
                    "derived": hex(derived.secret),
                ]
            }
    }

    static func commitments() throws -> [JSON] {
        try [("legal", UInt64(0)), ("roster", 300)].map { compartment, generation in
            let scalar = try scalar("compartment secret")
            let commitment = Commitment(
                to: scalar.secret, vault: try id("vault"), caseID: try id("case"), compartment: compartment,
                generation: generation)
            return [
                "secret": hex(scalar.secret), "vault": .string(try id("vault").hex),
                "case": .string(try id("case").hex), "compartment": .string(compartment),
                "generation": .int(Int64(generation)), "commitment": .string(commitment.digest.hex),
            ]
        }
    }
}
