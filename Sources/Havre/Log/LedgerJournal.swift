import HavreCodec
import HavreLedger
import HavreSecrets
import HavreStore
import HavreSystem

/// The ledger as the store asks for it: makes leaves, tiles and checkpoints of each group of changes.
final class LedgerJournal: Journal {
    private struct State {
        var course = Course()
        /// With the group under way.
        var pending: Course?
        var signer: SigningKey?
        var origin = ""
        /// The latest second of the entries of each whole page that is known: the others were full at the start.
        var latest: [UInt64: UInt64] = [:]
    }

    /// The tree, which cases the entries of its partial tile are about, and what is signed of it.
    private struct Course {
        var tree = CompactTree()
        var register = CaseRegister()
        var checkpoint = StoredCheckpoint(size: 0, root: Merkle.empty, text: [])
        /// The latest second of each page that has become full since it was last taken out.
        var latest: [UInt64: UInt64] = [:]

        mutating func append(_ leaf: Leaf, body: [UInt8]) -> StoredTile? {
            tree.append(leaf.hash)
            guard let full = register.append(body) else { return nil }
            latest[full.page.number] = full.latest
            return full.page
        }
    }

    private let state = Guarded(State())

    /// Names the log, once, when the house is founded.
    func found(origin: String) { state.with { $0.origin = origin } }

    /// Name and public key of the log, nil while the gate is closed.
    var verifier: VerifierKey? {
        state.with { state in
            guard let signer = state.signer, !state.origin.isEmpty else { return nil }
            // The origin was made by us: it is a name that a key may have.
            return try? VerifierKey(name: state.origin, key: signer.publicKey)
        }
    }

