import HavreAccess
import HavreCodec
import HavreSecrets
import HavreSystem

/// The living sessions, by the digest of their token.
struct Sessions {
    private(set) var living: [Digest: Session] = [:]

    /// Idle for so long, a session ends (policy; seconds).
    static let idleSeconds: Int64 = 30 * 60
    /// The longest life of a session (seconds).
    static let lifeSeconds: Int64 = 8 * 3600

    mutating func add(_ session: Session, token: String) { living[Self.key(token)] = session }

    mutating func remove(where predicate: (Session) -> Bool) -> [Session] {
        let gone = living.filter { predicate($0.value) }
        for key in gone.keys { living[key] = nil }
        return Array(gone.values)
    }

    /// Only a digest of a token is kept, so that a memory of the map opens nothing.
    static func key(_ token: String) -> Digest { Hash.blake2b256(Array(token.utf8)) }
}

extension Vault {
    /// The session of a token, for the peer it was made for.
    ///
    /// - Throws: `HavreError.locked` for an unknown, foreign, idle or ended one: all read the same.
    package func session(_ token: String, peer: Peer) throws(HavreError) -> Session {
        let now = clock.boot()
        let found = sessions.with { $0.living[Sessions.key(token)] }
        guard let session = found, session.peer == peer else { throw .locked }
        let alive = session.opened.with { state in
            guard !state.ended, now - state.used < Sessions.idleSeconds,
                now - state.began < Sessions.lifeSeconds
            else { return false }
            state.used = now
            state.cases = state.cases.filter { $0.value.until > now }
            return true
        }
        guard alive else {
            lock(session)
            throw .locked
        }
        return session
    }

    /// How many people are unlocked.
    package var unlockedCount: Int { sessions.with { $0.living.count } }

    /// Ends one session.
    package func lock(_ session: Session) {
        let gone = sessions.with { $0.remove { $0 === session } }
        forget(gone)
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

    /// Seconds of idleness after which a session ends.
    package static var idleSeconds: Int64 { Sessions.idleSeconds }
}

/// Failed unlocks by name and by uid: slows down guessing without saying whether a name exists.
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
