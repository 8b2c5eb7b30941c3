import HavreCodec
import HavreLedger
import HavreSecrets

/// The readers of notes, checkpoints, proofs, tiles and keys of ledgers.
extension Parser {
    static let ledgers = [
        Parser(
            "note", samples: { [try Checkpoint(origin: "x/y", size: 3, root: tree.root).signed(by: signer)] }
        ) {
            bytes in
            guard let note = try? SignedNote(parsing: bytes) else { return false }
            demand(note.encoded == bytes, "a note has one text")
            guard let key = try? VerifierKey(name: "x/y", key: signer.publicKey) else { fatalError("a key") }
            if let checkpoint = try? Checkpoint.open(bytes, key: key) {
                demand(checkpoint.text == note.text, "a checkpoint has one text")
            }
            return true
        },
        Parser("note-signed", samples: { [try Checkpoint(origin: "x/y", size: 3, root: tree.root).text] }) {
            bytes in
            // The text is the fuzzer's; what begins like a context is never signed as a foreign text.
            guard !Context.begins(bytes), let note = try? SignedNote(text: bytes, name: "x/y", key: signer)
            else {
                return false
            }
            demand((try? SignedNote(parsing: note.encoded)) == note, "what is written is read")
            guard let checkpoint = try? Checkpoint(parsing: bytes) else { return false }
            demand(checkpoint.text == bytes, "a checkpoint has one text")
            return true
        },
        Parser("vkey", samples: { texts([try VerifierKey(name: "x/y", key: signer.publicKey).text]) }) {
            bytes in
            guard let text = bytes.text, let key = try? VerifierKey(parsing: text) else { return false }
            demand(Text.sameBytes(key.text, text), "a key has one text")
            return true
        },
        Parser("tlog-proof", samples: { [try proof(5).encoded] }) { bytes in
            guard let proof = try? TlogProof(parsing: bytes) else { return false }
            demand(proof.encoded == bytes, "a proof has one text")
            guard let key = try? VerifierKey(name: "x/y", key: signer.publicKey) else { fatalError("a key") }
            for index in 0..<leaves.count where (try? proof.verify(leafHash: leaves[index], key: key)) != nil
            {
                demand(proof.index == index, "a proof is of its own leaf")
            }
            return true
        },
        Parser("proofs", samples: { [[5, 11, 0, 0], [11, 11, 1, 200]] }) { bytes in
            // A proof that holds for sizes and a tree that are known, or one change of it that does not.
            guard bytes.count >= 4 else { return false }
            let size = 1 + Int(bytes[1]) % leaves.count
            let index = Int(bytes[0]) % size
            return bytes[2] & 1 == 0
                ? checkInclusion(index, size, bytes[3...]) : checkConsistency(index + 1, size, bytes[3...])
        },
        Parser("tiles", samples: { [[2, 1] + leaves.prefix(2).flatMap(\.bytes)] }) { bytes in
            guard bytes.count >= 2 else { return false }
            let size = Int(bytes[0]) | Int(bytes[1] & 7) << 8
            let row = Array(bytes.dropFirst(2))
            let tiles: TileReader = { level, number throws(LedgerError) in
                try Tile(level: level, number: number, encoded: row).hashes
            }
            guard let tree = try? CompactTree(size: size, tiles: tiles) else { return false }
            demand(tree.size == size, "a tree is of its size")
            _ = try? Proof.root(size: size, tiles: tiles)
            _ = try? Proof.inclusion(index: size / 2, size: size, tiles: tiles)
            _ = try? Proof.consistency(from: max(1, size / 3), to: size, tiles: tiles)
            try? Proof.checkTiles(size: size, root: tree.root, tiles: tiles)
            return true
        },
    ]

    private static let leaves: [Digest] = (0..<40).map { Merkle.leaf([UInt8($0)]) }

    private static func root(_ count: Int) -> Digest { Merkle.root(of: leaves.prefix(count)) }

    private static var tree: (size: Int, root: Digest) { (leaves.count, root(leaves.count)) }

    private static func tile(_ level: Int, _ number: Int) throws(LedgerError) -> [Digest] {
        guard level == 0, number == 0 else { throw .tile(level: level, number: number) }
        return leaves
    }

    private static func proof(_ index: Int) throws -> TlogProof {
        try TlogProof(
            extra: [1, 2, 3], index: index,
            hashes: Proof.inclusion(index: index, size: leaves.count, tiles: tile),
            checkpoint: Checkpoint(origin: "x/y", size: leaves.count, root: tree.root).signed(by: signer))
    }

    private static func checkInclusion(_ index: Int, _ size: Int, _ changes: ArraySlice<UInt8>) -> Bool {
        guard var hashes = try? Proof.inclusion(index: index, size: size, tiles: tile) else {
            fatalError("a proof of every leaf")
        }
        let original = hashes
        change(&hashes, changes)
        let holds = Proof.verifyInclusion(
            leaf: leaves[index], index: index, size: size, proof: hashes, root: root(size))
        demand(holds == (hashes == original), "the proof holds and no other")
        for other in [index - 1, index + 1] {
            let holds = Proof.verifyInclusion(
                leaf: leaves[index], index: other, size: size, proof: hashes, root: root(size))
            demand(!holds, "a leaf has one place")
        }
        return hashes == original
    }

    private static func checkConsistency(_ old: Int, _ new: Int, _ changes: ArraySlice<UInt8>) -> Bool {
        guard var hashes = try? Proof.consistency(from: old, to: new, tiles: tile) else {
            fatalError("a proof of every size")
        }
        let original = hashes
        change(&hashes, changes)
        let holds = Proof.verifyConsistency(
            oldSize: old, oldRoot: root(old), newSize: new, newRoot: root(new), proof: hashes)
        demand(holds == (hashes == original), "the proof holds and no other")
        return hashes == original
    }

    private static func change(_ hashes: inout [Digest], _ changes: ArraySlice<UInt8>) {
        for act in changes.prefix(4) where act != 0 {
            let place = hashes.isEmpty ? 0 : Int(act >> 3) % hashes.count
            switch act & 7 {
            case 1 where !hashes.isEmpty: hashes.remove(at: place)
            case 2: hashes.append(leaves[place])
            case 3 where hashes.count > 1: hashes.swapAt(0, place)
            case 4 where !hashes.isEmpty: hashes.insert(hashes[place], at: place)
            case 5 where !hashes.isEmpty: hashes[place] = Merkle.leaf(hashes[place].bytes)
            default: break
            }
        }
    }
}
