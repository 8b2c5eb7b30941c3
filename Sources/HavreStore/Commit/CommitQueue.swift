internal import HavreCodec
internal import HavreSecrets
internal import HavreSystem

/// The changes that wait for the leader.
struct CommitQueue {
    var waiting: [Ticket] = []
    /// Whether somebody leads: commits a group, or holds commits off.
    var isLed = false

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
        queue.with { $0.waiting.append(ticket) }
        while true {
            let group: [Ticket]? = queue.when({ ticket.answer != nil || !$0.isLed }) { queue in
                guard ticket.answer == nil else { return nil }
                queue.isLed = true
                return queue.takeGroup()
            }
            guard let group else { break }
            let answers = leader.commit(group.map(\.prepared)) { early in
                queue.with { _ in
                    for (index, answer) in early { group[index].answer = answer }
                }
                queue.broadcast()
            }
            // A panic came while this group was under way: what it left in memory goes now.
            if memory.with({ $0.keys == nil }) { leader.forget() }
            if leader.lag.checkpoint || leader.lag.isUrgent || !leader.lag.noted.isEmpty { noteLag() }
            queue.with { queue in
                for (ticket, answer) in zip(group, answers) where ticket.answer == nil {
                    ticket.answer = answer
                }
                queue.isLed = false
            }
            queue.broadcast()
        }
        guard let answer = ticket.answer else { throw .outcomeUnknown }
        return try answer.get()
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
