package import HavreCodec

extension Proof {
    /// Whether `proof` shows that `leaf` (a leaf hash) is number `index` of the `size` leaves under `root`.
    ///
    /// Strict as RFC 9162, section 2.1.3.2: no hash may be missing or left over.
    package static func verifyInclusion(
        leaf: Digest, index: Int, size: Int, proof: [Digest], root: Digest
    ) -> Bool {
        guard index >= 0, index < size else { return false }
        var position = index
        var last = size - 1
        var hash = leaf
        for sibling in proof {
            guard last != 0 else { return false }
            if position & 1 == 1 || position == last {
                hash = Merkle.node(sibling, hash)
                while position & 1 == 0, position != 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                hash = Merkle.node(hash, sibling)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether `proof` shows that the tree (oldSize, oldRoot) is a prefix of the tree (newSize, newRoot).
    ///
    /// Strict as RFC 9162, section 2.1.4.2: equal sizes need an empty proof and equal roots, an old size of 0
    /// proves nothing and is refused, no hash may be missing or left over.
    package static func verifyConsistency(
        oldSize: Int, oldRoot: Digest, newSize: Int, newRoot: Digest, proof: [Digest]
    ) -> Bool {
        guard oldSize >= 1, oldSize <= newSize else { return false }
        if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot }
        var rest = proof[...]
        var position = oldSize - 1
        var last = newSize - 1
        while position & 1 == 1 {
            position >>= 1
            last >>= 1
        }
        var oldHash = oldRoot
        if oldSize.nonzeroBitCount > 1 {
            guard let first = rest.popFirst() else { return false }
            oldHash = first
        }
        var newHash = oldHash
        for sibling in rest {
            guard last != 0 else { return false }
            if position & 1 == 1 || position == last {
                oldHash = Merkle.node(sibling, oldHash)
                newHash = Merkle.node(sibling, newHash)
                while position & 1 == 0, position != 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                newHash = Merkle.node(newHash, sibling)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == oldRoot && newHash == newRoot
    }
}
