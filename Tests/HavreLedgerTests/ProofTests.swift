import HavreCodec
import TestSupport
import Testing

@testable import HavreLedger

@Suite struct ProofTests {
    private static let size = 600
    private static let leaves = (0..<size).map(StoredLedger.leaf)
    private static let roots: [Digest] = {
        var range = CompactRange()
        return [range.root]
            + leaves.map { leaf in
                range.append(leaf)
                return range.root
            }
    }()
    private static let ledger: StoredLedger = {
        var ledger = StoredLedger()
        ledger.grow(by: size, group: 64)
        return ledger
    }()

    @Test("Inclusion proofs are the definition and verify") func inclusionProofs() throws {
        for size in Array(1...70) + [255, 256, 257, 300, 511, 512, 513, 600] {
            for index in stride(from: 0, to: size, by: max(1, size / 11)) {
                let proof = try Proof.inclusion(index: index, size: size, tiles: Self.ledger.read)
                #expect(proof == Definition.path(index, Self.leaves[..<size]))
                #expect(isIncluded(index, size, proof))
            }
        }
    }

    @Test("Consistency proofs are the definition and verify") func consistencyProofs() throws {
        for new in Array(1...40) + [255, 256, 257, 300, 511, 512, 513, 600] {
            for old in stride(from: 1, through: new, by: max(1, new / 11)) {
                let proof = try Proof.consistency(from: old, to: new, tiles: Self.ledger.read)
                #expect(proof == Definition.proof(old, Self.leaves[..<new]))
                #expect(isConsistent(old, new, proof))
            }
        }
    }

    @Test("Any pair of sizes verifies") func anyPair() throws {
        var generator = SeededGenerator(seed: 9162)
        for _ in 0..<100 {
            let new = Int.random(in: 1...Self.size, using: &generator)
            let old = Int.random(in: 1...new, using: &generator)
            let index = Int.random(in: 0..<new, using: &generator)
            #expect(
                isConsistent(old, new, try Proof.consistency(from: old, to: new, tiles: Self.ledger.read)))
            #expect(
                isIncluded(index, new, try Proof.inclusion(index: index, size: new, tiles: Self.ledger.read)))
        }
    }

    @Test("A damaged inclusion proof is refused") func damagedInclusion() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<100 {
            let size = Int.random(in: 2...Self.size, using: &generator)
            let index = Int.random(in: 0..<size, using: &generator)
            let proof = try Proof.inclusion(index: index, size: size, tiles: Self.ledger.read)
            for damaged in damages(proof, &generator) {
                #expect(!isIncluded(index, size, damaged))
            }
            #expect(!isIncluded(index ^ 1, size, proof) || index ^ 1 >= size)
            #expect(!isIncluded(index, size, proof, leaf: Merkle.empty))
            #expect(!isIncluded(index, size, proof, root: Merkle.empty))
            #expect(!isIncluded(-1, size, proof))
            #expect(!isIncluded(size, size, proof))
        }
    }

    @Test("A damaged consistency proof is refused") func damagedConsistency() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<100 {
            let new = Int.random(in: 2...Self.size, using: &generator)
            let old = Int.random(in: 1..<new, using: &generator)
            let proof = try Proof.consistency(from: old, to: new, tiles: Self.ledger.read)
            for damaged in damages(proof, &generator) { #expect(!isConsistent(old, new, damaged)) }
            #expect(!isConsistent(0, new, proof))
            #expect(!isConsistent(new, old, proof))
            #expect(
                !Proof.verifyConsistency(
                    oldSize: old, oldRoot: Merkle.empty, newSize: new, newRoot: Self.roots[new], proof: proof)
            )
            #expect(
                !Proof.verifyConsistency(
                    oldSize: old, oldRoot: Self.roots[old], newSize: new, newRoot: Merkle.empty, proof: proof)
            )
        }
    }

    @Test("A history that was rewritten is not consistent") func historyRewritten() throws {
        var rewritten = StoredLedger()
        rewritten.tree.append(Merkle.empty)
        rewritten.grow(by: Self.size - 1, group: 64)
        for old in [1, 2, 255, 256, 300, 599] {
            let proof = try Proof.consistency(from: old, to: Self.size, tiles: rewritten.read)
            #expect(
                !Proof.verifyConsistency(
                    oldSize: old, oldRoot: Self.roots[old], newSize: Self.size, newRoot: rewritten.tree.root,
                    proof: proof))
        }
    }

    @Test("Asking outside the tree is an error") func askingOutside() {
        let read = Self.ledger.read
        #expect(throws: LedgerError.self) { try Proof.inclusion(index: 5, size: 5, tiles: read) }
        #expect(throws: LedgerError.self) { try Proof.inclusion(index: -1, size: 5, tiles: read) }
        #expect(throws: LedgerError.self) { try Proof.consistency(from: 0, to: 5, tiles: read) }
        #expect(throws: LedgerError.self) { try Proof.consistency(from: 6, to: 5, tiles: read) }
        #expect(throws: LedgerError.self) { try Proof.inclusion(index: 0, size: 601, tiles: read) }
        #expect(throws: LedgerError.self) { try Proof.root(size: -1, tiles: read) }
    }

    private func isIncluded(
        _ index: Int, _ size: Int, _ proof: [Digest], leaf: Digest? = nil, root: Digest? = nil
    ) -> Bool {
        let leaf = leaf ?? Self.leaves[min(max(index, 0), Self.size - 1)]
        return Proof.verifyInclusion(
            leaf: leaf, index: index, size: size, proof: proof, root: root ?? Self.roots[size])
    }

    private func isConsistent(_ old: Int, _ new: Int, _ proof: [Digest]) -> Bool {
        Proof.verifyConsistency(
            oldSize: old, oldRoot: Self.roots[old], newSize: new, newRoot: Self.roots[new], proof: proof)
    }

    private func damages(_ proof: [Digest], _ generator: inout SeededGenerator) -> [[Digest]] {
        var all = [proof + [Merkle.empty], [Merkle.empty] + proof, proof + proof.suffix(1)]
        if !proof.isEmpty {
            all.append(Array(proof.dropLast()))
            all.append(Array(proof.dropFirst()))
            var changed = proof
            changed[Int.random(in: 0..<proof.count, using: &generator)] = Merkle.empty
            all.append(changed)
        } else {
            all.removeLast()
        }
        return all
    }
}
