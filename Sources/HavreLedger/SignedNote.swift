import HavreCodec
package import HavreSecrets

/// One signature line of a note: `— name base64(id || signature)`.
package struct NoteSignature: Equatable, Sendable {
    /// The name of the key.
    package let name: String
    /// 4 bytes.
    package let id: [UInt8]
    /// At least 1 byte; 64 for Ed25519.
    package let signature: [UInt8]
}

/// A text signed by one or more keys (C2SP signed-note).
package struct SignedNote: Equatable, Sendable {
    /// The largest note read.
    package static let byteCountMax = 65536
    /// The most signature lines read; the specification asks for at least 16.
    package static let signatureCountMax = 64

    /// What is signed: UTF-8, without control characters but newline, ending in a newline.
    package let text: [UInt8]
    /// At least one, in the order of the lines.
    package let signatures: [NoteSignature]

    /// Signs a text; throws `malformed` when it could not be a note's text.
    package init(
        text: [UInt8], name: String, key: SigningKey
    ) throws(LedgerError) {
        let verifier = try VerifierKey(name: name, key: key.publicKey)
        self.text = text
        self.signatures = [
            NoteSignature(name: name, id: verifier.id, signature: key.sign(raw: text))
        ]
        // What is written must be read back the same: no text that this reader would refuse is signed.
        guard text.last == 0x0A, SignedNote.isText(text), encoded.count <= SignedNote.byteCountMax else {
            throw .malformed(field: "note", rule: "lines of UTF-8 without control characters")
        }
    }

    /// Reads a note without verifying anything; throws `malformed`.
    package init(parsing bytes: [UInt8]) throws(LedgerError) {
        guard bytes.count <= SignedNote.byteCountMax else {
            throw .malformed(field: "note", rule: "at most 65536 bytes")
        }
        guard SignedNote.isText(bytes) else {
            throw .malformed(field: "note", rule: "UTF-8 without control characters")
        }
        guard bytes.last == 0x0A, let cut = SignedNote.lastBlankLine(bytes) else {
            throw .malformed(field: "note", rule: "text, blank line, signature lines")
        }
        self.text = Array(bytes[...cut])
        let lines = String(decoding: bytes, as: UTF8.self).utf8.dropFirst(cut + 2).dropLast().split(
            separator: 0x0A, omittingEmptySubsequences: false)
        guard 1...SignedNote.signatureCountMax ~= lines.count else {
            throw .malformed(field: "note", rule: "1 to 64 signatures")
        }
        var signatures: [NoteSignature] = []
        for line in lines { signatures.append(try SignedNote.signature(Substring(line))) }
        self.signatures = signatures
    }

    /// text || "\n" || signature lines.
    package var encoded: [UInt8] {
        var bytes = text + [0x0A]
        for line in signatures {
            let value = Base64.standard(line.id + line.signature, padded: true)
            bytes += Array("\u{2014} \(line.name) \(value)\n".utf8)
        }
        return bytes
    }

    /// The known keys that signed the text.
    ///
    /// Lines of unknown keys are ignored. Throws `notAuthentic` when a line of a known key does not verify,
    /// or when no known key signed.
    package func verify(known: [VerifierKey]) throws(LedgerError) -> [VerifierKey] {
        var found: [VerifierKey] = []
        for line in signatures {
            for key in known where key.isNamed(by: line) {
                guard line.signature.count == 64, key.key.verify(line.signature, raw: text) else {
                    throw .notAuthentic
                }
                if !found.contains(key) { found.append(key) }
            }
        }
        guard !found.isEmpty else { throw .notAuthentic }
        return found
    }

    /// UTF-8 without control characters but newline.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 || $0 == 0x0A } && String(validating: bytes, as: UTF8.self) != nil
    }

    /// The place of the last newline of the text: the first of the last two newlines in a row.
    private static func lastBlankLine(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 2 else { return nil }
        return (0..<bytes.count - 1).last { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }
    }

    private static func signature(_ line: Substring) throws(LedgerError) -> NoteSignature {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, NoteText.areSame(parts[0], "\u{2014}"), NoteText.isName(parts[1]),
            let value = NoteText.base64(parts[2]), value.count >= 5
        else { throw .malformed(field: "signature", rule: "dash, name, base64 of id and signature") }
        return NoteSignature(name: String(parts[1]), id: Array(value[..<4]), signature: Array(value[4...]))
    }
}
