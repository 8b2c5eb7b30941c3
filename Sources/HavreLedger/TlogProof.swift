package import HavreCodec
import HavreSecrets

/// The receipt of one leaf, checkable without the log (C2SP tlog-proof v1): the `.tlog-proof` file.
package struct TlogProof: Equatable, Sendable {
    /// The largest proof read: a note, 63 hashes and the extra line.
    package static let byteCountMax = SignedNote.byteCountMax + 16384
    /// The largest extra data, in bytes.
    package static let extraByteCountMax = 4096
    private static let firstLine = "c2sp.org/tlog-proof@v1"

    /// Data that helps to compute the leaf (`LeafOpening.encoded`); not authenticated by itself.
    package let extra: [UInt8]?
    /// The number of the leaf.
    package let index: Int
    /// The inclusion proof, the leaf's sibling first; at most 63 hashes.
    package let hashes: [Digest]
    /// The signed checkpoint, verbatim.
    package let checkpoint: [UInt8]

    /// Gathers a proof; throws `outOfRange` or `malformed` for parts that could not be written.
    package init(
        extra: [UInt8]?, index: Int, hashes: [Digest], checkpoint: [UInt8]
    ) throws(LedgerError) {
        guard index >= 0, hashes.count <= 63 else {
            throw .outOfRange(rule: "index >= 0, at most 63 hashes")
        }
        if let extra, !(1...TlogProof.extraByteCountMax ~= extra.count) {
            throw .outOfRange(rule: "extra is 1 to 4096 bytes")
        }
        _ = try Checkpoint(parsing: SignedNote(parsing: checkpoint).text)
        self.extra = extra
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// Reads the text of a proof; throws `malformed` unless it is exactly what `encoded` would be.
    package init(parsing bytes: [UInt8]) throws(LedgerError) {
        guard bytes.count <= TlogProof.byteCountMax else {
            throw .malformed(field: "proof", rule: "at most 81920 bytes")
        }
        guard
            let cut = (1..<max(bytes.count, 1)).first(where: { bytes[$0] == 0x0A && bytes[$0 - 1] == 0x0A }),
            let head = String(validating: bytes[..<(cut - 1)], as: UTF8.self)
        else { throw .malformed(field: "proof", rule: "lines, blank line, checkpoint") }
        var lines = head.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map(Substring.init)[
            ...]
        guard let first = lines.popFirst(), NoteText.areSame(first, TlogProof.firstLine) else {
            throw .malformed(field: "proof", rule: "first line names version 1")
        }
        var extra: [UInt8]?
        if let line = lines.first, line.utf8.starts(with: "extra ".utf8) {
            extra = NoteText.base64(Substring(line.utf8.dropFirst(6)))
            guard extra != nil else { throw .malformed(field: "extra", rule: "base64") }
            lines.removeFirst()
        }
        guard let line = lines.popFirst(), line.utf8.starts(with: "index ".utf8),
            let index = NoteText.decimal(line.utf8.dropFirst(6))
        else { throw .malformed(field: "index", rule: "decimal without leading zero") }
        var hashes: [Digest] = []
        for line in lines {
            guard let hash = NoteText.digest(line) else {
                throw .malformed(field: "proof", rule: "base64 of 32 bytes a line")
            }
            hashes.append(hash)
        }
        try self.init(extra: extra, index: index, hashes: hashes, checkpoint: Array(bytes[(cut + 1)...]))
    }

    /// The text of the `.tlog-proof` file.
    package var encoded: [UInt8] {
        var text = TlogProof.firstLine + "\n"
        if let extra { text += "extra \(Base64.standard(extra, padded: true))\n" }
        text += "index \(index)\n"
        for hash in hashes { text += Base64.standard(hash.bytes, padded: true) + "\n" }
        return Array((text + "\n").utf8) + checkpoint
    }

    /// Checks that the log of `key` holds `leafHash` at `index`; gives the checkpoint that says so.
    ///
    /// Throws `notAuthentic` when the checkpoint is not the log's or the leaf is not in its tree.
    package func verify(leafHash: Digest, key: VerifierKey) throws(LedgerError) -> Checkpoint {
        let opened = try Checkpoint.open(checkpoint, key: key)
        guard
            Proof.verifyInclusion(
                leaf: leafHash, index: index, size: opened.size, proof: hashes, root: opened.root)
        else { throw .notAuthentic }
        return opened
    }
}
