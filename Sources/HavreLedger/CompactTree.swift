package import HavreCodec

/// An RFC 6962 tree under construction: the right edge and the partial tile of each level.
///
/// A value: a group of changes appends to a copy, stores the tiles that `takeTiles` names, and the copy
/// replaces the original when the transaction is decided. Memory: at most 255 hashes a level.
package struct CompactTree: Equatable, Sendable {
    private var range: CompactRange
    /// The hashes of the partial tile of each level, 0 to 255 of them.
    private var partial: [[Digest]] = []
    /// Tiles filled since the last `takeTiles`.
    private var filled: [Tile] = []
    /// Levels below this one changed since the last `takeTiles`.
    private var changedLevels = 0

    /// The number of leaves.
    package var size: Int { range.size }
    /// The root; `Merkle.empty` for the empty tree.
    package var root: Digest { range.root }
    /// The compact range: one hash for each bit set in the size.
    package var edge: CompactRange { range }

    /// The empty tree.
    package init() {
        self.range = CompactRange()
    }

    /// Restores a tree of `size` leaves from its partial tiles, one read a level at most.
    ///
    /// The tiles are not trusted: compare `root` with a signed checkpoint, or use `init(checkpoint:tiles:)`.
    package init(size: Int, tiles: TileReader) throws(LedgerError) {
        guard size >= 0 else { throw .outOfRange(rule: "size >= 0") }
        var level = 0
        while size >> (8 * level) > 0 {
            let width = (size >> (8 * level)) & 255
            var row: [Digest] = []
            if width > 0 {
                row = try readTile(level: level, of: size, number: size >> (8 * (level + 1)), tiles)
                row = Array(row.prefix(width))
            }
            partial.append(row)
            level += 1
        }
        var edge: [Digest] = []
        for row in partial.reversed() {
            edge += try CompactTree.edge(of: row)
        }
        self.range = try CompactRange(size: size, edge: edge)
    }

    /// Restores the tree of a checkpoint whose signature the caller has checked.
    ///
    /// Throws `notAuthentic` when the tiles do not make the checkpoint's root.
    package init(checkpoint: Checkpoint, tiles: TileReader) throws(LedgerError) {
        try self.init(size: checkpoint.size, tiles: tiles)
        guard root == checkpoint.root else { throw .notAuthentic }
    }

    /// Appends the hash of the next leaf (`Merkle.leaf`, or `Leaf.hash`).
    package mutating func append(_ leaf: Digest) {
        range.append(leaf)
        var hash = leaf
        var level = 0
        while true {
            if partial.count == level { partial.append([]) }
            partial[level].append(hash)
            changedLevels = max(changedLevels, level + 1)
            guard partial[level].count == Tile.width else { return }
            hash = Merkle.root(of: partial[level])
            filled.append(Tile(checked: level, (size >> (8 * (level + 1))) - 1, partial[level]))
            partial[level] = []
            level += 1
        }
    }

    /// The tiles to store since the last call: those filled, then the partial ones that changed.
    ///
    /// A partial tile replaces the row of the same (level, number); no (level, number) comes twice.
    package mutating func takeTiles() -> [Tile] {
        var tiles = filled
        for level in 0..<changedLevels where !partial[level].isEmpty {
            tiles.append(Tile(checked: level, size >> (8 * (level + 1)), partial[level]))
        }
        filled = []
        changedLevels = 0
        return tiles
    }

    /// The hashes of the partial tile of a level, 0 to 255 of them: what a store need not keep.
    package func partialHashes(level: Int) -> [Digest] {
        partial.indices.contains(level) ? partial[level] : []
    }

    /// The perfect subtrees of one row, largest first.
    private static func edge(of row: [Digest]) throws(LedgerError) -> [Digest] {
        var range = CompactRange()
        for hash in row { range.append(hash) }
        return range.edge
    }
}
