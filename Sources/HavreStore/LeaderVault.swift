internal import HavreCodec
internal import HavreSecrets
internal import HavreSystem

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
            try lookForOthers()
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

    /// Whether another program has committed to the file since we last did. It is not trusted: every digest in memory
    /// is dropped, and the house compared again before anything else is written.
    private func lookForOthers() throws(StoreError) {
        let version = try database(.vaultFile) { () throws(SQLError) in try vault.dataVersion() }
        guard version != dataVersion else { return }
        dataVersion = version
        let size = memory.with { memory in
            memory.doubt()
            return memory.checkpoint.size
        }
        guard try database(.entry, { () throws(SQLError) in try vault.entryEnd() }) == size else {
            throw .tampered(.entry)
        }
        throw .stale
    }

    // MARK: one change

    /// Writes the rows of one change, or undoes them and says why.
    private func carryOut(_ course: Course, _ working: inout Working, _ keys: GateKeys) throws(StoreError) {
        let prepared = course.prepared
        let hasRows = !prepared.change.isEntryOnly
        if hasRows { try database(.vaultFile) { () throws(SQLError) in try vault.savepoint() } }
        do throws(StoreError) {
            try compare(prepared.change.expects, working, keys)
            guard hasRows else { return }
            let (deltas, rows) = try writeRows(prepared, working, keys)
            try database(.vaultFile) { () throws(SQLError) in try vault.release() }
            course.deltas = deltas
            course.rows = rows
            working.take(deltas)
        } catch {
            switch error {
            case .stale, .tampered, .invalid, .notFound:
                course.refusal = error
                if hasRows { try database(.vaultFile) { () throws(SQLError) in try vault.undo() } }
            default: throw error
            }
        }
    }

    private func compare(
        _ expects: [Expectation], _ working: Working, _ keys: GateKeys
    ) throws(StoreError) {
        for expected in expects {
            guard let state = try current(expected.area, working, keys),
                state.sealer.generation == expected.generation,
                expected.sequence == nil || expected.sequence == state.sequence
            else { throw .stale }
        }
    }

    private func current(_ area: Area, _ working: Working, _ keys: GateKeys) throws(StoreError) -> AreaState?
    {
        if let state = working.areas[area] { return state }
        return try state(of: area, keys)
    }

    /// What a change does to one area, while its rows are written.
    private struct Touched {
        let outcome: Mark.Outcome
        let old: AreaState?
        var new: AreaState
        var rows: [(n: UInt64, wrap: Digest)] = []
    }

    private func writeRows(
        _ prepared: Prepared, _ working: Working, _ keys: GateKeys
    ) throws(StoreError) -> (deltas: [AreaDelta], rows: [UInt64]) {
        var touched: [Area: Touched] = [:]
        for (area, fresh) in prepared.fresh {
            touched[area] = try begin(area, fresh, try current(area, working, keys), prepared)
        }
        var numbers: [UInt64] = []
        for (index, row) in prepared.rows.enumerated() {
            var area: Touched
            if let begun = touched[row.area] {
                area = begun
            } else {
                guard let old = try current(row.area, working, keys) else { throw .stale }
                area = Touched(outcome: .changed, old: old, new: old)
            }
            // Dropped here, so that the list of rows is not copied when it grows.
            touched[row.area] = nil
            let n = try write(row, &area, working)
            touched[row.area] = area
            if index < prepared.change.puts.count { numbers.append(n) }
        }
        var deltas: [AreaDelta] = []
        for (area, tags) in prepared.erased {
            guard let old = try current(area, working, keys) else { throw .stale }
            try erase(tags)
            deltas.append(AreaDelta(area: area, outcome: .erased, old: old, new: nil, rows: []))
        }
        for (area, one) in touched {
            var new = one.new
            new.sequence += 1
            deltas.append(AreaDelta(area: area, outcome: one.outcome, old: one.old, new: new, rows: one.rows))
        }
        return (deltas.sorted { $0.area < $1.area }, numbers)
    }

    /// An area that the change makes or renews.
    private func begin(
        _ area: Area, _ fresh: AreaState, _ old: AreaState?, _ prepared: Prepared
    ) throws(StoreError) -> Touched {
        guard let renewed = prepared.renewed[area] else {
            guard old == nil else { throw .stale }
            return Touched(outcome: .made, old: nil, new: fresh)
        }
        guard let old else { throw .stale }
        var touched = Touched(outcome: .renewed, old: old, new: fresh)
        touched.new.head = .zero
        touched.new.count = old.count
        for row in renewed {
            let isThere = try database(.row) { () throws(SQLError) in
                try vault.update(row.tag, wrap: row.wrap)
            }
            guard isThere else { throw .tampered(.row) }
            touched.new.head += row.element
            touched.rows.append((row.n, row.digest))
            if old.pin?.n == row.n { touched.new.pin = Pin(n: row.n, wrap: row.digest) }
        }
        return touched
    }

    /// Writes one row and moves head, count and pin of its area.
    /// - Returns: the row's number.
    private func write(
        _ row: PreparedRow, _ area: inout Touched, _ working: Working
    ) throws(StoreError) -> UInt64 {
        let sealed: PreparedRow.Sealed
        if let ready = row.sealed {
            sealed = ready
        } else {
            sealed = try PreparedRow.seal(row.content, area.new.count, area.new)
        }
        guard sealed.n <= area.new.count else { throw .invalid(rule: "rows are numbered without gaps") }
        let isNew = sealed.n == area.new.count
        if isNew {
            area.new.count += 1
        } else if area.outcome != .renewed {
            let old = try oldDigest(RowPlace(row.area, sealed.n), sealed.tag, working)
            area.new.head -= Head.element(area.new.headKey, tag: sealed.tag, wrap: old)
        }
        try write(sealed, row.body, isNew: isNew)
        area.new.head += sealed.element
        if row.isPinned || area.new.pin?.n == sealed.n {
            area.new.pin = row.content.isEmptied ? nil : Pin(n: sealed.n, wrap: sealed.digest)
        }
        area.rows.append((sealed.n, sealed.digest))
        return sealed.n
    }

    private func write(_ sealed: PreparedRow.Sealed, _ body: RowBody, isNew: Bool) throws(StoreError) {
        // A row where none may be, or none where one must be, is somebody else's hand.
        let fits = try database(.row) { () throws(SQLError) in
            try isNew
                ? vault.insert(sealed.tag, wrap: sealed.wrap) : vault.update(sealed.tag, wrap: sealed.wrap)
        }
        guard fits else { throw .tampered(.row) }
        try database(.body) { () throws(SQLError) in
            switch body {
            case .sealed(let bytes): try vault.put(body: bytes, sealed.tag)
            case .none: if !isNew { try vault.delete(bodyOf: sealed.tag) }
            case .kept: break
            }
        }
    }

    private func erase(_ tags: [Identifier]) throws(StoreError) {
        try database(.row) { () throws(SQLError) in
            for tag in tags { try vault.delete(tag) }
        }
    }

    /// The digest that the row had before: written by this group, known from a verified area, or read now. A row that
    /// was tampered with leaves the head wrong, which the next verification finds.
    private func oldDigest(
        _ place: RowPlace, _ tag: Identifier, _ working: Working
    ) throws(StoreError) -> Digest {
        if let digest = working.digests[place] { return digest }
        let known = memory.with { memory -> Digest? in
            guard let digests = memory.areas[place.area]?.digests, place.n < digests.count else { return nil }
            return digests[Int(place.n)]
        }
        if let known { return known }
        let wrap = try database(.row) { () throws(SQLError) in try vault.wrap(tag) }
        guard let wrap else { throw .tampered(.row) }
        return Hash.blake2b256(wrap)
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
