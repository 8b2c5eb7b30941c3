import HavreCodec
import HavreLedger
import HavreSecrets
import HavreStore
import HavreSystem

/// The ledger as the store asks for it: makes leaves, tiles and checkpoints of each group of changes.
final class LedgerJournal: Journal {
    private struct State {
        var tree = CompactTree()
        /// The tree with the group under way.
        var pending: CompactTree?
        var text: [UInt8] = []
        var pendingText: [UInt8] = []
        var signer: SigningKey?
        var origin = ""
    }

    private let state = Guarded(State())

    /// Names the log, once, when the house is founded.
    func found(origin: String) { state.with { $0.origin = origin } }

    /// Name and public key of the log, nil while the gate is closed.
    var verifier: VerifierKey? {
        state.with { state in
            guard let signer = state.signer, !state.origin.isEmpty else { return nil }
            return try? VerifierKey(name: state.origin, key: signer.publicKey)
        }
    }

    func resume(
        _ checkpoint: StoredCheckpoint, from rows: any JournalRows, signer: SigningKey
    ) throws(StoreError) {
        guard checkpoint.size > 0 else {
            state.with { state in
                state.tree = CompactTree()
                state.text = []
                state.signer = signer
            }
            return
        }
        do {
            let note = try SignedNote(parsing: checkpoint.text)
            let said = try Checkpoint(parsing: Array(note.text))
            let key = try VerifierKey(name: said.origin, key: signer.publicKey)
            let opened = try Checkpoint.open(checkpoint.text, key: key)
            guard UInt64(opened.size) == checkpoint.size, opened.root == checkpoint.root else {
                throw StoreError.tampered(.checkpoint)
            }
            let tree = try CompactTree(checkpoint: opened, tiles: Self.resuming(opened.size, rows))
            state.with { state in
                state.tree = tree
                state.text = checkpoint.text
                state.signer = signer
                state.origin = opened.origin
            }
        } catch { throw .tampered(.checkpoint) }
    }

    func extend(_ drafts: [JournalDraft]) throws(StoreError) -> JournalGroup {
        try state.with { state throws(StoreError) in
            var tree = state.tree
            for draft in drafts {
                guard draft.number == UInt64(tree.size) else { throw .tampered(.entry) }
                let leaf = Leaf(
                    commitment: draft.commitment, body: Hash.sha256(draft.draft),
                    mark: Hash.sha256(draft.mark))
                tree.append(leaf.hash)
            }
            let tiles = tree.takeTiles().filter(Self.isStored).map {
                StoredTile(level: $0.level, number: UInt64($0.number), hashes: $0.encoded)
            }
            state.pendingText = try Self.sign(tree, state)
            state.pending = tree
            return JournalGroup(
                bodies: drafts.map(\.draft), tiles: tiles,
                checkpoint: StoredCheckpoint(
                    size: UInt64(tree.size), root: tree.root, text: state.pendingText))
        }
    }

    func accepted() {
        state.with { state in
            guard let pending = state.pending else { return }
            state.tree = pending
            state.text = state.pendingText
            state.pending = nil
        }
    }

    func rejected() { state.with { $0.pending = nil } }

    func replay(_ entry: StoredEntry) throws(StoreError) {
        try state.with { state throws(StoreError) in
            guard entry.number == UInt64(state.tree.size) else { throw .tampered(.entry) }
            let leaf = Leaf(
                commitment: entry.commitment, body: Hash.sha256(entry.body), mark: Hash.sha256(entry.mark))
            state.tree.append(leaf.hash)
            _ = state.tree.takeTiles()
            state.text = try Self.sign(state.tree, state)
        }
    }

    func checkpoint() -> StoredCheckpoint {
        state.with { StoredCheckpoint(size: UInt64($0.tree.size), root: $0.tree.root, text: $0.text) }
    }

    func audit(
        _ checkpoint: StoredCheckpoint, _ rows: any JournalRows, problem: (StorePart, UInt64) -> Void
    ) throws(StoreError) {
        var tree = CompactTree()
        for number in 0..<checkpoint.size {
            do throws(StoreError) {
                let entry = try rows.entry(number)
                let leaf = Leaf(
                    commitment: entry.commitment, body: Hash.sha256(entry.body), mark: Hash.sha256(entry.mark)
                )
                tree.append(leaf.hash)
            } catch {
                problem(.entry, number)
                return
            }
        }
        if tree.root != checkpoint.root { problem(.checkpoint, checkpoint.size) }
        for tile in tree.takeTiles() where Self.isStored(tile) {
            let stored = try? rows.tile(level: tile.level, number: UInt64(tile.number))
            if stored?.hashes != tile.encoded { problem(.tile, UInt64(tile.number)) }
        }
    }

    /// The partial tile of the leaves changes with every group: it is made anew from the entries at a start.
    private static func isStored(_ tile: Tile) -> Bool { tile.level > 0 || tile.isFull }

    func tileCount(size: UInt64) -> UInt64 {
        var count = size / UInt64(Tile.width)
        var hashes = count
        while hashes > 0 {
            count += (hashes + UInt64(Tile.width) - 1) / UInt64(Tile.width)
            hashes /= UInt64(Tile.width)
        }
        return count
    }

    func forget() {
        state.with { state in
            state.signer = nil
            state.tree = CompactTree()
            state.pending = nil
            state.text = []
        }
    }

    /// Reads tiles for proofs: stored ones from the vault, the partial tile of the leaves from memory.
    func reader(_ rows: any JournalRows) -> TileReader {
        let tree = state.with { $0.tree }
        return { level, number throws(LedgerError) in
            if level == 0, number == tree.size / Tile.width { return tree.partialHashes(level: 0) }
            return try Self.stored(level, number, rows)
        }
    }

    /// Reads tiles for a start: the partial tile of the leaves is made from the entries behind the last whole one.
    private static func resuming(_ size: Int, _ rows: any JournalRows) -> TileReader {
        { level, number throws(LedgerError) in
            guard level == 0, number == size / Tile.width else { return try stored(level, number, rows) }
            var hashes: [Digest] = []
            for index in number * Tile.width..<size {
                guard let entry = try? rows.entry(UInt64(index)) else {
                    throw .tile(level: level, number: number)
                }
                hashes.append(
                    Leaf(
                        commitment: entry.commitment, body: Hash.sha256(entry.body),
                        mark: Hash.sha256(entry.mark)
                    ).hash)
            }
            return hashes
        }
    }

    private static func stored(
        _ level: Int, _ number: Int, _ rows: any JournalRows
    ) throws(LedgerError) -> [Digest] {
        guard let stored = try? rows.tile(level: level, number: UInt64(number)) else {
            throw .tile(level: level, number: number)
        }
        return try Tile(level: level, number: number, encoded: stored.hashes).hashes
    }

    private static func sign(_ tree: CompactTree, _ state: State) throws(StoreError) -> [UInt8] {
        guard let signer = state.signer else { throw .closed }
        do {
            return try Checkpoint(origin: state.origin, size: tree.size, root: tree.root).signed(by: signer)
        } catch { throw .tampered(.checkpoint) }
    }
}
