import HavreCodec
import HavreSecrets
import HavreSystem

/// One full check with the gate open.
struct FullCheck {
    let store: Store
    let keys: GateKeys
    var report: CheckReport
    private var blobs: Set<String> = []

    init(store: Store, keys: GateKeys, report: CheckReport) {
        self.store = store
        self.keys = keys
        self.report = report
    }

    mutating func run(_ progress: (CheckProgress) -> Void) throws(StoreError) {
        // While nobody commits, a file in `blobs/` is named by a row or by none.
        let names = try store.lead { _ throws(StoreError) in try store.blobs.names() }
        for area in try checkCells() {
            try checkArea(area)
            progress(CheckProgress(rowCount: report.rowCount, byteCount: report.byteCount))
        }
        for name in names where !blobs.contains(name) {
            // A file that was dropped meanwhile is not there any more.
            if try store.blobs.isThere(name) {
                add(.blob)
                report.strayBlobs.append(name)
            }
        }
        try checkLedger()
        try checkCounts()
        if try store.doesMirrorDiffer() { add(.mirror) }
        progress(CheckProgress(rowCount: report.rowCount, byteCount: report.byteCount))
    }

    private mutating func add(_ part: StorePart, _ area: Area? = nil, _ number: UInt64? = nil) {
        report.problems.append(StoreProblem(part, area: area, number: number))
    }

    // MARK: the gate

    /// Opens every cell and every slot, and looks at the order of the logs.
    /// - Returns: every area.
    private mutating func checkCells() throws(StoreError) -> [Area] {
        let keys = keys
        return try store.lead { leader throws(StoreError) in
            var areas: [Area] = []
            var slots: [(person: Identifier, key: Key<Role.GateSlot>)] = []
            var broken = 0
            try leader.gate.forEachRawCell { tag, value in
                do throws(StoreError) {
                    let cell = try GateCell.open(value, tag: tag, keys.sealing)
                    for index in cell.sealedKeys.indices {
                        _ = try cell.key(index, keys.sealing, as: NextStep.Carried.self)
                    }
                    if cell.table == .area { areas.append(try GateFile.state(of: cell, keys).area) }
                    if cell.table == .slotKey {
                        let person = try decoding(.cell) { () throws(CodecError) in
                            try Identifier(bytes: cell.name)
                        }
                        slots.append((person, try cell.key(0, keys.sealing)))
                    }
                } catch {
                    broken += 1
                }
            }
            for _ in 0..<broken { add(.cell) }
            let slotCount = try database(.slot) { () throws(SQLError) in try leader.gate.slotCount() }
            if slotCount != slots.count { add(.slot) }
            // Each has to lie where its person looks for it, and to open the gate for her.
            let device = store.memory.with { $0.device }
            for slot in slots {
                let name = keys.login.slotName(slot.person)
                let sealed = try database(.slot) { () throws(SQLError) in try leader.gate.slot(name) }
                guard let sealed, let device else {
                    if sealed == nil { add(.slot) }
                    continue
                }
                do throws(StoreError) {
                    _ = try GateSlot.open(sealed, slot.key, device, store.vault, slot.person)
                } catch { add(.slot) }
            }
            let epoch = try database(.gateFile) { () throws(SQLError) in try leader.gate.epoch() }
            if try !store.keyFiles.areOf(epoch: epoch) { add(.keyFile) }
            // A change whose gate step is still owed has areas that no cell knows.
            for area in leader.lag.areas.keys where !areas.contains(area) { areas.append(area) }
            let step = try leader.gate.chain(keys).step
            if try !leader.journalLog.isInOrder(before: step) { add(.journal) }
            if try !leader.erasuresLog.isInOrder(before: step) { add(.erasures) }
            return areas.sorted()
        }
    }

    // MARK: rows

    /// What one look at an area found.
    private struct Findings {
        var problems: [StoreProblem] = []
        var blobs: [BlobReference] = []
        var rowCount: UInt64 = 0
        var byteCount: UInt64 = 0
    }

    /// Looks at all rows of an area; again when the area changed meanwhile, at last with commits held off.
    private mutating func checkArea(_ area: Area) throws(StoreError) {
        var findings: Findings?
        for _ in 0..<2 where findings == nil { findings = try look(at: area) }
        if findings == nil { findings = try store.lead { _ throws(StoreError) in try look(at: area) } }
        guard let findings else { return }
        report.problems += findings.problems
        report.rowCount += findings.rowCount
        report.byteCount += findings.byteCount
        for blob in findings.blobs {
            blobs.insert(blob.id.hex)
            try checkBlob(blob, area)
        }
    }

