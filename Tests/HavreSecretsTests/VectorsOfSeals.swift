import HavreCodec

@testable import HavreSecrets

extension Vectors {
    static func seals() throws -> [JSON] {
        try zip(contextCases(), [0, 1, 16, 32, 63, 64, 65, 200, 256, 5, 6, 7, 1000]).map {
            contextCase, count in
            let context = Context(contextCase.0, facts: contextCase.1)
            let key = key("seal", as: Role.Gate.self)
            let message = bytes("message", count)
            let nonce = bytes("nonce \(count)", 24)
            return [
                "key": hex(key.secret), "context": hex(context.bytes), "nonce": hex(nonce),
                "message": hex(message),
                "sealed": hex(Seal.seal(message, under: key, context, nonce: nonce)),
            ]
        }
    }

    static func pads() throws -> [JSON] {
        try [0, 1, 247, 248, 249, 376, 377, 504, 505].map { count in
            let data = bytes("pad", count)
            return ["data": hex(data), "padded": hex(try Pad.pad(data))]
        }
    }

    static func padmes() -> [JSON] {
        [0, 9, 100, 255, 256, 257, 1000, 4097, 65537, 1_000_000, 1_000_000_000].map { count in
            [
                "byteCount": .int(Int64(count)), "padme": .int(Int64(Pad.padme(count))),
                "withoutFloor": .int(Int64(Pad.padme(count, floor: 0))),
            ]
        }
    }

    static func signatures() throws -> [JSON] {
        try contextCases().map { kind, facts in
            let key = try SigningKey(seed: secret("seed"))
            let context = Context(kind, facts: facts)
            return [
                "seed": hex(key.seed().secret), "publicKey": hex(key.publicKey.bytes),
                "context": hex(context.bytes), "signature": hex(key.sign(context)),
            ]
        } + BadPoints.ed25519.map { ["badPublicKey": .string($0)] }
    }

    static func statements() throws -> [JSON] {
        let bodies: [JSON] = [
            [:], ["z": 1, "a": "é", "list": [true, nil, ["b": -5]]], ["nested": ["nonce": "inside is free"]],
        ]
        return try bodies.enumerated().map { index, body in
            let nonce = bytes("statement \(index)", 16)
            let first = try SigningKey(seed: secret("first signer"))
            var statement = try Statement.make("kind-\(index)", body, by: first, nonce: nonce)
            if index > 0 { statement = try statement.signed(by: SigningKey(seed: secret("second signer"))) }
            return [
                "seeds": .array(
                    index == 0
                        ? [hex(secret("first signer"))]
                        : [hex(secret("first signer")), hex(secret("second signer"))]),
                "kind": .string(statement.kind), "body": body, "nonce": hex(nonce),
                "text": .string(String(decoding: statement.text, as: UTF8.self)),
                "encoded": hex(statement.encoded()), "json": statement.json,
                "digest": .string(statement.digest.hex),
            ]
        }
    }

    static func streams() throws -> [JSON] {
        [0, 1, 65535, 65536, 65537, 131_072, 1_000_000].map { count in
            let key = key("stream", as: Role.Stream.self)
            let plain = (0..<count).map { UInt8($0 % 251) }
            let sealed = Stream.seal(plain, key: key)
            return [
                "key": hex(key.secret), "plainByteCount": .int(Int64(count)),
                "sealedByteCount": .int(Int64(sealed.count)),
                "sealedSHA256": .string(Hash.sha256(sealed).hex),
            ]
        }
    }
}
