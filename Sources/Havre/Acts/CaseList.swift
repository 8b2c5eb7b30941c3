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
        var listing = Listing(session: session, directory: directory, today: today)
        let own = session.opened.with { Array($0.ring.keys) }.filter { houseArea($0) == nil }
        for piece in own.pieces(of: Listing.pieceCount) { try listOwn(piece, &listing) }
        if session.role == .supervisor {
            let rest = try custodyRows().filter { !listing.seen.contains($0.key) }
            for piece in Array(rest).pieces(of: Listing.pieceCount) { try listHeld(piece, &listing) }
        }
        return listing.lines.sorted { $0.code < $1.code }
    }

    /// A list on its way.
    private struct Listing {
        let session: Session
        let directory: Directory
        let today: Day
        var lines: [CaseLine] = []
        var seen: Set<Identifier> = []
        /// Ways into a case by its owner, as far as the card tells.
        var ways: [Identifier: Int] = [:]

        /// So many cases are read together.
        static let pieceCount = 256
    }

    private func listOwn(_ cases: [Identifier], _ listing: inout Listing) throws(HavreError) {
        let session = listing.session
        let keys = try rosterKeys(cases, session)
        let cards = try cardRows(Array(keys.keys))
        for caseID in cases where !isRestricted(session.person.person, on: caseID) {
            var ahead: (AheadKey, Row)?
            if let key = keys[caseID], let card = cards[caseID] { ahead = (key, card) }
            let found = try following(caseID, session) { () throws(HavreError) in
                defer { ahead = nil }
                return try ownLine(caseID, &listing, ahead)
            }
            guard let found else { continue }
            listing.seen.insert(caseID)
            note(waysIn: found.waysIn, to: caseID)
            listing.lines.append(found)
        }
    }

    /// Cases that a supervisor sees the cards of because their secrets lie in custody.
    private func listHeld(
        _ cases: [(key: Identifier, value: UInt64)], _ listing: inout Listing
    ) throws(HavreError) {
        let session = listing.session
        let secrets = try custodyRosters(cases, session)
        let cards = try cardRows(Array(secrets.keys))
        for caseID in cases.map(\.key) {
            var ahead: (AreaSecrets, Row)?
            if let secrets = secrets[caseID], let card = cards[caseID] { ahead = (secrets, card) }
            let card = try following(caseID, session) { () throws(HavreError) in
                defer { ahead = nil }
                guard let (secrets, row) = ahead, isCurrentCard(row, of: caseID) else {
                    return try self.card(caseID, try custodySecrets(caseID, session))
                }
                return try self.card(caseID, row, secrets)
            }
            let line = line(card, nil, &listing)
            note(waysIn: line.waysIn, to: caseID)
            listing.lines.append(line)
        }
    }

    /// The line of a case of one's own, from its card alone: every removal gives the roster a new secret, so that
    /// whoever opens the newest card is on the case, until her grant ends. Nil for who is not.
    ///
    /// - Parameter ahead: what was read of it together with others; counts if it is still so.
    private func ownLine(
        _ caseID: Identifier, _ listing: inout Listing, _ ahead: (key: AheadKey, card: Row)?
    ) throws(HavreError) -> CaseLine? {
        let session = listing.session
        let isCurrent =
            ahead.map { store.isCurrent(session.ring, $0.key.row, wrapDigest: $0.key.digest) } ?? false
        let known = isCurrent ? ahead?.key.key : try ringKey(caseID, session, only: .roster)
        guard let key = known else { return nil }
        let secrets = AreaSecrets(vault: id, area: caseID, newest: key.secrets)
        let card: Card
        do throws(HavreError) {
            if let row = ahead?.card, isCurrentCard(row, of: caseID) {
                card = try self.card(caseID, row, secrets)
            } else {
                card = try self.card(caseID, secrets)
            }
        } catch {
            // Newer secrets than she has: her grant has ended, or her mail is on its way.
            guard error == .notGranted else { throw error }
            if let until = key.until, until < listing.today { return nil }
            throw .busy
        }
        if card.owner != session.person.person {
            let until: Day
            if let known = key.until {
                until = known
            } else {
                let chain = try ownChain(caseID, session, listing.directory)
                guard let grant = chain.grants[session.person.person]?.grant else { return nil }
                until = grant.until
            }
            guard listing.today <= until else { return nil }
        }
        var line = line(card, key.label, &listing)
        if line.waysIn < 2 {
            // Somebody may have been granted all of it, which only the chain tells.
            let chain = try ownChain(caseID, session, listing.directory)
            line.waysIn = waysIn(card.owner, listing.directory, chain.grants.values.map(\.grant))
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

    private func line(_ card: Card, _ label: String?, _ listing: inout Listing) -> CaseLine {
        let directory = listing.directory
        let ways = listing.ways[card.owner] ?? waysIn(card.owner, directory, [])
        listing.ways[card.owner] = ways
        return CaseLine(
            code: card.code, label: label, status: card.status, risk: card.risk,
            owner: name(of: card.owner, directory), backup: card.backup.map { name(of: $0, directory) },
            due: card.due, waysIn: ways)
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
