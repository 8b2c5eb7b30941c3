import HavreCodec
import HavreSecrets
import HavreSystem

/// The changes that wait for the leader.
struct CommitQueue {
    var waiting: [Ticket] = []
    /// Whether somebody leads: commits a group, or holds commits off.
    var isLed = false
    /// How many want to hold commits off: each of them comes before the next group.
    var holdOffCount = 0

    private static let groupCountMax = 256
    private static let groupByteCountMax = 4 << 20

    /// The next group: the longest waiting, at most 256 changes or about 4 MiB, at least one.
    mutating func takeGroup() -> [Ticket] {
        var byteCount = 0
        var count = 0
        for ticket in waiting.prefix(Self.groupCountMax) {
            byteCount += ticket.prepared.weight
            if count > 0, byteCount > Self.groupByteCountMax { break }
            count += 1
        }
        let group = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        return group
    }

    /// Begins a lead when nobody has it and nobody wants to hold commits off.
    mutating func leadIfIdle() -> Bool {
        guard !isLed, holdOffCount == 0 else { return false }
        isLed = true
        return true
    }

    /// Ends a lead.
    /// - Returns: who leads from here on; nil when nobody does.
    mutating func passOn() -> Ticket? {
        isLed = holdOffCount == 0 && !waiting.isEmpty
        return isLed ? waiting[0] : nil
    }
}

extension Guarded<CommitQueue> {
    /// Takes a change in.
    /// - Returns: whether its thread leads at once.
    func add(_ ticket: Ticket) -> Bool {
        with { queue in
            queue.waiting.append(ticket)
            return queue.leadIfIdle()
        }
    }

    /// Leads when nobody does and nobody waits for it.
    /// - Returns: whether this thread leads now, and has to pass on.
    func leadIfIdle() -> Bool { with { $0.leadIfIdle() } }

    /// Waits until nobody leads, and holds commits off.
    /// - Parameter milliseconds: nil for as long as it takes.
    /// - Returns: false when the time went by first.
    func holdOff(withinMilliseconds milliseconds: Int? = nil) -> Bool {
        with { $0.holdOffCount += 1 }
        func take(_ queue: inout CommitQueue) -> Bool {
            queue.isLed = true
            queue.holdOffCount -= 1
            return true
        }
        guard let milliseconds else { return when({ !$0.isLed }, take) }
        if when({ !$0.isLed }, withinMilliseconds: milliseconds, take) == true { return true }
        // Whoever led has not looked for the next one while this waited.
        let next = with { queue in
            queue.holdOffCount -= 1
            return queue.isLed ? nil : queue.passOn()
        }
        next?.lead()
        return false
    }

    /// Ends a lead: somebody who wants to hold commits off comes first, then the change that waits longest.
    func passOn() {
        if let next = with({ $0.passOn() }) {
            next.lead()
        } else {
            broadcast()
        }
    }
}

extension Store {
    /// Carries a change out: all of it is on disk, with its entry, when this returns.
    ///
    /// The first of the waiting threads commits for all; a change that only writes an entry is answered after one
    /// flush, any other when the gate knows it too.
    /// - Throws: `.stale` when an area it rests on has moved on, `.closed`, `.storageFull`, `.outcomeUnknown`,
    ///   `.tampered` for rows that are not what they should be, `.invalid`, `.notFound` for a missing attachment.
    package func submit(_ change: Change) throws(StoreError) -> Receipt {
        do throws(StoreError) {
            return try submitOnce(change)
        } catch {
            // An entry alone goes stale only when somebody else wrote to the file, or by an expectation; a second try
            // tells which.
            guard error == .stale, change.isEntryOnly else { throw error }
            return try submitOnce(change)
        }
    }

    private func submitOnce(_ change: Change) throws(StoreError) -> Receipt {
        let keys = try memory.with { memory throws(StoreError) in
            guard memory.state != .opening else { throw .closed }
            return try memory.openKeys()
        }
        try verifyHouseOnce()
        if change.isEntryOnly {
            return try wait(for: Preparation(store: self, change: change, keys: keys).run())
        }
        let renewed = Set(change.gate?.renewed ?? []).union(change.gate?.erased ?? [])
        let touched = renewed.union(change.puts.map(\.area)).union(change.tombstones.map(\.area))
        // What was verified once may not be the same any more.
        if memory.with({ $0.isDoubted }) {
            for area in touched.subtracting(change.gate?.newAreas ?? []) { try verify(area) }
        }
        // While an area is renewed, other changes of it wait: they would be stale, and the renewal done in vain.
        memory.when({ $0.renewing.isDisjoint(with: touched) }, { $0.renewing.formUnion(renewed) })
        defer {
            if !renewed.isEmpty {
                memory.with { $0.renewing.subtract(renewed) }
                memory.broadcast()
            }
        }
        return try wait(for: Preparation(store: self, change: change, keys: keys).run())
    }

    /// Queues a change and waits for its answer, leading when it is this thread's turn.
    private func wait(for prepared: Prepared) throws(StoreError) -> Receipt {
        let ticket = Ticket(prepared)
        if queue.add(ticket) { commitGroup() }
        while true {
            if let answer = ticket.wait() { return try answer.get() }
            commitGroup()
        }
    }

    /// Commits the next group and answers each of its changes.
    private func commitGroup() {
        let group = queue.with { $0.takeGroup() }
        let answers = leader.commit(group.map(\.prepared)) { early in
            for (index, answer) in early { group[index].answer(answer) }
        }
        // A panic came while this group was under way: what it left in memory goes now.
        if memory.with({ $0.keys == nil }) { leader.forget() }
        if leader.lag.checkpoint || leader.lag.isUrgent || !leader.lag.noted.isEmpty { noteLag() }
        leader.lookAtLogs()
        leader.leave()
        for (ticket, answer) in zip(group, answers) { ticket.answer(answer) }
        queue.passOn()
    }

    /// Compares the house and the users' rows with their heads, once after the gate was opened and again when somebody
    /// else wrote to the file: before the first change is answered.
    private func verifyHouseOnce() throws(StoreError) {
        guard !memory.with({ $0.isHouseVerified }) else { return }
        try verify(.house)
        try verify(.login)
        memory.with { $0.isHouseVerified = true }
    }
}
