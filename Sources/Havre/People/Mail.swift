import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// A box in somebody's ring: a signed delivery and the secrets it speaks of, in the order of their names.
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
        let delivery = Delivery(
            vault: vault, area: area, link: link, by: sender.person, directory: directory.count,
            recipient: recipient,
            sealings: AreaSecrets(vault: vault, area: area, newest: secrets).sealings)
        let statement = try sender.say(Delivery.kind, delivery.body)
        let inOrder = secrets.sorted { $0.key < $1.key }.map(\.value.secret)
        do { return try Box.seal(statement, inOrder, to: recipient.box) } catch {
            throw .failed("too many secrets for one box")
        }
    }

    /// Opens a box and checks all of it: the signature, both own keys, each secret against its commitment.
    ///
    /// - Throws: `HavreError.tampered`: the box is set aside with an alarm, the unlock goes on.
    static func open(_ box: [UInt8], person: Person, directory: Directory) throws(HavreError) -> Content {
        var believed: Delivery?
        do {
            let box = try Box.open(box, with: person.box, vault: directory.vault) { statement in
                believed = try? Delivery(statement, for: person.keys, directory: directory)
                return believed.map(promises(of:))
            }
            guard let delivery = believed else { throw HavreError.tampered }
            let secrets = zip(inOrder(delivery), box.secrets).map { named, secret in
                (named.key, AreaSecrets.Held(generation: named.value.generation, secret: secret))
            }
            return Content(delivery: delivery, secrets: Dictionary(uniqueKeysWithValues: secrets))
        } catch { throw .tampered }
    }

    private static func promises(of delivery: Delivery) -> [Box.Promise] {
        inOrder(delivery).map { name, sealing in
            Box.Promise(
                caseID: delivery.area, compartment: name, generation: sealing.generation,
                commitment: Commitment(digest: sealing.commitment))
        }
    }

    private static func inOrder(_ delivery: Delivery) -> [(key: String, value: CaseLink.Sealing)] {
        delivery.sealings.sorted { $0.key < $1.key }
    }
}

extension Vault {
    /// Leaves secrets in somebody's ring, boxed to her and under the gate.
    ///
    /// - Parameter link: the link of the case's chain, or of the directory, that gives them to her.
    func deliver(
        _ secrets: [String: AreaSecrets.Held], of area: Identifier, with link: Digest, to member: Member,
        _ draft: inout Draft, from session: Session, _ directory: Directory
    ) throws(HavreError) {
        guard let keys = member.keys else { throw .tampered }
        let box = try Mail.seal(
            secrets, of: area, link: link, to: keys, from: session.person, directory: directory)
        let ring = ring(of: member.person)
        try draft.append(.mail(area: area), body: .sealed(try sealUnderGate(box, in: ring)), to: ring)
    }

    /// Seals what is boxed to somebody's X25519 key under a key that only the gate has: who copies the vault today, and
    /// computes that key in twenty years, opens nothing. One of 25 sizes.
    func sealUnderGate(_ box: [UInt8], in area: Area) throws(HavreError) -> [UInt8] {
        Seal.seal(try padded(box), under: try boxKey(), Context(.box, .id(id), .id(area.id)))
    }

    /// - Throws: `HavreError.tampered`.
    func openUnderGate(_ body: [UInt8], in area: Area) throws(HavreError) -> [UInt8] {
        let key = try boxKey()
        do {
            return try Pad.unpad(try Seal.open(body, under: key, Context(.box, .id(id), .id(area.id))))
        } catch {
            throw .tampered
        }
    }

    /// The name of that key in the gate.
    static let boxKeyName = "boxes"

    private func boxKey() throws(HavreError) -> Key<Role.Guard> {
        if let known = house.with({ $0.boxKey }) { return known }
        guard let key = try storing({ () throws(StoreError) in try store.key(Self.boxKeyName) }) else {
            throw .tampered
        }
        house.with { $0.boxKey = key }
        return key
    }
}
