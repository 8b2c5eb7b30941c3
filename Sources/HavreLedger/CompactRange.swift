package import HavreCodec

/// The right edge of an RFC 6962 tree: all that appending and the root need.
///
/// It holds one hash for each bit set in the size: the roots of the perfect subtrees from left to right,
/// largest first; at most 63 hashes.
package struct CompactRange: Equatable, Sendable {
    /// The number of leaves.
    package private(set) var size: Int
    /// The roots of the perfect subtrees, largest (leftmost) first.
    package private(set) var edge: [Digest]

    /// The range of the empty tree.
    package init() {
        self.size = 0
        self.edge = []
    }

    /// Restores a range; throws `outOfRange` unless there is one hash for each bit set in `size`.
    package init(size: Int, edge: [Digest]) throws(LedgerError) {
        guard size >= 0 else { throw .outOfRange(rule: "size >= 0") }
        guard edge.count == size.nonzeroBitCount else {
            throw .outOfRange(rule: "one edge hash per bit of size")
        }
        self.size = size
        self.edge = edge
    }

    /// Appends the hash of the next leaf.
    package mutating func append(_ leaf: Digest) {
        var hash = leaf
        // Each trailing one bit of the old size is a subtree that the new leaf completes to a pair.
        var bits = size
        while bits & 1 == 1 {
            hash = Merkle.node(edge.removeLast(), hash)
            bits >>= 1
        }
        edge.append(hash)
        size += 1
    }

    /// The tree's root; `Merkle.empty` for the empty tree.
    package var root: Digest {
        guard var hash = edge.last else { return Merkle.empty }
        for left in edge.dropLast().reversed() { hash = Merkle.node(left, hash) }
        return hash
    }
}
