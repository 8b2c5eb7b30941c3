import HavreCodec
package import HavreSecrets

/// A named Ed25519 key that verifies notes (C2SP signed-note); written as a *vkey* text.
package struct VerifierKey: Hashable, Sendable {
    /// The type byte of plain Ed25519 note signatures.
    private static let ed25519: UInt8 = 0x01

    /// The key's name: no spaces, no `+`. A log's key is named as its origin.
    package let name: String
    /// The 32-byte public key.
    package let key: VerifyKey
    /// The first 4 bytes of SHA-256(name || "\n" || 0x01 || key): a label, not a proof.
    package let id: [UInt8]

    /// Names a key; throws `malformed` for an empty name or one with spaces or `+`.
    package init(name: String, key: VerifyKey) throws(LedgerError) {
        guard NoteText.isName(name) else { throw .malformed(field: "name", rule: "no spaces, no +") }
        self.name = name
        self.key = key
        let hashed = Array(name.utf8) + [0x0A, VerifierKey.ed25519] + key.bytes
        self.id = Array(Hash.sha256(hashed).bytes.prefix(4))
    }

    /// Reads `name+hex(id)+base64(0x01 || key)`; throws `malformed` unless it is exactly what `text` would be.
    package init(parsing text: String) throws(LedgerError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let encoded = NoteText.base64(parts[2]),
            encoded.count == 33, encoded[0] == VerifierKey.ed25519,
            let key = try? VerifyKey(bytes: Array(encoded[1...]))
        else { throw .malformed(field: "vkey", rule: "name+id+base64 of an Ed25519 key") }
        try self.init(name: String(parts[0]), key: key)
        guard NoteText.areSame(parts[1], Hex.encode(id)) else {
            throw .malformed(field: "vkey", rule: "id matches name and key")
        }
    }

    /// `name+hex(id)+base64(0x01 || key)`.
    package var text: String {
        "\(name)+\(Hex.encode(id))+\(Base64.standard([VerifierKey.ed25519] + key.bytes, padded: true))"
    }

    /// Whether the line claims to be by this key.
    func isNamed(by line: NoteSignature) -> Bool {
        line.id == id && NoteText.areSame(line.name, name)
    }

    /// Names equal by bytes, not by canonical equivalence.
    package static func == (one: VerifierKey, other: VerifierKey) -> Bool {
        NoteText.areSame(one.name, other.name) && one.key == other.key
    }

    /// Feeds the key alone: equal keys have equal hashes.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(key)
    }
}
