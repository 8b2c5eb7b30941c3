import HavreCodec
import TestSupport
import Testing

@testable import HavreLedger

@Suite struct TreeTests {
    @Test("Hashes are the ones the specification gives") func hashesOnes() {
        #expect(Merkle.empty.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            Merkle.leaf([]).hex == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        #expect(
            Merkle.leaf(Array("L123456".utf8)).hex
                == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")
    }

    @Test("An inner node hashes a byte one and both children") func innerNode() throws {
        // The published value hashes "N123" and "N456" themselves; ours takes digests, so the rule is restated.
        let left = Merkle.leaf([1])
        let right = Merkle.leaf([2])
        #expect(Merkle.node(left, right) != Merkle.node(right, left))
        #expect(Merkle.node(left, right) == Definition.root([left, right][...]))
    }

    @Test("The root of every size is the definition") func rootEvery() {
        let leaves = (0..<600).map(StoredLedger.leaf)
        var range = CompactRange()
        for size in 0...600 {
            #expect(range.root == Definition.root(leaves[..<size]))
            #expect(range.edge.count == size.nonzeroBitCount)
            if size < 600 { range.append(leaves[size]) }
        }
    }

    @Test("Tiles are the rows of the tree, whatever the groups") func tilesRows() throws {
        for group in [1, 3, 255, 256, 257, 1000] {
            var ledger = StoredLedger()
            ledger.grow(by: 1000, group: group)
            #expect(ledger.rows[.init(level: 0, number: 3)]?.count == 1000 - 768)
            #expect(ledger.rows[.init(level: 1, number: 0)]?.count == 3)
            #expect(ledger.rows.count == 5)
            #expect(
                ledger.rows[.init(level: 1, number: 0)]?[2]
                    == Definition.root((512..<768).map(StoredLedger.leaf)[...])
            )
            try Proof.checkTiles(size: 1000, root: ledger.tree.root, tiles: ledger.read)
        }
    }

    @Test("A changed tile is named once") func changedTile() {
        var tree = CompactTree()
        for index in 0..<700 { tree.append(StoredLedger.leaf(index)) }
        let places = tree.takeTiles().map { "\($0.level)/\($0.number)" }
        #expect(places == ["0/0", "0/1", "0/2", "1/0"])
        #expect(tree.takeTiles().isEmpty)
        tree.append(StoredLedger.leaf(700))
        #expect(tree.takeTiles().map { "\($0.level)/\($0.number)/\($0.hashes.count)" } == ["0/2/189"])
    }

    @Test("A tree is restored from its tiles at every size") func treeRestored() throws {
        var ledger = StoredLedger()
        for size in 0...600 {
            let restored = try CompactTree(size: size, tiles: ledger.read)
            #expect(restored.root == ledger.tree.root)
            #expect(restored.edge == ledger.tree.edge)
            ledger.grow(by: 1, group: 1)
        }
    }

    @Test("A restored tree grows as the original does") func restoredTree() throws {
        for size in [1, 255, 256, 257, 511, 512, 600] {
            var ledger = StoredLedger()
            ledger.grow(by: size, group: 7)
            var restored = ledger
            restored.tree = try CompactTree(size: size, tiles: ledger.read)
            ledger.grow(by: 300, group: 11)
            restored.grow(by: 300, group: 300)
            #expect(restored.rows == ledger.rows)
            #expect(restored.tree.root == ledger.tree.root)
        }
    }

    @Test("Three levels of tiles work as two") func threeLevels() throws {
        var ledger = StoredLedger()
        ledger.grow(by: 66_000, group: 4096)
        #expect(ledger.rows[.init(level: 2, number: 0)]?.count == 1)
        let restored = try CompactTree(size: 66_000, tiles: ledger.read)
        #expect(restored.root == ledger.tree.root)
        for index in [0, 255, 256, 65_535, 65_536, 65_999] {
            let proof = try Proof.inclusion(index: index, size: 66_000, tiles: ledger.read)
            #expect(
                Proof.verifyInclusion(
                    leaf: StoredLedger.leaf(index), index: index, size: 66_000, proof: proof,
                    root: ledger.tree.root))
        }
        for old in [1, 256, 65_535, 65_536, 65_537] {
            let proof = try Proof.consistency(from: old, to: 66_000, tiles: ledger.read)
            let root = try Proof.root(size: old, tiles: ledger.read)
            #expect(
                Proof.verifyConsistency(
                    oldSize: old, oldRoot: root, newSize: 66_000, newRoot: ledger.tree.root, proof: proof))
        }
    }

    @Test("A tile that is missing or narrow is refused") func tileMissing() {
        var ledger = StoredLedger()
        ledger.grow(by: 600, group: 600)
        let place = StoredLedger.Place(level: 0, number: 2)
        ledger.rows[place]?.removeLast()
        #expect(throws: LedgerError.tile(level: 0, number: 2)) {
            try CompactTree(size: 600, tiles: ledger.read)
        }
        #expect(throws: LedgerError.tile(level: 0, number: 2)) {
            try Proof.inclusion(index: 3, size: 600, tiles: ledger.read)
        }
        ledger.rows[place] = nil
        #expect(throws: LedgerError.tile(level: 0, number: 2)) {
            try Proof.consistency(from: 3, to: 600, tiles: ledger.read)
        }
    }

    @Test("Every changed hash of a tile is found") func everyChanged() throws {
        var ledger = StoredLedger()
        ledger.grow(by: 600, group: 600)
        let root = ledger.tree.root
        var generator = SeededGenerator(seed: 6962)
        for (place, row) in ledger.rows {
            for _ in 0..<4 {
                var forged = ledger
                forged.rows[place]?[Int.random(in: 0..<row.count, using: &generator)] = Merkle.empty
                #expect(throws: LedgerError.self) {
                    try Proof.checkTiles(size: 600, root: root, tiles: forged.read)
                }
            }
        }
        let checkpoint = try Checkpoint(origin: "log", size: 600, root: root)
        ledger.rows[.init(level: 0, number: 2)]?[0] = Merkle.empty
        #expect(throws: LedgerError.notAuthentic) {
            try CompactTree(checkpoint: checkpoint, tiles: ledger.read)
        }
    }

    @Test("A range needs one hash for each bit of its size") func rangeNeeds() throws {
        #expect(throws: LedgerError.self) { try CompactRange(size: 3, edge: [Merkle.empty]) }
        #expect(throws: LedgerError.self) { try CompactRange(size: -1, edge: [Merkle.empty]) }
        #expect(try CompactRange(size: 4, edge: [Merkle.empty]).root == Merkle.empty)
    }

    @Test("Stored tiles are read strictly") func storedTiles() throws {
        let hashes = (0..<5).map(StoredLedger.leaf)
        let tile = try Tile(level: 1, number: 4, hashes: hashes)
        #expect(try Tile(level: 1, number: 4, encoded: tile.encoded) == tile)
        #expect(throws: LedgerError.self) { try Tile(level: 1, number: 4, encoded: tile.encoded + [0]) }
        #expect(throws: LedgerError.self) { try Tile(level: 1, number: 4, encoded: []) }
        #expect(throws: LedgerError.self) { try Tile(level: 8, number: 4, encoded: tile.encoded) }
        #expect(throws: LedgerError.self) {
            try Tile(level: 0, number: 0, encoded: [UInt8](repeating: 0, count: 257 * 32))
        }
    }
}
