import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

extension Vault {
    /// An entry about what a session does, with its person filled in.
    func event(_ act: String, _ session: Session) -> Event {
        var event = Event(time: now, act: act)
        event.person = session.person.person
        event.actor = session.name
        return event
    }

    /// Takes in the rows of a session's ring that were added since the last look. The first look compares the whole
    /// ring with its head.
    func readRing(_ session: Session) throws(HavreError) {
        let ring = session.ring
        let rows = try count(ring)
        guard session.opened.with({ $0.ringCount < rows }) else { return }
        // One look at a time, and the session is not held meanwhile: it can be ended.
        try session.reading.with { _ throws(HavreError) in
            let from = session.opened.with { $0.ringCount }
            let new = try storing { () throws(StoreError) in try store.rows(ring, from: from) }
            var found: [(row: UInt64, facts: RowFacts)] = []
            for (n, row) in zip(from..., new) where !row.isEmptied {
                found.append((n, try RowFacts(row.payload)))
            }
            session.opened.with { state in
                guard !state.ended else { return }
                for (n, facts) in found {
                    switch facts {
                    case .keys(let area, let nameTag):
                        state.ring[area] = Session.RingRow(row: n, nameTag: nameTag)
                    case .mail: state.mail.append(n)
                    default: break
                    }
                }
                state.ringCount = from + UInt64(new.count)
            }
        }
    }

    /// Where the secrets of one area lie in a session's ring; waits until the ring was compared with its head.
    func ringRow(_ area: Identifier, _ session: Session) throws(HavreError) -> UInt64? {
        if session.opened.with({ $0.ringCount == 0 }) { try readRing(session) }
        return session.opened.with { $0.ring[area]?.row }
    }

    /// The secrets of one area in a session's ring, nil when she has none.
    ///
    /// - Parameter only: the one secret that is wanted: a list of cases needs the roster of each and nothing else. Others
    ///   may come with it.
    func ringKey(
        _ area: Identifier, _ session: Session, only: Compartment? = nil
    ) throws(HavreError) -> RingKey? {
        guard let row = try ringRow(area, session) else { return nil }
        let ring = session.ring
        let open = session.opened.with { $0.cases[area] }
        if let known = open?.ringKey.with({ $0 }), store.isCurrent(ring, row, wrapDigest: known.digest) {
            return known.key
        }
        guard let (key, digest) = try ringKey(area, at: row, in: ring, session, only: only) else {
            return nil
        }
        if only == nil { open?.ringKey.with { $0 = (digest, key) } }
        return key
    }

    /// The same with the digest of its row.
    private func ringKey(
        _ area: Identifier, at number: UInt64, in ring: Area, _ session: Session, only: Compartment? = nil
    ) throws(HavreError) -> (key: RingKey, digest: Digest)? {
        let (row, body) = try storing { () throws(StoreError) in try store.readWithBody(ring, number) }
        guard !row.isEmptied, case .keys(let found, _) = try RowFacts(row.payload) else { return nil }
        guard found == area, let body else { throw .tampered }
        let key = try RingKey(
            body: body, area: area, person: session.person, vault: id, row: number, only: only?.rawValue)
        return (key, row.wrapDigest)
    }

    /// The secret of an area of the house that a session holds.
    ///
    /// - Throws: `HavreError.notGranted`.
    func secrets(of area: HouseArea, _ session: Session) throws(HavreError) -> AreaSecrets {
        try requireAlive(session)
        let area = self.area(area).id
        guard let row = try ringRow(area, session) else { throw .notGranted }
        let known = session.opened.with { $0.house[area] }
        let ring = session.ring
        // Every act asks for these: they are opened again only when their row has changed.
        if let known, store.isCurrent(ring, row, wrapDigest: known.digest) { return known.secrets }
        guard let (key, digest) = try ringKey(area, at: row, in: ring, session) else { throw .notGranted }
        let secrets = AreaSecrets(vault: id, area: area, newest: key.secrets)
        session.opened.with { if !$0.ended { $0.house[area] = (digest, secrets) } }
        return secrets
    }

    /// The directory, for somebody who works here.
    ///
    /// - Throws: `HavreError.notGranted` while nobody has confirmed her entry.
    func directory(_ session: Session) throws(HavreError) -> Directory {
        let directory = try directoryOfAny(session)
        guard directory.active(session.person.person) != nil else { throw .notGranted }
        return directory
    }

    /// The directory, also for somebody who has enrolled and waits to be confirmed.
    func directoryOfAny(_ session: Session) throws(HavreError) -> Directory {
        try directory(try secrets(of: .directory, session))
    }
}
