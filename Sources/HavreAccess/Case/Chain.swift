package import HavreCodec
package import HavreSecrets

/// Who is on a case and with which secrets: the verified chain of its statements.
///
/// Holding a secret is never the right: every read asks `standing(of:on:in:)` of the present chain. Whether a
/// link is believed depends on the links before it and on the directory as it was when the link was signed, never
/// on what the directory became: what was right then stays right, whoever reads it whenever.
package struct Chain: Sendable {
    package let vault: Identifier
    package let caseID: Identifier
    package let code: String
    package let threshold: Int
    /// Who made link 0: the owner, or somebody for her.
    package let creator: Identifier
    package internal(set) var owner: Identifier
    package internal(set) var backup: Identifier?
    /// Digest of the newest link.
    package internal(set) var head: Digest
    package internal(set) var count: UInt64
    /// Number of links of the directory that the newest link was signed under. It never goes down: nobody who
    /// has gone since signs with a date from before.
    package internal(set) var directoryCount: UInt64
    /// The newest generation of each compartment.
    package internal(set) var sealings: [Compartment: CaseLink.Sealing]
    /// Living and expired grants by person; a removal takes hers away.
    package internal(set) var grants: [Identifier: Holding] = [:]
    /// Author keys ever certified here, by key: a signature stays good after its author left.
    package internal(set) var authors: [VerifyKey: Identifier] = [:]
    /// The link that gave the owner her place.
    var ownerLink: Digest
    /// Compartments whose newest secret came to somebody by any of her grants, also by one that a narrower
    /// grant replaced.
    var held: [Identifier: Set<Compartment>] = [:]
    /// What each link ever gave.
    var places: [Digest: Place]
    /// Who said each link.
    private var speakers: [Digest: Identifier]

    /// A grant and the link that made it.
    package struct Holding: Sendable, Equatable {
        package let grant: CaseLink.Grant
        package let link: Digest
    }

    /// What one link gave to whom.
    struct Place: Sendable {
        let person: Identifier
        let standing: Standing
    }

    /// Starts from link 0.
    ///
    /// - Throws: `AccessError` unless a caseworker founds her own case, or a supervisor one for somebody, or
    ///   shelter staff one for a caseworker.
    package init(founding statement: Statement, directory: Directory) throws(AccessError) {
        let decoded = try CaseLink.decode(statement)
        guard case .founding(let founding) = decoded.matter, decoded.link.number == 0,
            decoded.link.previous == Digest.zero, decoded.link.vault == directory.vault
        else { throw .notLinked }
        let signer = try Self.signer(of: statement, decoded, directory)
        try Self.check(founding, by: signer, directory, at: decoded.directory)
        vault = decoded.link.vault
        caseID = decoded.caseID
        code = founding.code
        threshold = founding.threshold
        creator = signer.person
        owner = founding.owner
        backup = founding.backup
        head = statement.digest
        count = 1
        directoryCount = decoded.directory
        sealings = founding.sealings
        ownerLink = statement.digest
        places = [statement.digest: Place(person: founding.owner, standing: .owner)]
        speakers = [statement.digest: signer.person]
    }

    /// What the next link must say of its place.
    package func next(by person: Identifier, at time: Instant) -> Link {
        Link(vault: vault, number: count, previous: head, time: time, by: person)
    }

    /// Checks one more link and takes it in.
    ///
    /// - Throws: `AccessError`; the chain is unchanged then.
    package mutating func append(_ statement: Statement, directory: Directory) throws(AccessError) {
        let decoded = try CaseLink.decode(statement)
        guard decoded.link.vault == vault, directory.vault == vault, decoded.caseID == caseID,
            decoded.link.number == count, decoded.link.previous == head, decoded.directory >= directoryCount
        else { throw .notLinked }
        let signer = try Self.signer(of: statement, decoded, directory)
        // Worked out on a copy: a rule that refuses half-way leaves nothing behind.
        var next = self
        switch decoded.matter {
        case .founding: throw .notLinked
        case .grant(let grant):
            try Self.require(.grant, of: signer)
            try next.accept(grant, decoded, statement.digest, directory)
        case .removal(let removal):
            try Self.require(.revoke, of: signer)
            try next.accept(removal)
        case .assignment(let assignment):
            try Self.require(.caseAssign, of: signer)
            try next.accept(assignment, decoded, statement.digest, directory)
        case .author(let author):
            try next.accept(author, by: signer, at: decoded.link.time)
        }
        next.head = statement.digest
        next.speakers[statement.digest] = signer.person
        next.count += 1
        next.directoryCount = decoded.directory
        self = next
    }

    /// Somebody's present place, nil when she has none: no grant, expired, or no longer at work in the house.
    package func standing(of person: Identifier, on today: Day, in directory: Directory) -> Standing? {
        guard directory.vault == vault, directory.active(person) != nil else { return nil }
        return standing(of: person, on: today)
    }

    /// Somebody's place as far as the chain alone knows: whoever asks has looked in the directory herself.
    package func standing(of person: Identifier, on today: Day) -> Standing? {
        if person == owner { return .owner }
        guard let grant = grants[person]?.grant, today <= grant.until else { return nil }
        return Standing(grant)
    }

    /// The link that gives somebody her place: what a record version names as its right to be written.
    package func right(of person: Identifier) -> Digest? {
        person == owner ? ownerLink : grants[person]?.link
    }

    /// Whether a link of this chain gave a person a right to a compartment, now or formerly.
    ///
    /// A record version names such a link: holding the key of a compartment makes nobody a writer of it.
    package func gave(
        _ right: Right, to person: Identifier, in compartment: Compartment, by link: Digest
    ) -> Bool {
        guard let place = places[link], place.person == person else { return false }
        return place.standing.has(right, to: compartment)
    }

    /// Whether secrets that came in a box are those of this chain: given with a link of it by whoever said that link,
    /// none ahead of the newest generation, and of that one the very secret.
    package func bears(_ delivery: Delivery) -> Bool {
        guard delivery.vault == vault, delivery.area == caseID, speakers[delivery.link] == delivery.by else {
            return false
        }
        return delivery.sealings.allSatisfy { name, sealing in
            guard let newest = Compartment(rawValue: name).flatMap({ sealings[$0] }) else { return false }
            return sealing.generation < newest.generation || sealing == newest
        }
    }

    /// Everybody who gets the next generation of a compartment: the owner, and whose grant lives and who is at
    /// work in the house. Who comes back gets the newest secrets with her new grant.
    package func holders(of compartment: Compartment, on today: Day, in directory: Directory) -> [Identifier]
    {
        holders(of: compartment).filter { standing(of: $0, on: today, in: directory) != nil }
    }

    /// Everybody with a grant of a compartment, living or expired, and the owner.
    package func holders(of compartment: Compartment) -> [Identifier] {
        let granted = grants.filter {
            $0.value.grant.compartments.contains(compartment) || compartment == .roster
        }
        return [owner] + granted.keys.sorted()
    }

    /// The compartments that the removal of somebody has to give new secrets, `roster` among them.
    ///
    /// More than her present grant when a narrower grant replaced a wider one; empty when she has no grant.
    package func held(by person: Identifier) -> Set<Compartment> { held[person] ?? [] }
}
