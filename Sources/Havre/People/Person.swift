import HavreAccess
import HavreCodec
import HavreSecrets

/// Somebody's own keys, alive while she is unlocked.
final class Person: Sendable {
    let person: Identifier
    let name: StaffName
    let sign: SigningKey
    let box: BoxKey
    /// Seals what lies in her ring.
    let symmetric: Key<Role.Symmetric>
    /// Finds a case by its code name in her ring.
    let index: Key<Role.Index>

    var keys: PublicKeys { PublicKeys(sign: sign.publicKey, box: box.publicKey) }

    /// Makes and signs a statement.
    func say(_ kind: String, _ body: JSON) throws(HavreError) -> Statement {
        do { return try Statement.make(kind, body, by: sign) } catch {
            throw .failed("a statement is too long")
        }
    }

    init(
        person: Identifier, name: StaffName, sign: SigningKey, box: BoxKey, symmetric: Key<Role.Symmetric>,
        index: Key<Role.Index>
    ) {
        self.person = person
        self.name = name
        self.sign = sign
        self.box = box
        self.symmetric = symmetric
        self.index = index
    }
}

/// What comes from a person's root, without looking anything up.
struct RootKeys {
    let symmetric: Key<Role.Symmetric>
    let index: Key<Role.Index>
    /// Opens a supervisor's copy of the gate key.
    let slot: Key<Role.GateSlot>
    let shadow: Key<Role.Symmetric>

    init(_ root: Key<Role.Root>, vault: Identifier, person: Identifier) {
        symmetric = root.derive(Context(.symmetric, .id(vault), .id(person)), as: Role.Symmetric.self)
        index = root.derive(Context(.indexKey, .id(vault), .id(person)), as: Role.Index.self)
        slot = root.derive(Context(.gate, .id(vault), .id(person)), as: Role.GateSlot.self)
        shadow = root.derive(Context(.shadow, .id(vault), .id(person)), as: Role.Symmetric.self)
    }
}

/// Fresh keys of somebody who enrols, and the rows they make.
struct NewPerson {
    let person: Identifier
    let name: StaffName
    let root: Key<Role.Root>
    let keys: Person
    let shadow: PublicKeys
    private let shadowRoot: Key<Role.Root>

    init(person: Identifier, name: StaffName, vault: Identifier) {
        self.person = person
        self.name = name
        root = Key<Role.Root>()
        let derived = RootKeys(root, vault: vault, person: person)
        keys = Person(
            person: person, name: name, sign: SigningKey(), box: BoxKey(), symmetric: derived.symmetric,
            index: derived.index)
        // The shadow identity's keys come from its root, so that the sealed root is all that need be kept.
        shadowRoot = Key<Role.Root>()
        shadow = Self.shadowKeys(shadowRoot, vault: vault, person: person)
    }

    /// Public keys of a shadow identity.
    static func shadowKeys(_ root: Key<Role.Root>, vault: Identifier, person: Identifier) -> PublicKeys {
        let base = RootKeys(root, vault: vault, person: person).shadow
        func seed(_ use: String) -> Key<Role.Seed> {
            base.derive(Context(.privateKey, .id(vault), .id(person), .text(use)), as: Role.Seed.self)
        }
        return PublicKeys(
            sign: SigningKey(seed: seed("shadow sign")).publicKey,
            box: BoxKey(seed: seed("shadow box")).publicKey)
    }

    /// The users' row.
    ///
    /// - Parameter keks: the keys of both slots from one Argon2id.
    func account(
        vault: Identifier, salt: [UInt8], parameters: Passphrase.Parameters, hasKeyFile: Bool,
        keks: [Key<Role.KEK>]
    ) -> Account {
        let position = Random.below(2)
        var slots = [Random.bytes(Account.slotByteCount), Random.bytes(Account.slotByteCount)]
        slots[position] = Account.slot(
            root: root, position: position, vault: vault, person: person, kek: keks[position])
        let shadowKey = RootKeys(root, vault: vault, person: person).shadow
        return Account(
            name: name.shown, nameKey: name.key, person: person, salt: salt, parameters: parameters,
            hasKeyFile: hasKeyFile, slots: slots,
            shadow: Seal.seal(
                key: shadowRoot, under: shadowKey, Context(.shadow, .id(vault), .id(person))))
    }

    /// Body of row 0 of her ring: both private keys under her symmetric key.
    func identityBody(vault: Identifier) -> [UInt8] {
        var writer = ByteWriter()
        writer.prefixed(
            Seal.seal(
                key: keys.sign.seed(), under: keys.symmetric,
                Context(.privateKey, .id(vault), .id(person), .text("sign"))))
        writer.prefixed(
            Seal.seal(
                key: keys.box.copy(), under: keys.symmetric,
                Context(.privateKey, .id(vault), .id(person), .text("box"))))
        return writer.bytes
    }
}

extension Person {
    /// Opens row 0 of a ring.
    ///
    /// - Throws: `HavreError.tampered`.
    convenience init(
        identity body: [UInt8], person: Identifier, name: StaffName, root: RootKeys, vault: Identifier
    ) throws(HavreError) {
        do {
            var reader = ByteReader(body)
            let sign = try Seal.openKey(
                try reader.prefixed(max: 256), under: root.symmetric,
                Context(.privateKey, .id(vault), .id(person), .text("sign")), as: Role.Seed.self)
            let box = try Seal.openKey(
                try reader.prefixed(max: 256), under: root.symmetric,
                Context(.privateKey, .id(vault), .id(person), .text("box")), as: Role.Seed.self)
            try reader.finish()
            self.init(
                person: person, name: name, sign: SigningKey(seed: sign), box: BoxKey(seed: box),
                symmetric: root.symmetric, index: root.index)
        } catch { throw .tampered }
    }
}
