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
            "sealings": .object(sealings.mapValues(\.json)),
        ]
    }

    /// Reads and checks a delivery for one recipient.
    ///
    /// Secrets are given by supervisors, and by whoever may found a case for somebody else, who gives those of
    /// the case. A delivery waits until its recipient comes back, so that its signer may have left meanwhile.
    ///
    /// - Throws: `AccessError` unless somebody who might signed it at the time, it names both own keys, and what it
    ///   says of an area of the house is what the directory says.
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
            for (name, json) in try fields.object("sealings").object ?? [:] {
                sealings[name] = try CaseLink.Sealing(json, at: "sealings")
            }
            self.sealings = sealings
            try fields.finish()
        } catch { throw AccessError(error) }
        guard recipient == own else { throw .refused(rule: "the box names other keys") }
        guard vault == directory.vault else { throw .notLinked }
        guard let member = directory.active(by, atCount: self.directory), let key = member.keys?.sign,
            statement.isSigned(by: [key])
        else { throw .notSigned }
        let isOfHouse = try requireNames(directory)
        let givers = isOfHouse ? [.supervisor] : Policy.roles(for: .caseNewFor)
        guard givers.contains(member.role) else { throw .refused(rule: "the signer may not give secrets") }
    }

    /// Looks whether the secrets are some compartments of a case, or exactly one area of the house.
    private func requireNames(_ directory: Directory) throws(AccessError) -> Bool {
        if sealings.count == 1, let (name, sealing) = sealings.first, let area = HouseArea(rawValue: name) {
            guard directory.areaKey(area, generation: sealing.generation)?.commitment == sealing.commitment
            else { throw .refused(rule: "the directory names another secret of the area") }
            return true
        }
        guard !sealings.isEmpty, sealings.keys.allSatisfy({ Compartment(rawValue: $0) != nil }) else {
            throw .invalid(field: "sealings", rule: "must name compartments, or one area of the house")
        }
        return false
    }
}
