import HavreAccess
import HavreCodec
import HavreLedger
public import HavreSecrets
import HavreStore
public import HavreSystem

/// What founding a house needs to know.
public struct HouseFounding: Sendable {
    /// Folder of ciphertext; made if it is not there.
    public let vault: String
    /// Folder of the gate, which must lie elsewhere; made if it is not there.
    public let gate: String
    /// Where the device key goes, if not into the gate folder.
    public let deviceKey: String?
    /// 1 to 120 characters, one line.
    public let organisation: String
    /// The name of the founding supervisor.
    public let supervisor: String
    /// What Argon2id costs in this vault, for good.
    public let parameters: Passphrase.Parameters

    /// Nothing is checked before `Vault.found`.
    public init(
        vault: String, gate: String, deviceKey: String?, organisation: String, supervisor: String,
        parameters: Passphrase.Parameters = .floor
    ) {
        self.vault = vault
        self.gate = gate
        self.deviceKey = deviceKey
        self.organisation = organisation
        self.supervisor = supervisor
        self.parameters = parameters
    }
}

extension Vault {
    /// Founds a house: both stores, the founding statement, the first supervisor, the recovery key.
    ///
    /// The recovery seed lies under the founder's root until it is dealt; `status` says so.
    ///
    /// - Returns: the fingerprint of the vault, 64 hex digits.
    /// - Throws: `HavreError.invalid` for a bad name; nothing is left behind then.
    public static func found(
        _ plan: HouseFounding, passphrase: borrowing SecretBytes, keyFile: Key<Role.KeyFile>?,
        clock: Clock = .system
    ) throws(HavreError) -> String {
        try requireSoundConstructions()
        let name = try accessing { () throws(AccessError) in try StaffName(plan.supervisor) }
        let organisation = Text.nfc(plan.organisation)
        guard (1...120).contains(organisation.count), !organisation.contains(where: \.isNewline) else {
            throw .invalid(field: "name", rule: "must hold 1 to 120 characters on one line")
        }
        let salt = Random.bytes(Passphrase.saltByteCount)
        let stretched = try stretch(passphrase, salt: salt, plan.parameters)
        let places = StorePlaces(vault: plan.vault, gate: plan.gate, deviceKey: plan.deviceKey)
        let seed = Key<Role.Recovery>()
        let journal = LedgerJournal()
        do throws(StoreError) {
            try Store.create(
                places, vault: Random.identifier(), firstBackupKey: RecoveryKeys.firstBackupKey(seed))
        } catch {
            throw Self.refused(error)
        }
        let store = try storing { () throws(StoreError) in try Store.open(places, journal: journal) }
        let vault = Vault(store: store, journal: journal, clock: clock)
        let person = NewPerson(person: Random.identifier(), name: name, vault: store.vault)
        let account = person.account(
            vault: store.vault, salt: salt, parameters: plan.parameters, hasKeyFile: keyFile != nil,
            keks: keks(stretched, keyFile: keyFile, person: person.person))
        let fingerprint = try vault.lay(
            organisation: organisation, founder: person, account: account, seed: seed)
        store.close()
        return fingerprint.hex
    }

    /// Nothing stands there yet that could have been tampered with: a folder in use is a wrong word of the keeper's.
    private static func refused(_ error: StoreError) -> HavreError {
        switch error {
        case .foreign(let part) where part == .vaultFolder || part == .gateFolder:
            .invalid(
                field: part == .vaultFolder ? "vault" : "gate",
                rule: "must be a folder of its own, new or empty and yours")
        default: HavreError(error)
        }
    }

    /// The first change: everything that stands on the founding statement.
    private func lay(
        organisation: String, founder: NewPerson, account: Account, seed: Key<Role.Recovery>
    ) throws(HavreError) -> Digest {
        let areas = HouseArea.allCases.map { area in
            (area, AreaSecrets(fresh: [area.rawValue], vault: id, area: self.area(area).id))
        }
        guard let directory = areas.first(where: { $0.0 == .directory })?.1,
            let attestation = directory.attestationKey
        else { throw .failed("no directory") }
        let founding = DirectoryLink.founding(
            DirectoryLink.Founding(
                organisation: organisation, person: founder.person, name: founder.name,
                keys: founder.keys.keys, shadow: founder.shadow, recovery: RecoveryKeys(seed).publicKeys,
                attestation: attestation.publicKey,
                areas: areas.map { area, secrets in secrets.areaKey(area) }))
        let place = Link(vault: id, number: 0, previous: Digest.zero, time: now, by: founder.person)
        let statement = try founder.keys.say(founding.kind, founding.body(place))
        let fingerprint = VaultFingerprint.of(
            founding: statement.digest, attestation: attestation.publicKey)
        journal.found(origin: Era.origin(fingerprint, 0))
        var event = Event(time: now, act: "init")
        event.person = founder.person
        event.actor = founder.name.shown
        guard let audit = areas.first(where: { $0.0 == .audit })?.1.half(HouseArea.audit.rawValue) else {
            throw .failed("no audit key")
        }
        house.with { $0.pulse = Pulse(second: UInt64(max(0, event.time.seconds)), to: audit.publicKey) }
        _ = try commit(event) { draft, _ throws(HavreError) in
            try draft.put(.account(account), in: .login)
            for (area, _) in areas { draft.create(self.area(area).id) }
            try draft.put(
                link: statement, number: 0, in: area(.directory), secret: HouseArea.directory.rawValue,
                directory,
                vault: self)
            try self.furnish(&draft, founder, areas.map(\.1), names: areas.map(\.0.rawValue), seed: seed)
            draft.step { step in
                step.keys[Self.boxKeyName] = .some(Key())
                step.facts["audit/half"] = .some(audit.publicKey.bytes)
                step.facts["fingerprint"] = .some(fingerprint.bytes)
                step.slots[founder.person] = .some(
                    RootKeys(founder.root, vault: id, person: founder.person).slot)
            }
        }
        return fingerprint
    }

