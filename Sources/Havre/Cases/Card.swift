import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore

/// The card of a case: what lists and the agenda show, without a name and without text.
///
/// Derived in the same change as what it is derived from; its row is pinned, so that the gate keeps its digest.
struct Card: Equatable {
    var code: String
    var status: String
    var risk: String
    var owner: Identifier
    var backup: Identifier?
    /// The next date, nil when nothing is due.
    var due: Day?

    func sealed(
        vault: Identifier, caseID: Identifier, _ secrets: AreaSecrets
    ) throws(HavreError) -> RowFacts {
        guard let (generation, key) = secrets.newestKey(Compartment.roster.rawValue) else {
            throw .notGranted
        }
        let json: JSON = [
            "code": .string(code), "status": .string(status), "risk": .string(risk),
            "owner": .string(owner.hex), "backup": backup.map { .string($0.hex) } ?? .null,
            "due": due.map { .string($0.description) } ?? .null,
        ]
        return .card(
            generation: generation,
            sealed: Seal.seal(try padded(json.encoded()), under: key, Context(.card, .id(vault), .id(caseID)))
        )
    }

    init(
        code: String, status: String, risk: String, owner: Identifier, backup: Identifier?, due: Day? = nil
    ) {
        self.code = code
        self.status = status
        self.risk = risk
        self.owner = owner
        self.backup = backup
        self.due = due
    }

    init(
        generation: UInt64, _ sealed: [UInt8], vault: Identifier, caseID: Identifier, _ secrets: AreaSecrets
    ) throws(HavreError) {
        guard let key = secrets.key(Compartment.roster.rawValue, generation: generation) else {
            throw .notGranted
        }
        do {
            let plain = try Seal.open(sealed, under: key, Context(.card, .id(vault), .id(caseID)))
            var fields = try Fields(try JSON(parsing: try Pad.unpad(plain)))
            code = try fields.string("code")
            status = try fields.string("status")
            risk = try fields.string("risk")
            owner = try fields.identifier("owner")
            backup = try Self.optional(&fields, "backup").map { hex throws(CodecError) in
                try Identifier(hex: hex)
            }
            due = try Self.optional(&fields, "due").map { text throws(CodecError) in try Day(parsing: text) }
            try fields.finish()
        } catch { throw .tampered }
    }

    private static func optional(_ fields: inout Fields, _ key: String) throws(CodecError) -> String? {
        try fields.json(key).string
    }
}

extension Vault {
    /// The card of a case, for somebody who holds its roster.
    func card(_ caseID: Identifier, _ secrets: AreaSecrets) throws(HavreError) -> Card {
        let row = try storing { () throws(StoreError) in try store.read(Area(caseID), CaseIndex.cardRow) }
        return try card(caseID, row, secrets)
    }

    /// The card that lies in a row.
    func card(_ caseID: Identifier, _ row: Row, _ secrets: AreaSecrets) throws(HavreError) -> Card {
        guard case .card(let generation, let sealed) = try RowFacts(row.payload) else { throw .tampered }
        return try Card(generation: generation, sealed, vault: id, caseID: caseID, secrets)
    }
}
