import HavreCodec
import HavreSecrets
import HavreSystem

// Step 2: one transaction of the vault, a savepoint for each change. Its COMMIT is the decision.
extension Leader {
    /// The areas as the group has left them so far.
    struct Working {
        var areas: [Area: AreaState?] = [:]
        /// Digests of rows that the group itself wrote.
        var digests: [RowPlace: Digest] = [:]

        mutating func take(_ deltas: [AreaDelta]) {
            for delta in deltas {
                areas[delta.area] = .some(delta.new)
                for row in delta.rows { digests[RowPlace(delta.area, row.n)] = row.wrap }
            }
        }
    }

    /// Decides the group, or nothing of it. Changes that are refused on their own get their `refusal`.
    func decide(_ courses: [Course], _ keys: GateKeys) throws(StoreError) {
        let base = memory.with { $0.checkpoint }
        var extended = false
        do throws(StoreError) {
            try database(.vaultFile) { () throws(SQLError) in try vault.begin() }
            try lookForOthers(keys)
            var working = Working()
            var number = base.size
            for course in courses where course.refusal == nil {
                try carryOut(course, &working, keys)
                guard course.refusal == nil else { continue }
                course.number = number
                number += 1
            }
            let standing = courses.filter { $0.refusal == nil }
            guard !standing.isEmpty else {
                vault.rollback()
                return
            }
            let group = try journalRows(standing, base, keys) { extended = true }
            CrashPoint.reach(.vaultWritten)
            memory.with { $0.isDeciding = true }
            try commitVault()
            // Whatever changes in these files from here on is somebody else's doing.
            leave()
            journal.accepted()
            extended = false
            settle(standing, group.checkpoint)
        } catch {
            vault.rollback()
            if extended { journal.rejected() }
            memory.with { $0.isDeciding = false }
            memory.broadcast()
            if error == .outcomeUnknown { fail() }
            throw error
        }
        CrashPoint.reach(.vaultCommitted)
    }

    /// COMMIT. A full disk is known not to have committed; any other failure may have.
    private func commitVault() throws(StoreError) {
        do throws(SQLError) {
            try vault.commit()
        } catch {
            if error.isFull { throw .storageFull(decided: false) }
            if error.isBusy { throw .busy }
            throw .outcomeUnknown
        }
    }

    /// Whether another program has committed to the file since we last did, or has written into it. It is not trusted:
    /// every digest in memory is dropped, and the house compared again before anything else is written.
    private func lookForOthers(_ keys: GateKeys) throws(StoreError) {
        let version = try database(.vaultFile) { () throws(SQLError) in try vault.dataVersion() }
        guard version != dataVersion || isTouched else { return }
        // What nobody reads while the store is open, and no start would do without.
        guard try DatabaseFile.vault(vault.connection, .vault) == keys.vault else { throw .tampered(.meta) }
        dataVersion = version
        isTouched = false
        let size = memory.with { memory in
            memory.doubt()
            return memory.checkpoint.size
        }
        guard try database(.entry, { () throws(SQLError) in try vault.entryEnd() }) == size else {
            throw .tampered(.entry)
        }
        throw .stale
    }

    // MARK: the ledger's rows

    /// Marks, entries and tiles of the changes that stand.
    private func journalRows(
        _ standing: [Course], _ base: StoredCheckpoint, _ keys: GateKeys, _ extended: () -> Void
    ) throws(StoreError) -> JournalGroup {
        var drafts: [JournalDraft] = []
        drafts.reserveCapacity(standing.count)
        for course in standing {
            let change = course.prepared.change
            let mark = Mark(
                number: course.number, change: change, areas: course.deltas.map(Mark.Step.init),
                needsJournal: course.prepared.next?.isJournalled ?? false)
            drafts.append(
                JournalDraft(
                    number: course.number, operation: change.operation, commitment: change.commitment,
                    draft: change.entry, mark: try mark.sealed(keys, root: base.root)))
        }
        let group = try journal.extend(drafts)
        extended()
        guard group.bodies.count == drafts.count, group.checkpoint.size == base.size + UInt64(drafts.count)
        else {
            throw .invalid(rule: "a journal makes one body for each draft")
        }
        let seal = LedgerSeal(keys: keys)
        for (draft, body) in zip(drafts, group.bodies) {
            let columns = try seal.seal(number: draft.number, root: base.root, body: body, mark: draft.mark)
            try database(.entry) { () throws(SQLError) in try vault.insert(entry: draft.number, columns) }
        }
        for tile in group.tiles {
            let sealed = seal.seal(tile)
            try database(.tile) { () throws(SQLError) in
                try vault.put(tile: sealed, level: tile.level, number: tile.number)
            }
        }
        return group
    }

    /// From here on memory uses the new state, the gate follows.
    private func settle(_ standing: [Course], _ checkpoint: StoredCheckpoint) {
        for course in standing { owe(course) }
        lag.checkpoint = true
        let (restrictions, hasRemnants) = (restrictions, lag.chores.needsScrub)
        memory.with { memory in
            for course in standing {
                if memory.keys != nil, let next = course.prepared.next { memory.owed.take(next) }
                for delta in course.deltas { memory.apply(delta) }
                if !course.deltas.isEmpty { memory.decisions += 1 }
                memory.instant = max(memory.instant, course.prepared.change.instant)
            }
            if memory.keys != nil { memory.restrictions = restrictions }
            if hasRemnants { memory.hasRemnants = true }
            memory.checkpoint = checkpoint
            memory.isDeciding = false
        }
        memory.broadcast()
    }

    /// Notes what the gate has to learn of a change that stands. Kept here and not in memory, which a panic may empty
    /// while this group goes on to its end.
    private func owe(_ course: Course) {
        for delta in course.deltas { lag.areas[delta.area] = .some(delta.new) }
        if let step = course.prepared.change.gate {
            restrictions.subtract(step.lifted)
            if !step.lifted.isEmpty { lag.restrictions = true }
            for (person, slot) in step.quarantine where slot == nil { lag.takenBack.append(person) }
        }
        if let next = course.prepared.next {
            lag.decided.append(next)
            lag.fresh += next.areas.map { ($0.area, course.number) }
            lag.chores.blobs += next.droppedBlobs
        }
        if course.prepared.isScrubbed { lag.chores.needsScrub = true }
    }
}

extension Mark.Step {
    init(_ delta: AreaDelta) {
        area = delta.area
        outcome = delta.outcome
        oldHead = delta.old?.head ?? .zero
        facts = AreaFacts(of: delta)
    }
}
