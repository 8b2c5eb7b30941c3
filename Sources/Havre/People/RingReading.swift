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

    /// Takes in the rows of a session's ring that were added since the last look.
    func readRing(_ session: Session) throws(HavreError) {
        let ring = ring(of: session.person.person)
        let rows = try count(ring)
        try session.opened.with { state throws(HavreError) in
            while state.ringCount < rows {
                switch try row(state.ringCount, in: ring).facts {
                case .keys(let area, let nameTag):
                    state.ring[area] = Session.RingRow(row: state.ringCount, nameTag: nameTag)
                case .mail: state.mail.append(state.ringCount)
                default: break
                }
                state.ringCount += 1
            }
        }
    }

    /// The secrets of one area in a session's ring, nil when she has none.
    func ringKey(_ area: Identifier, _ session: Session) throws(HavreError) -> RingKey? {
        guard let place = session.opened.with({ $0.ring[area] }) else { return nil }
        let ring = ring(of: session.person.person)
        let (facts, body) = try rowWithBody(place.row, in: ring)
        guard case .keys(let found, _) = facts else { return nil }
        guard found == area else { throw .tampered }
        return try RingKey(body: body, area: area, person: session.person, vault: id, row: place.row)
    }

    /// The secret of an area of the house that a session holds.
    ///
    /// - Throws: `HavreError.notGranted`.
    func secrets(of area: HouseArea, _ session: Session) throws(HavreError) -> AreaSecrets {
        try requireAlive(session)
        guard let key = try ringKey(self.area(area).id, session) else { throw .notGranted }
        return AreaSecrets(vault: id, area: key.area, newest: key.secrets)
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
