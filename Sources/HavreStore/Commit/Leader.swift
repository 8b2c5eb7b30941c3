import HavreCodec
import HavreSecrets
import HavreSystem

/// Commits groups of changes over the two files. One thread at a time leads; everything here belongs to it.
///
/// The steps are those of `STORE.md`: 1 the gate prepares, 2 the vault decides, 3 the gate follows, 4 what was
/// overwritten is removed. Whatever happens in between, a start finds out from the two files what to do.
// Sendable by hand: touched only by the thread that holds the lead of the queue.
final class Leader: @unchecked Sendable {
    let vault: VaultWriter
    let gate: GateFile
    let journalLog: StepLog
    let erasuresLog: StepLog
    let memory: Guarded<Memory>
    let journal: any Journal
    let blobs: BlobFolder
    let keyFiles: KeyFiles
    let longReads: LongReads
    let mover: LogMover
    /// Backups on their way.
    var copies: [FileCopy] = []
    /// How long the logs were when the mover was last asked to move them.
    private var movedAt = (vault: 0, gate: 0)
    /// The second copy of the gate, if somebody wants one.
    let mirror: GateMirror?
    private let standing: StandingFiles
    private let readers: ReaderPool
    private let gateReader: Guarded<Store.GateReader>
    /// How whoever led last has left the files, and how many passes of the mover there had been before; nil
    /// where one was under way.
    private var left: (files: [StandingFiles.Stamp], passes: UInt64)?
    /// Whether somebody else has written into the vault's since.
    var isTouched = false
    /// Whether somebody else has written into the gate's since, and it was not compared yet.
    var isGateTouched = false
    /// The checkpoint that the gate holds.
    var followed: StoredCheckpoint?
    /// Whether a restore brings the gate forward: what is lost with the gate is then passed over and named.
    var isRestoring = false
    /// What was lost so.
    var lost: [LostArea] = []
    /// What the gate does not know yet.
    var lag = Lag()
    /// Freezes and removals as decided, or as they bite already.
    var restrictions: Set<Restriction> = []
    #if DEBUG
        /// A test's full disk under the gate, from the decision on.
        var isGateFull = false
    #endif
    /// The writing connection's `data_version` when it was last looked at.
    var dataVersion: Int64

    init(
        vault: VaultWriter, gate: GateFile, journalLog: StepLog, erasuresLog: StepLog,
        memory: Guarded<Memory>,
        journal: any Journal, blobs: BlobFolder, keyFiles: KeyFiles, longReads: LongReads,
        mover: LogMover, mirror: GateMirror?, standing: StandingFiles, readers: ReaderPool,
        gateReader: Guarded<Store.GateReader>
    ) throws(StoreError) {
        self.vault = vault
        self.gate = gate
        self.journalLog = journalLog
        self.erasuresLog = erasuresLog
        self.memory = memory
        self.journal = journal
        self.blobs = blobs
        self.keyFiles = keyFiles
        self.longReads = longReads
        self.mover = mover
        self.mirror = mirror
        self.standing = standing
        self.readers = readers
        self.gateReader = gateReader
        dataVersion = try database(.vaultFile) { () throws(SQLError) in try vault.dataVersion() }
        for connection in [vault.connection, gate.connection] { connection.watchLog() }
        vault.mover = mover
        gate.mover = mover
    }

    /// Notes how the files are left. Whoever leads does this last, and those of a database into which she has written
    /// nothing stay as they were found: what somebody else wrote meanwhile is not taken for ours.
    func leave() {
        var ours: Set<StorePart> = []
        if vault.takeHasWritten() { ours.insert(.vaultFile) }
        if gate.takeHasWritten() { ours.insert(.gateFile) }
        note(ours)
    }

    /// Notes how the files of these databases are now, or all when the mover has been at work since.
    private func note(_ parts: Set<StorePart>) {
        guard let passes = mover.passCount else { return left = nil }
        guard let last = left, last.passes == passes else {
            return left = (try? standing.stamps()).map { ($0, passes) }
        }
        guard !parts.isEmpty else { return }
        left = (try? standing.stamps()).map { now in
            (zip(now, last.files).map { parts.contains($0.part) ? $0 : $1 }, passes)
        }
    }

