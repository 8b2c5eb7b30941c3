import HavreAccess
import HavreCodec
import HavreSecrets
import HavreSystem

/// What one row of a person's ring opens to: the secrets of one area and what she calls it.
final class RingKey: Sendable {
    let area: Identifier
    /// Code name of the case, or name of the house's area.
    let code: String
    /// Her private label, sealed for herself alone.
    let label: String?
    /// Last day of her grant as the chain said when her newest box came; nil where the chain has to be asked.
    let until: Day?
    let secrets: [String: AreaSecrets.Held]
    /// Seed of the key under which she signs records of this case.
    let authorSeed: Key<Role.Seed>?
    private let signer = Guarded<SigningKey?>(nil)

    init(
        area: Identifier, code: String, label: String? = nil, until: Day? = nil,
        secrets: [String: AreaSecrets.Held], authorSeed: Key<Role.Seed>? = nil
    ) {
        self.area = area
        self.code = code
        self.label = label
        self.until = until
        self.secrets = secrets
        self.authorSeed = authorSeed
    }

    /// The key under which she signs records of this case; nil before her first one.
    var authorKey: SigningKey? {
        signer.with { signer in
            if signer == nil { signer = authorSeed.map { SigningKey(seed: $0) } }
            return signer
        }
    }

    /// Body of the row, under the person's symmetric key.
    ///
    /// - Parameter row: its number in the ring; part of the context.
    func body(
        for person: Person, vault: Identifier, row: UInt64
    ) throws(HavreError) -> [UInt8] {
        let text: JSON = [
            "code": .string(code), "label": label.map(JSON.string) ?? .null,
            "until": until.map { .string($0.description) } ?? .null,
        ]
        var writer = ByteWriter()
        writer.prefixed(
            Seal.seal(
                secret: PackedSecrets.pack(secrets, authorSeed: authorSeed), under: person.symmetric,
                Context(.ring, .id(vault), .id(person.person), .int(row))))
        writer.prefixed(
            Seal.seal(
                try padded(text.encoded()), under: person.symmetric,
                Context(.label, .id(vault), .id(area), .text("ring"))))
        return writer.bytes
    }

    /// - Parameter only: the one secret that is wanted, without the author's seed; nil for everything.
    /// - Throws: `HavreError.tampered`.
    convenience init(
        body: [UInt8], area: Identifier, person: Person, vault: Identifier, row: UInt64, only: String? = nil
    ) throws(HavreError) {
        let content: PackedSecrets.Content
        let text: JSON
        do {
            var reader = ByteReader(body)
            content = try PackedSecrets.unpack(
                try Seal.openSecret(
                    try reader.prefixed(max: 4096), under: person.symmetric,
                    Context(.ring, .id(vault), .id(person.person), .int(row))), only: only)
            text = try JSON(
                parsing: try Pad.unpad(
                    try Seal.open(
                        try reader.prefixed(max: 1 << 16), under: person.symmetric,
                        Context(.label, .id(vault), .id(area), .text("ring")))))
            try reader.finish()
        } catch { throw .tampered }
        guard let code = text["code"]?.string else { throw .tampered }
        // A day that is none counts as not known: the chain is asked.
        self.init(
            area: area, code: code, label: text["label"]?.string,
            until: text["until"]?.string.flatMap { try? Day(parsing: $0) }, secrets: content.secrets,
            authorSeed: content.authorSeed)
    }

    /// The same row with newer secrets merged in: an older generation never replaces a newer one.
    func merging(
        _ newer: [String: AreaSecrets.Held], code: String? = nil, label: String?? = .none,
        until: Day?? = .none, authorSeed: Key<Role.Seed>? = nil
    ) -> RingKey {
        RingKey(
            area: area, code: code ?? self.code, label: label ?? self.label, until: until ?? self.until,
            secrets: secrets.merging(newer) { $0.generation >= $1.generation ? $0 : $1 },
            authorSeed: authorSeed ?? self.authorSeed)
    }

    /// How the row is found by its code name: a tag under her index key.
    static func nameTag(_ code: String, _ person: Person) -> Identifier {
        person.index.tag(Context(.index, .text(Fold.fold(code))))
    }
}
