import HavreAccess
import HavreCodec
public import HavreSecrets
import HavreStore
import HavreSystem

extension Vault {
    /// Changes somebody's passphrase: a new salt, a new slot at a new position, fresh bytes in the other one.
    ///
    /// The old bytes are gone from the files before the answer; `remnants` among the warnings says when somebody else
    /// who reads the files keeps them there.
    /// Her other sessions have ended then.
    ///
    /// - Parameter uid: the user of the machine who asks; more than ten failures of hers in a minute are one entry.
    /// - Throws: `wrongPassphrase` for the old one.
    public func passwd(
        old: borrowing SecretBytes, new: borrowing SecretBytes, keyFile: Key<Role.KeyFile>?,
        newKeyFile: Key<Role.KeyFile>?, uid: UInt32 = 0, _ session: Session
    ) throws(HavreError) {
        try requireAlive(session)
        try indexHouse()
        guard let row = house.with({ $0.accounts[session.person.name.key] }),
            case .account(let account) = try self.row(row, in: .login).facts,
            account.person == session.person.person
        else { throw .locked }
        let opened = try hashing.with { _ throws(HavreError) in
            let stretched = try Self.stretch(old, salt: account.salt, account.parameters)
            return account.open(
                vault: id, keks: Self.keks(stretched, keyFile: keyFile, person: account.person))
        }
        guard let opened else {
            var event = event("passwd", session)
            event.outcome = "WrongPassphrase"
            try logRefusal(event, uid: uid)
            throw .wrongPassphrase
        }
        var changed = account
        changed.salt = Random.bytes(Passphrase.saltByteCount)
        let key = newKeyFile ?? keyFile
        changed.hasKeyFile = key != nil
        let salt = changed.salt
        let keks = try hashing.with { _ throws(HavreError) in
            Self.keks(
                try Self.stretch(new, salt: salt, account.parameters), keyFile: key, person: account.person)
        }
        let position = Random.below(2)
        changed.slots[1 - position] = Random.bytes(Account.slotByteCount)
        changed.slots[position] = Account.slot(
            root: opened.root, position: position, vault: id, person: account.person, kek: keks[position])
        let resealed = changed
        _ = try commit(event("passwd", session)) { draft, _ throws(HavreError) in
            try self.requireUnchanged(account, at: row, &draft)
            try draft.put(.account(resealed), in: .login, at: row)
            draft.isScrubbed = true
        }
        // Whoever knew the old one, and left a session somewhere, is out.
        endSessions(of: account.person, but: session)
    }
}
