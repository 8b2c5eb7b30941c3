import HavreSystem

/// The calls of sessions that are under way, until their answers are sent: what they opened lies in memory so long.
final class CallsUnderWay: Sendable {
    private struct State {
        /// Counts the panics: a call belongs to the time before or after one.
        var time: UInt64 = 0
        var counts: [UInt64: Int] = [:]
    }

    private let state = Guarded(State())

    /// Counts a call until `body` has ended.
    func with<Answer, Failure: Error>(_ body: () throws(Failure) -> Answer) throws(Failure) -> Answer {
        let time = state.with { state in
            state.counts[state.time, default: 0] += 1
            return state.time
        }
        defer {
            state.with { state in
                state.counts[time, default: 1] -= 1
                if state.counts[time] == 0 { state.counts[time] = nil }
            }
            state.broadcast()
        }
        return try body()
    }

    /// Runs `still` when a call that is under way now goes on for longer.
    func watch(milliseconds: Int, _ still: @escaping @Sendable () -> Void) {
        let time = state.with { state in
            state.time += 1
            return state.time
        }
        let state = state
        do throws(SystemError) {
            try Threads.spawn {
                let isOver = state.when(
                    { $0.counts.keys.allSatisfy { $0 >= time } }, withinMilliseconds: milliseconds
                ) { _ in true }
                if isOver == nil { still() }
            }
        } catch {
            // Nobody can wait for them.
            if state.with({ $0.counts.keys.contains { $0 < time } }) { still() }
        }
    }
}
