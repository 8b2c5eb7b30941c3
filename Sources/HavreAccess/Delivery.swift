package import HavreCodec
package import HavreSecrets

/// What rides in a box beside the secrets: who gives which secrets of which case to whom, and why.
///
/// A box by itself proves nothing, anybody can make one. The recipient checks the signature of this
/// statement, then each secret against its commitment, then both of her own keys.
package struct Delivery: Sendable, Equatable {
    package let vault: Identifier
    /// The case, or the area of the house.
    package let area: Identifier
    /// The chain link or directory link that the secrets belong to.
    package let link: Digest
    package let by: Identifier
    /// Number of links of the directory when it was signed.
    package let directory: UInt64
    package let recipient: PublicKeys
    /// Name of each secret (a compartment or an area of the house) with generation and commitment.
    package let sealings: [String: CaseLink.Sealing]

    /// The kind that stands in the signature's context.
    package static let kind = "delivery"

    package init(
        vault: Identifier, area: Identifier, link: Digest, by: Identifier, directory: UInt64,
        recipient: PublicKeys, sealings: [String: CaseLink.Sealing]
    ) {
        self.vault = vault
        self.area = area
        self.link = link
        self.by = by
        self.directory = directory
        self.recipient = recipient
        self.sealings = sealings
    }

    package var body: JSON {
        [
            "vault": .string(vault.hex), "area": .string(area.hex), "link": .string(link.hex),
            "by": .string(by.hex), "directory": .int(Int64(directory)), "recipient": recipient.json,
            "sealings": .object(
                sealings.mapValues {
                    ["generation": .int(Int64($0.generation)), "commitment": .string($0.commitment.hex)]
                }),
        ]
    }

    /// Reads and checks a delivery for one recipient.
    ///
    /// - Throws: `AccessError` unless an active member of the time signed it and it names both own keys.
    package init(_ statement: Statement, for own: PublicKeys, directory: Directory) throws(AccessError) {
        guard statement.kind == Self.kind else { throw .invalid(field: "kind", rule: "must be a delivery") }
        do throws(CodecError) {
            var fields = try Fields(statement.body)
            _ = try fields.string("nonce", max: 64)
            vault = try fields.identifier("vault")
            area = try fields.identifier("area")
            link = try fields.digest("link")
            by = try fields.identifier("by")
            self.directory = UInt64(try fields.int("directory", in: 1...Int64(1 << 52)))
            recipient = try PublicKeys(try fields.json("recipient"), at: "recipient")
            var sealings: [String: CaseLink.Sealing] = [:]
            for (name, json) in try fields.json("sealings").object ?? [:] {
                var inner = try Fields(json, at: "sealings")
                sealings[name] = CaseLink.Sealing(
                    generation: UInt64(try inner.int("generation", in: 0...Int64(1 << 32))),
                    commitment: try inner.digest("commitment"))
                try inner.finish()
            }
            self.sealings = sealings
            try fields.finish()
        } catch { throw AccessError(error) }
        guard recipient == own else { throw .refused(rule: "the box names other keys") }
        guard vault == directory.vault else { throw .notLinked }
        guard let member = directory.active(by, atCount: self.directory), let key = member.keys?.sign,
            statement.isSigned(by: [key])
        else { throw .notSigned }
    }
}
