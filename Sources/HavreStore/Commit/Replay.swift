import HavreCodec
import HavreSecrets
import HavreSystem

// What a start does about a commit that was cut short.
extension Leader {
    /// Brings the gate forward to what the vault has decided: drops *next* of changes that are not in the ledger,
    /// replays the marks of entries that the gate does not know, does chores again. Then the state is `next`.
    /// - Throws: `.rolledBack` when the vault is behind the gate, or the marks do not lead from one to the other.
    func bringForward(
        _ keys: GateKeys, _ readers: ReaderPool, _ next: StoreState, closings: UInt64
    ) throws(StoreError) {
        let rows = LedgerRows(readers: readers, seal: LedgerSeal(keys: keys))
        let (known, instant) = try gate.checkpoint(keys)
        let end = try readers.with { reader throws(StoreError) in
            try database(.entry) { () throws(SQLError) in try reader.entryEnd() }
        }
        guard end >= known.size else { throw .rolledBack }
        try journal.resume(known, from: rows, signer: keys.log)
        var replay = Replay(
            keys: keys, gate: gate, journalLog: journalLog, restrictions: try gate.restrictions(keys),
            nexts: try gate.nexts(keys), instant: instant, passesOver: isRestoring)
        try replayEntries(known.size..<end, rows, &replay)
        let checkpoint = journal.checkpoint()
        guard checkpoint.size == end else { throw .tampered(.checkpoint) }
        try emptyLost(replay, keys)
        try finish(replay, checkpoint, known, keys)
        try memory.with { memory throws(StoreError) in
            guard memory.closings == closings else { throw .closed }
            memory.keys = keys
            memory.checkpoint = checkpoint
            memory.instant = replay.instant
            memory.restrictions = replay.restrictions
            memory.broughtForward = end - known.size
            memory.areas = [:]
            memory.isHouseVerified = false
            memory.decisions += 1
            memory.hasRemnants = !lag.noted.isEmpty
            memory.state = next
        }
        restrictions = replay.restrictions
        followed = checkpoint
        dataVersion = try database(.vaultFile) { () throws(SQLError) in try vault.dataVersion() }
        if !lag.noted.isEmpty { try finishChores(keys, isPatient: false) }
    }

    private func replayEntries(
        _ numbers: Range<UInt64>, _ rows: LedgerRows, _ replay: inout Replay
    ) throws(StoreError) {
        // The root before the group that the last entry belonged to.
        var groupRoot = journal.checkpoint().root
        for number in numbers {
            let (entry, mark, root) = try rows.full(number)
            // An entry goes on with its group, or begins one behind the tree as it is now.
            if root != groupRoot {
                groupRoot = journal.checkpoint().root
                guard root == groupRoot else { throw .rolledBack }
            }
            try journal.replay(entry)
            try replay.apply(mark)
        }
    }

    /// Removes the rows of areas whose key is lost with a gate: nobody opens them any more.
    private func emptyLost(_ replay: Replay, _ keys: GateKeys) throws(StoreError) {
        guard !replay.lost.isEmpty else { return }
        do throws(SQLError) {
            try vault.begin()
            for (area, lost) in replay.lost {
                // The tags of rows come from the house's key; that of the area opens what they lead to.
                let sealer = keys.sealer(area, gate: Key(), generation: lost.facts.generation)
                for n in 0..<lost.facts.count { try vault.delete(sealer.tag(n)) }
            }
            try vault.commit()
        } catch {
            vault.rollback()
            throw StoreError(error, in: .vaultFile)
        }
        lost = replay.lost.map { LostArea(area: $0, entry: $1.number) }.sorted { $0.entry < $1.entry }
    }

    /// Writes what was replayed, and drops what was never decided.
    private func finish(
        _ replay: Replay, _ checkpoint: StoredCheckpoint, _ known: StoredCheckpoint, _ keys: GateKeys
    ) throws(StoreError) {
        lag = Lag()
        lag.noted = try gate.chores(keys)
        var chores = lag.noted
        for next in replay.decided { chores.blobs += next.droppedBlobs }
        if replay.needsScrub { chores.needsScrub = true }
        // Files of changes that were never decided: no row names them.
        let dropped = replay.nexts.values.flatMap(\.newBlobs)
        try blobs.remove(dropped, from: .settled)
        let hasChanged = checkpoint.size != known.size || replay.hasNext
        guard hasChanged else { return }
        let device = memory.with { $0.device }
        let fresh = try gate.freshAreas(adding: replay.fresh, keys)
        try inStartTransaction { () throws(SQLError) in
            for (area, state) in replay.areas {
                if let state {
                    try gate.put(state, keys)
                } else {
                    try gate.delete(.area, area.id.bytes, keys.sealing)
                }
            }
            for next in replay.decided { try gate.makeTrue(next, keys, device) }
            if let fresh { try gate.put(fresh, keys) }
            for (person, slot) in replay.quarantine {
                if let slot {
                    try gate.put(GateCell(.quarantine, name: person.bytes, data: slot), keys.sealing)
                } else {
                    try gate.delete(.quarantine, person.bytes, keys.sealing)
                }
            }
            try gate.delete(.next, [], keys.sealing)
            if let chain = replay.chain { try gate.put(chain: chain, keys) }
            try gate.put(restrictions: replay.restrictions, keys)
            if !chores.isEmpty { try gate.put(chores: chores, keys) }
            try gate.put(checkpoint: checkpoint, instant: replay.instant, keys)
        }
        lag.noted = chores
    }

