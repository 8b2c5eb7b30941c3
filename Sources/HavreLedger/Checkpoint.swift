package import HavreCodec
package import HavreSecrets

/// A log's statement of its size and root (C2SP tlog-checkpoint), without extension lines.
package struct Checkpoint: Equatable, Sendable {
    /// Which log and era speaks, and the name of its key: `havre/<fingerprint>/<era>`.
    package let origin: String
    /// The number of leaves.
    package let size: Int
    /// The RFC 6962 root of these leaves.
    package let root: Digest

    /// Throws `malformed` for an origin that could not name a key, `outOfRange` for a negative size.
    package init(origin: String, size: Int, root: Digest) throws(LedgerError) {
        guard NoteText.isName(origin) else { throw .malformed(field: "origin", rule: "no spaces, no +") }
        guard size >= 0 else { throw .outOfRange(rule: "size >= 0") }
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Reads the text of a note; throws `malformed` unless it is exactly what `text` would be.
    package init(parsing text: [UInt8]) throws(LedgerError) {
        guard let whole = String(validating: text, as: UTF8.self), text.last == 0x0A else {
            throw .malformed(field: "checkpoint", rule: "lines of UTF-8")
        }
        let lines = whole.utf8.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.count == 3 else { throw .malformed(field: "checkpoint", rule: "three lines") }
        guard let size = NoteText.decimal(lines[1]) else {
            throw .malformed(field: "size", rule: "decimal without leading zero")
        }
        guard let root = NoteText.digest(Substring(lines[2])) else {
            throw .malformed(field: "root", rule: "base64 of 32 bytes")
        }
        try self.init(origin: String(Substring(lines[0])), size: size, root: root)
    }

    /// origin, size and root, a line each.
    package var text: [UInt8] {
        Array("\(origin)\n\(size)\n\(Base64.standard(root.bytes, padded: true))\n".utf8)
    }

    /// The signed note, as stored, sent and printed.
    ///
    /// A log never signs two checkpoints that contradict each other: persist size and root first.
    package func signed(by key: SigningKey) throws(LedgerError) -> [UInt8] {
        try SignedNote(text: text, name: origin, key: key).encoded
    }

    /// Reads and verifies a signed checkpoint of the log whose key is given.
    ///
    /// Throws `malformed`, or `notAuthentic` when the key did not sign it or the origin is not the key's name.
    package static func open(_ note: [UInt8], key: VerifierKey) throws(LedgerError) -> Checkpoint {
        let note = try SignedNote(parsing: note)
        _ = try note.verify(known: [key])
        let checkpoint = try Checkpoint(parsing: note.text)
        guard NoteText.areSame(checkpoint.origin, key.name) else { throw .notAuthentic }
        return checkpoint
    }

    /// Origins equal by bytes, not by canonical equivalence.
    package static func == (one: Checkpoint, other: Checkpoint) -> Bool {
        NoteText.areSame(one.origin, other.origin) && one.size == other.size && one.root == other.root
    }
}
