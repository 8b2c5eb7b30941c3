package import HavreCodec
package import HavreSecrets

extension DirectoryLink {
    /// The kind that stands in the signature's context.
    package var kind: String {
        switch self {
        case .founding: "founding"
        case .invitation: "invitation"
        case .entry: "entry"
        case .confirmation: "confirmation"
        case .area: "area"
        case .contact: "contact"
        case .contactConfirmation: "contact-confirmation"
        case .contactRetirement: "contact-retirement"
        }
    }

    /// The body of the statement: the members of the link and of its matter.
    package func body(_ link: Link) -> JSON {
        .object(link.members.merging(members) { own, _ in own })
    }

    private var members: [String: JSON] {
        switch self {
        case .founding(let founding):
            [
                "organisation": .string(founding.organisation), "person": .string(founding.person.hex),
                "name": .string(founding.name.shown), "keys": founding.keys.json,
                "shadow": founding.shadow.json, "recovery": founding.recovery.json,
                "attestation": .string(Hex.encode(founding.attestation.bytes)),
                "areas": .array(founding.areas.map { .object($0.members) }),
            ]
        case .invitation(let invitation):
            [
                "person": .string(invitation.person.hex), "name": .string(invitation.name.shown),
                "role": .string(invitation.role.rawValue), "keys": invitation.keys.json,
                "expires": .int(invitation.expires.seconds),
                "resets": invitation.resets.map { .string($0.hex) } ?? .null,
            ]
        case .entry(let entry):
            ["person": .string(entry.person.hex), "keys": entry.keys.json, "shadow": entry.shadow.json]
        case .confirmation(let confirmation):
            ["person": .string(confirmation.person.hex), "entry": .string(confirmation.entry.hex)]
        case .area(let key): key.members
        case .contact(let contact):
            ["contact": .string(contact.contact.hex), "details": contact.details]
        case .contactConfirmation(let reference), .contactRetirement(let reference):
            ["contact": .string(reference.contact.hex), "statement": .string(reference.statement.hex)]
        }
    }

    /// Reads a statement strictly; signatures and links are checked by `Directory`.
    ///
    /// - Throws: `AccessError.invalid` naming the member.
    package static func decode(_ statement: Statement) throws(AccessError) -> (
        link: Link, matter: DirectoryLink
    ) {
        var fields = try decoding { () throws(CodecError) in try Fields(statement.body) }
        let link = try decoding { () throws(CodecError) in
            _ = try fields.string("nonce", max: 64)
            return try Link(from: &fields)
        }
        let matter = try matter(statement.kind, &fields)
        try decoding { () throws(CodecError) in try fields.finish() }
        return (link, matter)
    }

    private static func matter(
        _ kind: String, _ fields: inout Fields
    ) throws(AccessError) -> DirectoryLink {
        switch kind {
        case "founding": return .founding(try Founding(from: &fields))
        case "invitation": return .invitation(try Invitation(from: &fields))
        default: break
        }
        do throws(CodecError) {
            switch kind {
            case "entry":
                return .entry(
                    Entry(
                        person: try fields.identifier("person"),
                        keys: try PublicKeys(try fields.json("keys"), at: "keys"),
                        shadow: try PublicKeys(try fields.json("shadow"), at: "shadow")))
            case "confirmation":
                return .confirmation(
                    Confirmation(
                        person: try fields.identifier("person"), entry: try fields.digest("entry")))
            case "area": return .area(try AreaKey(from: &fields))
            case "contact":
                return .contact(
                    ContactLink(
                        contact: try fields.identifier("contact"), details: try fields.object("details")))
            case "contact-confirmation": return .contactConfirmation(try ContactReference(from: &fields))
            case "contact-retirement": return .contactRetirement(try ContactReference(from: &fields))
            default: throw .invalid(field: "kind", rule: "is not a link of the directory")
            }
        } catch { throw AccessError(error) }
    }
}

extension DirectoryLink.Founding {
    init(from fields: inout Fields) throws(AccessError) {
        do throws(CodecError) {
            organisation = try fields.string("organisation", max: 256)
            person = try fields.identifier("person")
            keys = try PublicKeys(try fields.json("keys"), at: "keys")
            shadow = try PublicKeys(try fields.json("shadow"), at: "shadow")
            recovery = try PublicKeys(try fields.json("recovery"), at: "recovery")
            attestation = try fields.verifyKey("attestation")
            areas = try fields.array("areas", max: HouseArea.allCases.count)
                .map { json throws(CodecError) in
                    var inner = try Fields(json, at: "areas")
                    let key = try DirectoryLink.AreaKey(from: &inner)
                    try inner.finish()
                    return key
                }
        } catch { throw AccessError(error) }
        name = try StaffName(try decoding { () throws(CodecError) in try fields.string("name", max: 256) })
    }
}

extension DirectoryLink.Invitation {
    init(from fields: inout Fields) throws(AccessError) {
        do throws(CodecError) {
            person = try fields.identifier("person")
            role = try fields.word("role", of: StaffRole.self)
            keys = try PublicKeys(try fields.json("keys"), at: "keys")
            expires = Instant(seconds: try fields.int("expires", in: 0...Int64(1 << 52)))
            resets = try fields.personOrNull("resets")
        } catch { throw AccessError(error) }
        name = try StaffName(try decoding { () throws(CodecError) in try fields.string("name", max: 256) })
    }
}

extension DirectoryLink.AreaKey {
    var members: [String: JSON] {
        [
            "area": .string(area.rawValue), "generation": .int(Int64(generation)),
            "commitment": .string(commitment.hex), "half": .string(Hex.encode(half.bytes)),
        ]
    }

    init(from fields: inout Fields) throws(CodecError) {
        area = try fields.word("area", of: HouseArea.self)
        generation = UInt64(try fields.int("generation", in: 0...Int64(1 << 32)))
        commitment = try fields.digest("commitment")
        half = try fields.boxKey("half")
    }
}

extension DirectoryLink.ContactReference {
    init(from fields: inout Fields) throws(CodecError) {
        contact = try fields.identifier("contact")
        statement = try fields.digest("statement")
    }
}
