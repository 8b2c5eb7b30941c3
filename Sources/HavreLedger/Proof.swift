package import HavreCodec

/// Inclusion and consistency proofs (RFC 6962, section 2.1), made from stored tiles.
package enum Proof {
    /// The audit path of leaf `index` in the tree of the first `size` leaves, the leaf's sibling first.
    ///
    /// `tiles` may already hold a larger tree. Throws `outOfRange` unless 0 <= index < size; at most 63 hashes.
    package static func inclusion(
        index: Int, size: Int, tiles: TileReader
    ) throws(LedgerError) -> [Digest] {
        guard index >= 0, index < size else { throw .outOfRange(rule: "0 <= index < size") }
        var walk = TileWalk(size: size)
        var start = 0
        var end = size
        var path: [Digest] = []
        while end - start > 1 {
            let middle = start + split(end - start)
            if index < middle {
                path.append(try walk.root(middle, end, tiles))
                end = middle
            } else {
                path.append(try walk.root(start, middle, tiles))
                start = middle
            }
        }
        return path.reversed()
    }

    /// The proof that the tree of `old` leaves is a prefix of the tree of `new` leaves.
    ///
    /// Empty for equal sizes. Throws `outOfRange` unless 1 <= old <= new: nothing can be said about an empty
    /// tree.
    package static func consistency(
        from old: Int, to new: Int, tiles: TileReader
    ) throws(LedgerError) -> [Digest] {
        guard old >= 1, old <= new else { throw .outOfRange(rule: "1 <= old <= new") }
        var walk = TileWalk(size: new)
        var start = 0
        var end = new
        // While the old tree ends at the right edge of what was split off, its own root is known to the asker.
        var isKnown = true
        var proof: [Digest] = []
        while old < end {
            let middle = start + split(end - start)
            if old <= middle {
                proof.append(try walk.root(middle, end, tiles))
                end = middle
            } else {
                proof.append(try walk.root(start, middle, tiles))
                start = middle
                isKnown = false
            }
        }
        if !isKnown { proof.append(try walk.root(start, end, tiles)) }
        return proof.reversed()
    }

    /// The root of the first `size` leaves; throws `outOfRange` for a negative size.
    package static func root(size: Int, tiles: TileReader) throws(LedgerError) -> Digest {
        guard size >= 0 else { throw .outOfRange(rule: "size >= 0") }
        var walk = TileWalk(size: size)
        return try walk.root(0, size, tiles)
    }

    /// Reads every tile of a tree of `size` leaves and builds it anew from the leaf hashes.
    ///
    /// Throws `tile` for the first tile that differs from what the leaves make of it, `notAuthentic` when the
    /// root differs. Time: two hashes a leaf.
    package static func checkTiles(size: Int, root: Digest, tiles: TileReader) throws(LedgerError) {
        guard size >= 0 else { throw .outOfRange(rule: "size >= 0") }
        var tree = CompactTree()
        for number in 0..<(size + Tile.width - 1) / Tile.width {
            let row = try readTile(level: 0, of: size, number: number, tiles)
            for hash in row.prefix(size - number * Tile.width) { tree.append(hash) }
            for tile in tree.takeTiles() where tile.level > 0 {
                let stored = try readTile(level: tile.level, of: tree.size, number: tile.number, tiles)
                guard stored.starts(with: tile.hashes) else {
                    throw .tile(level: tile.level, number: tile.number)
                }
            }
        }
        guard tree.root == root else { throw .notAuthentic }
    }

    /// The largest power of two below `count`, which is at least 2.
    private static func split(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
