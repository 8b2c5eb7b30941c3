package import HavreCodec
package import HavreSecrets
import HavreSystem

// What only the gate holds: values of the library's, restrictions, the key that answers for the house.
extension Store {
    /// A fact that a change's gate step wrote, nil when there is none.
    package func fact(_ name: String) throws(StoreError) -> [UInt8]? {
        if let owed = try owed({ $0.facts[name] }) { return owed }
        return try cell(.fact, Array(name.utf8))?.data
    }

    /// A key that a change's gate step wrote, nil when there is none.
    package func key(_ name: String) throws(StoreError) -> Key<Role.Guard>? {
        if let owed = try owed({ $0.keys[name] }) { return owed }
        return try withGate { file, keys throws(StoreError) in
            try file.cell(.key, Array(name.utf8), keys.sealing)?.key(0, keys.sealing)
        }
    }

    /// A slot that was put aside, nil when there is none.
    package func quarantined(_ person: Identifier) throws(StoreError) -> [UInt8]? {
        try cell(.quarantine, person.bytes)?.data
    }

    /// Whether a person can open the closed gate.
    package func hasSlot(_ person: Identifier) throws(StoreError) -> Bool {
        guard let login = memory.with({ $0.login }) else { throw .wrongKey }
        if let owed = memory.with({ $0.owed.slots[person] }) { return owed }
        return try gateReader.with { reader throws(StoreError) in
            try database(.slot) { () throws(SQLError) in try reader.file.slot(login.slotName(person)) != nil }
        }
    }

    /// What a change has decided and the gate does not hold yet, nil when it holds everything that was asked for.
    private func owed<Value>(_ find: (Owed) -> Value?) throws(StoreError) -> Value? {
        try memory.with { memory throws(StoreError) in
            _ = try memory.openKeys()
            return find(memory.owed)
        }
    }

    private func cell(_ table: GateCell.Table, _ name: [UInt8]) throws(StoreError) -> GateCell? {
        try withGate { file, keys throws(StoreError) in try file.cell(table, name, keys.sealing) }
    }

    /// Reads the gate under a key that still is the gate's afterwards.
    private func withGate<Value>(
        _ body: (GateFile, GateKeys) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        while true {
            let keys = try memory.with { memory throws(StoreError) in try memory.openKeys() }
            let answer: StoreError.Or<Value> = .of { () throws(StoreError) in
                try gateReader.with { reader throws(StoreError) in try body(reader.file, keys) }
            }
            if memory.when({ !$0.isDeciding }, { $0.keys === keys || $0.keys == nil }) {
                return try answer.get()
            }
        }
    }

    /// Every freeze and every removal under way.
    package var restrictions: Set<Restriction> { memory.with { $0.restrictions } }

    /// Whether a person is frozen or being removed, in an area or everywhere.
    package func isRestricted(_ person: Identifier, in area: Area) -> Bool {
        memory.with { memory in
            [Restriction.Kind.freeze, .removal].contains { kind in
                memory.restrictions.contains(Restriction(kind, area: area, person: person))
                    || memory.restrictions.contains(Restriction(kind, area: .house, person: person))
            }
        }
    }

    /// The key that answers a client's greeting.
    package func hostKey() throws(StoreError) -> SigningKey {
        try memory.with { memory throws(StoreError) in try memory.openKeys().host }
    }
}
