import HavreCodec
import HavreSecrets
import HavreSystem

// Steps 1, 3 and 4: what the gate does before and after the vault has decided.
extension Leader {
    // MARK: step 1

    /// Appends the logs, writes *next* and lets restrictions bite, for every change of the group that asks for it
    /// and is not stale already.
    func prepareGate(_ courses: [Course], _ keys: GateKeys) throws(StoreError) {
        try refuseStale(courses, keys)
        let stepping = courses.filter { $0.refusal == nil && $0.prepared.hasGateStep }
        guard !stepping.isEmpty else { return }
        let chain = try gate.chain(keys)
        let biting = stepping.reduce(into: restrictions) {
            $0.formUnion($1.prepared.change.gate?.restricted ?? [])
        }
        let hasLines = try appendLogs(stepping.map(\.prepared), chain)
        if hasLines { CrashPoint.reach(.logsAppended) }
        try inGateTransaction(isDecided: false) { () throws(SQLError) in
            try gate.put(nexts: stepping.compactMap(\.prepared.next), keys)
            if hasLines { try gate.put(chain: chain.following, keys) }
            for course in stepping { try restrict(course.prepared.change, keys) }
            try gate.put(restrictions: biting, keys)
        }
        restrictions = biting
        memory.with { if $0.keys != nil { $0.restrictions = biting } }
        lag.hasNext = true
        CrashPoint.reach(.gatePrepared)
        // Before the decision: a gate that is lost right after it must have left its secrets somewhere.
        mirror?.settle()
        try settleBlobs(stepping)
    }

    /// Refuses what cannot stand any more before anything is written for it.
    private func refuseStale(_ courses: [Course], _ keys: GateKeys) throws(StoreError) {
        for course in courses {
            for expected in course.prepared.change.expects {
                guard let state = try state(of: expected.area, keys),
                    state.sealer.generation == expected.generation,
                    expected.sequence == nil || expected.sequence == state.sequence
                else {
                    course.refusal = .stale
                    break
                }
            }
        }
    }

    /// - Returns: whether a step of the backup key was used.
    private func appendLogs(_ stepping: [Prepared], _ chain: StepLog.Chain) throws(StoreError) -> Bool {
        var journalled: [UInt8] = []
        var erased: [UInt8] = []
        for prepared in stepping {
            if let next = prepared.next, next.isJournalled {
                var keys: [Key<NextStep.Carried>] = []
                next.forEachKey { keys.append($0) }
                journalled += journalLog.line(next.data, keys: keys, chain)
            }
            if let erasure = LoggedErasure(prepared.change) {
                erased += erasuresLog.line(erasure.encoded, keys: [], chain)
            }
        }
        if !journalled.isEmpty { try journalLog.append(journalled) }
        if !erased.isEmpty { try erasuresLog.append(erased) }
        return !(journalled.isEmpty && erased.isEmpty)
    }

    /// What bites before the decision: quarantined slots are kept, closed slots are gone.
    private func restrict(_ change: Change, _ keys: GateKeys) throws(SQLError) {
        guard let step = change.gate else { return }
        for (person, slot) in step.quarantine {
            guard let slot else { continue }
            try gate.put(GateCell(.quarantine, name: person.bytes, data: slot), keys.sealing)
        }
        for (person, key) in step.slots where key == nil {
            try gate.delete(slot: keys.login.slotName(person))
            try gate.delete(.slotKey, person.bytes, keys.sealing)
        }
    }

    /// Moves attachments to where rows will name them. A change whose file is missing is refused.
    private func settleBlobs(_ stepping: [Course]) throws(StoreError) {
        for course in stepping {
            guard let ids = course.prepared.next?.newBlobs, !ids.isEmpty else { continue }
            do throws(StoreError) {
                try blobs.settle(ids)
            } catch {
                guard error == .notFound else { throw error }
                course.refusal = .notFound
            }
        }
        CrashPoint.reach(.blobsSettled)
    }

    /// After the decision: files of refused changes go back to where they waited.
    func unsettleBlobs(_ courses: [Course]) {
        for course in courses where course.refusal != nil {
            guard let ids = course.prepared.next?.newBlobs, !ids.isEmpty else { continue }
            // A file that cannot be moved back is a file that no row names; `check` tells.
            _ = try? blobs.unsettle(ids)
        }
    }

    // MARK: step 3

    /// Compares the gate with what is known of it, after somebody else has written into its files: what a next start
    /// would make of them is not known, and nothing more is acknowledged. It may have been the same bytes, or they may be
    /// put back.
    /// - Throws: `.tampered` as long as it differs.
    func requireGate(_ keys: GateKeys) throws(StoreError) {
        guard isGateTouched else { return }
        let isSound = try? gate.isSound()
        guard isSound == true, let held = try? gate.checkpoint(keys).checkpoint, let followed,
            held.size == followed.size, held.root == followed.root
        else { throw .tampered(.gateFile) }
        let biting = try gate.restrictions(keys)
        guard lag.restrictions || biting == restrictions else { throw .tampered(.gateFile) }
        let known = memory.with { memory in
            memory.areas.filter { !$0.value.isDirty }.compactMapValues { $0.state.map(AreaFacts.init) }
        }
        for (area, facts) in known {
            guard try gate.area(area, keys).map(AreaFacts.init) == facts else { throw .tampered(.gateFile) }
        }
        isGateTouched = false
    }

