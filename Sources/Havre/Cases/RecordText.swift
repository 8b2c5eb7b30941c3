import HavreAccess
import HavreCodec
import HavreEvidence
import HavreFormats
import HavreSecrets

/// One version of one record as it is signed: an SD-JWT in which everything but issuer and type is a disclosure.
struct RecordText {
    let record: Identifier
    let form: String
    let version: UInt32
    let caseID: Identifier
    let compartment: Compartment
    /// Digest of the version before, nil for the first one.
    let previous: Digest?
    let author: Identifier
    let time: Instant
    /// Digest of the link that gave the right to write.
    let right: Digest
    let fields: JSON

    /// The digest of a version's compact text, by which the next one names it.
    static func digest(of text: [UInt8]) -> Digest { Hash.blake2b256(text) }

    /// The version under its author's key.
    func signed(by key: SigningKey) throws(HavreError) -> SDJWT {
        let claims: [String: Claim] = [
            "record": .value(.string(record.hex)), "form": .value(.string(form)),
            "version": .value(.int(Int64(version))), "case": .value(.string(caseID.hex)),
            "compartment": .value(.string(compartment.rawValue)),
            "previous": .value(previous.map { .string($0.hex) } ?? .null),
            "author": .value(.string(author.hex)), "time": .value(.int(time.seconds)),
            "right": .value(.string(right.hex)), "fields": Self.claim(fields),
        ]
        do {
            return try SDJWT.issue(
                plain: [
                    "iss": .string(RecordClaims.issuer(key.publicKey)), "vct": .string(RecordClaims.type),
                ], claims: claims,
                key: key)
        } catch { throw .invalid(field: "fields", rule: "must not use the reserved names _sd and ...") }
    }

    /// Each field, each sentence, each value of a row is a disclosure of its own.
    private static func claim(_ fields: JSON) -> Claim {
        .object((fields.object ?? [:]).mapValues(element))
    }

    private static func element(_ value: JSON) -> Claim {
        switch value {
        case .array(let elements): .array(elements.map(element))
        case .object(let members): .object(members.mapValues(element))
        default: .value(value)
        }
    }
}

extension RecordText {
    /// Reads a version and compares what it says of itself with its row.
    ///
    /// - Parameters:
    ///   - chain: certifies the author key and gave its bearer the right to write what the version names.
    ///   - isVerified: whether the signature was checked before, so that the head of the area stands for it.
    /// - Throws: `HavreError.tampered`.
    init(
        _ text: [UInt8], row: CaseIndex.Version, caseID: Identifier, chain: Chain, isVerified: Bool
    ) throws(HavreError) {
        do {
            let sdjwt = try SDJWT(parsing: text)
            guard
                let key = chain.authors.keys.first(where: { JWK.thumbprint($0) == sdjwt.header.keyID }),
                let writer = chain.authors[key]
            else { throw HavreError.tampered }
            let content = try isVerified ? sdjwt.contentWithoutSignature() : sdjwt.verify(key: key)
            var fields = try Fields(content.claims)
            guard try fields.string("iss") == RecordClaims.issuer(key),
                try fields.string("vct") == RecordClaims.type
            else {
                throw HavreError.tampered
            }
            record = try fields.identifier("record")
            form = try fields.string("form", max: 64)
            version = UInt32(try fields.int("version", in: 1...Int64(UInt32.max)))
            self.caseID = try fields.identifier("case")
            guard let compartment = Compartment(rawValue: try fields.string("compartment", max: 64)) else {
                throw HavreError.tampered
            }
            self.compartment = compartment
            previous = try Self.previous(try fields.json("previous"))
            author = try fields.identifier("author")
            time = Instant(seconds: try fields.int("time"))
            right = try fields.digest("right")
            self.fields = try fields.json("fields")
            try fields.finish()
            guard record == row.record, version == row.version, self.caseID == caseID, author == row.author,
                author == writer, compartment == row.compartment,
                chain.gave(.write, to: author, in: compartment, by: right)
            else { throw HavreError.tampered }
        } catch { throw .tampered }
    }

    private static func previous(_ json: JSON) throws(CodecError) -> Digest? {
        switch json {
        case .null: nil
        case .string(let hex): try Digest(hex: hex)
        default: throw .invalid(field: "previous", rule: "a digest or null")
        }
    }
}
