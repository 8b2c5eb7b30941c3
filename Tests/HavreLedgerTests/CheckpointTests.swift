import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreLedger

@Suite struct CheckpointTests {
    private let key = SigningKey()
    private let origin = "havre/0123456789abcdef/1"

    @Test("A signed checkpoint is read back") func signedCheckpoint() throws {
        let checkpoint = try Checkpoint(origin: origin, size: 20_852_163, root: Merkle.leaf([1]))
        let note = try checkpoint.signed(by: key)
        let known = try VerifierKey(name: origin, key: key.publicKey)
        #expect(try Checkpoint.open(note, key: known) == checkpoint)
        #expect(String(decoding: note, as: UTF8.self).hasPrefix("\(origin)\n20852163\n"))
        #expect(try Checkpoint(parsing: checkpoint.text) == checkpoint)
    }

    @Test("A checkpoint of another key or origin is refused") func checkpointAnother() throws {
        let checkpoint = try Checkpoint(origin: origin, size: 1, root: Merkle.leaf([1]))
        let note = try checkpoint.signed(by: key)
        let stranger = try VerifierKey(name: origin, key: SigningKey().publicKey)
        #expect(throws: LedgerError.notAuthentic) { try Checkpoint.open(note, key: stranger) }
        // The next era has a name of its own: a checkpoint of this one is no answer for it.
        let nextEra = try VerifierKey(name: "havre/0123456789abcdef/2", key: key.publicKey)
        #expect(throws: LedgerError.notAuthentic) { try Checkpoint.open(note, key: nextEra) }
        let mislabelled = try SignedNote(text: checkpoint.text, name: nextEra.name, key: key).encoded
        #expect(throws: LedgerError.notAuthentic) { try Checkpoint.open(mislabelled, key: nextEra) }
    }

    @Test(
        "A checkpoint is written in one way",
        arguments: [
            "", "o\n", "o\n1\n", "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "o\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n+1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n18446744073709551617\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n",
            "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
            "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\next\n",
            "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n",
            "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\r\n1\r\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\r\n",
            "o\n1\nAAAA\n", "o\n1 \n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        ])
    func checkpointWritten(_ text: String) {
        #expect(throws: LedgerError.self) { try Checkpoint(parsing: Array(text.utf8)) }
    }

    @Test("The largest size is read and the empty tree has one") func largestSize() throws {
        let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        #expect(try Checkpoint(parsing: Array("o\n9223372036854775807\n\(root)\n".utf8)).size == .max)
        #expect(try Checkpoint(parsing: Array("o\n0\n\(root)\n".utf8)).root == Merkle.empty)
    }

    @Test("A proof is read back and verifies") func proofRead() throws {
        let (ledger, note, known) = try smallLog()
        for index in [0, 1, 255, 256, 299] {
            let hashes = try Proof.inclusion(index: index, size: 300, tiles: ledger.read)
            for extra in [nil, [1, 2, 3]] as [[UInt8]?] {
                let proof = try TlogProof(extra: extra, index: index, hashes: hashes, checkpoint: note)
                let parsed = try TlogProof(parsing: proof.encoded)
                #expect(parsed == proof)
                #expect(try parsed.verify(leafHash: StoredLedger.leaf(index), key: known).size == 300)
                #expect(throws: LedgerError.notAuthentic) {
                    try parsed.verify(leafHash: Merkle.empty, key: known)
                }
            }
        }
    }

    @Test("A proof of a single leaf has no hashes") func proofSingle() throws {
        let root = StoredLedger.leaf(0)
        let note = try Checkpoint(origin: origin, size: 1, root: root).signed(by: key)
        let proof = try TlogProof(extra: nil, index: 0, hashes: [], checkpoint: note)
        let known = try VerifierKey(name: origin, key: key.publicKey)
        #expect(try TlogProof(parsing: proof.encoded).verify(leafHash: root, key: known).size == 1)
    }

    @Test("A proof changed anywhere is refused") func proofChanged() throws {
        let (ledger, note, known) = try smallLog()
        let hashes = try Proof.inclusion(index: 77, size: 300, tiles: ledger.read)
        let bytes = try TlogProof(extra: nil, index: 77, hashes: hashes, checkpoint: note).encoded
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 0x02
            #expect(throws: LedgerError.self) {
                try TlogProof(parsing: changed).verify(leafHash: StoredLedger.leaf(77), key: known)
            }
        }
    }

    @Test("A proof is written in one way") func proofWritten() throws {
        let (_, note, _) = try smallLog()
        let tail = String(decoding: note, as: UTF8.self)
        let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        let first = "c2sp.org/tlog-proof@v1\n"
        #expect(throws: Never.self) {
            try TlogProof(parsing: Array("\(first)index 0\n\(hash)\n\n\(tail)".utf8))
        }
        for text in [
            "", "\n", "\n\n", first, "\(first)\n\(tail)", "\(first)index 0\n\(hash)\n\(tail)",
            "\(first)index 00\n\n\(tail)", "\(first)index\n\n\(tail)", "\(first)index 0 \n\n\(tail)",
            "\(first)extra \nindex 0\n\n\(tail)", "\(first)extra AAA\nindex 0\n\n\(tail)",
            "\(first)extra AAAA\nextra AAAA\nindex 0\n\n\(tail)", "\(first)index 0\n\(hash) \n\n\(tail)",
            "\(first)index 0\nAAAA\n\n\(tail)", "\(first)index 0\n\n\n\(tail)",
            "c2sp.org/tlog-proof@v2\nindex 0\n\n\(tail)", "\(first)index 0\n\n\(tail)x",
            "\(first)index 0\n" + String(repeating: "\(hash)\n", count: 64) + "\n\(tail)",
        ] {
            #expect(throws: LedgerError.self) { try TlogProof(parsing: Array(text.utf8)) }
        }
    }

    @Test("The leaf of a record is computed from the record and its opening") func leafRecord() throws {
        let jws = Array("header.payload.signature".utf8)
        let opening = try LeafOpening(
            salt: Array(0..<16), body: Merkle.leaf([1]), mark: Merkle.leaf([2]))
        let leaf = try LeafOpening(decoding: opening.encoded).leaf(jws: jws)
        #expect(leaf.data.count == 96)
        #expect(leaf.hash == Merkle.leaf(leaf.data))
        #expect(try leaf == opening.leaf(jws: jws))
        #expect(try leaf != opening.leaf(jws: jws + [0]))
        #expect(throws: LedgerError.self) { try LeafOpening(decoding: opening.encoded + [0]) }
        #expect(throws: LedgerError.self) { try Leaf.commitment(salt: [], jws: jws) }
    }

    private func smallLog() throws -> (StoredLedger, note: [UInt8], VerifierKey) {
        var ledger = StoredLedger()
        ledger.grow(by: 300, group: 50)
        let note = try Checkpoint(origin: origin, size: 300, root: ledger.tree.root).signed(by: key)
        return (ledger, note, try VerifierKey(name: origin, key: key.publicKey))
    }
}