    /// The founder's ring: her keys, the secrets of every area, the recovery seed.
    private func furnish(
        _ draft: inout Draft, _ founder: NewPerson, _ secrets: [AreaSecrets], names: [String],
        seed: Key<Role.Recovery>
    ) throws(HavreError) {
        let ring = ring(of: founder.person)
        draft.create(ring.id)
        try draft.put(.identity, body: .sealed(founder.identityBody(vault: id)), in: ring)
        for (name, secrets) in zip(names, secrets) {
            try draft.put(
                ringKey: RingKey(area: secrets.area, code: name, secrets: secrets.newest), of: founder.keys,
                in: ring, vault: id)
        }
        let sealed = Seal.seal(
            key: seed, under: founder.root, Context(.recoverySeed, .id(id), .id(founder.person)))
        draft.step { $0.facts["recovery/founder"] = .some(sealed) }
    }

    static func stretch(
        _ passphrase: borrowing SecretBytes, salt: [UInt8], _ parameters: Passphrase.Parameters
    ) throws(HavreError) -> Passphrase.Stretched {
        do throws(SecretError) { return try Passphrase.stretch(passphrase, salt: salt, parameters) } catch {
            // The machine has not the memory for Argon2id now: no word about the passphrase.
            guard error != .memory else { throw .busy }
            throw .invalid(
                field: "passphrase", rule: "must have 1 to 1024 bytes of text without control characters")
        }
    }

    static func keks(
        _ stretched: borrowing Passphrase.Stretched, keyFile: Key<Role.KeyFile>?, person: Identifier
    ) -> [Key<Role.KEK>] {
        [
            Passphrase.kek(stretched, keyFile: keyFile, user: person, slot: 0),
            Passphrase.kek(stretched, keyFile: keyFile, user: person, slot: 1),
        ]
    }
}

extension Draft {
    /// Puts the secrets of one area into a person's ring, at the end or in the place of a row.
    mutating func put(
        ringKey key: RingKey, of person: Person, in ring: Area, at row: UInt64? = nil, vault: Identifier
    ) throws(HavreError) {
        let number = if let row { row } else { try nextRow(in: ring) }
        try put(
            .keys(area: key.area, nameTag: RingKey.nameTag(key.code, person)),
            body: .sealed(try key.body(for: person, vault: vault, row: number)), in: ring, at: row)
    }
}

extension AreaSecrets {
    /// What the directory says of the newest secret of an area of the house.
    func areaKey(_ area: HouseArea) -> DirectoryLink.AreaKey {
        let name = area.rawValue
        // The caller holds the secret of this very area.
        let sealing = sealing(name)!
        return DirectoryLink.AreaKey(
            area: area, generation: sealing.generation, commitment: sealing.commitment,
            half: half(name)!.publicKey)
    }
}

/// What comes from the recovery seed: {Ed25519, X25519}; the first backup key comes from it too.
struct RecoveryKeys {
    let sign: SigningKey
    let box: BoxKey

    init(_ seed: Key<Role.Recovery>) {
        sign = SigningKey(seed: seed.derive(Context(.recovery, .text("sign")), as: Role.Seed.self))
        box = BoxKey(seed: seed.derive(Context(.recovery, .text("box")), as: Role.Seed.self))
    }

    /// BK_0 of an era: opens every backup of the gate that was made in it. A vault is founded in era 0, and each
    /// restore begins the next.
    static func firstBackupKey(_ seed: Key<Role.Recovery>, era: UInt32 = 0) -> Key<Role.Backup> {
        seed.derive(Context(.recovery, .text(era == 0 ? "backup" : "backup \(era)")))
    }

    var publicKeys: PublicKeys { PublicKeys(sign: sign.publicKey, box: box.publicKey) }
}

/// Runs a rule of access and says what it refused in the library's terms.
func accessing<Value>(_ body: () throws(AccessError) -> Value) throws(HavreError) -> Value {
    do throws(AccessError) { return try body() } catch {
        switch error {
        case .invalid(let field, let rule): throw .invalid(field: field, rule: rule)
        case .needsApproval: throw .needsApproval("a second supervisor has to sign")
        case .refused(let rule): throw .usage(rule)
        case .notSigned, .notLinked: throw .tampered
        }
    }
}
