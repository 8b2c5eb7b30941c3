import HavreAccess
import HavreCodec
import HavreForms
import HavreSecrets
import HavreStore
import HavreSystem

extension Vault {
    /// The inviting supervisor has compared six words: the person may work now.
    ///
    /// She gets the secrets of the areas that her role admits; whoever she replaces hands over her cases.
    ///
    /// - Throws: `invalid` when the words are not those of the entry.
    public func confirm(
        name typed: String, words: String, _ session: Session
    ) throws(HavreError) -> (name: String, role: String) {
        guard Policy.decide(.confirm, role: session.role) == .allowed else { throw .notGranted }
        let name = try accessing { () throws(AccessError) in try StaffName(typed) }
        let member =
            if let known = try confirmed(name, words, session) { known } else {
                try confirmEntry(name, words, session)
            }
        _ = try directory(session)
        try handOver(to: member, session)
        return (member.name.shown, member.role.rawValue)
    }

    /// Somebody who was confirmed with these words before and replaces somebody: the handing over of her cases, which
    /// may have been cut short, goes on.
    private func confirmed(
        _ name: StaffName, _ words: String, _ session: Session
    ) throws(HavreError) -> Member? {
        guard let member = try directory(session).member(named: name), member.state == .active,
            member.resets != nil, let entry = member.entry, SixWords.matches(words, digest: entry)
        else { return nil }
        return member
    }

    /// The confirmation alone, as one change.
    func confirmEntry(
        _ name: StaffName, _ words: String, _ session: Session
    ) throws(HavreError) -> Member {
        try commitLink(event("staff confirm", session)) { draft, event throws(HavreError) in
            let directory = try self.directory(session)
            guard let member = directory.member(named: name), member.state == .unconfirmed,
                let entry = member.entry
            else { throw .notFound }
            guard SixWords.matches(words, digest: entry) else {
                throw .invalid(
                    field: "words",
                    rule: "are not those of this person's keys: do not go on, ask her in person")
            }
            let matter = DirectoryLink.confirmation(
                DirectoryLink.Confirmation(person: member.person, entry: entry))
            let statement = try self.append(
                matter, to: directory, &draft, by: session.person, event.time, session)
            var after = directory
            try accessing { () throws(AccessError) in try after.append(statement) }
            try self.handAreas(to: member, statement, after, &draft, session)
            event.subject = member.name.shown
            return member
        }
    }

    /// Boxes the secrets of the house's areas to a new member.
    private func handAreas(
        to member: Member, _ link: Statement, _ directory: Directory, _ draft: inout Draft, _ session: Session
    ) throws(HavreError) {
        for area in HouseArea.allCases where area != .directory && area.admits(member.role) {
            let secrets = try secrets(of: area, session)
            try deliver(
                secrets.newest, of: secrets.area, with: link.digest, to: member, &draft, from: session,
                directory)
        }
    }

    /// Gives the new keys of a person what her old ones had, case by case, from custody: her own cases, those that she
    /// stands in for, and what she was granted. What is done already is left as it is.
    private func handOver(to member: Member, _ session: Session) throws(HavreError) {
        let former = try directory(session).former(member.person)
        guard !former.isEmpty else { return }
        for caseID in try custodyRows().keys.sorted() {
            try file(caseID).alone { () throws(HavreError) in
                let (_, chain, _) = try custody(caseID, session)
                let owner = former.contains(chain.owner) ? member.person : chain.owner
                let backup = chain.backup.map { former.contains($0) ? member.person : $0 }
                if owner != chain.owner || backup != chain.backup {
                    try assign(caseID, owner: owner, backup: backup == owner ? nil : backup, session)
                }
                for old in former {
                    guard let held = chain.grants[old]?.grant else { continue }
                    try succeed(held, member, caseID, session)
                }
            }
            expel(caseID)
        }
    }

    /// The grant to the new keys and the removal of the old ones: two changes of one case, in this order, so that a
    /// crash between them forgets nothing.
    private func succeed(
        _ held: CaseLink.Grant, _ member: Member, _ caseID: Identifier, _ session: Session
    ) throws(HavreError) {
        let chain = try custody(caseID, session).chain
        if held.until >= today, chain.owner != member.person, chain.grants[member.person] == nil {
            try give(held, to: member, caseID, session)
        }
        guard let old = try directory(session).members[held.person] else { throw .tampered }
        _ = try commit(event("revoke", session)) { draft, event throws(HavreError) in
            event.caseID = caseID
            event.code = chain.code
            event.subject = old.name.shown
            return try self.remove(old, caseID, &draft, event.time, session)
        }
    }

    private func give(
        _ held: CaseLink.Grant, to member: Member, _ caseID: Identifier, _ session: Session
    ) throws(HavreError) {
        guard let keys = member.keys else { throw .tampered }
        _ = try commit(event("grant", session)) { draft, event throws(HavreError) in
            let grant = CaseLink.Grant(
                person: member.person, keys: keys, compartments: held.compartments, rights: held.rights,
                until: held.until, purpose: "handover")
            _ = try self.put(grant, on: caseID, to: member, &draft, &event, session)
        }
    }
}
