import HavreCodec
import HavreSecrets

/// What a change will make true in the gate once it is decided: secrets that stand neither in the vault nor in a mark.
///
/// Lies in a cell of `gate.db` from step 1 to step 3, and, sealed under BK_i, in `gate.journal` for good.
struct NextStep: Sendable {
    /// A key of an area that is new or renewed.
    struct AreaKey: Sendable {
        let area: Area
        let generation: UInt64
        let gate: Key<Role.CaseGate>
    }

    let operation: Identifier
    let areas: [AreaKey]
    let facts: [(name: String, value: [UInt8]?)]
    let keys: [(name: String, key: Key<Role.Guard>?)]
    let slots: [(person: Identifier, key: Key<Role.GateSlot>?)]
    /// Files of `blobs/` that the change names for the first time: removed when it is not decided.
    let newBlobs: [Identifier]
    /// Files of `blobs/` that no row names after the change: removed when it is decided.
    let droppedBlobs: [Identifier]

    /// A key that is carried without being used.
    enum Carried: KeyRole {}

    /// The most bytes of `data` in one change: 1 MiB.
    static let dataByteCountMax = 1 << 20

    /// How many keys it carries.
    var keyCount: Int { areas.count + keys.count { $0.key != nil } + slots.count { $0.key != nil } }

    private static let listCountMax = 100_000

    /// What a change leaves for the gate; nil when its mark says everything.
    init?(_ change: Change, areas: [AreaKey], droppedBlobs: [Identifier]) {
        let step = change.gate ?? GateStep()
        operation = change.operation
        self.areas = areas
        facts = step.facts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        keys = step.keys.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        slots = step.slots.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        newBlobs = change.puts.flatMap { $0.blobs.map(\.id) }
        self.droppedBlobs = droppedBlobs
        if areas.isEmpty, facts.isEmpty, keys.isEmpty, slots.isEmpty, newBlobs.isEmpty, droppedBlobs.isEmpty {
            return nil
        }
    }

    /// Whether something would be lost with the gate, so that `gate.journal` has to hold it.
    var isJournalled: Bool { !(areas.isEmpty && facts.isEmpty && keys.isEmpty && slots.isEmpty) }

    /// Everything but the keys: `operation 16 || areas {area 16, generation u64} || facts {name, optional value} ||
    /// keys {name, has u8} || slots {person 16, has u8} || new blobs {id 16} || dropped blobs {id 16}`.
    var data: [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.append(operation.bytes)
        writer.list(areas) { writer, one in
            writer.append(one.area.id.bytes)
            writer.u64(one.generation)
        }
        writer.list(facts) { writer, one in
            writer.prefixed(one.name)
            writer.optional(one.value)
        }
        writer.list(keys) { writer, one in
            writer.prefixed(one.name)
            writer.flag(one.key != nil)
        }
        writer.list(slots) { writer, one in
            writer.append(one.person.bytes)
            writer.flag(one.key != nil)
        }
        writer.list(newBlobs) { $0.append($1.bytes) }
        writer.list(droppedBlobs) { $0.append($1.bytes) }
        return writer.bytes
    }

    /// Calls `seal` with every key, in the order in which `init(data:openKey:)` asks for them.
    func forEachKey(_ seal: (Key<Carried>) -> Void) {
        for one in areas { seal(one.gate.carried()) }
        for one in keys { if let key = one.key { seal(key.carried()) } }
        for one in slots { if let key = one.key { seal(key.carried()) } }
    }

    /// Reads `data`, asking for the keys one by one.
    init(data: [UInt8], openKey: () throws(StoreError) -> Key<Carried>) throws(StoreError) {
        var reader = ByteReader(data, field: "next")
        do {
            operation = try reader.identifier()
            let named = try reader.list(max: Self.listCountMax) { reader throws(CodecError) in
                (area: Area(try reader.identifier()), generation: try reader.u64())
            }
            areas = try named.map { one throws(StoreError) in
                AreaKey(area: one.area, generation: one.generation, gate: try openKey().carried())
            }
            facts = try reader.list(max: Self.listCountMax) { reader throws(CodecError) in
                (
                    name: try reader.prefixedText(max: GateStep.nameByteCountMax),
                    value: try reader.optional(max: GateStep.valueByteCountMax)
                )
            }
            let keyNames = try reader.list(max: Self.listCountMax) { reader throws(CodecError) in
                (name: try reader.prefixedText(max: GateStep.nameByteCountMax), has: try reader.flag())
            }
            keys = try keyNames.map { one throws(StoreError) in
                (one.name, one.has ? try openKey().carried() : nil)
            }
            let people = try reader.list(max: Self.listCountMax) { reader throws(CodecError) in
                (person: try reader.identifier(), has: try reader.flag())
            }
            slots = try people.map { one throws(StoreError) in
                (one.person, one.has ? try openKey().carried() : nil)
            }
            newBlobs = try reader.list(max: Self.listCountMax) { reader throws(CodecError) in
                try reader.identifier()
            }
            droppedBlobs = try reader.list(max: Self.listCountMax) { reader throws(CodecError) in
                try reader.identifier()
            }
            try reader.finish()
        } catch {
            throw .tampered(.cell)
        }
    }
}

extension Key {
    /// The same bytes in another role, in guarded memory of their own: for carrying a key from one seal to another.
    func carried<S: KeyRole>(as role: S.Type = S.self) -> Key<S> {
        do { return try Key<S>(copy()) } catch { preconditionFailure("a key has 32 bytes") }
    }
}
