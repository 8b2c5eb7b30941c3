import HavreAccess
public import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// What a removal tells: what is gone, and what cannot be undone.
public struct RemovalReceipt: Sendable {
    /// The name of whoever was removed.
    public let removed: String
    /// What she had, by name; each has a new generation of secrets now.
    public let compartments: [String]
    /// Records that she opened, and when.
    public let opened: [(record: Identifier, time: Instant)]
    /// What she sent out: when, to which contact, and the SHA-256 of the bundle in hexadecimal.
    public let exported: [(time: Instant, contact: String, bundle: String)]
}

extension Vault {
    /// Removes somebody from a case: a freeze at once, new secrets of all she held, all rows wrapped anew.
    public func revoke(
        case code: String, name: String, _ session: Session
    ) throws(HavreError) -> RemovalReceipt {
        let caseID = try requireSupervisor(.revoke, code, session)
        let (member, removed, secrets) = try file(caseID).alone { () throws(HavreError) in
            let known = try custody(caseID, session)
            let member = try holder(named: name, on: known.chain, session)
            let removed = try commit(event("revoke", session), roster: known.secrets) {
                draft, event throws(HavreError) in
                let compartments = try self.remove(member, caseID, &draft, event.time, session)
                event.caseID = caseID
                event.code = known.chain.code
                event.subject = member.name.shown
                return compartments
            }.answer
            return (member, removed, known.secrets)
        }
        expel(caseID)
        // Behind the removal, or what she opened while it was being made would be missing. A ledger that somebody
        // has damaged keeps nobody on a case: she is gone before this says `tampered`.
        let seen = try disclosures(to: member.person, on: caseID, secrets, session)
        return RemovalReceipt(
            removed: member.name.shown, compartments: removed.map(\.rawValue), opened: seen.opened,
            exported: seen.exported)
    }

    private func holder(
        named name: String, on chain: Chain, _ session: Session
    ) throws(HavreError) -> Member {
        let directory = try directory(session)
        let name = try accessing { () throws(AccessError) in try StaffName(name) }
        guard
            let member = directory.members.values.first(where: {
                $0.name.key == name.key && chain.grants[$0.person] != nil
            })
        else {
            if let member = directory.member(named: name), member.person == chain.owner {
                throw .usage("the owner of a case is replaced with case assign, not removed")
            }
            throw .notFound
        }
        return member
    }

    func remove(
        _ member: Member, _ caseID: Identifier, _ draft: inout Draft, _ time: Instant, _ session: Session
    ) throws(HavreError) -> [Compartment] {
        let (secrets, chain, _) = try custody(caseID, session)
        let directory = try directory(session)
        let held = chain.held(by: member.person)
        guard !held.isEmpty else { throw .notFound }
        let renewed = renew(secrets, held)
        let matter = CaseLink.removal(
            CaseLink.Removal(
                person: member.person,
                rotations: try renewed.compartmentSealings().filter { held.contains($0.key) }))
        let statement = try append(matter, to: chain, renewed, directory, &draft, session, time)
        var after = chain
        try accessing { () throws(AccessError) in try after.append(statement, directory: directory) }
        try hand(renewed, held, old: secrets, statement, after, directory, &draft, session)
        try empty(caseID, of: member.person, &draft)
        draft.step { step in
            step.renewed.append(Area(caseID))
            step.restricted.append(Restriction(.removal, area: Area(caseID), person: member.person))
        }
        return held.filter { $0 != .roster }.sorted()
    }

    /// The secrets with a fresh generation of some compartments.
    func renew(_ secrets: AreaSecrets, _ compartments: Set<Compartment>) -> AreaSecrets {
        var newest = secrets.newest
        for compartment in compartments {
            guard let old = newest[compartment.rawValue] else { continue }
            newest[compartment.rawValue] = AreaSecrets.Held(
                generation: old.generation + 1, secret: AreaSecrets.fresh())
        }
        return AreaSecrets(vault: id, area: secrets.area, newest: newest)
    }

    /// What everybody who stays gets: the older secrets under the newer ones, boxes, custody, a card that opens.
    func hand(
        _ renewed: AreaSecrets, _ compartments: Set<Compartment>, old: AreaSecrets, _ link: Statement,
        _ chain: Chain, _ directory: Directory, _ draft: inout Draft, _ session: Session
    ) throws(HavreError) {
        let area = Area(renewed.area)
        for compartment in compartments.sorted() {
            let name = compartment.rawValue
            guard let before = old.newest[name], let after = renewed.newest[name] else { throw .tampered }
            try draft.put(
                .older(
                    secret: name, generation: after.generation,
                    sealed: AreaSecrets.sealOlder(before, under: after, name, vault: id, area: area.id)),
                in: area)
        }
        var recipients: [Identifier: [String: AreaSecrets.Held]] = [:]
        for compartment in compartments {
            for person in chain.holders(of: compartment, on: today, in: directory) {
                recipients[person, default: [:]][compartment.rawValue] = renewed.newest[compartment.rawValue]
            }
        }
        for (person, secrets) in recipients.sorted(by: { $0.key < $1.key }) {
            guard let member = directory.members[person] else { throw .tampered }
            try deliver(
                secrets, of: area.id, with: link.digest, to: member, &draft, from: session, directory)
        }
        try draft.put(custodyOf: renewed, directory: directory, vault: self)
        var card = try card(area.id, old)
        card.owner = chain.owner
        card.backup = chain.backup
        try draft.put(
            try card.sealed(vault: id, caseID: area.id, renewed), in: area, at: CaseIndex.cardRow,
            isPinned: true)
    }

    /// Empties what somebody's ring holds of a case: opened secrets and boxes that wait.
    func empty(_ caseID: Identifier, of person: Identifier, _ draft: inout Draft) throws(HavreError) {
        let ring = ring(of: person)
        try draft.rest(on: ring)
        let rows = try storing { () throws(StoreError) in try store.rows(ring, from: 0) }
        for (number, row) in zip(UInt64(0)..., rows) where !row.isEmptied {
            switch try RowFacts(row.payload) {
            case .mail(caseID), .keys(caseID, _): try draft.empty(number, in: ring)
            default: break
            }
        }
    }

    /// Closes a case in every session after a renewal: the next act reads its mail and opens it again.
    func expel(_ caseID: Identifier) {
        for session in sessions.with({ Array($0.living.values) }) { expel(caseID, from: session) }
    }

    func expel(_ caseID: Identifier, from session: Session) {
        session.opened.with { state in
            guard let open = state.cases[caseID] else { return }
            state.cases[caseID] = nil
            state.reopening[caseID] = (open.purpose, open.until)
        }
    }
}
