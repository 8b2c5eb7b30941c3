package import HavreCodec
package import HavreSecrets
internal import HavreSystem

// What threads read, and how each row is compared before it is believed.
extension Store {
    /// What an area is like now, nil when there is none (or when it is sealed away in a closed gate: that throws).
    package func area(_ area: Area) throws(StoreError) -> AreaStatus? {
        try loadedArea(area)?.status
    }

    /// One row, compared with the head of its area. An area that was not verified yet is verified first, except for
    /// its pinned row, whose digest the gate keeps. The users' rows can be read while the gate is closed; they are
    /// authentic then, but may be older than the gate knows.
    /// - Throws: `.notFound` beyond the count, `.tampered`, `.closed`.
    package func read(_ area: Area, _ n: UInt64) throws(StoreError) -> Row {
        if area == .login, let row = try readClosed(n) { return row }
        return try fetch(area, n, withBody: false).row
    }

    /// The body of a row, as the library sealed it, compared with the digest in the row's wrap.
    /// - Throws: `.notFound` when the row has none, `.tampered`, `.closed`.
    package func body(_ area: Area, _ n: UInt64) throws(StoreError) -> [UInt8] {
        guard let body = try fetch(area, n, withBody: true).body else { throw .notFound }
        return body
    }

    /// A row and its body, as of one moment.
    package func readWithBody(_ area: Area, _ n: UInt64) throws(StoreError) -> (row: Row, body: [UInt8]?) {
        try fetch(area, n, withBody: true)
    }

    /// Whether a row of a verified area still is the one with this digest: asks memory alone. False when the area was
    /// not verified or is in doubt.
    package func isCurrent(_ area: Area, _ n: UInt64, wrapDigest: Digest) -> Bool {
        memory.with { memory in
            guard memory.keys != nil, let digests = memory.areas[area]?.digests, n < digests.count else {
                return false
            }
            return digests[Int(n)] == wrapDigest
        }
    }

    /// A row and its body before their area is compared with its head: sealed for this place, but perhaps older than
    /// the gate knows. For whoever has the area verified at once and shows nothing until then.
    package func readAhead(_ area: Area, _ n: UInt64) throws(StoreError) -> (row: Row, body: [UInt8]?) {
        guard let state = try loadedArea(area), n < state.count else { throw .notFound }
        let tag = state.sealer.tag(n)
        let (wrap, body) = try readers.with { reader throws(StoreError) in
            try database(.row) { () throws(SQLError) in (try reader.wrap(tag), try reader.body(tag)) }
        }
        guard let wrap else { throw .tampered(.row) }
        let content = try state.sealer.open(wrap, n)
        guard body.map(Hash.blake2b256) == content.bodyDigest else { throw .tampered(.body) }
        return (Row(content, wrapDigest: Hash.blake2b256(wrap)), body)
    }

    // MARK: rows

    /// What one row is compared with.
    private struct Look {
        let sealer: RowSealer
        /// nil: the area has to be verified first.
        let digest: Digest?
        let decisions: UInt64
    }

    private func fetch(_ area: Area, _ n: UInt64, withBody: Bool) throws(StoreError) -> (
        row: Row, body: [UInt8]?
    ) {
        while true {
            let look = try look(area, n)
            guard let expected = look.digest else {
                try verify(area)
                continue
            }
            let tag = look.sealer.tag(n)
            let (wrap, body) = try readers.with { reader throws(StoreError) in
                try database(.row) { () throws(SQLError) in
                    (try reader.wrap(tag), withBody ? try reader.body(tag) : nil)
                }
            }
            if let wrap, Hash.blake2b256(wrap) == expected {
                let content = try look.sealer.open(wrap, n)
                if !withBody || body.map(Hash.blake2b256) == content.bodyDigest {
                    return (Row(content, wrapDigest: expected), body)
                }
            }
            // Between the decision and the moment when memory knows it, the file is ahead of memory.
            if hasMoved(since: look.decisions) { continue }
            throw .tampered(.row)
        }
    }

    private func look(_ area: Area, _ n: UInt64) throws(StoreError) -> Look {
        while true {
            let look = try memory.with { memory throws(StoreError) -> Look? in
                _ = try memory.openKeys()
                guard case .known(let known) = memory.known(area) else { return nil }
                guard let state = known, n < state.count else { throw .notFound }
                let digest =
                    memory.areas[area]?.digests?[Int(n)] ?? (state.pin?.n == n ? state.pin?.wrap : nil)
                return Look(sealer: state.sealer, digest: digest, decisions: memory.decisions)
            }
            if let look { return look }
            guard try loadedArea(area) != nil else { throw .notFound }
        }
    }

    /// Waits for a decision under way, and says whether there was one since.
    func hasMoved(since decisions: UInt64) -> Bool {
        memory.when({ !$0.isDeciding }, { $0.decisions != decisions || $0.keys == nil })
    }

