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
        guard session.opened.with({ !$0.mail.isEmpty }) else { return }
        let directory = try directoryOfAny(session)
        let ring = session.ring
        // By area: the chain of a case may need the newest of several boxes to be read.
        var waiting: [Identifier: [Waiting]] = [:]
        let rows = session.opened.with { $0.mail }
        var refused: [UInt64] = []
        for row in rows {
            let (facts, box) = try rowWithBody(row, in: ring)
            guard case .mail(let area) = facts else {
                try takeUp(row, session)
                continue
            }
            do throws(HavreError) {
                let content = try Mail.open(
                    try openUnderGate(box, in: ring), person: session.person, directory: directory)
                guard content.delivery.area == area else { throw .tampered }
                waiting[area, default: []].append(Waiting(row: row, content: content))
            } catch {
                guard error == .tampered else { throw error }
                refused.append(row)
            }
        }
        session.opened.with { state in state.mail.removeAll(where: rows.contains) }
        for (area, boxes) in waiting { refused += try keepOrRefuse(boxes, of: area, session) }
        guard !refused.isEmpty else { return }
        session.opened.with { $0.refused += refused }
        // The alarm: somebody left a box that nothing bears out.
        var event = event("receive", session)
        event.outcome = "refused"
        try log(event)
    }

    /// One box that opened, and the row where it lies.
    private struct Waiting {
        let row: UInt64
        let content: Mail.Content
        var secrets: [String: AreaSecrets.Held] { content.secrets }
    }

    /// - Returns: the rows of boxes that are not believed.
    private func keepOrRefuse(
        _ boxes: [Waiting], of area: Identifier, _ session: Session
    ) throws(HavreError) -> [UInt64] {
        do throws(HavreError) { return try keep(boxes, of: area, session) } catch {
            guard error == .tampered else { throw error }
            let rows = boxes.map(\.row)
            try readRing(session)
            let isOvertaken = session.opened.with { state in
                // Secrets were renewed while the boxes were looked at: with the newer box they open.
                guard !state.mail.isEmpty else { return false }
                state.mail = rows + state.mail
                return true
            }
            return isOvertaken ? [] : rows
        }
    }

    /// Puts the secrets of the boxes of one area into the ring: over its row if there is one.
    ///
    /// - Returns: the rows of boxes that the area's chain does not bear out; they stay where they are.
    private func keep(
        _ boxes: [Waiting], of area: Identifier, _ session: Session
    ) throws(HavreError) -> [UInt64] {
        let ring = session.ring
        let kept = try commit(event("receive", session)) {
            draft, event throws(HavreError) -> (row: Session.RingRow, boxes: [UInt64])? in
            try draft.rest(on: ring)
            for box in boxes {
                guard case .mail = try self.row(box.row, in: ring).facts else { return nil }
            }
            let known = try self.ringKey(area, session)
            let (good, chain) = try self.borneOut(boxes, of: area, known)
            let received = good.reduce(known ?? RingKey(area: area, code: "", secrets: [:])) {
                $0.merging($1.secrets)
            }
            let code = chain?.code ?? self.houseArea(area)?.rawValue ?? received.code
            let until = chain?.grants[session.person.person]?.grant.until
            let place = session.opened.with { $0.ring[area]?.row } ?? good[0].row
            try draft.put(
                ringKey: received.merging([:], code: code, until: .some(until)), of: session.person, in: ring,
                at: place, vault: self.id)
            for box in good where box.row != place { try draft.empty(box.row, in: ring) }
            let row = Session.RingRow(row: place, nameTag: RingKey.nameTag(code, session.person))
            return (row, good.map(\.row))
        }.answer
        guard let kept else {
            for box in boxes { try takeUp(box.row, session) }
            return []
        }
        session.opened.with { $0.ring[area] = kept.row }
        return boxes.map(\.row).filter { !kept.boxes.contains($0) }
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
