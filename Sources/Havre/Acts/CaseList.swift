import HavreAccess
public import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// One line of the list of cases.
public struct CaseLine: Sendable {
    /// The code name.
    public let code: String
    /// Her private name for it, sealed for herself alone.
    public let label: String?
    /// A code of the list `case_status`.
    public let status: String
    /// A code of the list `risk_level`.
    public let risk: String
    /// Who the case belongs to.
    public let owner: String
    /// Who stands in for the owner.
    public let backup: String?
    /// The next date that something has to be done by.
    public let due: Day?
    /// How many living people could open all of it now: its owner, every supervisor from custody, whoever was granted
    /// all of it. Fewer than two is one accident away from nobody.
    public internal(set) var waysIn: Int
}

extension Vault {
    /// The cases that somebody has a grant on; for supervisors, the cards of all cases with t = 1.
    public func cases(_ session: Session) throws(HavreError) -> [CaseLine] {
        guard Policy.decide(.caseList, role: session.role) == .allowed else { return [] }
        try readMail(session)
        let directory = try directory(session)
        var event = event("case list", session)
        event.outcome = "done"
        try log(event)
        var lines: [CaseLine] = []
        var seen: Set<Identifier> = []
        let today = today
        for area in session.opened.with({ Array($0.ring.keys) })
        where !isRestricted(session.person.person, on: area) {
            guard houseArea(area) == nil else { continue }
            let found = try following(area, session) { () throws(HavreError) in
                try ownLine(area, today, session, directory)
            }
            guard let found else { continue }
            seen.insert(area)
            note(waysIn: found.waysIn, to: area)
            lines.append(found)
        }
        if session.role == .supervisor {
            for caseID in try custodyRows().keys where !seen.contains(caseID) {
                let found = try following(caseID, session) { () throws(HavreError) in
                    line(try card(caseID, try custodySecrets(caseID, session)), nil, directory)
                }
                note(waysIn: found.waysIn, to: caseID)
                lines.append(found)
            }
        }
        return lines.sorted { $0.code < $1.code }
    }

    /// The line of a case of one's own, from its card alone: every removal gives the roster a new secret, so that
    /// whoever opens the newest card is on the case, until her grant ends. Nil for who is not.
    private func ownLine(
        _ caseID: Identifier, _ today: Day, _ session: Session, _ directory: Directory
    ) throws(HavreError) -> CaseLine? {
        guard let key = try ringKey(caseID, session, only: .roster) else { return nil }
        let secrets = AreaSecrets(vault: id, area: caseID, newest: key.secrets)
        let card: Card
        do throws(HavreError) { card = try self.card(caseID, secrets) } catch {
            // Newer secrets than she has: her grant has ended, or her mail is on its way.
            guard error == .notGranted else { throw error }
            if let until = key.until, until < today { return nil }
            throw .busy
        }
        if card.owner != session.person.person {
            let until: Day
            if let known = key.until {
                until = known
            } else {
                let chain = try ownChain(caseID, session, directory)
                guard let grant = chain.grants[session.person.person]?.grant else { return nil }
                until = grant.until
            }
            guard today <= until else { return nil }
        }
        var line = line(card, key.label, directory)
        if line.waysIn < 2 {
            // Somebody may have been granted all of it, which only the chain tells.
            let chain = try ownChain(caseID, session, directory)
            line.waysIn = waysIn(card.owner, directory, chain.grants.values.map(\.grant))
        }
        return line
    }

    private func ownChain(
        _ caseID: Identifier, _ session: Session, _ directory: Directory
    ) throws(HavreError) -> Chain {
        guard let key = try ringKey(caseID, session) else { throw .busy }
        let secrets = AreaSecrets(vault: id, area: caseID, newest: key.secrets)
        return try bring(file(caseID), with: secrets, directory).chain
    }

    private func line(_ card: Card, _ label: String?, _ directory: Directory) -> CaseLine {
        CaseLine(
            code: card.code, label: label, status: card.status, risk: card.risk,
            owner: name(of: card.owner, directory), backup: card.backup.map { name(of: $0, directory) },
            due: card.due, waysIn: waysIn(card.owner, directory, []))
    }

    /// One case's line.
    public func card(case code: String, _ session: Session) throws(HavreError) -> CaseLine {
        guard Policy.decide(.caseShow, role: session.role) == .allowed else { throw .notFound }
        // The whole list in any case: its entry and its time tell nobody whether there is such a case.
        guard let line = try cases(session).first(where: { Fold.fold($0.code) == Fold.fold(code) }) else {
            throw .notFound
        }
        return line
    }

    /// A label for oneself alone; nil or empty takes it away.
    public func label(case code: String, _ label: String?, _ session: Session) throws(HavreError) {
        if let label, label.count > 60 || label.contains(where: \.isNewline) {
            throw .invalid(field: "label", rule: "must hold up to 60 characters on one line")
        }
        try Self.requireVisible(label ?? "", "label")
        try readMail(session)
        guard let caseID = try caseID(code, session) else { throw .notFound }
        try requirePlace(on: caseID, session)
        guard let row = session.opened.with({ $0.ring[caseID]?.row }) else { throw .notFound }
        _ = try commit(event("case label", session)) { draft, event throws(HavreError) in
            try draft.rest(on: session.ring)
            guard let key = try self.ringKey(caseID, session) else { throw .notFound }
            event.caseID = caseID
            event.code = key.code
            let text = label.flatMap { $0.isEmpty ? nil : Text.nfc($0) }
            try draft.put(
                ringKey: key.merging([:], label: .some(text)), of: session.person,
                in: session.ring, at: row, vault: self.id)
        }
    }
}