    /// - Returns: nil when the area changed while it was looked at.
    private func look(at area: Area) throws(StoreError) -> Findings? {
        var findings = Findings()
        guard let state = try store.loadedArea(area) else { return findings }
        let known = store.memory.with { $0.areas[area]?.digests }
        var sum = Head.zero
        try store.inMoments(state.count) { reader, n throws(StoreError) in
            let tag = state.sealer.tag(n)
            let (wrap, body) = try database(.row) { () throws(SQLError) in
                (try reader.rows.wrap(tag), try reader.body(tag))
            }
            findings.rowCount += 1
            guard let wrap, let content = try? state.sealer.open(wrap, n) else {
                findings.problems.append(StoreProblem(.row, area: area, number: n))
                return
            }
            let digest = Hash.blake2b256(wrap)
            sum += Head.element(state.headKey, tag: tag, wrap: digest)
            let isPinWrong = state.pin.map { $0.n == n && $0.wrap != digest } ?? false
            if known.map({ $0[Int(n)] != digest }) ?? isPinWrong {
                findings.problems.append(StoreProblem(.row, area: area, number: n))
            }
            if body.map(Hash.blake2b256) != content.bodyDigest {
                findings.problems.append(StoreProblem(.body, area: area, number: n))
            }
            findings.byteCount += UInt64(body?.count ?? 0)
            findings.blobs += content.blobs
        }
        if findings.problems.isEmpty, sum != state.head {
            findings.problems.append(StoreProblem(.head, area: area))
        }
        let isSame = store.memory.when({ !$0.isDeciding }) { memory in
            guard case .known(let now) = memory.known(area) else { return true }
            return now?.sequence == state.sequence
        }
        return isSame ? findings : nil
    }

    private mutating func checkBlob(_ blob: BlobReference, _ area: Area) throws(StoreError) {
        report.blobCount += 1
        do throws(StoreError) {
            var count: UInt64 = 0
            try store.blobs.read(blob) { count += UInt64($0.count) }
            report.byteCount += count
        } catch {
            guard case .tampered = error else { throw error }
            add(.blob, area)
        }
    }

    // MARK: the ledger and the sums

    private mutating func checkLedger() throws(StoreError) {
        let checkpoint = try store.checkpoint()
        report.entryCount = checkpoint.size
        var found: [StoreProblem] = []
        let rows = LedgerRows(readers: store.readers, seal: LedgerSeal(keys: keys))
        do throws(StoreError) {
            try store.journal.audit(checkpoint, rows) { found.append(StoreProblem($0, number: $1)) }
        } catch {
            guard case .tampered(let part) = error else { throw error }
            found.append(StoreProblem(part))
        }
        report.problems += found
    }

    /// Nothing is stored besides what areas, ledger and tree account for.
    private mutating func checkCounts() throws(StoreError) {
        let keys = keys
        try store.lead { leader throws(StoreError) in
            var expected: UInt64 = 0
            var owed = leader.lag.areas
            try leader.gate.forEachRawCell { tag, value in
                // A cell that does not open was found by `checkCells`.
                guard let cell = try? GateCell.open(value, tag: tag, keys.sealing), cell.table == .area,
                    let found = try? GateFile.state(of: cell, keys)
                else { return }
                // What is owed to the gate counts instead of what the gate says.
                if let state = owed.removeValue(forKey: found.area) {
                    expected += state?.count ?? 0
                } else {
                    expected += found.state.count
                }
            }
            expected += owed.values.reduce(0) { $0 + ($1?.count ?? 0) }
            let size = store.memory.with { $0.checkpoint.size }
            let counts = try store.readers.with { reader throws(StoreError) in
                try database(.count) { () throws(SQLError) in
                    (
                        items: try reader.count("item"), strays: try reader.strayBodyCount(),
                        entries: try reader.count("entry"), end: try reader.entryEnd(),
                        tiles: try reader.count("tile")
                    )
                }
            }
            if counts.items != expected { add(.count) }
            if counts.strays != 0 { add(.body) }
            if counts.entries != size || counts.end != size { add(.entry) }
            if counts.tiles != store.journal.tileCount(size: size) { add(.tile) }
        }
    }
}
