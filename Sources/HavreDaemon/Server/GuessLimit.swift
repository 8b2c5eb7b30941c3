import HavreSystem

/// How often one user of the machine may guess: failed passphrases and codes use up an allowance that fills again
/// with time. It stands beside the slow hash and beside what the library counts per name.
final class GuessLimit: Sendable {
    private struct Allowance {
        var left: Double
        var at: Int64
    }

    private let allowances = Guarded<[UInt32: Allowance]>([:])
    private let most: Double
    private let perSecond: Double
    private let clock: Clock

    init(limits: Limits, clock: Clock) {
        most = Double(limits.guesses)
        perSecond = Double(limits.guessesPerMinute) / 60
        self.clock = clock
    }

    /// Seconds to wait before the next guess; 0 when it may be made now.
    func wait(uid: UInt32) -> Int64 {
        let left = refilled(uid)
        return left >= 1 ? 0 : Int64(((1 - left) / perSecond).rounded(.up))
    }

    /// Counts a failed guess.
    func failed(uid: UInt32) {
        _ = refilled(uid)
        allowances.with { $0[uid]?.left -= 1 }
    }

    private func refilled(_ uid: UInt32) -> Double {
        let now = clock.boot()
        return allowances.with { all in
            let before = all[uid] ?? Allowance(left: most, at: now)
            let left = min(most, before.left + Double(max(0, now - before.at)) * perSecond)
            all[uid] = Allowance(left: left, at: now)
            return left
        }
    }
}
