package import HavreCodec
package import HavreSecrets

extension CaseLink {
    /// The kind that stands in the signature's context.
    package var kind: String {
        switch self {
        case .founding: "case"
        case .grant: "grant"
        case .removal: "removal"
        case .assignment: "assignment"
        case .author: "author"
        }
    }

    /// The body of the statement.
    ///
    /// - Parameters:
    ///   - caseID: the case whose chain this is.
    ///   - directory: number of links of the directory when it was signed; says whose signature was good then.
    package func body(_ link: Link, caseID: Identifier, directory: UInt64) -> JSON {
        var all = link.members
        all["case"] = .string(caseID.hex)
        all["directory"] = .int(Int64(directory))
        return .object(all.merging(members) { own, _ in own })
    }

    private var members: [String: JSON] {
        switch self {
        case .founding(let founding):
            [
                "code": .string(founding.code), "threshold": .int(Int64(founding.threshold)),
                "owner": .string(founding.owner.hex), "backup": Self.json(founding.backup),
                "sealings": Self.json(founding.sealings),
            ]
        case .grant(let grant):
            [
                "person": .string(grant.person.hex), "keys": grant.keys.json,
                "compartments": .array(grant.compartments.sorted().map { .string($0.rawValue) }),
                "rights": .array(grant.rights.sorted().map { .string($0.rawValue) }),
                "until": .string(grant.until.description), "purpose": .string(grant.purpose),
            ]
        case .removal(let removal):
            ["person": .string(removal.person.hex), "rotations": Self.json(removal.rotations)]
        case .assignment(let assignment):
            [
                "owner": .string(assignment.owner.hex), "backup": Self.json(assignment.backup),
                "rotations": Self.json(assignment.rotations),
            ]
        case .author(let author):
            ["person": .string(author.person.hex), "key": .string(Hex.encode(author.key.bytes))]
        }
    }

    private static func json(_ person: Identifier?) -> JSON { person.map { .string($0.hex) } ?? .null }

    private static func json(_ sealings: [Compartment: Sealing]) -> JSON {
        .object(Dictionary(uniqueKeysWithValues: sealings.map { ($0.key.rawValue, $0.value.json) }))
    }

    /// A link as read: its place, the case, the directory it was signed under, its matter.
    package struct Decoded: Sendable {
        package let link: Link
        package let caseID: Identifier
        package let directory: UInt64
        package let matter: CaseLink
    }

    /// Reads a statement strictly; signatures and links are checked by `Chain`.
    ///
    /// - Throws: `AccessError.invalid` naming the member.
    package static func decode(_ statement: Statement) throws(AccessError) -> Decoded {
        do throws(CodecError) {
            var fields = try Fields(statement.body)
            _ = try fields.string("nonce", max: 64)
            let decoded = Decoded(
                link: try Link(from: &fields),
                caseID: try fields.identifier("case"),
                directory: UInt64(try fields.int("directory", in: 1...Int64(1 << 52))),
                matter: try matter(statement.kind, &fields))
            try fields.finish()
            return decoded
        } catch { throw AccessError(error) }
    }

    private static func matter(_ kind: String, _ fields: inout Fields) throws(CodecError) -> CaseLink {
        switch kind {
        case "case":
            .founding(
                Founding(
                    code: try fields.string("code", max: 64),
                    threshold: Int(try fields.int("threshold", in: 1...2)),
                    owner: try fields.identifier("owner"), backup: try fields.personOrNull("backup"),
                    sealings: try fields.sealings("sealings")))
        case "grant":
            .grant(
                Grant(
                    person: try fields.identifier("person"),
                    keys: try PublicKeys(try fields.json("keys"), at: "keys"),
                    compartments: try fields.words("compartments", of: Compartment.self),
                    rights: try fields.words("rights", of: Right.self),
                    until: try fields.day("until"),
                    purpose: try fields.string("purpose", max: 256)))
        case "removal":
            .removal(
                Removal(
                    person: try fields.identifier("person"), rotations: try fields.sealings("rotations")))
        case "assignment":
            .assignment(
                Assignment(
                    owner: try fields.identifier("owner"), backup: try fields.personOrNull("backup"),
                    rotations: try fields.sealings("rotations")))
        case "author":
            .author(
                Author(person: try fields.identifier("person"), key: try fields.verifyKey("key")))
        default: throw .invalid(field: "kind", rule: "is not a link of a case")
        }
    }
}

extension Fields {
    fileprivate mutating func sealings(
        _ key: String
    ) throws(CodecError) -> [Compartment: CaseLink.Sealing] {
        var result: [Compartment: CaseLink.Sealing] = [:]
        for (name, json) in try object(key).object ?? [:] {
            guard let compartment = Compartment(rawValue: name) else {
                throw .invalid(field: key, rule: "names something that is no compartment")
            }
            result[compartment] = try CaseLink.Sealing(json, at: key)
        }
        return result
    }
}
