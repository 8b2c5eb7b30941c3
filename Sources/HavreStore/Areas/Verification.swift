import HavreCodec
import HavreSecrets
import HavreSystem

// An area's rows against its head.
extension Store {
    /// How long one read of many rows may keep the write-ahead log from being emptied.
    private static let momentRowCount: UInt64 = 1_000
    private static let momentNanoseconds: Int64 = 5_000_000

    /// Compares every row of an area with its head, and keeps each row's digest until `forget`. Does nothing when that
    /// has been done. Changes may go on meanwhile.
    /// - Throws: `.tampered(.row)` for a missing row, `.tampered(.head)` for any other difference, `.notFound`.
    package func verify(_ area: Area) throws(StoreError) {
        guard let state = try beginVerifying(area) else { return }
        try endVerifying(area, state, .of { () throws(StoreError) in try digests(state) { _, _, _ in } })
    }

    /// The rows of an area from `first` on, in order, as many as there are when the call begins or more. The rows of
    /// an area that was not verified yet are read once, for the comparison and for the answer.
    /// - Throws: like `verify` and `read`.
    package func rows(_ area: Area, from first: UInt64) throws(StoreError) -> [Row] {
        var rows: [Row?] = []
        if let state = try beginVerifying(area) {
            try endVerifying(
                area, state,
                .of { () throws(StoreError) in
                    try digests(state) { n, wrap, digest in
                        guard n >= first else { return }
                        // One that is being sealed anew does not open; it is read again below.
                        rows.append((try? state.sealer.open(wrap, n)).map { Row($0, wrapDigest: digest) })
                    }
                })
        }
        let numbers = first..<max(first, try loadedArea(area)?.count ?? 0)
        func known(_ n: UInt64) -> Row? {
            let place = Int(n - first)
            guard place < rows.count, let row = rows[place],
                isCurrent(area, n, wrapDigest: row.wrapDigest)
            else { return nil }
            return row
        }
        var found = numbers.map(known)
        // Somebody else has verified the area, or rows have changed since.
        let missing = found.indices.filter { found[$0] == nil }
        let places = missing.map { RowPlace(area, first + UInt64($0)) }
        for (index, read) in zip(missing, try readTogether(places, withBodies: false)) {
            found[index] = read?.row
        }
        var complete: [Row] = []
        for (n, row) in zip(numbers, found) {
            if let row { complete.append(row) } else { complete.append(try read(area, n)) }
        }
        return complete
    }

    /// Forgets the row digests of an area: its case is closed.
    package func forget(_ area: Area) {
        guard area != .house, area != .login else { return }
        memory.with { $0.areas[area]?.digests = nil }
    }

    /// - Returns: nil when the area is verified, possibly by somebody else for whom this waited.
    private func beginVerifying(_ area: Area) throws(StoreError) -> AreaState? {
        while true {
            guard try loadedArea(area) != nil else { throw .notFound }
            // Somebody else who verifies the area is waited for; whoever finds it verified is done.
            let found = try memory.when({ $0.areas[area]?.overlay == nil }) {
                memory throws(StoreError) -> (isDone: Bool, state: AreaState?) in
                _ = try memory.openKeys()
                guard case .known(let known) = memory.known(area) else { return (false, nil) }
                guard let state = known else { throw .notFound }
                if memory.areas[area]?.digests != nil { return (true, nil) }
                memory.areas[area]?.overlay = [:]
                return (true, state)
            }
            if found.isDone { return found.state }
        }
    }

