import HavreAccess
import HavreCodec
import HavreSecrets
import HavreSystem

/// The secrets of one area that somebody holds: for each name the newest, and the older ones it opened.
///
/// The area is a case with its compartments, or an area of the house whose one secret bears its name.
final class AreaSecrets: Sendable {
    let vault: Identifier
    let area: Identifier
    /// Newest generation and secret by name.
    let newest: [String: Held]
    private let older: [String: [UInt64: Key<Role.CompartmentSecret>]]
    /// Commitments that were computed once: every act inside a case asks for them.
    private let committed = Guarded<[String: CaseLink.Sealing]>([:])
    /// The same with so many rows of older ones opened: every act inside a case asks for that too.
    private let whole = Guarded<(rowCount: Int, secrets: AreaSecrets)?>(nil)

    /// One secret at one generation.
    struct Held: Sendable {
        let generation: UInt64
        let secret: Key<Role.CompartmentSecret>
    }

    init(
        vault: Identifier, area: Identifier, newest: [String: Held],
        older: [String: [UInt64: Key<Role.CompartmentSecret>]] = [:]
    ) {
        self.vault = vault
        self.area = area
        self.newest = newest
        self.older = older
    }

    /// Fresh secrets, generation 0.
    convenience init(fresh names: [String], vault: Identifier, area: Identifier) {
        let held = names.map { ($0, Held(generation: 0, secret: Self.fresh())) }
        self.init(vault: vault, area: area, newest: Dictionary(uniqueKeysWithValues: held))
    }

    /// A random canonical ristretto255 scalar, so that a secret can be dealt later.
    static func fresh() -> Key<Role.CompartmentSecret> {
        Scalar.random().asKey()
    }

    /// The secret of one generation.
    func secret(_ name: String, generation: UInt64) -> Key<Role.CompartmentSecret>? {
        if let held = newest[name], held.generation == generation { return held.secret }
        return older[name]?[generation]
    }

    /// K_comp of one generation.
    func key(_ name: String, generation: UInt64) -> Key<Role.Compartment>? {
        secret(name, generation: generation)?.derive(
            Self.keyContext(vault, area, name, generation), as: Role.Compartment.self)
    }

    /// K_comp of the newest generation, with its number.
    func newestKey(_ name: String) -> (generation: UInt64, key: Key<Role.Compartment>)? {
        guard let held = newest[name] else { return nil }
        let context = Self.keyContext(vault, area, name, held.generation)
        return (held.generation, held.secret.derive(context, as: Role.Compartment.self))
    }

    /// What the chain or the directory says of the newest secrets.
    var sealings: [String: CaseLink.Sealing] {
        newest.reduce(into: [:]) { $0[$1.key] = sealing($1.key) }
    }

    /// What the chain or the directory says of one of the newest secrets.
    func sealing(_ name: String) -> CaseLink.Sealing? {
        guard let held = newest[name] else { return nil }
        return committed.with { committed in
            if let known = committed[name] { return known }
            let sealing = Self.sealing(of: held.secret, name, held.generation, vault: vault, area: area)
            committed[name] = sealing
            return sealing
        }
    }

    static func sealing(
        of secret: Key<Role.CompartmentSecret>, _ name: String, _ generation: UInt64, vault: Identifier,
        area: Identifier
    ) -> CaseLink.Sealing {
        let commitment = Commitment(
            to: secret.copy(), vault: vault, caseID: area, compartment: name, generation: generation)
        return CaseLink.Sealing(generation: generation, commitment: commitment.digest)
    }

    /// The X25519 key that outsiders box to, for an area of the house.
    func half(_ name: String) -> BoxKey? {
        guard let held = newest[name] else { return nil }
        let context = Context(.areaHalf, .id(vault), .id(area), .text(name), .int(held.generation))
        return BoxKey(seed: held.secret.derive(context, as: Role.Seed.self))
    }

    /// The key that vouches outside the house for author keys. It comes from the first secret of the directory: at hand
    /// only while somebody of the house is unlocked, never to whoever holds the machine switched off.
    var attestationKey: SigningKey? {
        secret(HouseArea.directory.rawValue, generation: 0).map { secret in
            SigningKey(seed: secret.derive(Context(.attestation, .id(vault)), as: Role.Seed.self))
        }
    }

    private static func keyContext(
        _ vault: Identifier, _ area: Identifier, _ name: String, _ generation: UInt64
    ) -> Context {
        Context(.compartmentKey, .id(vault), .id(area), .text(name), .int(generation))
    }
}

extension AreaSecrets {
    /// The older secret under the newer one: the newest secret of a compartment opens all before it.
    static func sealOlder(
        _ old: Held, under new: Held, _ name: String, vault: Identifier, area: Identifier
    ) -> [UInt8] {
        let key = new.secret.derive(keyContext(vault, area, name, new.generation), as: Role.Compartment.self)
        return Seal.seal(key: old.secret, under: key, olderContext(vault, area, name, new.generation))
    }

    /// The same secrets with everything that `rows` of older ones open.
    func opening(
        older rows: [(secret: String, generation: UInt64, sealed: [UInt8])]
    ) throws(HavreError) -> AreaSecrets {
        let isNew = rows.contains { newest[$0.secret] != nil && older[$0.secret]?[$0.generation &- 1] == nil }
        guard isNew else { return self }
        if let known = whole.with({ $0 }), known.rowCount == rows.count { return known.secrets }
        var opened: [String: [UInt64: Key<Role.CompartmentSecret>]] = [:]
        for row in rows.sorted(by: { $0.generation > $1.generation }) {
            let known =
                newest[row.secret].flatMap { $0.generation == row.generation ? $0.secret : nil }
                ?? opened[row.secret]?[row.generation]
            guard let known, row.generation > 0 else { continue }
            let key = known.derive(
                Self.keyContext(vault, area, row.secret, row.generation), as: Role.Compartment.self)
            do {
                opened[row.secret, default: [:]][row.generation - 1] = try Seal.openKey(
                    row.sealed, under: key, Self.olderContext(vault, area, row.secret, row.generation),
                    as: Role.CompartmentSecret.self)
            } catch { throw .tampered }
        }
        let secrets = AreaSecrets(vault: vault, area: area, newest: newest, older: opened)
        whole.with { $0 = (rows.count, secrets) }
        return secrets
    }

    private static func olderContext(
        _ vault: Identifier, _ area: Identifier, _ name: String, _ generation: UInt64
    ) -> Context {
        Context(.compartmentOlder, .id(vault), .id(area), .text(name), .int(generation))
    }

    /// Secrets as they ride in boxes and rings: for each name its byte count and text, generation, 32 bytes.
    ///
    /// The bytes are secret; they live in guarded memory.
    func packed(_ names: [String]? = nil) -> SecretBytes {
        PackedSecrets.pack(newest.filter { names?.contains($0.key) ?? true })
    }
}

/// Keys of one area's compartments, each derived once: for an act that opens many texts.
struct CompartmentKeys {
    private let secrets: AreaSecrets
    private var known: [String: [UInt64: Key<Role.Compartment>]] = [:]

    fileprivate init(_ secrets: AreaSecrets) { self.secrets = secrets }

    mutating func key(_ name: String, generation: UInt64) -> Key<Role.Compartment>? {
        if let key = known[name]?[generation] { return key }
        let key = secrets.key(name, generation: generation)
        known[name, default: [:]][generation] = key
        return key
    }
}

extension AreaSecrets {
    var keys: CompartmentKeys { CompartmentKeys(self) }
}