    /// Looks whether the files stand where they were, and whether somebody has written into them since. SQLite would not
    /// notice what does not go through SQLite, and go on with the pages that it has in memory.
    func lookAtFiles() throws(StoreError) {
        let files = try standing.look()
        guard let left, left.passes == mover.passCount, left.files != files else { return }
        let touched = Set(zip(left.files, files).filter { $0 != $1 }.map(\.1.part))
        if touched.contains(.vaultFile) {
            isTouched = true
            vault.connection.forgetPages()
            readers.doubt()
        }
        if touched.contains(.gateFile) {
            isGateTouched = true
            gate.connection.forgetPages()
            gateReader.with { $0.file.connection.forgetPages() }
        }
        note(touched)
    }

    /// Has the logs moved that have become long since the last time.
    func lookAtLogs() {
        func isLong(_ connection: Connection, _ last: inout Int) -> Bool {
            let count = connection.logFrameCount
            // It has begun anew since.
            if count < last { last = 0 }
            guard count >= last + LogMover.frameCountMin else { return false }
            last = count
            return true
        }
        let (vaultIsLong, gateIsLong) = (
            isLong(vault.connection, &movedAt.vault), isLong(gate.connection, &movedAt.gate)
        )
        if vaultIsLong || gateIsLong { mover.wake() }
    }

    /// What was decided and has still to be written into the gate.
    struct Lag {
        /// States of areas whose cells are older; nil: erased.
        var areas: [Area: AreaState?] = [:]
        /// What decided changes make true.
        var decided: [NextStep] = []
        /// Areas that got a key, with the entry that gave it.
        var fresh: [(area: Area, number: UInt64)] = []
        /// Quarantined slots that were taken back.
        var takenBack: [Identifier] = []
        /// Whether a cell *next* stands in the gate.
        var hasNext = false
        /// Whether the restrictions changed since their cell was written.
        var restrictions = false
        /// Whether the checkpoint moved.
        var checkpoint = false
        /// Chores to note with the next flush.
        var chores = Chores()
        /// Chores that stand in the gate already.
        var noted = Chores()

        /// Whether mutations are waiting, not only the checkpoint of reads.
        var isUrgent: Bool {
            !areas.isEmpty || !decided.isEmpty || !takenBack.isEmpty || hasNext || restrictions
                || !chores.isEmpty
        }
    }

    /// One change of a group on its way.
    final class Course {
        let prepared: Prepared
        /// Set as soon as it is known; a change with an answer takes no further part.
        var refusal: StoreError?
        var deltas: [AreaDelta] = []
        var rows: [UInt64] = []
        var number: UInt64 = 0

        init(_ prepared: Prepared) { self.prepared = prepared }
    }

    /// Commits a group.
    /// - Parameter answerEarly: called after the decision with the places of changes that are answered now: those
    ///   that only write an entry.
    /// - Returns: one answer for each change, in order.
    func commit(
        _ group: [Prepared], answerEarly: ([(Int, Result<Receipt, StoreError>)]) -> Void
    ) -> [Result<Receipt, StoreError>] {
        let courses = group.map(Course.init)
        let keys: GateKeys
        do throws(StoreError) {
            keys = try memory.with { memory throws(StoreError) in
                guard memory.state != .opening else { throw .closed }
                return try memory.openKeys()
            }
            try perform(courses, keys) { self.answer(courses, isScrubbed: true, answerEarly) }
        } catch {
            for course in courses where course.refusal == nil { course.refusal = error }
        }
        let isScrubbed = memory.with { !$0.hasRemnants } && mirror?.hasRemnants != true
        CrashPoint.reach(.beforeAnswer)
        return courses.map { result($0, isScrubbed) }
    }

