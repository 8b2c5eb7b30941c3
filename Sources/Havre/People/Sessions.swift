import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// The living sessions: who has keys in memory.
///
/// Tokens, terminals and idleness are the daemon's; whoever uses the library directly holds the session itself.
struct Sessions {
    private(set) var living: [ObjectIdentifier: Session] = [:]
    /// Grows each time everybody is locked out.
    private(set) var epoch: UInt64 = 0

    /// Takes a session in, unless everybody was locked out since its unlock began.
    mutating func add(_ session: Session, begunIn epoch: UInt64) -> Bool {
        guard epoch == self.epoch else { return false }
        living[ObjectIdentifier(session)] = session
        return true
    }

    mutating func removeAll() -> [Session] {
        epoch += 1
        return remove { _ in true }
    }

    mutating func remove(where predicate: (Session) -> Bool) -> [Session] {
        let gone = living.filter { predicate($0.value) }
        for key in gone.keys { living[key] = nil }
        return Array(gone.values)
    }
}

extension Vault {
    /// How many people are unlocked.
    public var unlockedCount: Int { sessions.with { $0.living.count } }

    /// Ends one session: afterwards nothing of it is in memory.
    public func lock(_ session: Session) {
        forget(sessions.with { $0.remove { $0 === session } })
        session.end()
    }

    /// Ends everybody's sessions. Anybody may ask for this.
    public func lockAll() {
        forget(sessions.with { $0.removeAll() })
    }

    /// Ends the sessions of one person, but for `kept`: what she or her supervisor has replaced opens nothing more.
    func endSessions(of person: Identifier, but kept: Session? = nil) {
        forget(sessions.with { $0.remove { $0.person.person == person && $0 !== kept } })
    }

    /// Whether a session has ended, by whomever, or may do nothing any more.
    public func isOver(_ session: Session) -> Bool {
        session.opened.with { $0.ended } || store.isRestricted(session.person.person, in: .house)
    }

    private func forget(_ gone: [Session]) {
        for session in gone { session.end() }
        guard sessions.with({ $0.living.isEmpty }) else { return }
        // With the last session goes what sessions brought: names of staff, chains of cases.
        house.with { house in
            house.directory = nil
            house.codes = nil
            // Whoever is still reading them does not put them back.
            house.codesEpoch += 1
        }
        files.with { $0 = CaseFiles() }
    }

    /// - Throws: `HavreError.locked` for a session that has ended, or whose person is frozen or was replaced.
    func requireAlive(_ session: Session) throws(HavreError) {
        guard !isOver(session) else { throw .locked }
    }

    /// - Throws: `HavreError.locked`, `notGranted` while nobody has confirmed her entry.
    func requireActive(_ session: Session) throws(HavreError) {
        _ = try directory(session)
    }
}

/// Failed unlocks by name: slows down guessing without saying whether a name exists.
struct Attempts {
    private var failures: [String: (count: Int, last: Int64)] = [:]
    /// Users of the machine who have opened each name since the start.
    private var proven: [String: Set<UInt32>] = [:]

    /// Free attempts before waiting starts.
    private static let freeCount = 5
    /// The longest wait in seconds.
    private static let waitSecondsMax: Int64 = 900

    /// Who has opened a name before is counted by herself: others who guess at it do not keep her out.
    func counter(_ key: String, uid: UInt32) -> String {
        proven[key]?.contains(uid) == true ? "\(key)\u{0}\(uid)" : key
    }

    mutating func prove(_ key: String, uid: UInt32) { proven[key, default: []].insert(uid) }

    /// Seconds until the next attempt.
    private func wait(_ key: String, now: Int64) -> Int64 {
        guard let known = failures[key], known.count >= Self.freeCount else { return 0 }
        let wait = min(Self.waitSecondsMax, Int64(1) << Int64(min(30, known.count - Self.freeCount + 1)))
        return max(0, known.last + wait - now)
    }

    /// Counts an attempt as failed until it succeeds or is withdrawn.
    ///
    /// - Returns: 0, or the seconds that it has to wait; then it does not count.
    mutating func begin(_ key: String, now: Int64) -> Int64 {
        let wait = wait(key, now: now)
        guard wait == 0 else { return wait }
        if failures.count > 10_000 { failures = failures.filter { $0.value.count >= Self.freeCount } }
        failures[key] = ((failures[key]?.count ?? 0) + 1, now)
        return 0
    }

    /// Takes an attempt back that ended for a reason of the house's.
    mutating func withdraw(_ key: String) {
        guard let known = failures[key] else { return }
        failures[key] = known.count > 1 ? (known.count - 1, known.last) : nil
    }

    mutating func succeeded(_ key: String) { failures[key] = nil }
}
