package import HavreCodec

/// A row of up to 256 neighbouring hashes of one level, the unit in which a ledger is stored (C2SP tlog-tiles).
///
/// Level 0 holds leaf hashes; a hash at level L is the root of a full tile (256 hashes) at level L - 1.
/// A tile that is not full yet is *partial*: it is stored and replaced as it grows, and never hashed upward.
package struct Tile: Equatable, Sendable {
    /// How many hashes a full tile holds.
    package static let width = 256
    /// The highest level a tree of `Int.max` leaves has.
    package static let levelMax = 7

    /// 0 for leaf hashes, at most `levelMax`.
    package let level: Int
    /// Position within the level, counted in tiles.
    package let number: Int
    /// 1 to 256 hashes.
    package let hashes: [Digest]

    /// Whether the tile holds all its 256 hashes and will not change again.
    package var isFull: Bool { hashes.count == Tile.width }

    /// The hashes as stored: 32 bytes each.
    package var encoded: [UInt8] { hashes.flatMap(\.bytes) }

    /// A tile of 1 to 256 hashes; throws `tile` otherwise.
    package init(level: Int, number: Int, hashes: [Digest]) throws(LedgerError) {
        guard 0...Tile.levelMax ~= level, number >= 0, 1...Tile.width ~= hashes.count else {
            throw .tile(level: level, number: number)
        }
        self.init(checked: level, number, hashes)
    }

    /// A tile from stored bytes, 32 to 8192 of them; throws `tile` when they are not whole hashes.
    package init(level: Int, number: Int, encoded: [UInt8]) throws(LedgerError) {
        guard encoded.count % 32 == 0, encoded.count <= Tile.width * 32 else {
            throw .tile(level: level, number: number)
        }
        var hashes: [Digest] = []
        hashes.reserveCapacity(encoded.count / 32)
        for start in stride(from: 0, to: encoded.count, by: 32) {
            guard let hash = try? Digest(bytes: Array(encoded[start..<start + 32])) else {
                throw .tile(level: level, number: number)
            }
            hashes.append(hash)
        }
        try self.init(level: level, number: number, hashes: hashes)
    }

    init(checked level: Int, _ number: Int, _ hashes: [Digest]) {
        self.level = level
        self.number = number
        self.hashes = hashes
    }
}

/// Gives the hashes stored for (level, number): at least as many as the tree's size demands, at most 256.
///
/// Throws `LedgerError.tile` when the row cannot be read; a caller that needs the store's own error keeps it
/// in a variable beside the closure.
package typealias TileReader = (_ level: Int, _ number: Int) throws(LedgerError) -> [Digest]
