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
                case nil: state.emptied.append(state.ringCount)
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

    /// Opens what others boxed to a session's person, checks it, and seals it under her own key.
    ///
    /// A box that fails is set aside and counted; everything else goes on.
    func readMail(_ session: Session) throws(HavreError) {
        try readRing(session)
        guard session.opened.with({ !$0.mail.isEmpty }) else { return }
        let directory = try directoryOfAny(session)
        let ring = ring(of: session.person.person)
        // By area: the chain of a case may need the newest of several boxes to be read.
        var waiting: [Identifier: [Waiting]] = [:]
        let rows = session.opened.with { $0.mail }
        for row in rows {
            let (facts, box) = try rowWithBody(row, in: ring)
            guard case .mail(let area) = facts else {
                try takeUp(row, session)
                continue
            }
            try setAside([row], session) { () throws(HavreError) in
                let content = try Mail.open(box, person: session.person, directory: directory)
                guard content.delivery.area == area else { throw .tampered }
                waiting[area, default: []].append(Waiting(row: row, secrets: content.secrets))
            }
        }
        for (area, boxes) in waiting {
            try setAside(boxes.map(\.row), session) { () throws(HavreError) in
                try keep(boxes, of: area, session)
            }
        }
        session.opened.with { state in state.mail.removeAll(where: rows.contains) }
    }

    /// The secrets of one box, and the row where it lies.
    private struct Waiting {
        let row: UInt64
        let secrets: [String: AreaSecrets.Held]
    }

    /// Counts boxes as refused when what is done with them finds that they are not believed.
    private func setAside(
        _ rows: [UInt64], _ session: Session, _ body: () throws(HavreError) -> Void
    ) throws(HavreError) {
        do throws(HavreError) { try body() } catch {
            guard error == .tampered else { throw error }
            session.opened.with { $0.refused += rows }
        }
    }

    /// Puts the secrets of the boxes of one area into the ring: over its row if there is one.
    private func keep(_ boxes: [Waiting], of area: Identifier, _ session: Session) throws(HavreError) {
        let ring = ring(of: session.person.person)
        let kept = try commit(event("receive", session)) {
            draft, _ throws(HavreError) -> Session.RingRow? in
            try draft.rest(on: ring)
            for box in boxes {
                guard case .mail = try self.row(box.row, in: ring).facts else { return nil }
            }
            let known = try self.ringKey(area, session)
            let empty = RingKey(area: area, code: "", secrets: [:])
            let received = boxes.reduce(known ?? empty) { $0.merging($1.secrets) }
            let code = if let known { known.code } else { try self.name(of: area, received.secrets) }
            let place = session.opened.with { $0.ring[area]?.row } ?? boxes[0].row
            try draft.put(
                ringKey: received.merging([:], code: code), of: session.person, in: ring, at: place,
                vault: self.id)
            for box in boxes where box.row != place { try draft.empty(box.row, in: ring) }
            return Session.RingRow(row: place, nameTag: RingKey.nameTag(code, session.person))
        }.answer
        if let kept {
            session.opened.with { $0.ring[area] = kept }
        } else {
            for box in boxes { try takeUp(box.row, session) }
        }
    }

    /// A box that another session of the same person has opened meanwhile: where it lay, secrets may lie now.
    private func takeUp(_ row: UInt64, _ session: Session) throws(HavreError) {
        guard case .keys(let area, let tag) = try self.row(row, in: ring(of: session.person.person)).facts
        else { return }
        session.opened.with { $0.ring[area] = Session.RingRow(row: row, nameTag: tag) }
    }

    /// What an area is called: an area of the house by its id, a case by its founding statement.
    private func name(
        of area: Identifier, _ secrets: [String: AreaSecrets.Held]
    ) throws(HavreError) -> String {
        if let house = HouseArea.allCases.first(where: { self.area($0).id == area }) { return house.rawValue }
        let held = AreaSecrets(vault: id, area: area, newest: secrets)
        return try chain(of: Area(area), held).code
    }
}
