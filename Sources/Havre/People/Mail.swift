import HavreAccess
import HavreCodec
import HavreSecrets

/// A box in somebody's ring: a signed delivery and the secrets it speaks of.
///
/// Plaintext of the box: u32 LE byte count and the encoded statement, then the packed secrets.
enum Mail {
    /// What a box turned out to hold, checked.
    struct Content {
        let delivery: Delivery
        let secrets: [String: AreaSecrets.Held]
    }

    /// Boxes secrets to a person's key, signed by `sender`.
    static func seal(
        _ secrets: [String: AreaSecrets.Held], of area: Identifier, link: Digest, to recipient: PublicKeys,
        from sender: Person, directory: Directory
    ) throws(HavreError) -> [UInt8] {
        let vault = directory.vault
        let sealings = AreaSecrets(vault: vault, area: area, newest: secrets).sealings
        let delivery = Delivery(
            vault: vault, area: area, link: link, by: sender.person, directory: directory.count,
            recipient: recipient, sealings: sealings)
        let statement = try sender.say(Delivery.kind, delivery.body)
        var writer = ByteWriter()
        writer.prefixed(statement.encoded())
        writer.prefixed(recipient.box.seal(secret: PackedSecrets.pack(secrets)))
        return recipient.box.seal(writer.bytes)
    }

    /// Opens a box and checks all of it: the signature, both own keys, each secret against its commitment.
    ///
    /// - Throws: `HavreError.tampered`: the box is set aside with an alarm, the unlock goes on.
    static func open(_ box: [UInt8], person: Person, directory: Directory) throws(HavreError) -> Content {
        do {
            var reader = ByteReader(try person.box.open(box))
            let statement = try Statement(decoding: try reader.prefixed(max: 1 << 16))
            let packed = try person.box.openSecret(try reader.prefixed(max: 1 << 13))
            try reader.finish()
            let delivery = try Delivery(statement, for: person.keys, directory: directory)
            let secrets = try PackedSecrets.unpack(packed).secrets
            let found = AreaSecrets(vault: directory.vault, area: delivery.area, newest: secrets).sealings
            guard found == delivery.sealings, !found.isEmpty else { throw HavreError.tampered }
            return Content(delivery: delivery, secrets: secrets)
        } catch { throw .tampered }
    }
}
