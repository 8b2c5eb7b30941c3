package import HavreCodec
package import HavreSecrets

/// What every link of a chain says beside its own matter: where it stands and who says it.
package struct Link: Sendable, Equatable {
    package let vault: Identifier
    /// Position in its chain, 0 for the founding statement.
    package let number: UInt64
    /// Digest of the link before; all zero for the founding statement.
    package let previous: Digest
    /// When it was made, by the daemon's clock.
    package let time: Instant
    /// The person who says it.
    package let by: Identifier

    package init(vault: Identifier, number: UInt64, previous: Digest, time: Instant, by: Identifier) {
        self.vault = vault
        self.number = number
        self.previous = previous
        self.time = time
        self.by = by
    }

    /// The members that every link carries.
    var members: [String: JSON] {
        [
            "vault": .string(vault.hex), "number": .int(Int64(number)), "previous": .string(previous.hex),
            "time": .int(time.seconds), "by": .string(by.hex),
        ]
    }

    init(from fields: inout Fields) throws(CodecError) {
        vault = try fields.identifier("vault")
        number = UInt64(try fields.int("number", in: 0...Int64(1 << 52)))
        previous = try fields.digest("previous")
        time = Instant(seconds: try fields.int("time", in: 0...Int64(1 << 52)))
        by = try fields.identifier("by")
    }
}

/// Both public keys of somebody: what she signs with and what others box to.
package struct PublicKeys: Sendable, Hashable {
    /// Ed25519.
    package let sign: VerifyKey
    /// X25519.
    package let box: BoxPublicKey

    package init(sign: VerifyKey, box: BoxPublicKey) {
        self.sign = sign
        self.box = box
    }

    var json: JSON {
        .object(["sign": .string(Hex.encode(sign.bytes)), "box": .string(Hex.encode(box.bytes))])
    }

    init(_ json: JSON, at field: String) throws(CodecError) {
        var fields = try Fields(json, at: field)
        sign = try fields.verifyKey("sign")
        box = try fields.boxKey("box")
        try fields.finish()
    }
}

extension Fields {
    /// An Ed25519 public key, 64 hex digits.
    mutating func verifyKey(_ key: String) throws(CodecError) -> VerifyKey {
        let bytes = try Hex.decode(try string(key, max: 64))
        do { return try VerifyKey(bytes: bytes) } catch {
            throw .invalid(field: key, rule: "must be a canonical Ed25519 public key in 64 hex digits")
        }
    }

    /// An X25519 public key, 64 hex digits.
    mutating func boxKey(_ key: String) throws(CodecError) -> BoxPublicKey {
        let bytes = try Hex.decode(try string(key, max: 64))
        do { return try BoxPublicKey(bytes: bytes) } catch {
            throw .invalid(field: key, rule: "must be a canonical X25519 public key in 64 hex digits")
        }
    }

    /// A person, or null where there is none: the key is always there.
    mutating func personOrNull(_ key: String) throws(CodecError) -> Identifier? {
        switch try json(key) {
        case .null: nil
        case .string(let hex): try Identifier(hex: hex)
        default: throw .invalid(field: key, rule: "must be a person or null")
        }
    }

    /// One word of a closed list.
    mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ key: String, of type: Word.Type
    ) throws(CodecError) -> Word {
        guard let word = Word(rawValue: try string(key, max: 64)) else {
            throw .invalid(
                field: key, rule: "must be one of: " + Word.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return word
    }

    /// Several different words of a closed list, in the order of the list.
    mutating func words<Word: RawRepresentable<String> & CaseIterable & Hashable & Comparable>(
        _ key: String, of type: Word.Type
    ) throws(CodecError) -> [Word] {
        var result: [Word] = []
        for text in try strings(key, max: 64) {
            guard let word = Word(rawValue: text), !result.contains(word) else {
                throw .invalid(
                    field: key,
                    rule: "must hold each of these at most once: "
                        + Word.allCases.map(\.rawValue).joined(separator: ", "))
            }
            result.append(word)
        }
        return result.sorted()
    }
}
