import HavreCodec
import HavreSecrets

/// What a users' row holds under g_login: two slots of which one opens, and the shadow identity.
///
/// Nobody can tell from the row which slot is real, whether the other one is used, or when a duress phrase
/// was set: unused slots hold random bytes of the same size, and everything is sealed afresh at each unlock.
struct Account: Equatable {
    /// The name, folded: what is looked up.
    var nameKey: String
    /// The name as shown.
    var name: String
    let person: Identifier
    /// Salt of Argon2id, 16 bytes.
    var salt: [UInt8]
    var parameters: Passphrase.Parameters
    /// Whether a key file takes part.
    var hasKeyFile: Bool
    /// Two slots, each `slotByteCount` bytes.
    var slots: [[UInt8]]
    /// Seal of the shadow identity's root under the real root.
    var shadow: [UInt8]

    /// Bytes of one slot: a sealed {root 32, kind 1, position 1}.
    static let slotByteCount = Seal.overhead + 34

    func write(to writer: inout ByteWriter) {
        writer.prefixed(nameKey)
        writer.prefixed(name)
        writer.append(person.bytes)
        writer.prefixed(salt)
        writer.u64(UInt64(parameters.passes))
        writer.u64(UInt64(parameters.memoryByteCount))
        writer.flag(hasKeyFile)
        for slot in slots { writer.prefixed(slot) }
        writer.prefixed(shadow)
    }

    init(
        name: String, nameKey: String, person: Identifier, salt: [UInt8], parameters: Passphrase.Parameters,
        hasKeyFile: Bool, slots: [[UInt8]], shadow: [UInt8]
    ) {
        self.name = name
        self.nameKey = nameKey
        self.person = person
        self.salt = salt
        self.parameters = parameters
        self.hasKeyFile = hasKeyFile
        self.slots = slots
        self.shadow = shadow
    }

    init(_ reader: inout ByteReader) throws(CodecError) {
        nameKey = try reader.prefixedText(max: 1024)
        name = try reader.prefixedText(max: 1024)
        person = try reader.identifier()
        salt = try reader.prefixed(max: 64)
        parameters = Passphrase.Parameters(
            passes: Int(clamping: try reader.u64()), memoryByteCount: Int(clamping: try reader.u64()))
        hasKeyFile = try reader.flag()
        slots = [try reader.prefixed(max: 256), try reader.prefixed(max: 256)]
        shadow = try reader.prefixed(max: 256)
    }
}

extension Account {
    /// What a slot opens to.
    struct Opened {
        let root: Key<Role.Root>
        /// Which of the two slots it was.
        let position: Int
    }

    /// Tries both slots, always, so that time says nothing.
    func open(vault: Identifier, keks: [Key<Role.KEK>]) -> Opened? {
        var found: Opened?
        for (position, slot) in slots.enumerated() {
            guard
                let secret = try? Seal.openSecret(
                    slot, under: keks[position], Self.slotContext(vault, person, position)),
                secret.count == 34, let root = try? Key<Role.Root>(secret.prefix(32))
            else { continue }
            found = Opened(root: root, position: position)
        }
        return found
    }

    /// Seals everything afresh: the slot that opened, random bytes for the other one. Of two copies of the row nobody
    /// can tell which slot was used in between.
    mutating func reseal(_ opened: Opened, vault: Identifier, kek: Key<Role.KEK>) {
        slots[1 - opened.position] = Random.bytes(Self.slotByteCount)
        slots[opened.position] = Self.slot(
            root: opened.root, position: opened.position, vault: vault, person: person, kek: kek)
    }

    static func slot(
        root: Key<Role.Root>, position: Int, vault: Identifier, person: Identifier, kek: Key<Role.KEK>
    ) -> [UInt8] {
        var plain = SecretBytes(zeroed: 34)
        plain.withMutableBytes { target in
            root.withBytes { source in
                for index in 0..<32 {
                    target.storeBytes(
                        of: source.byte(at: index), toByteOffset: index,
                        as: UInt8.self)
                }
            }
            target.storeBytes(of: UInt8(1), toByteOffset: 32, as: UInt8.self)
            target.storeBytes(of: UInt8(position), toByteOffset: 33, as: UInt8.self)
        }
        return Seal.seal(secret: plain, under: kek, slotContext(vault, person, position))
    }

    private static func slotContext(_ vault: Identifier, _ person: Identifier, _ position: Int) -> Context {
        Context(.slot, .id(vault), .id(person), .int(UInt64(position)))
    }
}
