import HavreCodec
import HavreSecrets

/// Builds what can be built of a change before the leader takes it, in the thread of the caller.
struct Preparation {
    let store: Store
    let change: Change
    let keys: GateKeys

    private var step: GateStep { change.gate ?? GateStep() }

    /// - Throws: `.invalid` for a change that breaks a rule, `.stale` when it already is.
    func run() throws(StoreError) -> Prepared {
        try checkLimits()
        var states = try expectedStates()
        guard !change.isEntryOnly else {
            return Prepared(change: change, rows: [], fresh: [:], renewed: [:], erased: [:], next: nil)
        }
        var nextKeys: [NextStep.AreaKey] = []
        for area in step.newAreas {
            guard states[area] == nil, area != .login, area != .house else {
                throw .invalid(rule: "a new area is new")
            }
            let state = AreaState.empty(area, gate: Key(), keys: keys)
            states[area] = state
            nextKeys.append(.init(area: area, generation: 1, gate: state.sealer.gate))
        }
        for area in step.renewed {
            guard var state = states[area], area != .login, !step.erased.contains(area),
                !step.newAreas.contains(area)
            else { throw .invalid(rule: "a renewed area is expected, and neither new nor erased") }
            state.sealer = state.sealer.renewed(Key())
            states[area] = state
            nextKeys.append(
                .init(area: area, generation: state.sealer.generation, gate: state.sealer.gate))
        }
        let rows = try sealedRows(states)
        var renewed: [Area: [PreparedRow.Sealed]] = [:]
        for area in step.renewed { renewed[area] = try resealed(area, states, without: rows) }
        let (erased, blobs) = try erasedRows(states)
        let fresh = states.filter { step.newAreas.contains($0.key) || step.renewed.contains($0.key) }
        let next = NextStep(change, areas: nextKeys, droppedBlobs: step.droppedBlobs + blobs)
        guard (next?.data.count ?? 0) <= NextStep.dataByteCountMax else {
            throw .invalid(rule: "a change leaves too much for the gate")
        }
        return Prepared(
            change: change, rows: rows, fresh: fresh, renewed: renewed, erased: erased, next: next)
    }

    // MARK: rules

    private func checkLimits() throws(StoreError) {
        guard change.entry.count <= Change.entryByteCountMax, change.expects.count <= Change.areaCountMax
        else {
            throw .invalid(rule: "a change is too large")
        }
        guard Set(change.expects.map(\.area)).count == change.expects.count else {
            throw .invalid(rule: "an area is named once")
        }
        guard !change.isEntryOnly else { return }
        guard change.puts.count + change.tombstones.count <= Change.rowCountMax,
            step.newAreas.count <= Change.areaCountMax,
            step.restricted.count + step.lifted.count <= Change.areaCountMax,
            step.keys.count + step.slots.count <= Change.areaCountMax
        else { throw .invalid(rule: "a change is too large") }
        for put in change.puts {
            guard put.payload.count <= RowPut.payloadByteCountMax, put.blobs.count <= RowPut.blobCountMax
            else {
                throw .invalid(rule: "a row's payload is too long")
            }
            if case .sealed(let body) = put.body, body.count > RowBody.byteCountMax || body.isEmpty {
                throw .invalid(rule: "a body has 1 to \(RowBody.byteCountMax) bytes")
            }
        }
        let names = Array(step.facts.keys) + Array(step.keys.keys)
        let values = step.facts.values.compactMap { $0 } + step.quarantine.values.compactMap { $0 }
        guard names.allSatisfy({ $0.utf8.count <= GateStep.nameByteCountMax }),
            values.allSatisfy({ $0.count <= GateStep.valueByteCountMax }),
            (step.certificate?.count ?? 0) <= GateStep.valueByteCountMax,
            step.quarantine.values.reduce(0, { $0 + ($1?.count ?? 0) + 32 }) <= GateStep.valueByteCountMax
        else { throw .invalid(rule: "a value of the gate is too long") }
        guard Set(step.newAreas).count == step.newAreas.count, Set(step.renewed).count == step.renewed.count,
            Set(step.erased).count == step.erased.count
        else { throw .invalid(rule: "an area is named once") }
        try checkPlaces()
    }

