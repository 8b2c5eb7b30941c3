import HavreCodec
import HavreSecrets
package import HavreSystem

/// Who is unlocked: tokens given out, each bound to the user and the terminal session it was given to, and ended by
/// silence, by age, by the machine's sleep, with the terminal, by `lock` and by `panic` (DESIGN 3).
package final class SessionTable<Session: Sendable>: Sendable {
    private struct Entry {
        let session: Session
        let uid: UInt32
        let terminalSession: Int32?
        /// The process that leads the terminal session: once it has ended, the number may be another one's.
        let leader: SharedDescriptor?
        let idleSeconds: Int64
        let begun: Int64
        let until: Int64
        var used: Int64
    }

    private struct State {
        var entries: [Digest: Entry] = [:]
        /// How long the machine had slept when it was looked at last.
        var asleep: Int64
    }

    private let state: Guarded<State>
    private let clock: Clock
    private let leader: @Sendable (Int32) -> SharedDescriptor?
    private let end: @Sendable (Session) -> Void

    /// - Parameters:
    ///   - leader: Who leads a terminal session, if that can be seen.
    ///   - end: Run for every session that ends here, after it can no longer be found.
    package init(
        clock: Clock, leader: @escaping @Sendable (Int32) -> SharedDescriptor? = { _ in nil },
        end: @escaping @Sendable (Session) -> Void
    ) {
        self.leader = leader
        state = Guarded(State(asleep: clock.asleep()))
        self.clock = clock
        self.end = end
    }

    /// Tokens are looked up by their digest, so that the time of a look-up tells nothing about a token.
    private static func key(_ token: String) -> Digest { Hash.blake2b256(Array(token.utf8)) }

    /// How many people are unlocked: whoever works at two terminals counts once.
    package func count<Person: Hashable>(_ person: (Session) -> Person) -> Int {
        expire()
        return Set(state.with { $0.entries.values.map(\.session) }.map(person)).count
    }

    /// Gives out a token for a session: 32 random bytes in base64url. A caller names no token of her own.
    package func add(
        _ session: Session, peer: Peer, idleSeconds: Int64, totalSeconds: Int64
    ) -> String {
        let token = Base64.url(Random.bytes(32))
        let now = clock.boot()
        let leader = peer.terminalSession.flatMap(leader)
        state.with { state in
            state.entries[Self.key(token)] = Entry(
                session: session, uid: peer.uid, terminalSession: peer.terminalSession, leader: leader,
                idleSeconds: idleSeconds, begun: now, until: now + totalSeconds, used: now)
        }
        return token
    }

    /// The session of a token, when this peer may use it; this counts as use.
    /// - Returns: nil for an unknown, ended or foreign token: the three are not told apart.
    package func find(_ token: String, peer: Peer) -> Session? {
        expire()
        let now = clock.boot()
        return state.with { state in
            guard let at = state.entries.index(forKey: Self.key(token)) else { return nil }
            let entry = state.entries.values[at]
            guard entry.uid == peer.uid else { return nil }
            // The terminal session narrows where the kernel proved it; it never widens.
            if let bound = entry.terminalSession, bound != peer.terminalSession { return nil }
            if let leader = entry.leader, Process.hasEnded(leader) { return nil }
            state.entries.values[at].used = now
            return entry.session
        }
    }

    /// Boot-clock second at which the token ends at the latest.
    package func until(_ token: String) -> Int64? { state.with { $0.entries[Self.key(token)]?.until } }

    /// Ends the session of a token.
    package func lock(_ token: String, peer: Peer) -> Bool {
        guard find(token, peer: peer) != nil else { return false }
        return finish { $0.entries.removeValue(forKey: Self.key(token)).map { [$0.session] } ?? [] } > 0
    }

    /// Ends every session that `isWanted` names.
    /// - Returns: How many ended.
    @discardableResult
    package func lockAll(where isWanted: (Session) -> Bool = { _ in true }) -> Int {
        finish { state in
            let ending = state.entries.filter { isWanted($0.value.session) }
            for key in ending.keys { state.entries[key] = nil }
            return ending.values.map(\.session)
        }
    }

    /// Ends what is over by now; run before every look and every few seconds.
    package func expire() {
        let (now, asleep) = (clock.boot(), clock.asleep())
        finish { state in
            // A machine that slept may have been carried elsewhere: everybody unlocks again.
            let slept = asleep > state.asleep
            state.asleep = max(asleep, state.asleep)
            func isOver(_ entry: Entry) -> Bool {
                slept || now >= entry.until || now >= entry.used + entry.idleSeconds || now < entry.begun
            }
            // Asked with every call: as a rule nothing is over, and nothing is copied.
            guard state.entries.contains(where: { isOver($0.value) }) else { return [] }
            let ending = state.entries.filter { isOver($0.value) }
            for key in ending.keys { state.entries[key] = nil }
            return ending.map { $0.value.session }
        }
    }

    /// Ends the sessions of terminals that were closed; a call of the kernel for each, so not with every look.
    package func expireWithTerminals() {
        finish { state in
            let ending = state.entries.filter { $0.value.leader.map(Process.hasEnded) ?? false }
            for key in ending.keys { state.entries[key] = nil }
            return ending.values.map(\.session)
        }
    }

    @discardableResult
    private func finish(_ remove: (inout State) -> [Session]) -> Int {
        let ending = state.with { remove(&$0) }
        // Outside the lock: ending a session may wait for a case's.
        ending.forEach(end)
        return ending.count
    }
}
