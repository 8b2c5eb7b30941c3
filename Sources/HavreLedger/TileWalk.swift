import HavreCodec

/// Reads the row (level, number) of a tree of `size` leaves and refuses one narrower than the size demands.
func readTile(level: Int, of size: Int, number: Int, _ tiles: TileReader) throws(LedgerError) -> [Digest] {
    let row = try tiles(level, number)
    let width = min(Tile.width, (size >> (8 * level)) - number * Tile.width)
    guard width > 0, row.count >= width, row.count <= Tile.width else {
        throw .tile(level: level, number: number)
    }
    return row
}

/// Computes hashes of subtrees of a stored tree, each tile read once.
struct TileWalk {
    private struct Place: Hashable {
        let level: Int
        let number: Int
    }

    let size: Int
    private var read: [Place: [Digest]] = [:]

    init(size: Int) {
        self.size = size
    }

    /// The root of the leaves `start..<end`, where `start` is a multiple of the largest power of two below
    /// or at the count: every range in RFC 6962's definitions of PATH and SUBPROOF is such a one.
    mutating func root(_ start: Int, _ end: Int, _ tiles: TileReader) throws(LedgerError) -> Digest {
        var edge: [Digest] = []
        var next = start
        while next < end {
            let height = Int.bitWidth - 1 - (end - next).leadingZeroBitCount
            edge.append(try perfect(at: next, height: height, tiles))
            next += 1 << height
        }
        guard var hash = edge.last else { return Merkle.empty }
        for left in edge.dropLast().reversed() { hash = Merkle.node(left, hash) }
        return hash
    }

    /// The root of the 2^height leaves from `start`, from the tile whose level is nearest below.
    private mutating func perfect(at start: Int, height: Int, _ tiles: TileReader) throws(LedgerError)
        -> Digest
    {
        let level = height / 8
        let count = 1 << (height % 8)
        let position = start >> (8 * level)
        let place = Place(level: level, number: position / Tile.width)
        let row: [Digest]
        if let known = read[place] {
            row = known
        } else {
            row = try readTile(level: level, of: size, number: place.number, tiles)
            read[place] = row
        }
        let offset = position % Tile.width
        return Merkle.root(of: row[offset..<offset + count])
    }
}
