import HavreCodec
import HavreSecrets

// The cells of which there is one each.
extension GateFile {
    // MARK: restrictions

    func restrictions(_ keys: GateKeys) throws(StoreError) -> Set<Restriction> {
        guard let cell = try cell(.restrictions, [], keys.sealing) else { return [] }
        return try decoding(.cell) { () throws(CodecError) in
            var reader = ByteReader(cell.data, field: "restrictions")
            let list = try reader.list(max: 1 << 20, Restriction.init(from:))
            try reader.finish()
            return Set(list)
        }
    }

    func put(restrictions: Set<Restriction>, _ keys: GateKeys) throws(SQLError) {
        var writer = ByteWriter(capacity: 4 + 33 * restrictions.count)
        writer.list(restrictions.sorted()) { $1.write(to: &$0) }
        try put(GateCell(.restrictions, name: [], data: writer.bytes), keys.sealing)
    }

    // MARK: checkpoint

    /// `size u64 || root 32 || instant u64 || text`, the instant being the highest wall clock seen.
    func checkpoint(_ keys: GateKeys) throws(StoreError) -> (checkpoint: StoredCheckpoint, instant: Int64) {
        guard let cell = try cell(.checkpoint, [], keys.sealing) else { throw .tampered(.cell) }
        return try decoding(.cell) { () throws(CodecError) in
            var reader = ByteReader(cell.data, field: "checkpoint")
            let (size, root, instant) = (try reader.u64(), try reader.digest(), try reader.u64())
            let text = try reader.prefixed(max: 64 << 10)
            try reader.finish()
            return (StoredCheckpoint(size: size, root: root, text: text), Int64(bitPattern: instant))
        }
    }

    func put(checkpoint: StoredCheckpoint, instant: Int64, _ keys: GateKeys) throws(SQLError) {
        var writer = ByteWriter(capacity: checkpoint.text.count + 64)
        writer.u64(checkpoint.size)
        writer.append(checkpoint.root.bytes)
        writer.u64(UInt64(bitPattern: instant))
        writer.prefixed(checkpoint.text)
        try put(GateCell(.checkpoint, name: [], data: writer.bytes), keys.sealing)
        writtenSize = checkpoint.size
    }

    // MARK: the backup key's chain

    func chain(_ keys: GateKeys) throws(StoreError) -> StepLog.Chain {
        guard let cell = try cell(.backup, [], keys.sealing) else { throw .tampered(.cell) }
        let step = try decoding(.cell) { () throws(CodecError) in
            var reader = ByteReader(cell.data, field: "backup")
            let step = try reader.u64()
            try reader.finish()
            return step
        }
        return StepLog.Chain(step: step, key: try cell.key(0, keys.sealing))
    }

    func put(chain: StepLog.Chain, _ keys: GateKeys) throws(SQLError) {
        var writer = ByteWriter()
        writer.u64(chain.step)
        var cell = GateCell(.backup, name: [], data: writer.bytes)
        cell.append(chain.key, keys.sealing)
        try put(cell, keys.sealing)
    }

    // MARK: chores

    func chores(_ keys: GateKeys) throws(StoreError) -> Chores {
        guard let cell = try cell(.chores, [], keys.sealing) else { return Chores() }
        return try decoding(.cell) { () throws(CodecError) in try Chores(decoding: cell.data) }
    }

    func put(chores: Chores, _ keys: GateKeys) throws(SQLError) {
        try put(GateCell(.chores, name: [], data: chores.encoded), keys.sealing)
    }

    // MARK: next

