import HavreCodec
import HavreSecrets
import HavreSystem

extension Store {
    /// Renews GK, and the device key where it is a file of the gate folder: seals every cell, every slot, `login.key`
    /// and `auto.key` again, and nothing of the vault. An older copy of the gate folder no longer opens this one.
    ///
    /// New key files are written as `*.next`; the transaction of `gate.db` that puts everything under the new GK, and
    /// names the epoch of the new files, decides; then they take the places of the old ones.
    package func renewGate() throws(StoreError) {
        defer { leader.mirror?.look() }
        try lead { leader throws(StoreError) in
            let (keys, device) = try memory.with { memory throws(StoreError) in
                guard memory.state == .serving, let keys = memory.keys, let device = memory.device else {
                    throw memory.state == .failed ? .outcomeUnknown : .closed
                }
                return (keys, device)
            }
            try leader.requireGate(keys)
            if leader.lag.isUrgent || leader.lag.checkpoint { try leader.follow(keys) }
            // What lies under the old key goes from the mirror before it goes from here; it is filled anew afterwards.
            leader.tellMirror(.empty)
            leader.mirror?.settle()
            leader.mirror?.forget()
            let fresh = keys.renewed(Key())
            let freshDevice = keyFiles.devicePath == nil ? Key<Role.Device>() : device
            let epoch = Random.bytes(KeyFiles.epochByteCount)
            try writeNext(fresh, freshDevice, epoch)
            CrashPoint.reach(.renewalWritten)
            memory.with { $0.isDeciding = true }
            defer { memory.broadcast() }
            do throws(StoreError) {
                try leader.renew(from: keys, to: fresh, freshDevice, epoch: epoch)
            } catch {
                memory.with { $0.isDeciding = false }
                throw error
            }
            memory.with { memory in
                memory.isDeciding = false
                memory.decisions += 1
                memory.device = freshDevice
                if memory.keys != nil { memory.keys = fresh }
            }
            CrashPoint.reach(.renewalDecided)
            try keyFiles.putInPlace()
            // A panic that removed the old file meanwhile means the new one as well.
            if memory.with({ $0.isPanicked }) { try keyFiles.removeAuto() }
            // What lay under the old key must be gone from the file, not only unreadable.
            _ = try database(.gateFile) { () throws(SQLError) in try leader.gate.truncateLog(isPatient: true)
            }
        }
    }

    private func writeNext(
        _ keys: GateKeys, _ device: Key<Role.Device>, _ epoch: [UInt8]
    ) throws(StoreError) {
        do throws(StoreError) {
            try keyFiles.dropNext()
            if keyFiles.devicePath == nil {
                try keyFiles.write(device, as: StoreName.deviceKey + StoreName.nextSuffix)
            }
            try keyFiles.writeLogin(
                keys.login.key, device, epoch: epoch, as: StoreName.loginKey + StoreName.nextSuffix)
            try keyFiles.writeAuto(
                keys.gate, device, epoch: epoch, as: StoreName.autoKey + StoreName.nextSuffix)
        } catch {
            // What cannot be removed now the next start drops: no epoch names it. So below as well.
            _ = try? keyFiles.dropNext()
            throw error
        }
    }
}

extension Leader {
    /// The transaction that decides a renewal.
    fileprivate func renew(
        from old: GateKeys, to new: GateKeys, _ device: Key<Role.Device>, epoch: [UInt8]
    ) throws(StoreError) {
        var cells: [GateCell] = []
        var slots: [(person: Identifier, key: Key<Role.GateSlot>)] = []
        try gate.forEachCell(old.sealing) { cell throws(StoreError) in
            cells.append(try cell.resealed(from: old.sealing, to: new.sealing))
            guard cell.table == .slotKey else { return }
            let person = try decoding(.cell) { () throws(CodecError) in try Identifier(bytes: cell.name) }
            slots.append((person, try cell.key(0, old.sealing)))
        }
        do throws(SQLError) {
            try gate.begin()
            try gate.deleteAllCells()
            for cell in cells { try gate.put(cell, new.sealing) }
            try gate.deleteAllSlots()
            for slot in slots {
                try gate.put(
                    slot: GateSlot.seal(new.gate, slot.key, device, new.vault, slot.person),
                    new.login.slotName(slot.person))
            }
            try gate.put(epoch: epoch)
        } catch {
            gate.rollback()
            _ = try? keyFiles.dropNext()
            throw StoreError(error, in: .gateFile)
        }
        do throws(SQLError) {
            try gate.commit()
        } catch {
            gate.rollback()
            if error.isFull {
                _ = try? keyFiles.dropNext()
                throw .storageFull(decided: false)
            }
            fail()
            throw .outcomeUnknown
        }
    }
}
