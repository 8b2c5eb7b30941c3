import HavreCodec
import HavreEvidence
import HavreFormats
import HavreLedger
import HavreSecrets
import HavreStore

/// What the ledger says of records that leave.
extension Vault {
    /// The proof, for each record, that its version is in the ledger as it is now.
    ///
    /// - Throws: `HavreError.tampered` when the ledger does not hold one.
    func receipts(of sources: [SourceRecord], _ inside: Inside) throws(HavreError) -> LedgerReceipts {
        guard let log = journal.verifier else { throw .gateClosed }
        let checkpoint = journal.checkpoint()
        let ledger = StoredLedger(store: store)
        let tiles = journal.reader(ledger)
        var proofs: [TlogProof] = []
        for source in sources {
            guard let version = inside.index.records[source.record]?.last else { throw .notFound }
            let found = try leaf(
                of: version.receipt, jws: source.content.source.jws, below: checkpoint.size, in: ledger)
            do throws(LedgerError) {
                let hashes = try Proof.inclusion(
                    index: Int(found.number), size: Int(checkpoint.size), tiles: tiles)
                proofs.append(
                    try TlogProof(
                        extra: found.opening.encoded, index: Int(found.number), hashes: hashes,
                        checkpoint: checkpoint.text))
            } catch { throw .tampered }
        }
        return LedgerReceipts(log: log, proofs: proofs)
    }

    /// The entry of a write. Its number was not known when the row was written: it is the first one from `since` on
    /// with the commitment of this text, as a rule the very first or, beside others that write, one soon after.
    func leaf(
        of receipt: RowFacts.Receipt, jws: [UInt8], below size: UInt64, in ledger: StoredLedger
    ) throws(HavreError) -> (number: UInt64, opening: LeafOpening) {
        do {
            let commitment = try Leaf.commitment(salt: receipt.salt, jws: jws)
            var number = receipt.since
            while number < size {
                let entry = try ledger.entry(number)
                if entry.commitment == commitment {
                    let opening = try LeafOpening(
                        salt: receipt.salt, body: Hash.sha256(entry.body), mark: Hash.sha256(entry.mark))
                    return (number, opening)
                }
                number += 1
            }
        } catch let error as StoreError { throw HavreError(error) } catch { throw .tampered }
        throw .tampered
    }
}
