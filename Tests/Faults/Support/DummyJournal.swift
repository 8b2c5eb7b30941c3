import HavreCodec
import HavreSecrets
import HavreStore

/// A ledger without a tree: its root is a hash chain over the leaves. Enough to hold the store to its protocol.
package final class DummyJournal: Journal, @unchecked Sendable {
    package private(set) var current = DummyJournal.empty
    private var before: StoredCheckpoint?
    package init() {}

    /// Makes `extend` fail, for tests of what a failing ledger does.
    package var isBroken = false
    /// Tiles of 4 leaves, so that tests see some.
    static let width: UInt64 = 4
    private var leaves: [Digest] = []
    private var leavesBefore: [Digest] = []

    package static let empty = StoredCheckpoint(size: 0, root: Hash.sha256([]), text: [])

    static func leaf(_ commitment: Digest, _ body: [UInt8], _ mark: [UInt8]) -> Digest {
        Hash.sha256(commitment.bytes + Hash.sha256(body).bytes + Hash.sha256(mark).bytes)
    }

    private static func next(_ root: Digest, _ leaf: Digest) -> Digest {
        Hash.sha256(root.bytes + leaf.bytes)
    }

    package func resume(_ checkpoint: StoredCheckpoint, from rows: any JournalRows, signer: SigningKey)
        throws(StoreError)
    {
        var root = Self.empty.root
        leaves = []
        for number in 0..<checkpoint.size {
            let entry = try rows.entry(number)
            let leaf = Self.leaf(entry.commitment, entry.body, entry.mark)
            leaves.append(leaf)
            root = Self.next(root, leaf)
        }
        guard root == checkpoint.root else { throw .tampered(.checkpoint) }
        current = checkpoint
    }

    package func extend(_ drafts: [JournalDraft]) throws(StoreError) -> JournalGroup {
        guard !isBroken else { throw .invalid(rule: "broken on purpose") }
        precondition(before == nil, "accepted or rejected comes first")
        before = current
        leavesBefore = leaves
        var group = JournalGroup(bodies: [], tiles: [], checkpoint: current)
        for draft in drafts {
            precondition(draft.number == current.size, "numbers follow one another")
            let body = Array("sealed:".utf8) + draft.draft
            group.bodies.append(body)
            if let tile = append(Self.leaf(draft.commitment, body, draft.mark)) { group.tiles.append(tile) }
        }
        group.checkpoint = current
        return group
    }

    private func append(_ leaf: Digest) -> StoredTile? {
        leaves.append(leaf)
        current.size += 1
        current.root = Self.next(current.root, leaf)
        current.text = Array("size \(current.size)".utf8)
        guard current.size % Self.width == 0 else { return nil }
        return StoredTile(
            level: 0, number: current.size / Self.width - 1,
            hashes: leaves.suffix(Int(Self.width)).flatMap(\.bytes))
    }

    package func accepted() {
        precondition(before != nil)
        before = nil
    }

    package func rejected() {
        guard let before else { preconditionFailure("nothing to reject") }
        current = before
        leaves = leavesBefore
        self.before = nil
    }

    package func replay(_ entry: StoredEntry) throws(StoreError) {
        _ = append(Self.leaf(entry.commitment, entry.body, entry.mark))
    }

    package func checkpoint() -> StoredCheckpoint { current }

    package func audit(
        _ checkpoint: StoredCheckpoint, _ rows: any JournalRows, problem: (StorePart, UInt64) -> Void
    ) throws(StoreError) {
        var root = Self.empty.root
        var leaves: [Digest] = []
        for number in 0..<checkpoint.size {
            do throws(StoreError) {
                let entry = try rows.entry(number)
                let leaf = Self.leaf(entry.commitment, entry.body, entry.mark)
                leaves.append(leaf)
                root = Self.next(root, leaf)
            } catch {
                problem(.entry, number)
                leaves.append(root)
            }
        }
        for number in 0..<tileCount(size: checkpoint.size) {
            let hashes = leaves[Int(number * Self.width)..<Int((number + 1) * Self.width)].flatMap(\.bytes)
            let found = try? rows.tile(level: 0, number: number)
            if found?.hashes != hashes { problem(.tile, number) }
        }
        if root != checkpoint.root { problem(.checkpoint, checkpoint.size) }
    }

    package func tileCount(size: UInt64) -> UInt64 { size / Self.width }

    package func forget() {
        current = Self.empty
        leaves = []
        before = nil
    }
}
