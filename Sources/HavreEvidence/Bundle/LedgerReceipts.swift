import HavreCodec
import HavreFormats
package import HavreLedger

/// What a bundle says of the vault's ledger: that each of its records was in it when the bundle was made.
///
/// One C2SP `.tlog-proof` a record, all under one checkpoint. Its `extra` line is a `LeafOpening`: with it and the
/// signed part of the record anybody computes the leaf, so that the proof is of this record and of no other.
package struct LedgerReceipts: Sendable {
    /// Where the proofs lie in the bag.
    static let folder = "proofs/"

    /// The key of the ledger, named as its origin: `havre/<fingerprint>/<era>`.
    package let log: VerifierKey
    /// One for each record, in the order of the exhibits.
    package let proofs: [TlogProof]

    package init(log: VerifierKey, proofs: [TlogProof]) {
        self.log = log
        self.proofs = proofs
    }

    /// Where a record stands in the ledger.
    package struct Place: Sendable, Equatable {
        /// The number of its entry, from 0.
        package let index: Int
        /// How many entries the ledger had when the bundle was made.
        package let size: Int
    }

    /// Checks one proof.
    ///
    /// - Parameters:
    ///   - jws: the signed part of the record.
    ///   - log: the key for which the vault vouches.
    /// - Throws: `malformed`, or `notAuthentic` when the ledger does not hold this record at this place.
    static func place(
        _ proof: [UInt8], jws: [UInt8], log: VerifierKey
    ) throws(FormatError) -> Place {
        do throws(LedgerError) {
            let proof = try TlogProof(parsing: proof)
            let leaf = try LeafOpening(decoding: proof.extra ?? []).leaf(jws: jws)
            let checkpoint = try proof.verify(leafHash: leaf.hash, key: log)
            return Place(index: proof.index, size: checkpoint.size)
        } catch {
            guard case .malformed(let field, let rule) = error else { throw .notAuthentic }
            throw .malformed(field: field, rule: rule)
        }
    }
}
