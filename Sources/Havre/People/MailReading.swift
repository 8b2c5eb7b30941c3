import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

extension Vault {
    /// Opens what others boxed to a session's person, checks it, and seals it under her own key.
    ///
    /// A box that fails is set aside with an alarm, which is an entry; everything else goes on. It stays where it is,
    /// so that nothing is lost that came to be doubted by mistake: the next session looks at it again.
    func readMail(_ session: Session) throws(HavreError) {
        // Another call of the same session may have taken the boxes and not have put their secrets into the ring yet.
        try session.receiving.with { _ throws(HavreError) in try openMail(session) }
    }

    private func openMail(_ session: Session) throws(HavreError) {
        try readRing(session)
        let rows = session.opened.with { $0.mail }
        guard !rows.isEmpty else { return }
        let directory = try directoryOfAny(session)
        // By area: the chain of a case may need the newest of several boxes to be read.
        var places: [Identifier: [UInt64]] = [:]
        for row in rows {
            guard case .mail(let area) = try self.row(row, in: session.ring).facts else {
                try takeUp(row, session)
                continue
            }
            places[area, default: []].append(row)
        }
        var refused: [UInt64] = []
        let known = Set(rows)
        var left = known.subtracting(places.values.joined())
        for piece in Array(places).pieces(of: Self.pieceCount) {
            // What cannot be taken now, on a full disk perhaps, is still mail for the next act.
            session.opened.with { $0.mail.removeAll(where: left.contains) }
            let waiting = try openBoxes(piece, session, directory, refused: &refused)
            let unbelieved = try keepOrRefuse(waiting, known, session)
            left = Set(piece.flatMap(\.value)).subtracting(unbelieved.overtaken)
            refused += unbelieved.refused
        }
        session.opened.with { $0.mail.removeAll(where: left.contains) }
        guard !refused.isEmpty else { return }
        session.opened.with { $0.refused += refused }
        // The alarm: somebody left a box that nothing bears out.
        var event = event("receive", session)
        event.outcome = "refused"
        try log(event)
    }

    /// So many areas are taken up in one change: whoever was granted thousands of cases waits for a few hundred flushes.
    private static let pieceCount = 32

    /// One box that opened, and the row where it lies.
    private struct Waiting {
        let row: UInt64
        let content: Mail.Content
        var secrets: [String: AreaSecrets.Held] { content.secrets }
    }

    /// The boxes in these rows that open; the others are `refused`.
    private func openBoxes(
        _ places: [(key: Identifier, value: [UInt64])], _ session: Session, _ directory: Directory,
        refused: inout [UInt64]
    ) throws(HavreError) -> [Identifier: [Waiting]] {
        var waiting: [Identifier: [Waiting]] = [:]
        for (area, rows) in places {
            for row in rows {
                let (facts, box) = try rowWithBody(row, in: session.ring)
                guard case .mail(area) = facts else {
                    try takeUp(row, session)
                    continue
                }
                do throws(HavreError) {
                    let content = try Mail.open(
                        try openUnderGate(box, in: session.ring), person: session.person,
                        directory: directory)
                    guard content.delivery.area == area else { throw .tampered }
                    waiting[area, default: []].append(Waiting(row: row, content: content))
                } catch {
                    guard error == .tampered else { throw error }
                    refused.append(row)
                }
            }
        }
        return waiting
    }

    /// Keeps the boxes of these areas, together if that goes and otherwise area by area.
    ///
    /// - Parameter known: the rows of all mail that is being opened.
    /// - Returns: the rows of boxes that are not believed, and of those that wait for a newer box which has come since.
    private func keepOrRefuse(
        _ waiting: [Identifier: [Waiting]], _ known: Set<UInt64>, _ session: Session
    ) throws(HavreError) -> (refused: [UInt64], overtaken: [UInt64]) {
        guard !waiting.isEmpty else { return ([], []) }
        do throws(HavreError) { return (try keep(waiting, session), []) } catch {
            // One box that lies, or an area in which somebody works, keeps no other one back.
            guard error == .tampered || (error == .busy && waiting.count > 1) else { throw error }
        }
        guard waiting.count == 1, let boxes = waiting.values.first else {
            var all: (refused: [UInt64], overtaken: [UInt64]) = ([], [])
            for (area, boxes) in waiting {
                let one = try keepOrRefuse([area: boxes], known, session)
                all.refused += one.refused
                all.overtaken += one.overtaken
            }
            return all
        }
        try readRing(session)
        // Secrets were renewed while the boxes were looked at: with the newer box they open.
        let isOvertaken = session.opened.with { $0.mail.contains { !known.contains($0) } }
        return isOvertaken ? ([], boxes.map(\.row)) : (boxes.map(\.row), [])
    }