    /// Reads the rows piece by piece. Those that change meanwhile are put right at the end.
    private func digests(
        _ state: AreaState, _ each: (UInt64, [UInt8], Digest) -> Void
    ) throws(StoreError) -> (digests: [Digest], sum: Head) {
        var digests: [Digest] = []
        digests.reserveCapacity(Int(clamping: state.count))
        var sum = Head.zero
        try inMoments(state.count) { reader, n throws(StoreError) in
            let tag = state.sealer.tag(n)
            let wrap = try database(.row) { () throws(SQLError) in try reader.rows.wrap(tag) }
            guard let wrap else { throw .tampered(.row) }
            let digest = Hash.blake2b256(wrap)
            digests.append(digest)
            sum += Head.element(state.headKey, tag: tag, wrap: digest)
            each(n, wrap, digest)
        }
        return (digests, sum)
    }

    /// Calls `body` with 0..<count, in reads of at most 1,000 rows or 5 ms.
    func inMoments(
        _ count: UInt64, _ body: (VaultReader, UInt64) throws(StoreError) -> Void
    ) throws(StoreError) {
        var n: UInt64 = 0
        while n < count {
            n = try readers.with { reader throws(StoreError) in
                try reader.inOneMoment { () throws(StoreError) in
                    let end = min(count, n + Self.momentRowCount)
                    let deadline = Clock.nanoseconds() + Self.momentNanoseconds
                    var next = n
                    repeat {
                        try body(reader, next)
                        next += 1
                    } while next < end && Clock.nanoseconds() < deadline
                    return next
                }
            }
        }
    }

    /// Puts in what was committed meanwhile, and compares.
    private func endVerifying(
        _ area: Area, _ start: AreaState, _ answer: StoreError.Or<(digests: [Digest], sum: Head)>
    ) throws(StoreError) {
        defer { memory.broadcast() }
        try memory.when({ !$0.isDeciding }) { memory throws(StoreError) in
            guard memory.areas[area]?.overlay != nil else { throw .closed }
            let overlay = memory.areas[area]?.overlay ?? [:]
            memory.areas[area]?.overlay = nil
            guard let state = memory.areas[area]?.state else { throw .notFound }
            var (digests, sum) = try answer.get()
            for (n, digest) in overlay.sorted(by: { $0.key < $1.key }) {
                let tag = state.sealer.tag(n)
                if n < UInt64(digests.count) {
                    sum -= Head.element(state.headKey, tag: tag, wrap: digests[Int(n)])
                    digests[Int(n)] = digest
                } else {
                    digests.append(digest)
                }
                sum += Head.element(state.headKey, tag: tag, wrap: digest)
            }
            guard UInt64(digests.count) == state.count, sum == state.head else { throw .tampered(.head) }
            memory.areas[area]?.digests = digests
            memory.boundDigests(keeping: area)
        }
    }

    /// Every row of a verified area, opened, in order.
    /// - Throws: `.stale` when the area's sequence is another one before the end, `.tampered`.
    func forEachRow(
        _ area: Area, sequence: UInt64, _ body: (UInt64, RowContent) throws(StoreError) -> Void
    ) throws(StoreError) {
        let (state, digests) = try verified(area, sequence: sequence)
        try inMoments(state.count) { reader, n throws(StoreError) in
            let wrap = try database(.row) { () throws(SQLError) in try reader.rows.wrap(state.sealer.tag(n)) }
            guard let wrap, Hash.blake2b256(wrap) == digests[Int(n)] else {
                let isSame = memory.when({ !$0.isDeciding }, { $0.areas[area]?.state?.sequence == sequence })
                throw isSame ? .tampered(.row) : .stale
            }
            try body(n, try state.sealer.open(wrap, n))
        }
    }

    /// What an area's rows are compared with. Somebody else may close the case in between: it is verified again.
    private func verified(
        _ area: Area, sequence: UInt64
    ) throws(StoreError) -> (state: AreaState, digests: [Digest]) {
        while true {
            try verify(area)
            let found = try memory.with { memory throws(StoreError) -> (AreaState, [Digest])? in
                guard let entry = memory.areas[area], let state = entry.state, state.sequence == sequence
                else {
                    throw .stale
                }
                return entry.digests.map { (state, $0) }
            }
            if let found { return found }
        }
    }
}