    func resume(
        _ checkpoint: StoredCheckpoint, from rows: any JournalRows, signer: SigningKey
    ) throws(StoreError) {
        guard checkpoint.size > 0 else {
            state.with { state in
                state.course = Course()
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
            let behind = try Self.behindLastTile(opened.size, rows)
            let tree = try CompactTree(checkpoint: opened, tiles: Self.resuming(opened.size, behind, rows))
            var register = CaseRegister(number: checkpoint.size / UInt64(Tile.width))
            for entry in behind { _ = register.append(entry.body) }
            let course = Course(tree: tree, register: register, checkpoint: checkpoint)
            state.with { state in
                state.course = course
                state.signer = signer
                state.origin = opened.origin
            }
        } catch { throw .tampered(.checkpoint) }
    }

    func extend(_ drafts: [JournalDraft]) throws(StoreError) -> JournalGroup {
        try state.with { state throws(StoreError) in
            var course = state.course
            var tiles: [StoredTile] = []
            for draft in drafts {
                guard draft.number == UInt64(course.tree.size) else { throw .tampered(.entry) }
                let leaf = Leaf(
                    commitment: draft.commitment, body: Hash.sha256(draft.draft),
                    mark: Hash.sha256(draft.mark))
                if let full = course.append(leaf, body: draft.draft) { tiles.append(full) }
            }
            tiles += course.tree.takeTiles().filter(Self.isStored).map {
                StoredTile(level: $0.level, number: UInt64($0.number), hashes: $0.encoded)
            }
            course.checkpoint = try Self.sign(course.tree, state)
            state.pending = course
            return JournalGroup(bodies: drafts.map(\.draft), tiles: tiles, checkpoint: course.checkpoint)
        }
    }

    func accepted() {
        state.with { state in
            guard let pending = state.pending else { return }
            state.course = pending
            state.pending = nil
            state.latest.merge(state.course.latest) { $1 }
            state.course.latest = [:]
        }
    }

    func rejected() { state.with { $0.pending = nil } }

    func replay(_ entry: StoredEntry) throws(StoreError) {
        try state.with { state throws(StoreError) in
            guard entry.number == UInt64(state.course.tree.size) else { throw .tampered(.entry) }
            let leaf = Leaf(
                commitment: entry.commitment, body: Hash.sha256(entry.body), mark: Hash.sha256(entry.mark))
            _ = state.course.append(leaf, body: entry.body)
            _ = state.course.tree.takeTiles()
            state.course.checkpoint = try Self.sign(state.course.tree, state)
        }
    }

    func checkpoint() -> StoredCheckpoint { state.with { $0.course.checkpoint } }

    /// Numbers of the entries that may be about a case, in order: all that are, and a stray other now and then.
    func entries(
        about caseID: Identifier, by who: Set<UInt32>?, _ rows: any JournalRows
    ) throws(StoreError) -> [UInt64] {
        let newest = state.with { $0.course.register }
        var found: [UInt64] = []
        try rows.forEachTile(level: CaseRegister.level, below: newest.number) { page in
            found += CaseRegister(number: page.number, page: page.hashes).entries(about: caseID, by: who)
        }
        return found + newest.entries(about: caseID, by: who)
    }

    /// Numbers of the entries that may be of this second or a later one, in order: all that are, and those beside them.
    ///
    /// The times of entries are almost in order: one is written a moment after its time, and a clock can be set back. So
    /// each page counts by its latest second, and none stands for another.
    ///
    /// - Parameter look: the latest second in a whole page of entries; asked once after a start, of those before it.
    func entries(
        since second: UInt64, _ look: (Range<UInt64>) throws(StoreError) -> UInt64
    ) throws(StoreError) -> [Range<UInt64>] {
        let (size, count) = state.with { ($0.course.checkpoint.size, $0.course.register.number) }
        let width = UInt64(Tile.width)
        var found: [Range<UInt64>] = []
        for page in 0..<count {
            let numbers = page * width..<(page + 1) * width
            let known = state.with { $0.latest[page] }
            let latest: UInt64
            if let known {
                latest = known
            } else {
                latest = try look(numbers)
                state.with { if $0.signer != nil { $0.latest[page] = latest } }
            }
            if latest >= second { found.append(numbers) }
        }
        return found + [count * width..<size]
    }

    func audit(
        _ checkpoint: StoredCheckpoint, _ rows: any JournalRows, problem: (StorePart, UInt64) -> Void
    ) throws(StoreError) {
        var course = Course()
        for number in 0..<checkpoint.size {
            do throws(StoreError) {
                let entry = try rows.entry(number)
                let leaf = Leaf(
                    commitment: entry.commitment, body: Hash.sha256(entry.body), mark: Hash.sha256(entry.mark)
                )
                if let full = course.append(leaf, body: entry.body),
                    (try? rows.tile(level: full.level, number: full.number)) != full
                {
                    problem(.tile, full.number)
                }
            } catch {
                problem(.entry, number)
                return
            }
        }
        var tree = course.tree
        if tree.root != checkpoint.root { problem(.checkpoint, checkpoint.size) }
        for tile in tree.takeTiles() where Self.isStored(tile) {
            if !Self.isKept(tile, rows) { problem(.tile, UInt64(tile.number)) }
        }
    }

    /// Whether a tile is stored as it was made. While it is compared others may write: then it may have grown, by the
    /// roots of tiles that are full since.
    private static func isKept(_ tile: Tile, _ rows: any JournalRows) -> Bool {
        guard let stored = try? rows.tile(level: tile.level, number: UInt64(tile.number)),
            stored.hashes.starts(with: tile.encoded),
            let found = try? Tile(level: tile.level, number: tile.number, encoded: stored.hashes)
        else { return false }
        return found.hashes.indices.dropFirst(tile.hashes.count).allSatisfy { place in
            let number = tile.number * Tile.width + place
            guard tile.level > 0, let below = try? Self.stored(tile.level - 1, number, rows) else {
                return false
            }
            return below.count == Tile.width && Merkle.root(of: below) == found.hashes[place]
        }
    }

    /// The partial tile of the leaves changes with every group: it is made anew from the entries at a start.
    private static func isStored(_ tile: Tile) -> Bool { tile.level > 0 || tile.isFull }

    func tileCount(size: UInt64) -> UInt64 {
        // Of the leaves only whole ones, and a page of the register with each.
        var hashes = size / UInt64(Tile.width)
        var count = 2 * hashes
        while hashes > 0 {
            count += (hashes + UInt64(Tile.width) - 1) / UInt64(Tile.width)
            hashes /= UInt64(Tile.width)
        }
        return count
    }

    func forget() {
        state.with { state in
            state.signer = nil
            state.course = Course()
            state.pending = nil
            state.latest = [:]
        }
    }

    /// Reads tiles for proofs: stored ones from the vault, the partial tile of the leaves from memory.
    func reader(_ rows: any JournalRows) -> TileReader {
        let tree = state.with { $0.course.tree }
        return { level, number throws(LedgerError) in
            if level == 0, number == tree.size / Tile.width { return tree.partialHashes(level: 0) }
            return try Self.stored(level, number, rows)
        }
    }

    /// The entries behind the last whole tile: of them a start makes what is not stored.
    private static func behindLastTile(
        _ size: Int, _ rows: any JournalRows
    ) throws(StoreError) -> [StoredEntry] {
        var entries: [StoredEntry] = []
        for number in size / Tile.width * Tile.width..<size { entries.append(try rows.entry(UInt64(number))) }
        return entries
    }

    /// Reads tiles for a start: the partial tile of the leaves is made from the entries behind the last whole one.
    private static func resuming(
        _ size: Int, _ behind: [StoredEntry], _ rows: any JournalRows
    ) -> TileReader {
        { level, number throws(LedgerError) in
            guard level == 0, number == size / Tile.width else { return try stored(level, number, rows) }
            return behind.map { entry in
                Leaf(
                    commitment: entry.commitment, body: Hash.sha256(entry.body),
                    mark: Hash.sha256(entry.mark)
                ).hash
            }
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

    private static func sign(_ tree: CompactTree, _ state: State) throws(StoreError) -> StoredCheckpoint {
        guard let signer = state.signer else { throw .closed }
        let root = tree.root
        do {
            let text = try Checkpoint(origin: state.origin, size: tree.size, root: root).signed(by: signer)
            return StoredCheckpoint(size: UInt64(tree.size), root: root, text: text)
        } catch { throw .tampered(.checkpoint) }
    }
}
