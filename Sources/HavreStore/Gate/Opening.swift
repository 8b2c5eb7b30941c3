package import HavreCodec
package import HavreSecrets
import HavreSystem

// From closed to serving and back.
extension Store {
    /// Opens the closed gate with a supervisor's slot.
    ///
    /// GK is opened in memory, the gate brought forward, ledger, house and users' rows verified; then `admit` looks at
    /// the person's own freeze, while reads work and changes do not; only then is `auto.key` written. Any failure
    /// closes the gate again.
    /// - Parameter holder: whose slot it is.
    /// - Throws: `.wrongKey` when she has no slot or the key does not open it, or when `admit` says no.
    package func openGate(
        _ holder: Identifier, slotKey: Key<Role.GateSlot>, admit: (Store) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let (device, login) = try memory.with { memory throws(StoreError) in
            switch memory.state {
            case .closed: break
            case .failed: throw .outcomeUnknown
            case .ended: throw .closed
            case .opening, .serving: throw .busy
            }
            guard let device = memory.device, let login = memory.login else { throw .wrongKey }
            memory.state = .opening
            memory.isPanicked = false
            return (device, login)
        }
        var isWritten = false
        do throws(StoreError) {
            let slot = try gateReader.with { reader throws(StoreError) in
                try database(.slot) { () throws(SQLError) in try reader.file.slot(login.slotName(holder)) }
            }
            guard let slot else { throw .wrongKey }
            let gate = try GateSlot.open(slot, slotKey, device, vault, holder)
            try enter(gate, login, .opening)
            try verify(.house)
            try verify(.login)
            guard try admit(self) else { throw .wrongKey }
            try lead { leader throws(StoreError) in
                let epoch = try database(.gateFile) { () throws(SQLError) in try leader.gate.epoch() }
                isWritten = true
                try keyFiles.writeAuto(gate, device, epoch: epoch)
                try memory.with { memory throws(StoreError) in
                    guard memory.state == .opening, memory.keys != nil, !memory.isPanicked else {
                        throw .closed
                    }
                    memory.isHouseVerified = true
                    memory.state = .serving
                }
            }
        } catch {
            closeGate(removingAuto: isWritten)
            throw error
        }
    }

    /// Opens the gate under GK: keys, what the ledger is ahead, chores.
    func enter(_ gate: Key<Role.Gate>, _ login: LoginKeys, _ next: StoreState) throws(StoreError) {
        do throws(StoreError) {
            let closings = memory.with { $0.closings }
            try lead { leader throws(StoreError) in
                let keys = try leader.openHouse(gate, login, vault)
                try leader.bringForward(keys, readers, next, closings: closings)
            }
            try lookForMirror()
        } catch {
            closeGate(removingAuto: false)
            throw error
        }
    }

    /// Closes the gate: every key it opened is dropped, everybody who waits is refused.
    /// - Parameter removingAuto: also removes `auto.key`, so that neither a restart nor a seizure opens anything
    ///   without a supervisor's passphrase (panic).
    package func closeGate(removingAuto: Bool) {
        // From here on nothing new begins; then the file, so that whatever happens to this process no start opens the
        // gate by itself.
        memory.with { memory in
            memory.closings += 1
            if removingAuto { memory.isPanicked = true }
            if memory.state == .serving || memory.state == .opening { memory.state = .closed }
        }
        // What cannot be removed now is tried again below.
        if removingAuto { _ = try? keyFiles.removeAuto() }
        // A commit under way goes on to its end with its own references; nobody waits for it longer than this.
        let isAlone = queue.holdOff(withinMilliseconds: Self.closingMilliseconds)
        memory.with { memory in
            switch memory.state {
            case .failed, .ended: memory.close(memory.state)
            case .closed, .opening, .serving: memory.close(.closed)
            }
        }
        memory.broadcast()
        if isAlone {
            leader.forget()
            queue.passOn()
        }
        // Again, for what a thread under way may have written in between. What still cannot be removed lies on a disk
        // that takes no changes: the state is closed all the same, and whoever asked for a panic must not wait.
        if removingAuto { _ = try? keyFiles.removeAuto() }
    }

    private static let closingMilliseconds = 100

    /// Destroys every way to open the gate that lies on this machine: the slots, `auto.key`, `login.key`, and
    /// `device.key` where it is a file of the gate folder.
    package func burn() throws(StoreError) {
        closeGate(removingAuto: true)
        memory.with { memory in
            memory.login = nil
            memory.device = nil
        }
        if keyFiles.devicePath == nil { try keyFiles.removeOverwritten(StoreName.deviceKey) }
        try keyFiles.removeOverwritten(StoreName.loginKey)
        try keyFiles.dropNext()
        try lead { leader throws(StoreError) in
            try database(.gateFile) { () throws(SQLError) in
                try leader.gate.deleteAllSlots()
                _ = try leader.gate.truncateLog(isPatient: true)
            }
            leader.tellMirror(.burn)
            leader.mirror?.settle()
        }
    }
}

extension Leader {
    /// The gate was closed: what the gate does not know yet is brought forward when it is opened again.
    func forget() {
        journal.forget()
        lag = Lag()
        restrictions = []
    }

    /// Opens the keys of the house.
    /// - Throws: `.wrongKey` when GK is not the gate's.
    func openHouse(
        _ gateKey: Key<Role.Gate>, _ login: LoginKeys, _ vault: Identifier
    ) throws(StoreError) -> GateKeys {
        let sealing = GateSealing(vault: vault, key: gateKey)
        func key<R: KeyRole>(_ name: HouseKey, as role: R.Type = R.self) throws(StoreError) -> Key<R> {
            guard let cell = try gate.cell(.house, Array(name.rawValue.utf8), sealing) else {
                throw .wrongKey
            }
            return try cell.key(0, sealing)
        }
        return GateKeys(
            vault: vault, gate: gateKey, login: login, tag: try key(.tag), head: try key(.head),
            mark: try key(.mark),
            ledger: try key(.ledger), log: SigningKey(seed: try key(.log)),
            host: SigningKey(seed: try key(.host)))
    }
}

/// The keys of the house in `gate.db`, by the names of their cells.
enum HouseKey: String, CaseIterable { case tag, head, mark, ledger, log, host }