    /// A users' row while the gate is closed; nil when it is open.
    private func readClosed(_ n: UInt64) throws(StoreError) -> Row? {
        let login = try memory.with { memory throws(StoreError) -> LoginKeys? in
            switch memory.state {
            case .serving, .opening: return nil
            case .failed: throw .outcomeUnknown
            case .ended: throw .closed
            case .closed:
                guard let login = memory.login else { throw .wrongKey }
                return login
            }
        }
        guard let login else { return nil }
        let tag = login.sealer.tag(n)
        let wrap = try readers.with { reader throws(StoreError) in
            try database(.row) { () throws(SQLError) in try reader.wrap(tag) }
        }
        guard let wrap else { throw .notFound }
        return Row(try login.sealer.open(wrap, n), wrapDigest: Hash.blake2b256(wrap))
    }

    // MARK: areas

    /// The state of an area from memory, or from the gate; nil when there is none.
    func loadedArea(_ area: Area) throws(StoreError) -> AreaState? {
        while true {
            let (known, keys, decisions) = try memory.with { memory throws(StoreError) in
                let keys = try memory.openKeys()
                return (memory.known(area), keys, memory.decisions)
            }
            if case .known(let state) = known { return state }
            // While GK is renewed the cells move to other names: what is found then counts only if the key is still
            // the same afterwards, and so does what is not found.
            let state: StoreError.Or<AreaState?> = .of { () throws(StoreError) in
                try gateReader.with { reader throws(StoreError) in try reader.file.area(area, keys) }
            }
            let isCurrent = memory.with { memory in
                guard memory.keys === keys, memory.decisions == decisions, !memory.isDeciding else {
                    return false
                }
                if case .value(.some(let state)) = state { memory.remember(state, of: area) }
                return true
            }
            if isCurrent { return try state.get() }
            memory.when({ !$0.isDeciding }, { _ in })
        }
    }

    // MARK: the gate's values

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

    // MARK: the ledger's rows

    /// Size, root and text of the ledger as it is on disk.
    package func checkpoint() throws(StoreError) -> StoredCheckpoint {
        try memory.with { memory throws(StoreError) in
            _ = try memory.openKeys()
            return memory.checkpoint
        }
    }

    /// One entry, opened from its gate seal.
    /// - Throws: `.notFound` beyond the size, `.tampered`.
    package func entry(_ number: UInt64) throws(StoreError) -> StoredEntry {
        let (keys, size) = try memory.with { memory throws(StoreError) in
            (try memory.openKeys(), memory.checkpoint.size)
        }
        guard number < size else { throw .notFound }
        return try LedgerRows(readers: readers, seal: LedgerSeal(keys: keys)).entry(number)
    }

    /// The wall clock of the change that an entry belongs to, UTC seconds, from its mark.
    /// - Throws: `.notFound` beyond the size, `.tampered`.
    package func instant(ofEntry number: UInt64) throws(StoreError) -> Int64 {
        let (keys, size) = try memory.with { memory throws(StoreError) in
            (try memory.openKeys(), memory.checkpoint.size)
        }
        guard number < size else { throw .notFound }
        return try LedgerRows(readers: readers, seal: LedgerSeal(keys: keys)).full(number).mark.instant
    }

    /// One tile, opened; nil when none was written at that place.
    package func tile(level: Int, number: UInt64) throws(StoreError) -> StoredTile? {
        let keys = try memory.with { memory throws(StoreError) in try memory.openKeys() }
        return try LedgerRows(readers: readers, seal: LedgerSeal(keys: keys)).tile(
            level: level, number: number)
    }
}

extension Row {
    init(_ content: RowContent, wrapDigest: Digest) {
        payload = content.payload
        bodyDigest = content.bodyDigest
        blobs = content.blobs
        isEmptied = content.isEmptied
        self.wrapDigest = wrapDigest
    }
}

extension StoreError {
    /// A value or the error in its place, for when something else has to be looked at before either counts.
    enum Or<Value> {
        case value(Value)
        case error(StoreError)

        static func of(_ body: () throws(StoreError) -> Value) -> Or<Value> {
            do throws(StoreError) { return .value(try body()) } catch { return .error(error) }
        }

        func get() throws(StoreError) -> Value {
            switch self {
            case .value(let value): return value
            case .error(let error): throw error
            }
        }
    }
}

/// Entries and tiles as the journal reads them back.
struct LedgerRows: JournalRows {
    let readers: ReaderPool
    let seal: LedgerSeal

    func entry(_ number: UInt64) throws(StoreError) -> StoredEntry {
        try full(number).entry
    }

    /// The entry with its mark and the root before its group.
    func full(_ number: UInt64) throws(StoreError) -> (entry: StoredEntry, mark: Mark, root: Digest) {
        let columns = try readers.with { reader throws(StoreError) in
            try database(.entry) { () throws(SQLError) in try reader.entry(number) }
        }
        // Its number lies below the size, so that a missing one was removed.
        guard let columns else { throw .tampered(.entry) }
        return try seal.open(columns, number: number)
    }

    func tile(level: Int, number: UInt64) throws(StoreError) -> StoredTile? {
        let sealed = try readers.with { reader throws(StoreError) in
            try database(.tile) { () throws(SQLError) in try reader.tile(level: level, number: number) }
        }
        guard let sealed else { return nil }
        return try seal.open(sealed, level: level, number: number)
    }
}
