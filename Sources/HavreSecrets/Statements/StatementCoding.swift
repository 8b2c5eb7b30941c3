package import HavreCodec

extension Statement {
    /// LP(kind) || LP(text) || u8 count || count x (key 32 || signature 64); LP = u32 LE byte count || bytes.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: text.count + kind.utf8.count + 9 + 96 * signatures.count)
        writer.prefixed(kind)
        writer.prefixed(text)
        writer.u8(UInt8(signatures.count))
        for signature in signatures {
            writer.append(signature.signer.bytes)
            writer.append(signature.bytes)
        }
        return writer.bytes
    }

    /// Takes what `encoded()` made. Signatures are not verified here: whose they must be is the caller's question.
    ///
    /// - Throws: `outOfRange`, `wrongLength` or `badPoint`; never says what was read.
    package init(decoding bytes: [UInt8]) throws(SecretError) {
        var reader = ByteReader(bytes, field: "statement")
        do {
            let kind = try reader.prefixedText(max: Self.kindByteCountMax)
            let text = try reader.prefixed(max: Self.textByteCountMax)
            let count = try Int(reader.u8())
            guard (1...Self.signatureCountMax).contains(count) else {
                throw SecretError.outOfRange(rule: "a statement has one or two signatures")
            }
            var signatures: [Signature] = []
            for _ in 0..<count {
                let signer = try VerifyKey(bytes: reader.bytes(VerifyKey.byteCount))
                signatures.append(
                    Signature(signer: signer, bytes: try reader.bytes(VerifyKey.signatureByteCount)))
            }
            try reader.finish()
            try self.init(kind: kind, text: text, signatures: signatures)
        } catch let error as SecretError {
            throw error
        } catch {
            throw .outOfRange(rule: "a statement is LP(kind), LP(text), count and signatures")
        }
    }

    /// As a JSON value, the text as a string so that it stays as it was signed:
    /// {kind, signatures: [{key, signature}], text}; keys and signatures in base64url.
    package var json: JSON {
        .object([
            "kind": .string(kind),
            "text": .string(String(decoding: text, as: UTF8.self)),
            "signatures": .array(
                signatures.map {
                    .object([
                        "key": .string(Base64.url($0.signer.bytes)),
                        "signature": .string(Base64.url($0.bytes)),
                    ])
                }),
        ])
    }

    /// Takes what `json` made; as `init(decoding:)`.
    ///
    /// - Throws: `outOfRange`, `wrongLength` or `badPoint`.
    package init(json: JSON) throws(SecretError) {
        do {
            var fields = try Fields(json, at: "statement")
            let kind = try fields.string("kind", max: Self.kindByteCountMax)
            let text = try fields.string("text", max: Self.textByteCountMax)
            let items = try fields.array("signatures", max: Self.signatureCountMax)
            try fields.finish()
            guard !items.isEmpty else {
                throw SecretError.outOfRange(rule: "a statement has one or two signatures")
            }
            var signatures: [Signature] = []
            for item in items {
                var fields = try Fields(item, at: "signature")
                let signer = try VerifyKey(bytes: Base64.decodeURL(fields.string("key", max: 43)))
                let bytes = try Base64.decodeURL(fields.string("signature", max: 86))
                try fields.finish()
                guard bytes.count == VerifyKey.signatureByteCount else { throw SecretError.wrongLength }
                signatures.append(Signature(signer: signer, bytes: bytes))
            }
            try self.init(kind: kind, text: [UInt8](text.utf8), signatures: signatures)
        } catch let error as SecretError {
            throw error
        } catch {
            throw .outOfRange(rule: "a statement is {kind, signatures, text}")
        }
    }
}
