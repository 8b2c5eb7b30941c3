package import HavreCodec
import HavreSecrets

/// The data of one leaf of Havre's ledger: 96 bytes, three digests.
package struct Leaf: Equatable, Sendable {
    /// The commitment to what was written: `Leaf.commitment` for a record, random for every other act.
    package let commitment: Digest
    /// SHA-256 of the entry's stored body, which may be erased later while its digest stays.
    package let body: Digest
    /// SHA-256 of the entry's stored mark.
    package let mark: Digest

    /// A leaf of three digests.
    package init(commitment: Digest, body: Digest, mark: Digest) {
        self.commitment = commitment
        self.body = body
        self.mark = mark
    }

    /// commitment || body || mark, 96 bytes.
    package var data: [UInt8] { commitment.bytes + body.bytes + mark.bytes }

    /// The RFC 6962 hash of the leaf.
    package var hash: Digest { Merkle.leaf(data) }

    /// SHA-256(salt || jws): commits to a record's signed part without disclosing it.
    ///
    /// `salt` is 16 random bytes, `jws` the ASCII of the SD-JWT's first part; throws `outOfRange` for another
    /// salt.
    package static func commitment(salt: [UInt8], jws: [UInt8]) throws(LedgerError) -> Digest {
        guard salt.count == LeafOpening.saltByteCount else { throw .outOfRange(rule: "salt is 16 bytes") }
        return Hash.sha256(salt + jws)
    }
}

/// What a reader of an evidence bundle needs, besides the record, to compute its leaf: the `extra` of a proof.
package struct LeafOpening: Equatable, Sendable {
    /// Bytes of a commitment's salt.
    package static let saltByteCount = 16

    /// 16 bytes.
    package let salt: [UInt8]
    /// SHA-256 of the entry's stored body.
    package let body: Digest
    /// SHA-256 of the entry's stored mark.
    package let mark: Digest

    /// The opening of a leaf; throws `outOfRange` unless the salt is 16 bytes.
    package init(salt: [UInt8], body: Digest, mark: Digest) throws(LedgerError) {
        guard salt.count == LeafOpening.saltByteCount else { throw .outOfRange(rule: "salt is 16 bytes") }
        self.salt = salt
        self.body = body
        self.mark = mark
    }

    /// salt || body || mark, 80 bytes.
    package var encoded: [UInt8] { salt + body.bytes + mark.bytes }

    /// Reads the 80 bytes of `encoded`; throws `malformed` for any other count.
    package init(decoding bytes: [UInt8]) throws(LedgerError) {
        guard bytes.count == 80,
            let body = try? Digest(bytes: Array(bytes[16..<48])),
            let mark = try? Digest(bytes: Array(bytes[48...]))
        else { throw .malformed(field: "extra", rule: "80 bytes") }
        try self.init(salt: Array(bytes[..<16]), body: body, mark: mark)
    }

    /// The leaf of the record whose signed part is `jws`.
    package func leaf(jws: [UInt8]) throws(LedgerError) -> Leaf {
        Leaf(commitment: try Leaf.commitment(salt: salt, jws: jws), body: body, mark: mark)
    }
}
