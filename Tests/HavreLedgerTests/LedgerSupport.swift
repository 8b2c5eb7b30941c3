import HavreCodec

@testable import HavreLedger

/// A ledger kept in a dictionary: tiles as they would be stored.
struct StoredLedger {
    struct Place: Hashable {
        let level: Int
        let number: Int
    }

    var tree = CompactTree()
    var rows: [Place: [Digest]] = [:]

    /// Leaf hashes 0..<count of a made-up log.
    static func leaf(_ index: Int) -> Digest {
        Merkle.leaf(Array("entry \(index)".utf8))
    }

    /// Appends `count` leaves in groups of `group`.
    mutating func grow(by count: Int, group: Int) {
        for step in 0..<count {
            tree.append(StoredLedger.leaf(tree.size))
            if step % group == group - 1 { store() }
        }
        store()
    }

    mutating func store() {
        for tile in tree.takeTiles() { rows[Place(level: tile.level, number: tile.number)] = tile.hashes }
    }

    func read(_ level: Int, _ number: Int) throws(LedgerError) -> [Digest] {
        guard let row = rows[Place(level: level, number: number)] else {
            throw .tile(level: level, number: number)
        }
        return row
    }
}

/// RFC 6962's definitions written down as they stand, to compare with.
enum Definition {
    static func root(_ leaves: ArraySlice<Digest>) -> Digest {
        if leaves.isEmpty { return Merkle.empty }
        if leaves.count == 1 { return leaves[leaves.startIndex] }
        let middle = leaves.startIndex + split(leaves.count)
        return Merkle.node(root(leaves[..<middle]), root(leaves[middle...]))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<Digest>) -> [Digest] {
        if leaves.count == 1 { return [] }
        let count = split(leaves.count)
        let middle = leaves.startIndex + count
        return index < count
            ? path(index, leaves[..<middle]) + [root(leaves[middle...])]
            : path(index - count, leaves[middle...]) + [root(leaves[..<middle])]
    }

    static func proof(_ old: Int, _ leaves: ArraySlice<Digest>) -> [Digest] {
        subproof(old, leaves, isKnown: true)
    }

    private static func subproof(_ old: Int, _ leaves: ArraySlice<Digest>, isKnown: Bool) -> [Digest] {
        if old == leaves.count { return isKnown ? [] : [root(leaves)] }
        let count = split(leaves.count)
        let middle = leaves.startIndex + count
        return old <= count
            ? subproof(old, leaves[..<middle], isKnown: isKnown) + [root(leaves[middle...])]
            : subproof(old - count, leaves[middle...], isKnown: false) + [root(leaves[..<middle])]
    }

    private static func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }
}