    /// Writes everything that was decided into the gate, in one transaction.
    /// - Throws: `.storageFull(decided: true)` when there is no room: it is tried again later.
    func follow(_ keys: GateKeys) throws(StoreError) {
        try requireGate(keys)
        let (checkpoint, instant, device) = memory.with { ($0.checkpoint, $0.instant, $0.device) }
        let chores = lag.noted.joined(with: lag.chores)
        let fresh = try gate.freshAreas(adding: lag.fresh, keys)
        try inGateTransaction(isDecided: true) { () throws(SQLError) in
            for (area, state) in lag.areas {
                if let state {
                    try gate.put(state, keys)
                } else {
                    try gate.delete(.area, area.id.bytes, keys.sealing)
                }
            }
            for next in lag.decided { try gate.makeTrue(next, keys, device) }
            if let fresh { try gate.put(fresh, keys) }
            for person in lag.takenBack { try gate.delete(.quarantine, person.bytes, keys.sealing) }
            if lag.hasNext { try gate.delete(.next, [], keys.sealing) }
            if lag.restrictions { try gate.put(restrictions: restrictions, keys) }
            if !lag.chores.isEmpty { try gate.put(chores: chores, keys) }
            try gate.put(checkpoint: checkpoint, instant: instant, keys)
            CrashPoint.reach(.gateWritten)
        }
        followed = checkpoint
        memory.with { memory in
            memory.owed = Owed()
            for area in lag.areas.keys {
                if memory.areas[area]?.state == nil {
                    memory.areas[area] = nil
                } else {
                    memory.areas[area]?.isDirty = false
                }
            }
        }
        lag = Lag()
        lag.noted = chores
        CrashPoint.reach(.gateCommitted)
    }

    /// One transaction of the gate. A full disk is known not to have committed; after any other failure of COMMIT
    /// nothing is known, and the store ends.
    private func inGateTransaction(
        isDecided: Bool, _ body: () throws(SQLError) -> Void
    ) throws(StoreError) {
        #if DEBUG
            if isDecided, isGateFull { throw .storageFull(decided: true) }
        #endif
        do throws(SQLError) {
            try gate.begin()
            try body()
        } catch {
            gate.rollback()
            if error.isFull { throw .storageFull(decided: isDecided) }
            // The vault has decided and the gate cannot be told: only a start can mend that.
            if isDecided { fail() }
            throw isDecided ? .outcomeUnknown : StoreError(error, in: .gateFile)
        }
        do throws(SQLError) {
            try gate.commit()
        } catch {
            gate.rollback()
            if error.isFull { throw .storageFull(decided: isDecided) }
            fail()
            throw .outcomeUnknown
        }
    }

    // MARK: step 4

    /// Empties both write-ahead logs and removes files that no row names any more. What cannot be done now stays
    /// noted in the gate and is tried again.
    /// - Parameter isPatient: whether somebody waits for it, so that it is worth waiting for a reader.
    func finishChores(_ keys: GateKeys, isPatient: Bool = true) throws(StoreError) {
        let chores = lag.noted
        guard !chores.isEmpty else { return }
        do throws(StoreError) {
            try blobs.remove(chores.blobs, from: .settled)
            lag.noted.blobs = []
            if chores.needsScrub, try !truncateLogs(isPatient: isPatient) { return }
            CrashPoint.reach(.scrubbed)
            try inGateTransaction(isDecided: true) { () throws(SQLError) in
                try gate.delete(.chores, [], keys.sealing)
            }
            lag.noted = Chores()
            memory.with { $0.hasRemnants = false }
        } catch {
            // The change stands in both files; only the tidying waits.
            if error == .outcomeUnknown { throw error }
        }
    }

    /// - Returns: false when another reader stands in the way.
    private func truncateLogs(isPatient: Bool) throws(StoreError) -> Bool {
        // Further tries wait for a check to end: tried so often, they would let none of them end.
        if isPatient { longReads.interrupt() }
        let vaultDone = try database(.vaultFile) { () throws(SQLError) in
            try vault.truncateLog(isPatient: isPatient)
        }
        let gateDone = try database(.gateFile) { () throws(SQLError) in
            try gate.truncateLog(isPatient: isPatient)
        }
        // Of what a backup has copied already, the new goes over the old as well.
        for copy in copies { copy.flush() }
        // A mirror that cannot be reached does not keep the others' chores: it is emptied when it is filled again.
        tellMirror(.scrub)
        mirror?.settle()
        return vaultDone && gateDone
    }
}
