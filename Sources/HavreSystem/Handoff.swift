/// What one thread makes and another uses, in order, at most so many at a time between them. Whoever has nothing to
/// do waits.
package final class Handoff<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item]
        var isEnded = false
    }

    private let state: Guarded<State>
    private let countMax: Int

    /// - Parameter items: what lies there from the beginning.
    package init(countMax: Int, _ items: [Item] = []) {
        self.countMax = countMax
        state = Guarded(State(items: items))
    }

    /// Hands one over; waits while there is no room.
    /// - Returns: false when the other side has ended, and takes no more.
    package func put(_ item: consuming Item) -> Bool {
        var item: Item? = item
        let isTaken = state.when({ [countMax] in $0.items.count < countMax || $0.isEnded }) { state in
            guard !state.isEnded, let item = item.take() else { return false }
            state.items.append(item)
            return true
        }
        if isTaken { state.broadcast() }
        return isTaken
    }

    /// The next one; waits for it.
    /// - Returns: nil when the other side has ended and nothing is left.
    package func take() -> Item? {
        let item: Item? = state.when({ !$0.items.isEmpty || $0.isEnded }) { state in
            state.items.isEmpty ? nil : state.items.removeFirst()
        }
        if item != nil { state.broadcast() }
        return item
    }

    /// Nothing more comes, or is wanted. Either side may say so, and more than once.
    package func end() {
        state.with { $0.isEnded = true }
        state.broadcast()
    }
}

/// Work under way on a thread of its own.
package final class Beside<Answer: Sendable>: Sendable {
    private let answer = Guarded<Answer?>(nil)

    /// Starts the work.
    /// - Throws: `wouldBlock` when the machine gives no more threads.
    package init(_ work: @escaping @Sendable () -> Answer) throws(SystemError) {
        let answer = answer
        try Threads.spawn {
            let made = work()
            answer.with { $0 = made }
            answer.broadcast()
        }
    }

    /// Waits for its end. Called once.
    package func wait() -> Answer {
        guard let made = answer.when({ $0 != nil }, { $0.take() }) else { preconditionFailure("asked once") }
        return made
    }
}
