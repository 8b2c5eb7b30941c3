package import HavreCodec
import HavreSecrets

/// The hashes of an RFC 6962 tree (section 2.1), over SHA-256.
package enum Merkle {
    /// The root of the tree without leaves: SHA-256 of nothing.
    package static let empty = Hash.sha256([])

    /// The hash of one leaf: SHA-256(0x00 || data).
    package static func leaf(_ data: [UInt8]) -> Digest {
        Hash.sha256([0x00] + data)
    }

    /// The hash of an inner node: SHA-256(0x01 || left || right), 65 bytes hashed.
    package static func node(_ left: Digest, _ right: Digest) -> Digest {
        var input: [UInt8] = []
        input.reserveCapacity(65)
        input.append(0x01)
        input.append(contentsOf: left.bytes)
        input.append(contentsOf: right.bytes)
        return Hash.sha256(input)
    }

    /// The root over any number of hashes of equal height (MTH of RFC 6962, from hashes instead of data).
    package static func root(of hashes: some Sequence<Digest>) -> Digest {
        var range = CompactRange()
        for hash in hashes { range.append(hash) }
        return range.root
    }
}
