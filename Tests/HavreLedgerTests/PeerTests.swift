import Foundation
import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreLedger

/// What `Tests/Peers/ledger.py` lays before independent tools.
@Suite struct PeerTests {
    @Test("A log is laid out for other readers, with its proofs") func logLaid() throws {
        guard let folder = try PeersFolder.make("ledger") else { return }
        let key = SigningKey()
        let origin = "havre/peers/1"
        var ledger = StoredLedger()
        var roots = ""
        for _ in 0...1000 {
            roots += "\(ledger.tree.root.hex)\n"
            ledger.grow(by: 1, group: 1)
        }
        let checkpoint = try Checkpoint(origin: origin, size: 1001, root: ledger.tree.root)
        let note = try checkpoint.signed(by: key)
        try write(Array(roots.utf8), to: folder, "roots.txt")
        try write(note, to: folder, "checkpoint.txt")
        try write(Array(VerifierKey(name: origin, key: key.publicKey).text.utf8), to: folder, "vkey.txt")
        for index in [0, 1, 2, 255, 256, 511, 767, 768, 999, 1000] {
            let hashes = try Proof.inclusion(index: index, size: 1001, tiles: ledger.read)
            let extra = index % 2 == 0 ? nil : [UInt8](repeating: 7, count: 80)
            let proof = try TlogProof(extra: extra, index: index, hashes: hashes, checkpoint: note)
            try write(proof.encoded, to: folder, "\(index).tlog-proof")
        }
    }

    private func write(_ bytes: [UInt8], to folder: URL, _ name: String) throws {
        try Data(bytes).write(to: folder.appending(path: name))
    }
}
