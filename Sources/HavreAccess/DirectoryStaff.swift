import HavreCodec
import HavreSecrets

/// What the directory asks of links about staff and areas.
extension Directory {
    func requireSigner(
        _ link: Link, _ statement: Statement, _ allowed: (Member) -> Bool
    ) throws(AccessError) -> Member {
        guard let member = active(link.by), allowed(member) else {
            throw .refused(rule: "the signer may not say this")
        }
        guard statement.signatures.contains(where: { $0.signer == member.keys?.sign }),
            statement.isSigned(by: statement.signatures.map(\.signer))
        else { throw .notSigned }
        return member
    }

    mutating func accept(
        _ invitation: DirectoryLink.Invitation, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        _ = try requireSigner(link, statement) { $0.role == .supervisor }
        guard members[invitation.person] == nil else {
            throw .refused(rule: "the person is already in the directory")
        }
        try requireFresh(invitation.keys)
        let bearer = member(named: invitation.name)
        guard bearer?.person == invitation.resets else {
            throw .refused(rule: "the name is taken; staff reset replaces somebody who lost her passphrase")
        }
        if let bearer, bearer.role != invitation.role {
            throw .refused(rule: "a reset keeps the role")
        }
        members[invitation.person] = Member(
            person: invitation.person, name: invitation.name, role: invitation.role, invitedBy: link.by,
            state: .invited(
                Member.Code(keys: invitation.keys, expires: invitation.expires, resets: invitation.resets)),
            keys: nil, shadow: nil, entry: nil, signatures: 0, activeFrom: nil, activeUntil: nil)
        // The old invitation of the same new name gives way; the person to be replaced works on until the entry.
        for (person, old) in members where person != invitation.person && old.name.key == invitation.name.key
        {
            if case .invited = old.state { members[person]?.state = .ended }
        }
    }

    mutating func accept(
        _ entry: DirectoryLink.Entry, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        guard let member = members[entry.person], case .invited(let code) = member.state,
            link.by == entry.person
        else { throw .refused(rule: "the person is not invited") }
        guard statement.isSigned(by: [code.keys.sign]) else { throw .notSigned }
        guard link.time <= code.expires else { throw .refused(rule: "the invitation has expired") }
        try requireFresh(entry.keys)
        try requireFresh(entry.shadow)
        guard entry.keys != entry.shadow else { throw .invalid(field: "shadow", rule: "must differ") }
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
        let signer = try requireSigner(link, statement) { $0.role == .supervisor }
        guard let member = members[confirmation.person], member.state == .unconfirmed,
            member.entry == confirmation.entry
        else { throw .refused(rule: "there is no such entry to confirm") }
        guard member.invitedBy == signer.person else {
            throw .refused(rule: "the supervisor who invited confirms")
        }
        let supervisors = supervisorSignatures(of: statement)
        if member.role == .supervisor, supervisorsEver > 1, supervisors < 2 { throw .needsApproval }
        // While the house has only ever had one supervisor she also holds the recovery key: two signatures.
        let vouchers = member.role == .supervisor && supervisorsEver == 1 ? 2 : supervisors
        members[confirmation.person]?.state = .active
        members[confirmation.person]?.activeFrom = link.number
        members[confirmation.person]?.signatures = vouchers
    }

    func supervisorSignatures(of statement: Statement) -> Int {
        Set(
            statement.signatures.compactMap { signature in
                members.values.first {
                    $0.state == .active && $0.role == .supervisor && $0.keys?.sign == signature.signer
                }?.person
            }
        ).count
    }

    mutating func end(_ person: Identifier) {
        members[person]?.state = .ended
        members[person]?.activeUntil = count
    }

    /// No key may stand under two names.
    func requireFresh(_ keys: PublicKeys) throws(AccessError) {
        var known: [PublicKeys] = [recovery]
        for member in members.values {
            if let keys = member.keys { known.append(keys) }
            if let shadow = member.shadow { known.append(shadow) }
            if case .invited(let code) = member.state { known.append(code.keys) }
        }
        guard !known.contains(where: { $0.sign == keys.sign || $0.box == keys.box }) else {
            throw .refused(rule: "the key already stands under another name")
        }
    }

    mutating func accept(
        _ key: DirectoryLink.AreaKey, _ link: Link, _ statement: Statement
    ) throws(AccessError) {
        _ = try requireSigner(link, statement) { $0.role == .supervisor }
        guard key.generation == areaKey(key.area).generation + 1 else {
            throw .refused(rule: "a new key of an area follows its last generation")
        }
        areas[key.area]?.append(key)
    }
}
