import HavreAccess
import HavreCodec
import HavreSecrets
import HavreSystem

/// The living sessions: who has keys in memory.
///
/// Tokens, terminals and idleness are the daemon's; whoever uses the library directly holds the session itself.
struct Sessions {
    private(set) var living: [ObjectIdentifier: Session] = [:]

    mutating func add(_ session: Session) { living[ObjectIdentifier(session)] = session }

    mutating func remove(where predicate: (Session) -> Bool) -> [Session] {
        let gone = living.filter { predicate($0.value) }
        for key in gone.keys { living[key] = nil }
        return Array(gone.values)
    }
}

extension Vault {
    /// How many people are unlocked.
    package var unlockedCount: Int { sessions.with { $0.living.count } }

    /// Ends one session: afterwards nothing of it is in memory.
    package func lock(_ session: Session) {
        forget(sessions.with { $0.remove { $0 === session } })
        session.end()
    }

    /// Ends everybody's sessions. Anybody may ask for this.
    package func lockAll() {
        forget(sessions.with { $0.remove { _ in true } })
    }

    private func forget(_ gone: [Session]) {
        for session in gone { session.end() }
        guard sessions.with({ $0.living.isEmpty }) else { return }
        // With the last session goes what sessions brought: names of staff, chains of cases.
        house.with { $0.directory = nil }
        files.with { $0 = [:] }
    }

    /// - Throws: `HavreError.locked` for a session that has ended.
    func requireAlive(_ session: Session) throws(HavreError) {
        guard !session.opened.with({ $0.ended }) else { throw .locked }
    }
}

/// Failed unlocks by name: slows down guessing without saying whether a name exists.
struct Attempts {
    private var failures: [String: (count: Int, last: Int64)] = [:]

    /// Free attempts before waiting starts.
    private static let freeCount = 5
    /// The longest wait in seconds.
    private static let waitSecondsMax: Int64 = 900

    /// Whether the next attempt has to wait.
    func mustWait(_ key: String, now: Int64) -> Bool {
        guard let known = failures[key], known.count >= Self.freeCount else { return false }
        let wait = min(Self.waitSecondsMax, Int64(1) << Int64(min(30, known.count - Self.freeCount + 1)))
        return now < known.last + wait
    }

    mutating func failed(_ key: String, now: Int64) {
        if failures.count > 10_000 { failures = [:] }
        failures[key] = ((failures[key]?.count ?? 0) + 1, now)
    }

    mutating func succeeded(_ key: String) { failures[key] = nil }
}
