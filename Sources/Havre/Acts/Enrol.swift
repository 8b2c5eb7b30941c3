import HavreAccess
import HavreCodec
import HavreForms
public import HavreSecrets
import HavreStore
import HavreSystem

/// What somebody is told when she has enrolled: six words to say to her supervisor.
public struct Enrolled: Sendable {
    /// Her name as the directory shows it.
    public let name: String
    /// The role she was invited to.
    public let role: String
    /// Six words that stand for her keys: she says them to whoever confirms her.
    public let words: String
}

extension Vault {
    /// Makes somebody's own keys with the code of her invitation; the code is used up.
    ///
    /// - Throws: `wrongPassphrase` for a code that is unknown, used, expired or somebody else's: all read the same.
    public func enrol(
        name typed: String, code: borrowing SecretBytes, passphrase: borrowing SecretBytes,
        keyFile: Key<Role.KeyFile>?, lang: String?, uid: UInt32 = 0
    ) throws(HavreError) -> Enrolled {
        guard store.state == .serving else { throw .gateClosed }
        let language = try Self.language(lang)
        var known: InvitationCode?
        do throws(HavreError) {
            let code = try InvitationCode(typed: code)
            known = code
            return try enrol(typed, code, passphrase, keyFile, language)
        } catch {
            if error == .wrongPassphrase { try refuse(known, uid) }
            throw error
        }
    }

    /// The entry of a refused code. A code that was used before has come into a second hand: its inviter gets to know.
    private func refuse(_ code: InvitationCode?, _ uid: UInt32) throws(HavreError) {
        var event = Event(time: now, act: "enrol")
        event.outcome = "WrongPassphrase"
        event.uid = uid
        guard let code, let row = house.with({ $0.invitations[code.tag] }),
            case .invitation(let invitation) = try self.row(row, in: .house).facts, invitation.isUsed,
            event.time <= invitation.expires
        else { return try logRefusal(event, uid: uid) }
        event.outcome = "UsedCode"
        event.subject = invitation.name
        guard !invitation.isTriedAgain else { return try logRefusal(event, uid: uid) }
        _ = try commit(event) { draft, _ throws(HavreError) in
            try draft.rest(on: .house)
            var told = invitation
            told.isTriedAgain = true
            try draft.put(.invitation(told), in: .house, at: row)
        }
    }

    private func enrol(
        _ typed: String, _ code: InvitationCode, _ passphrase: borrowing SecretBytes,
        _ keyFile: Key<Role.KeyFile>?, _ language: Language
    ) throws(HavreError) -> Enrolled {
        let name = try accessing { () throws(AccessError) in try StaffName(typed) }
        try indexHouse()
        guard let row = house.with({ $0.invitations[code.tag] }),
            case .invitation(let invitation) = try self.row(row, in: .house).facts, !invitation.isUsed,
            now <= invitation.expires,
            (try? accessing { () throws(AccessError) in try StaffName(invitation.name) })?.key == name.key
        else { throw .wrongPassphrase }
        let secrets = try openInvitation(invitation, code)
        let directory = try directory(secrets)
        guard let member = directory.members[invitation.person], case .invited(let bound) = member.state,
            bound.keys == PublicKeys(sign: code.sign.publicKey, box: code.box.publicKey)
        else { throw .wrongPassphrase }
        let person = NewPerson(person: invitation.person, name: member.name, vault: id)
        let salt = Random.bytes(Passphrase.saltByteCount)
        let parameters = try parameters()
        let keks = try hashing.with { _ throws(HavreError) in
            Self.keks(
                try Self.stretch(passphrase, salt: salt, parameters), keyFile: keyFile, person: person.person)
        }
        let account = person.account(
            vault: id, salt: salt, parameters: parameters, hasKeyFile: keyFile != nil, keks: keks)
        let entry = try enter(person, account, invitation, row, code, secrets)
        if let old = bound.resets { endSessions(of: old) }
        try indexHouse()
        // Read again, so that `warnings` knows of whom to confirm.
        _ = try self.directory(secrets)
        return Enrolled(
            name: member.name.shown, role: member.role.rawValue,
            words: SixWords.spell(entry.bytes, in: language).joined(separator: " "))
    }

    private func openInvitation(
        _ invitation: Invitation, _ code: InvitationCode
    ) throws(HavreError) -> AreaSecrets {
        do {
            let packed = try code.box.openSecret(invitation.box)
            return AreaSecrets(
                vault: id, area: area(.directory).id, newest: try PackedSecrets.unpack(packed).secrets)
        } catch { throw .wrongPassphrase }
    }

    /// The vault's costs of Argon2id: those of the founder's row.
    func parameters() throws(HavreError) -> Passphrase.Parameters {
        guard case .account(let account) = try row(0, in: .login).facts else { throw .tampered }
        return account.parameters
    }

    private func enter(
        _ person: NewPerson, _ account: Account, _ invitation: Invitation, _ row: UInt64,
        _ code: InvitationCode,
        _ secrets: AreaSecrets
    ) throws(HavreError) -> Digest {
        var event = Event(time: now, act: "enrol")
        event.person = person.person
        event.actor = person.name.shown
        return try commitLink(event) { draft, event throws(HavreError) in
            let directory = try self.directory(secrets)
            // Somebody else was faster with the same code.
            guard let member = directory.members[person.person], case .invited = member.state else {
                throw .wrongPassphrase
            }
            let matter = DirectoryLink.entry(
                DirectoryLink.Entry(person: person.person, keys: person.keys.keys, shadow: person.shadow))
            let place = directory.next(by: person.person, at: event.time)
            let statement: Statement
            do {
                statement = try Statement.make(matter.kind, matter.body(place), by: code.sign)
                    .signed(by: person.keys.sign)
            } catch { throw .failed("a statement is too long") }
            try self.append(statement, to: directory, &draft, secrets)
            let ring = self.ring(of: person.person)
            draft.create(ring.id)
            try draft.put(.identity, body: .sealed(person.identityBody(vault: self.id)), in: ring)
            try draft.put(
                ringKey: RingKey(
                    area: secrets.area, code: HouseArea.directory.rawValue, secrets: secrets.newest),
                of: person.keys, in: ring, vault: self.id)
            try draft.put(
                .account(account), in: .login, at: self.house.with { $0.accounts[account.nameKey] })
            var used = invitation
            used.box = []
            try draft.put(.invitation(used), in: .house, at: row)
            // Somebody who is replaced opens nothing any more, from this moment on.
            if let old = directory.members[invitation.person].flatMap({ member -> Identifier? in
                if case .invited(let code) = member.state { code.resets } else { nil }
            }) {
                draft.step { step in
                    step.restricted.append(Restriction(.freeze, area: .house, person: old))
                    // Her old passphrase and a copy of the device key must not open the gate either.
                    step.slots[old] = .some(nil)
                }
            }
            return statement.digest
        }
    }
}