    /// Every row is named once, and whoever gives a row's number knows how many rows there are.
    private func checkPlaces() throws(StoreError) {
        let expected = Dictionary(uniqueKeysWithValues: change.expects.map { ($0.area, $0.sequence) })
        var seen: Set<RowPlace> = []
        func take(_ area: Area, _ n: UInt64) throws(StoreError) {
            guard seen.insert(RowPlace(area, n)).inserted else { throw .invalid(rule: "a row is named once") }
            guard step.newAreas.contains(area) || expected[area].flatMap({ $0 }) != nil else {
                throw .invalid(rule: "a numbered row rests on the sequence of its area")
            }
        }
        for put in change.puts {
            guard !step.erased.contains(put.area) else { throw .invalid(rule: "an erased area has no rows") }
            if case .at(let n) = put.number { try take(put.area, n) }
            if case .appended = put.number, put.body == .kept {
                throw .invalid(rule: "a new row has no older body")
            }
        }
        for place in change.tombstones {
            guard !step.erased.contains(place.area), !step.newAreas.contains(place.area) else {
                throw .invalid(rule: "only a row that stays can be emptied")
            }
            try take(place.area, place.n)
        }
        for area in step.renewed + step.erased where expected[area].flatMap({ $0 }) == nil {
            throw .invalid(rule: "a renewed or erased area is expected with its sequence")
        }
        for area in step.erased where area == .login || area == .house {
            throw .invalid(rule: "the house is not erased")
        }
    }

    /// The states that the change expects, as far as they still hold.
    private func expectedStates() throws(StoreError) -> [Area: AreaState] {
        var states: [Area: AreaState] = [:]
        for expected in change.expects {
            guard let state = try store.loadedArea(expected.area),
                state.sealer.generation == expected.generation,
                expected.sequence == nil || expected.sequence == state.sequence
            else { throw .stale }
            states[expected.area] = state
        }
        return states
    }

    // MARK: rows

    private func sealedRows(_ states: [Area: AreaState]) throws(StoreError) -> [PreparedRow] {
        var rows: [PreparedRow] = []
        rows.reserveCapacity(change.puts.count + change.tombstones.count)
        for put in change.puts {
            guard let state = states[put.area] else { throw .invalid(rule: "a touched area is expected") }
            let content = RowContent(payload: put.payload, bodyDigest: try bodyDigest(put), blobs: put.blobs)
            var sealed: PreparedRow.Sealed?
            if case .at(let n) = put.number { sealed = try PreparedRow.seal(content, n, state) }
            rows.append(
                PreparedRow(
                    area: put.area, content: content, sealed: sealed, body: put.body, isPinned: put.isPinned))
        }
        for place in change.tombstones {
            guard let state = states[place.area] else { throw .invalid(rule: "a touched area is expected") }
            guard place.n < state.count else { throw .notFound }
            rows.append(
                PreparedRow(
                    area: place.area, content: .tombstone,
                    sealed: try PreparedRow.seal(.tombstone, place.n, state),
                    body: .none, isPinned: false))
        }
        return rows
    }

    private func bodyDigest(_ put: RowPut) throws(StoreError) -> Digest? {
        switch put.body {
        case .none: return nil
        case .sealed(let body): return Hash.blake2b256(body)
        case .kept:
            guard case .at(let n) = put.number else { throw .invalid(rule: "a new row has no older body") }
            return try store.read(put.area, n).bodyDigest
        }
    }

    /// Every row of a renewed area under its new key, compared with the head on the way: nothing that was tampered
    /// with is sealed again.
    private func resealed(
        _ area: Area, _ states: [Area: AreaState], without rows: [PreparedRow]
    ) throws(StoreError) -> [PreparedRow.Sealed] {
        guard let state = states[area] else { throw .stale }
        let put = Set(rows.compactMap { $0.area == area ? $0.sealed?.n : nil })
        var sealed: [PreparedRow.Sealed] = []
        sealed.reserveCapacity(Int(clamping: state.count))
        try store.forEachRow(area, sequence: state.sequence) { n, content throws(StoreError) in
            guard !put.contains(n) else { return }
            sealed.append(try PreparedRow.seal(content, n, state))
        }
        return sealed
    }

    private func erasedRows(
        _ states: [Area: AreaState]
    ) throws(StoreError) -> (tags: [Area: [Identifier]], blobs: [Identifier]) {
        var tags: [Area: [Identifier]] = [:]
        var blobs: [Identifier] = []
        for area in step.erased {
            guard let state = states[area] else { throw .stale }
            tags[area] = (0..<state.count).map { state.sealer.tag($0) }
            try store.forEachRow(area, sequence: state.sequence) { _, content in
                blobs += content.blobs.map { $0.id }
            }
        }
        return (tags, blobs)
    }
}