    /// What the group under way will make true: a list of `NextStep.data`, and their keys one after the other.
    func nexts(_ keys: GateKeys) throws(StoreError) -> [NextStep] {
        guard let cell = try cell(.next, [], keys.sealing) else { return [] }
        let list = try decoding(.cell) { () throws(CodecError) in
            var reader = ByteReader(cell.data, field: "next")
            let list = try reader.list(max: 256) { reader throws(CodecError) in
                try reader.prefixed(max: NextStep.dataByteCountMax)
            }
            try reader.finish()
            return list
        }
        var used = 0
        var nexts: [NextStep] = []
        for data in list {
            nexts.append(
                try NextStep(data: data) { () throws(StoreError) in
                    defer { used += 1 }
                    return try cell.key(used, keys.sealing)
                })
        }
        guard used == cell.sealedKeys.count else { throw .tampered(.cell) }
        return nexts
    }

    func put(nexts: [NextStep], _ keys: GateKeys) throws(SQLError) {
        var writer = ByteWriter(capacity: 256 * nexts.count + 4)
        writer.list(nexts) { $0.prefixed($1.data) }
        var cell = GateCell(.next, name: [], data: writer.bytes)
        for next in nexts { next.forEachKey { cell.append($0, keys.sealing) } }
        try put(cell, keys.sealing)
    }

    /// Makes true what a decided change left: facts, keys, slots. Keys of areas come with their areas.
    func makeTrue(_ next: NextStep, _ keys: GateKeys, _ device: Key<Role.Device>?) throws(SQLError) {
        for fact in next.facts {
            if let value = fact.value {
                try put(GateCell(.fact, name: Array(fact.name.utf8), data: value), keys.sealing)
            } else {
                try delete(.fact, Array(fact.name.utf8), keys.sealing)
            }
        }
        for one in next.keys {
            if let key = one.key {
                var cell = GateCell(.key, name: Array(one.name.utf8), data: [])
                cell.append(key, keys.sealing)
                try put(cell, keys.sealing)
            } else {
                try delete(.key, Array(one.name.utf8), keys.sealing)
            }
        }
        for slot in next.slots {
            if let key = slot.key {
                try put(slotOf: slot.person, key, keys, device)
            } else {
                try delete(slot: keys.login.slotName(slot.person))
                try delete(.slotKey, slot.person.bytes, keys.sealing)
            }
        }
    }

    /// A person's way to open the closed gate: Seal(slot key, Seal(device key, GK)), and the slot key itself under GK,
    /// so that the slot can be made anew when GK is renewed.
    func put(
        slotOf person: Identifier, _ key: Key<Role.GateSlot>, _ keys: GateKeys, _ device: Key<Role.Device>?
    ) throws(SQLError) {
        var cell = GateCell(.slotKey, name: person.bytes, data: [])
        cell.append(key, keys.sealing)
        try put(cell, keys.sealing)
        // Without the device key nobody could have opened the gate.
        guard let device else { return }
        try put(slot: GateSlot.seal(keys.gate, key, device, keys.vault, person), keys.login.slotName(person))
    }
}

/// One supervisor's copy of GK.
enum GateSlot {
    static func seal(
        _ gate: Key<Role.Gate>, _ slot: Key<Role.GateSlot>, _ device: Key<Role.Device>, _ vault: Identifier,
        _ person: Identifier
    ) -> [UInt8] {
        let inner = Seal.seal(key: gate, under: device, Context(.gateSlotInner, .id(vault), .id(person)))
        return Seal.seal(inner, under: slot, Context(.gateSlot, .id(vault), .id(person)))
    }

    /// - Throws: `.wrongKey` for a slot that is not this person's, or another device's.
    static func open(
        _ sealed: [UInt8], _ slot: Key<Role.GateSlot>, _ device: Key<Role.Device>, _ vault: Identifier,
        _ person: Identifier
    ) throws(StoreError) -> Key<Role.Gate> {
        do throws(SecretError) {
            let inner = try Seal.open(sealed, under: slot, Context(.gateSlot, .id(vault), .id(person)))
            return try Seal.openKey(inner, under: device, Context(.gateSlotInner, .id(vault), .id(person)))
        } catch {
            throw .wrongKey
        }
    }
}
