import HavreCodec
import HavreSecrets

/// What the directory asks of links about staff and areas.
extension Directory {
    mutating func accept(
        _ invitation: DirectoryLink.Invitation, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        let bearer = bearer(of: invitation.name)
        let signatures = try vouchers(for: bearer == nil ? .invite : .reset, link, statement)
        guard members[invitation.person] == nil else {
            throw .refused(rule: "the person is already in the directory")
        }
        guard bearer?.person == invitation.resets else {
            throw .refused(rule: "the name is taken; staff reset replaces somebody who lost her passphrase")
        }
        if let bearer {
            guard bearer.role == invitation.role else { throw .refused(rule: "a reset keeps the role") }
            // The entry ends the old keys, so that a reset by one is a removal by one.
            let isSupervisor = bearer.role == .supervisor && bearer.activeFrom != nil
            if isSupervisor, signatures < 2 { throw .needsApproval }
        }
        try knownKeys.add(invitation.keys)
        // An older invitation of the same name gives way; the person to be replaced works on until the entry.
        for (person, old) in members where old.name.key == invitation.name.key {
            if case .invited = old.state { end(person) }
        }
        members[invitation.person] = Member(
            person: invitation.person, name: invitation.name, role: invitation.role, invitedBy: link.by,
            state: .invited(
                Member.Code(keys: invitation.keys, expires: invitation.expires, resets: invitation.resets)),
            keys: nil, shadow: nil, entry: nil, signatures: 0, activeFrom: nil, activeUntil: nil)
    }

    mutating func accept(
        _ entry: DirectoryLink.Entry, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        guard let member = members[entry.person], case .invited(let code) = member.state,
            link.by == entry.person
        else { throw .refused(rule: "the person is not invited") }
        try knownKeys.add(entry.keys)
        try knownKeys.add(entry.shadow)
        // Her own key too: nobody enters under a key that somebody else holds.
        guard statement.isSigned(by: [code.keys.sign, entry.keys.sign]) else { throw .notSigned }
        guard link.time <= code.expires else { throw .refused(rule: "the invitation has expired") }
        members[entry.person]?.state = .unconfirmed
        members[entry.person]?.keys = entry.keys
        members[entry.person]?.shadow = entry.shadow
        members[entry.person]?.entry = statement.digest
        members[entry.person]?.resets = code.resets
        if let old = code.resets { end(old) }
    }

    mutating func accept(
        _ confirmation: DirectoryLink.Confirmation, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        let signatures = try vouchers(for: .confirm, link, statement)
        guard let member = members[confirmation.person], member.state == .unconfirmed,
            member.entry == confirmation.entry
        else { throw .refused(rule: "there is no such entry to confirm") }
        guard human(member.invitedBy) == human(link.by) else {
            throw .refused(rule: "the supervisor who invited confirms")
        }
        // While the house has only ever had one supervisor she also holds the recovery key: two signatures.
        let counted = member.role == .supervisor && supervisorsEver == 1 ? 2 : signatures
        if member.role == .supervisor, counted < 2 { throw .needsApproval }
        members[confirmation.person]?.state = .active
        members[confirmation.person]?.activeFrom = link.number
        members[confirmation.person]?.signatures = counted
    }

    mutating func accept(
        _ key: DirectoryLink.AreaKey, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        _ = try requireSigner(link, statement, [.supervisor])
        let last = areaKey(key.area)
        guard key.generation == last.generation + 1, key.commitment != last.commitment else {
            throw .refused(rule: "a new key of an area follows its last generation")
        }
        try knownKeys.add(half: key.half)
        areas[key.area]?.append(key)
    }

    private mutating func end(_ person: Identifier) {
        members[person]?.state = .ended
        members[person]?.activeUntil = count
    }

    // Who signs.

    /// The person who says a link: active, in one of the roles, and the only one who signed.
    func requireSigner(
        _ link: Link, _ statement: Statement, _ roles: Set<StaffRole>
    ) throws(AccessError) -> Member {
        guard let member = active(link.by), roles.contains(member.role) else {
            throw .refused(rule: "the signer may not say this")
        }
        guard let key = member.keys?.sign, statement.isSigned(by: [key]) else { throw .notSigned }
        return member
    }

    /// How many vouch for an act on staff: 1, or 2 when another supervisor or the recovery key signed too.
    ///
    /// - Throws: `AccessError` when somebody signed whose voice does not count.
    private func vouchers(
        for verb: Verb, _ link: Link, _ statement: Statement
    ) throws(AccessError) -> Int {
        let roles = Policy.roles(for: verb)
        guard let member = active(link.by), roles.contains(member.role) else {
            throw .refused(rule: "the signer may not say this")
        }
        guard let key = member.keys?.sign, statement.signers.contains(key), statement.verifyAll() else {
            throw .notSigned
        }
        for other in statement.signers where other != key {
            guard other == recovery.sign || isSecondPerson(other, roles) else { throw .notSigned }
        }
        return statement.signers.count
    }

    /// Whether a key is that of somebody who counts beside another: two supervisors vouched for her.
    private func isSecondPerson(_ key: VerifyKey, _ roles: Set<StaffRole>) -> Bool {
        members.values.contains {
            $0.keys?.sign == key && $0.state == .active && roles.contains($0.role) && $0.signatures >= 2
        }
    }

    /// Supervisors that ever were active: while there was only one, her signature counts for two.
    private var supervisorsEver: Int {
        members.values.filter { $0.role == .supervisor && $0.activeFrom != nil }.count
    }
}