    private func inStartTransaction(_ body: () throws(SQLError) -> Void) throws(StoreError) {
        do throws(SQLError) {
            try gate.begin()
            try body()
            try gate.commit()
        } catch {
            // Whether it stands or not, the next start finds out by itself.
            gate.rollback()
            throw StoreError(error, in: .gateFile)
        }
    }
}

/// The gate's view while marks are replayed onto it.
struct Replay {
    let keys: GateKeys
    let gate: GateFile
    let journalLog: StepLog
    var restrictions: Set<Restriction>
    /// *next* of changes that no mark was met for yet, by operation.
    var nexts: [Identifier: NextStep]
    var instant: Int64
    /// nil: erased.
    private(set) var areas: [Area: AreaState?] = [:]
    private(set) var quarantine: [Identifier: [UInt8]?] = [:]
    private(set) var decided: [NextStep] = []
    /// Areas that got a key, with the entry that gave it.
    private(set) var fresh: [(area: Area, number: UInt64)] = []
    private(set) var needsScrub = false
    /// Where the backup key's chain has to stand afterwards, when `gate.journal` was read.
    private(set) var chain: StepLog.Chain?
    /// Whether the gate held a *next*, decided or not.
    let hasNext: Bool
    /// Areas whose key is nowhere, as a restore finds them: what the marks say of each, and the entry that gave the
    /// key.
    private(set) var lost: [Area: (facts: AreaFacts, number: UInt64)] = [:]
    /// Whether a lost secret is passed over, as a restore does, or ends everything.
    private let passesOver: Bool
    /// Lines of `gate.journal`, once they were needed.
    private var journalled: [Identifier: NextStep]?

    init(
        keys: GateKeys, gate: GateFile, journalLog: StepLog, restrictions: Set<Restriction>,
        nexts: [NextStep],
        instant: Int64, passesOver: Bool
    ) {
        self.passesOver = passesOver
        self.keys = keys
        self.gate = gate
        self.journalLog = journalLog
        self.restrictions = restrictions
        self.instant = instant
        self.nexts = [:]
        for next in nexts { self.nexts[next.operation] = next }
        hasNext = !nexts.isEmpty
    }

    /// Takes one step forward.
    /// - Throws: `.rolledBack` when the step does not begin where the gate stands, or its secret is lost.
    mutating func apply(_ mark: Mark) throws(StoreError) {
        var next = nexts.removeValue(forKey: mark.operation)
        if next == nil, mark.needsJournal {
            next = try fromJournal(mark.operation)
            guard next != nil || passesOver else { throw .rolledBack }
        }
        for step in mark.areas { try apply(step, next, mark.number) }
        restrictions.formUnion(mark.restricted)
        restrictions.subtract(mark.lifted)
        for one in mark.quarantine { quarantine[one.person] = .some(one.slot) }
        instant = max(instant, mark.instant)
        if let next {
            decided.append(next)
            fresh += next.areas.map { ($0.area, mark.number) }
        }
    }

    private mutating func apply(_ step: Mark.Step, _ next: NextStep?, _ number: UInt64) throws(StoreError) {
        let old = try state(of: step.area)
        let known = lost[step.area]?.facts ?? old.map(AreaFacts.init)
        guard (known?.head ?? .zero) == step.oldHead, (known?.sequence ?? 0) + 1 == step.facts.sequence else {
            throw .rolledBack
        }
        let generation = known?.generation ?? 0
        switch step.outcome {
        case .changed:
            guard step.facts.generation == generation else { throw .rolledBack }
            if let before = lost[step.area] {
                lost[step.area] = (step.facts, before.number)
                return
            }
            guard let old else { throw .rolledBack }
            areas[step.area] = .some(step.facts.state(step.area, gate: old.sealer.gate, keys: keys))
        case .made, .renewed:
            guard (known == nil) == (step.outcome == .made), step.facts.generation == generation + 1 else {
                throw .rolledBack
            }
            if step.outcome == .renewed { needsScrub = true }
            guard
                let fresh = next?.areas.first(where: {
                    $0.area == step.area && $0.generation == step.facts.generation
                })
            else {
                guard next == nil, passesOver else { throw .rolledBack }
                lost[step.area] = (step.facts, number)
                areas[step.area] = .some(nil)
                return
            }
            lost[step.area] = nil
            areas[step.area] = .some(step.facts.state(step.area, gate: fresh.gate, keys: keys))
        case .erased:
            guard known != nil else { throw .rolledBack }
            lost[step.area] = nil
            areas[step.area] = .some(nil)
            needsScrub = true
        }
    }

    private func state(of area: Area) throws(StoreError) -> AreaState? {
        if let state = areas[area] { return state }
        return try gate.area(area, keys)
    }

    /// What an older gate does not know any more stands in `gate.journal`, sealed under keys that it can still make.
    /// - Returns: nil when the journal does not reach so far.
    private mutating func fromJournal(_ operation: Identifier) throws(StoreError) -> NextStep? {
        if journalled == nil { try readJournal() }
        return journalled?[operation]
    }

    private mutating func readJournal() throws(StoreError) {
        var found: [Identifier: NextStep] = [:]
        let start = try gate.chain(keys)
        var end = start
        try journalLog.forEachLine(from: start) { line, chain throws(StoreError) in
            var used = 0
            let next = try NextStep(data: line.data) { () throws(StoreError) in
                defer { used += 1 }
                return try journalLog.key(used, of: line, chain)
            }
            guard used == line.keys.count else { throw .tampered(.journal) }
            found[next.operation] = next
            end = chain.following
        }
        journalled = found
        chain = end
    }
}
