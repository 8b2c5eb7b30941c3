import HavreCodec
import HavreSecrets
import HavreSystem

// Step 2, change by change: its rows are written behind a savepoint, or undone.
extension Leader {
    /// Writes the rows of one change, or undoes them and says why.
    func carryOut(_ course: Course, _ working: inout Working, _ keys: GateKeys) throws(StoreError) {
        let prepared = course.prepared
        let hasRows = !prepared.change.isEntryOnly
        if hasRows { try database(.vaultFile) { () throws(SQLError) in try vault.savepoint() } }
        do throws(StoreError) {
            try compare(prepared.change.expects, working, keys)
            guard hasRows else { return }
            let (deltas, rows) = try writeRows(prepared, working, keys)
            try database(.vaultFile) { () throws(SQLError) in try vault.release() }
            course.deltas = deltas
            course.rows = rows
            working.take(deltas)
        } catch {
            switch error {
            case .stale, .tampered, .invalid, .notFound:
                course.refusal = error
                if hasRows { try database(.vaultFile) { () throws(SQLError) in try vault.undo() } }
            default: throw error
            }
        }
    }

    private func compare(
        _ expects: [Expectation], _ working: Working, _ keys: GateKeys
    ) throws(StoreError) {
        for expected in expects {
            guard let state = try current(expected.area, working, keys),
                state.sealer.generation == expected.generation,
                expected.sequence == nil || expected.sequence == state.sequence
            else { throw .stale }
        }
    }

    private func current(_ area: Area, _ working: Working, _ keys: GateKeys) throws(StoreError) -> AreaState?
    {
        if let state = working.areas[area] { return state }
        return try state(of: area, keys)
    }

    /// What a change does to one area, while its rows are written.
    private struct Touched {
        let outcome: Mark.Outcome
        let old: AreaState?
        var new: AreaState
        var rows: [(n: UInt64, wrap: Digest)] = []
    }

    private func writeRows(
        _ prepared: Prepared, _ working: Working, _ keys: GateKeys
    ) throws(StoreError) -> (deltas: [AreaDelta], rows: [UInt64]) {
        var touched: [Area: Touched] = [:]
        for (area, fresh) in prepared.fresh {
            touched[area] = try begin(area, fresh, try current(area, working, keys), prepared)
        }
        var numbers: [UInt64] = []
        for (index, row) in prepared.rows.enumerated() {
            var area: Touched
            if let begun = touched[row.area] {
                area = begun
            } else {
                guard let old = try current(row.area, working, keys) else { throw .stale }
                area = Touched(outcome: .changed, old: old, new: old)
            }
            // Dropped here, so that the list of rows is not copied when it grows.
            touched[row.area] = nil
            let n = try write(row, &area, working)
            touched[row.area] = area
            if index < prepared.change.puts.count { numbers.append(n) }
        }
        var deltas: [AreaDelta] = []
        for (area, tags) in prepared.erased {
            guard let old = try current(area, working, keys) else { throw .stale }
            try erase(tags)
            deltas.append(AreaDelta(area: area, outcome: .erased, old: old, new: nil, rows: []))
        }
        for (area, one) in touched {
            var new = one.new
            new.sequence += 1
            deltas.append(AreaDelta(area: area, outcome: one.outcome, old: one.old, new: new, rows: one.rows))
        }
        return (deltas.sorted { $0.area < $1.area }, numbers)
    }

    /// An area that the change makes or renews.
    private func begin(
        _ area: Area, _ fresh: AreaState, _ old: AreaState?, _ prepared: Prepared
    ) throws(StoreError) -> Touched {
        guard let renewed = prepared.renewed[area] else {
            guard old == nil else { throw .stale }
            return Touched(outcome: .made, old: nil, new: fresh)
        }
        guard let old else { throw .stale }
        var touched = Touched(outcome: .renewed, old: old, new: fresh)
        touched.new.head = .zero
        touched.new.count = old.count
        for row in renewed {
            let isThere = try database(.row) { () throws(SQLError) in
                try vault.update(row.tag, wrap: row.wrap)
            }
            guard isThere else { throw .tampered(.row) }
            touched.new.head += row.element
            touched.rows.append((row.n, row.digest))
            if old.pin?.n == row.n { touched.new.pin = Pin(n: row.n, wrap: row.digest) }
        }
        return touched
    }

    /// Writes one row and moves head, count and pin of its area.
    /// - Returns: the row's number.
    private func write(
        _ row: PreparedRow, _ area: inout Touched, _ working: Working
    ) throws(StoreError) -> UInt64 {
        let sealed: PreparedRow.Sealed
        if let ready = row.sealed {
            sealed = ready
        } else {
            sealed = try PreparedRow.seal(row.content, area.new.count, area.new)
        }
        guard sealed.n <= area.new.count else { throw .invalid(rule: "rows are numbered without gaps") }
        let isNew = sealed.n == area.new.count
        if isNew {
            area.new.count += 1
        } else if area.outcome != .renewed {
            let old = try oldDigest(RowPlace(row.area, sealed.n), sealed.tag, working)
            area.new.head -= Head.element(area.new.headKey, tag: sealed.tag, wrap: old)
        }
        try write(sealed, row.body, isNew: isNew)
        area.new.head += sealed.element
        if row.isPinned || area.new.pin?.n == sealed.n {
            area.new.pin = row.content.isEmptied ? nil : Pin(n: sealed.n, wrap: sealed.digest)
        }
        area.rows.append((sealed.n, sealed.digest))
        return sealed.n
    }

    private func write(_ sealed: PreparedRow.Sealed, _ body: RowBody, isNew: Bool) throws(StoreError) {
        // A row where none may be, or none where one must be, is somebody else's hand.
        let fits = try database(.row) { () throws(SQLError) in
            try isNew
                ? vault.insert(sealed.tag, wrap: sealed.wrap) : vault.update(sealed.tag, wrap: sealed.wrap)
        }
        guard fits else { throw .tampered(.row) }
        try database(.body) { () throws(SQLError) in
            switch body {
            case .sealed(let bytes): try vault.put(body: bytes, sealed.tag)
            case .none: if !isNew { try vault.delete(bodyOf: sealed.tag) }
            case .kept: break
            }
        }
    }

    private func erase(_ tags: [Identifier]) throws(StoreError) {
        try database(.row) { () throws(SQLError) in
            for tag in tags { try vault.delete(tag) }
        }
    }

    /// The digest that the row had before: written by this group, known from a verified area, or read now. A row that
    /// was tampered with leaves the head wrong, which the next verification finds.
    private func oldDigest(
        _ place: RowPlace, _ tag: Identifier, _ working: Working
    ) throws(StoreError) -> Digest {
        if let digest = working.digests[place] { return digest }
        let known = memory.with { memory -> Digest? in
            guard let digests = memory.areas[place.area]?.digests, place.n < digests.count else { return nil }
            return digests[Int(place.n)]
        }
        if let known { return known }
        let wrap = try database(.row) { () throws(SQLError) in try vault.rows.wrap(tag) }
        guard let wrap else { throw .tampered(.row) }
        return Hash.blake2b256(wrap)
    }
}
