import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

extension Vault {
    /// Gives a case another owner or another backup; a former owner keeps nothing.
    public func assign(
        case code: String, owner: String?, backup: String?, _ session: Session
    ) throws(HavreError) {
        let caseID = try requireSupervisor(.caseAssign, code, session)
        guard owner != nil || backup != nil else {
            throw .usage("case assign needs --owner NAME, --backup NAME or both")
        }
        try file(caseID).alone { () throws(HavreError) in
            let custody = try custody(caseID, session)
            let chain = custody.chain
            let directory = try directory(session)
            let find: (String?, String) throws(HavreError) -> Identifier? = {
                name, field throws(HavreError) in
                guard let name else { return nil }
                let member = try self.colleague(name, directory, field: field)
                try self.requireNoConflict(member, custody)
                return member.person
            }
            let (owner, backup) = (try find(owner, "owner"), try find(backup, "backup"))
            // Who stood in for the owner and takes over stands in for nobody.
            let stays = backup ?? (chain.backup == owner ? nil : chain.backup)
            try assign(caseID, owner: owner ?? chain.owner, backup: stays, session)
        }
        expel(caseID)
    }

    /// One change: the link, and for a new owner fresh secrets of everything.
    func assign(
        _ caseID: Identifier, owner: Identifier, backup: Identifier?, _ session: Session
    ) throws(HavreError) {
        guard owner != backup else {
            throw .invalid(field: "backup", rule: "must be another person than the owner")
        }
        _ = try commit(event("case assign", session)) { draft, event throws(HavreError) in
            let (secrets, chain, _) = try self.custody(caseID, session)
            let directory = try self.directory(session)
            let isNew = owner != chain.owner
            let all = Set(Compartment.allCases)
            let renewed = isNew ? self.renew(secrets, all) : secrets
            let matter = CaseLink.assignment(
                CaseLink.Assignment(
                    owner: owner, backup: backup, rotations: isNew ? try renewed.compartmentSealings() : [:]))
            let statement = try self.append(
                matter, to: chain, renewed, directory, &draft, session, event.time)
            event.caseID = caseID
            event.code = chain.code
            event.subject = self.name(of: owner, directory)
            guard isNew else {
                var card = try self.card(caseID, secrets)
                card.backup = backup
                try draft.put(
                    try card.sealed(vault: self.id, caseID: caseID, secrets), in: Area(caseID),
                    at: CaseIndex.cardRow, isPinned: true)
                return
            }
            var after = chain
            try accessing { () throws(AccessError) in try after.append(statement, directory: directory) }
            try self.hand(renewed, all, old: secrets, statement, after, directory, &draft, session)
            try self.empty(caseID, of: chain.owner, &draft)
            draft.step { step in
                step.renewed.append(Area(caseID))
                step.restricted.append(Restriction(.removal, area: Area(caseID), person: chain.owner))
                step.lifted.append(Restriction(.removal, area: Area(caseID), person: owner))
            }
        }
    }
}