    /// Puts the secrets of the boxes into the ring: those of each area over its row if there is one.
    ///
    /// - Returns: the rows of boxes that the chain of their area does not bear out; they stay where they are.
    private func keep(
        _ waiting: [Identifier: [Waiting]], _ session: Session
    ) throws(HavreError) -> [UInt64] {
        let ring = session.ring
        let kept = try commit(event("receive", session)) {
            draft, event throws(HavreError) -> [Identifier: (row: Session.RingRow, boxes: [UInt64])] in
            try draft.rest(on: ring)
            var kept: [Identifier: (row: Session.RingRow, boxes: [UInt64])] = [:]
            for (area, boxes) in waiting {
                kept[area] = try self.put(boxes, of: area, session, &draft)
            }
            return kept
        }.answer
        var refused: [UInt64] = []
        for (area, boxes) in waiting {
            guard let kept = kept[area] else {
                for box in boxes { try takeUp(box.row, session) }
                continue
            }
            session.opened.with { $0.ring[area] = kept.row }
            refused += boxes.map(\.row).filter { !kept.boxes.contains($0) }
        }
        return refused
    }

    /// - Returns: where the secrets lie now, and the rows of the boxes they came from; nil when another session has taken
    ///   one of these boxes.
    private func put(
        _ boxes: [Waiting], of area: Identifier, _ session: Session, _ draft: inout Draft
    ) throws(HavreError) -> (row: Session.RingRow, boxes: [UInt64])? {
        let ring = session.ring
        for box in boxes {
            guard case .mail = try row(box.row, in: ring).facts else { return nil }
        }
        let known = try ringKey(area, session)
        let (good, chain) = try borneOut(boxes, of: area, known)
        let received = good.reduce(known ?? RingKey(area: area, code: "", secrets: [:])) {
            $0.merging($1.secrets)
        }
        let code = chain?.code ?? houseArea(area)?.rawValue ?? received.code
        let until = chain?.grants[session.person.person]?.grant.until
        let place = session.opened.with { $0.ring[area]?.row } ?? good[0].row
        try draft.put(
            ringKey: received.merging([:], code: code, until: .some(until)), of: session.person, in: ring,
            at: place, vault: id)
        for box in good where box.row != place { try draft.empty(box.row, in: ring) }
        let row = Session.RingRow(row: place, nameTag: RingKey.nameTag(code, session.person))
        return (row, good.map(\.row))
    }

    /// The boxes that the chain of their case bears out, and the chain. Those of an area of the house were compared
    /// with the directory when they were opened.
    ///
    /// - Throws: `HavreError.tampered` when there is none.
    private func borneOut(
        _ boxes: [Waiting], of area: Identifier, _ known: RingKey?
    ) throws(HavreError) -> ([Waiting], Chain?) {
        guard houseArea(area) == nil else { return (boxes, nil) }
        // The newest roster opens the chain; that of a box that lies may claim to be newer and opens nothing.
        let newestFirst = boxes.map(\.secrets).sorted {
            $0["roster"]?.generation ?? 0 > $1["roster"]?.generation ?? 0
        }
        for secrets in newestFirst + (known.map { [$0.secrets] } ?? []) {
            let chain: Chain
            do throws(HavreError) {
                chain = try self.chain(
                    of: Area(area), AreaSecrets(vault: id, area: area, newest: secrets))
            } catch {
                guard error == .tampered else { throw error }
                continue
            }
            let good = boxes.filter { chain.bears($0.content.delivery) }
            guard !good.isEmpty else { break }
            return (good, chain)
        }
        throw .tampered
    }

    /// A box that another session of the same person has opened meanwhile: where it lay, secrets may lie now.
    private func takeUp(_ row: UInt64, _ session: Session) throws(HavreError) {
        guard case .keys(let area, let tag) = try self.row(row, in: session.ring).facts
        else { return }
        session.opened.with { $0.ring[area] = Session.RingRow(row: row, nameTag: tag) }
    }
}
