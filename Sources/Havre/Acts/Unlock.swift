import HavreAccess
import HavreCodec
public import HavreSecrets
import HavreStore
import HavreSystem

/// What somebody is told when she has unlocked.
public struct Unlocked: Sendable {
    /// What every other act takes.
    public let session: Session
    /// Things that wait for her.
    public let pending: [Pending]
}

extension Vault {
    /// Opens somebody's session.
    ///
    /// Both slots are tried with one Argon2id, an unknown name costs the same, and every attempt is in the ledger.
    ///
    /// - Parameter uid: the user of the machine who asks; more than ten failures of hers in a minute are one entry.
    /// - Throws: `wrongPassphrase`, `gateClosed` (only a supervisor opens a closed house), `tooManyAttempts`.
    public func unlock(
        name typed: String, passphrase: borrowing SecretBytes, keyFile: Key<Role.KeyFile>?, uid: UInt32 = 0
    ) throws(HavreError) -> Unlocked {
        // What is no name of anybody's is counted and hashed like one.
        let key = (try? accessing { () throws(AccessError) in try StaffName(typed) })?.key ?? ""
        let boot = clock.boot()
        // Counted before it is hashed: guesses at the same moment count as well.
        let counter = attempts.with { $0.counter(key, uid: uid) }
        let wait = attempts.with { $0.begin(counter, now: boot) }
        guard wait == 0 else { throw .tooManyAttempts(waitSeconds: wait) }
        do throws(HavreError) {
            let unlocked = try tryUnlock(key, passphrase, keyFile)
            attempts.with { attempts in
                attempts.succeeded(counter)
                attempts.prove(key, uid: uid)
            }
            return unlocked
        } catch {
            if error == .wrongPassphrase {
                if store.state == .serving {
                    var event = Event(time: now, act: "unlock")
                    event.outcome = "WrongPassphrase"
                    try logRefusal(event, uid: uid)
                }
            } else {
                attempts.with { $0.withdraw(counter) }
            }
            throw error
        }
    }

    private func tryUnlock(
        _ nameKey: String, _ passphrase: borrowing SecretBytes, _ keyFile: Key<Role.KeyFile>?
    ) throws(HavreError) -> Unlocked {
        let epoch = sessions.with { $0.epoch }
        try indexHouse()
        let (known, row) = try account(nameKey)
        // An unknown name is hashed against a row of random bytes: same work, same answer.
        var account = if let known { known } else { Account.unknown(like: try anyAccount()) }
        let keks = try hash(passphrase, keyFile, account)
        guard var opened = account.open(vault: id, keks: keks), let row else { throw .wrongPassphrase }
        let root = RootKeys(opened.root, vault: id, person: account.person)
        let (session, member): (Session, Member)
        if store.state == .serving {
            (session, member) = try admit(account, root)
        } else {
            (session, member) = try openGate(&account, &opened, at: row, keks, root)
        }
        account.reseal(opened, vault: id, kek: keks[opened.position])
        try remember(session, member, account, row, root)
        try takeUpRing(session)
        guard sessions.with({ $0.add(session, begunIn: epoch) }) else {
            session.end()
            throw .locked
        }
        return Unlocked(session: session, pending: try pending(session))
    }

    private func account(_ nameKey: String) throws(HavreError) -> (Account?, UInt64?) {
        guard let row = house.with({ $0.accounts[nameKey] }),
            case .account(let account) = try self.row(row, in: .login).facts
        else { return (nil, nil) }
        return (account, row)
    }

    private func anyAccount() throws(HavreError) -> Account {
        guard case .account(let account) = try row(0, in: .login).facts else { throw .tampered }
        return account
    }

    private func hash(
        _ passphrase: borrowing SecretBytes, _ keyFile: Key<Role.KeyFile>?, _ account: Account
    ) throws(HavreError) -> [Key<Role.KEK>] {
        // One at a time: each takes all of Argon2id's memory.
        try hashing.with { _ throws(HavreError) in
            do throws(HavreError) {
                let stretched = try Self.stretch(passphrase, salt: account.salt, account.parameters)
                return Self.keks(stretched, keyFile: keyFile, person: account.person)
            } catch { throw error == .busy ? error : .wrongPassphrase }
        }
    }

