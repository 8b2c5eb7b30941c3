package import HavreCodec
import HavreSecrets
import HavreSystem

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

    /// Whether a row of a verified area, or one that its area pins, still is the one with this digest: asks memory alone.
    /// False when nothing is known to compare it with.
    package func isCurrent(_ area: Area, _ n: UInt64, wrapDigest: Digest) -> Bool {
        memory.with { memory in
            memory.keys != nil && memory.areas[area]?.expected(n) == wrapDigest
        }
    }

    /// A row and its body before their area is compared with its head: sealed for this place, but perhaps older than
    /// the gate knows. For whoever has the area verified at once and shows nothing until then.
    package func readAhead(_ area: Area, _ n: UInt64) throws(StoreError) -> (row: Row, body: [UInt8]?) {
        guard let state = try loadedArea(area), n < state.count else { throw .notFound }
        let tag = state.sealer.tag(n)
        let (wrap, body) = try wrap(tag, withBody: true)
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
            let (wrap, body) = try wrap(tag, withBody: withBody)
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

    private func wrap(
        _ tag: Identifier, withBody: Bool
    ) throws(StoreError) -> (wrap: [UInt8]?, body: [UInt8]?) {
        try withRows { rows throws(StoreError) in
            try database(.row) { () throws(SQLError) in
                guard withBody else { return (try rows.wrap(tag), nil) }
                let both = try rows.both(tag)
                return (both?.wrap, both?.body)
            }
        }
    }

    /// Lends a connection for one row. With each commit all others forget their pages, the one that wrote does not:
    /// who reads behind an entry of her own finds them there while nobody else commits.
    private func withRows<Value>(
        _ body: (RowStatements) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        guard queue.leadIfIdle() else {
            return try readers.with { reader throws(StoreError) in try body(reader.rows) }
        }
        defer { queue.passOn() }
        return try body(leader.vault.rows)
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
            try database(.row) { () throws(SQLError) in try reader.rows.wrap(tag) }
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