    private func perform(_ courses: [Course], _ keys: GateKeys, _ decided: () -> Void) throws(StoreError) {
        // Nothing is written, and so nothing is read either, into files that no start would find.
        try lookAtFiles()
        try requireGate(keys)
        let mutates = courses.contains { !$0.prepared.change.isEntryOnly }
        // After a full disk an older group may still wait for its step 3: it goes first.
        if mutates, lag.isUrgent { try catchUp(keys) }
        if courses.contains(where: { $0.prepared.hasGateStep }) { try prepareGate(courses, keys) }
        do throws(StoreError) {
            try decide(courses, keys)
        } catch {
            for course in courses where course.refusal == nil { course.refusal = error }
            if error != .outcomeUnknown { unsettleBlobs(courses) }
            throw error
        }
        unsettleBlobs(courses)
        decided()
        // Reads do not wait for what the gate is owed from before: their entries are on disk.
        guard mutates, lag.isUrgent else { return }
        try follow(keys)
        mirror?.settle()
        // Older chores that another reader held up are tried again, but nobody waits for them here.
        if courses.contains(where: { $0.refusal == nil && $0.prepared.isScrubbed }) { try finishChores(keys) }
    }

    /// Writes what an earlier group left.
    private func catchUp(_ keys: GateKeys) throws(StoreError) {
        do throws(StoreError) {
            try follow(keys)
        } catch {
            // The older group stands; for the new one nothing has happened.
            throw error == .storageFull(decided: true) ? .storageFull(decided: false) : error
        }
    }

    private func answer(
        _ courses: [Course], isScrubbed: Bool, _ answerEarly: ([(Int, Result<Receipt, StoreError>)]) -> Void
    ) {
        guard courses.count > 1 else { return }
        let early = courses.indices.filter { courses[$0].prepared.change.isEntryOnly }
        guard !early.isEmpty, early.count < courses.count else { return }
        answerEarly(early.map { ($0, result(courses[$0], isScrubbed)) })
    }

    private func result(_ course: Course, _ isScrubbed: Bool) -> Result<Receipt, StoreError> {
        if let refusal = course.refusal { return .failure(refusal) }
        var areas: [Area: AreaStatus] = [:]
        for delta in course.deltas { areas[delta.area] = delta.new?.status }
        return .success(
            Receipt(
                entry: course.number, areas: areas, rows: course.rows,
                isScrubbed: isScrubbed || !course.prepared.isScrubbed))
    }

    /// The end: nothing is answered from here on, the process has to stop and a start has to look at the files.
    func fail() {
        memory.with { $0.close(.failed) }
        memory.broadcast()
    }

    /// What an area is like now: from memory, or from the gate.
    func state(of area: Area, _ keys: GateKeys) throws(StoreError) -> AreaState? {
        switch memory.with({ $0.known(area) }) {
        case .known(let state): return state
        case .unknown: break
        }
        // A group that goes on while a panic empties memory finds here what it has written itself.
        if let state = lag.areas[area] { return state }
        guard let state = try gate.area(area, keys) else { return nil }
        memory.with { if $0.keys === keys { $0.remember(state, of: area) } }
        return state
    }
}

extension GateKeys {
    /// What seals the cells.
    var sealing: GateSealing { GateSealing(vault: vault, key: gate) }
}

extension GateFile {
    /// One area's state, nil when the gate knows no such area.
    func area(_ area: Area, _ keys: GateKeys) throws(StoreError) -> AreaState? {
        guard let cell = try cell(.area, area.id.bytes, keys.sealing) else { return nil }
        return try Self.state(of: cell, keys).state
    }

    /// The area that a cell is about.
    static func state(of cell: GateCell, _ keys: GateKeys) throws(StoreError) -> (
        area: Area, state: AreaState
    ) {
        var reader = ByteReader(cell.data, field: "area")
        let (area, facts) = try decoding(.cell) { () throws(CodecError) in
            let facts = try AreaFacts(from: &reader)
            try reader.finish()
            return (Area(try Identifier(bytes: cell.name)), facts)
        }
        let gate = area == .login ? keys.login.sealer.gate : try cell.key(0, keys.sealing)
        return (area, facts.state(area, gate: gate, keys: keys))
    }

    func put(_ state: AreaState, _ keys: GateKeys) throws(SQLError) {
        var writer = ByteWriter(capacity: 160)
        AreaFacts(state).write(to: &writer)
        var cell = GateCell(.area, name: state.sealer.area.id.bytes, data: writer.bytes)
        if state.sealer.area != .login { cell.append(state.sealer.gate, keys.sealing) }
        try put(cell, keys.sealing)
    }
}