    /// Opens a closed house with a supervisor's slot. The gate stays open, and `auto.key` is written, only if she is
    /// admitted as the stores stand now: a frozen supervisor, or one who was removed, opens nothing.
    ///
    /// - Parameters:
    ///   - account: as it was read while the gate was closed, when nobody could say whether it was an older copy; then
    ///     as it stands now, compared with its head. Another unlock of hers may have sealed it afresh meanwhile.
    ///   - opened: what `keks` open of it, before and after.
    /// - Throws: `tampered` when what stands there now has another passphrase, or does not open with it.
    func openGate(
        _ account: inout Account, _ opened: inout Account.Opened, at row: UInt64, _ keks: [Key<Role.KEK>],
        _ root: RootKeys
    ) throws(HavreError) -> (Session, Member) {
        var admitted: (Session, Member)?
        var refusal: HavreError?
        do throws(StoreError) {
            try store.openGate(account.person, slotKey: root.slot) { _ throws(StoreError) in
                do throws(HavreError) {
                    try indexHouse()
                    guard case .account(let now) = try self.row(row, in: .login).facts,
                        now.person == account.person, now.salt == account.salt,
                        let reopened = now.open(vault: id, keks: keks)
                    else { throw .tampered }
                    (account, opened) = (now, reopened)
                    admitted = try admit(now, root)
                    return true
                } catch {
                    refusal = error
                    return false
                }
            }
        } catch {
            if let refusal { throw refusal }
            guard error == .notFound || error == .wrongKey || error == .closed else {
                throw HavreError(error)
            }
            throw .gateClosed
        }
        guard let admitted else { throw .gateClosed }
        try logStart()
        return admitted
    }

    /// From keys to a session: the directory, and her place in it.
    ///
    /// Her keys and the directory's secret are read ahead: both are sealed under her own key, and what the secret
    /// opens is compared by itself. The rest of her ring is read once it was compared with its head.
    func admit(_ account: Account, _ root: RootKeys) throws(HavreError) -> (Session, Member) {
        let name = try accessing { () throws(AccessError) in try StaffName(account.name) }
        let ring = ring(of: account.person)
        guard let identity = try ahead(ring, 0).body else { throw .tampered }
        let person = try Person(
            identity: identity, person: account.person, name: name, root: root, vault: id)
        guard !store.isRestricted(account.person, in: .house) else { throw .wrongPassphrase }
        let directory = try directory(try directorySecrets(person))
        guard let member = directory.members[account.person], member.keys == person.keys, !member.isGone
        else { throw .wrongPassphrase }
        return (Session(person: person, ring: ring, role: member.role), member)
    }

    /// The secret of the directory, which lies near the beginning of every ring.
    private func directorySecrets(_ person: Person) throws(HavreError) -> AreaSecrets {
        let (ring, area) = (ring(of: person.person), area(.directory).id)
        for number in 1..<max(1, try count(ring)) {
            let (row, body) = try ahead(ring, number)
            guard !row.isEmptied, case .keys(area, _) = try RowFacts(row.payload), let body else { continue }
            let key = try RingKey(body: body, area: area, person: person, vault: id, row: number)
            return AreaSecrets(vault: id, area: area, newest: key.secrets)
        }
        throw .notGranted
    }

    private func ahead(_ ring: Area, _ number: UInt64) throws(HavreError) -> (row: Row, body: [UInt8]?) {
        try storing { () throws(StoreError) in try store.readAhead(ring, number) }
    }

    /// Rings up to so many rows are read before an unlock is answered; longer ones behind it.
    private static let ringCountMax: UInt64 = 256

    /// Compares her ring with its head and opens her mail; of a long ring behind the unlock: whatever reads it waits.
    private func takeUpRing(_ session: Session) throws(HavreError) {
        guard try count(session.ring) > Self.ringCountMax else {
            try readMail(session)
            return
        }
        do throws(SystemError) {
            // Whatever it finds wrong, the next act of the session finds too, and says so.
            try Threads.spawn { _ = try? self.readRing(session) }
        } catch {
            try readRing(session)
        }
    }

    /// The users' row with fresh bytes, a supervisor's copy of the gate key, and the entry of the unlock.
    private func remember(
        _ session: Session, _ member: Member, _ account: Account, _ row: UInt64, _ root: RootKeys
    ) throws(HavreError) {
        let opensGate = member.role == .supervisor && member.state == .active && member.signatures >= 2
        let hasSlot = try storing { () throws(StoreError) in try store.hasSlot(session.person.person) }
        var event = event("unlock", session)
        event.outcome = "done"
        _ = try commit(event) { draft, _ throws(HavreError) in
            try self.requireUnchanged(account, at: row, &draft)
            try draft.put(.account(account), in: .login, at: row)
            if opensGate, !hasSlot { draft.step { $0.slots[account.person] = .some(root.slot) } }
        }
    }

    /// A users' row is written over only while it is the one that was opened: an unlock or a change with the old
    /// passphrase that is still under way must not bring the old row back.
    ///
    /// - Throws: `HavreError.wrongPassphrase`: what was typed is not the passphrase any more.
    func requireUnchanged(_ account: Account, at row: UInt64, _ draft: inout Draft) throws(HavreError) {
        try draft.rest(on: .login)
        guard case .account(let now) = try self.row(row, in: .login).facts, now.person == account.person,
            now.salt == account.salt
        else { throw .wrongPassphrase }
    }
}

extension Account {
    /// A row that opens for nobody, with the costs of a real one.
    static func unknown(like other: Account) -> Account {
        Account(
            name: "", nameKey: "", person: Random.identifier(), salt: Random.bytes(Passphrase.saltByteCount),
            parameters: other.parameters, hasKeyFile: other.hasKeyFile,
            slots: [Random.bytes(slotByteCount), Random.bytes(slotByteCount)], shadow: [])
    }
}
