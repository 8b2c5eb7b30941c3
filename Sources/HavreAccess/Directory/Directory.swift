package import HavreCodec
package import HavreSecrets

/// Who works in this house: the verified chain of statements that starts at the founding supervisor.
///
/// A value of this type exists only if every link was signed by somebody who might sign it, at the
/// time when she might. Nothing else in the house decides whose key is whose.
package struct Directory: Sendable {
    package let vault: Identifier
    package let organisation: String
    /// What people compare and bundles name: see `VaultFingerprint`.
    package let fingerprint: Digest
    /// Digest of the founding statement.
    package let founding: Digest
    /// Vouches outside the house for author keys.
    package let attestation: VerifyKey
    package let founder: Identifier
    package let recovery: PublicKeys
    /// Digest of the newest link.
    package internal(set) var head: Digest
    /// Number of links.
    package internal(set) var count: UInt64
    package internal(set) var members: [Identifier: Member]
    package internal(set) var contacts: [Identifier: Contact] = [:]
    var areas: [HouseArea: [DirectoryLink.AreaKey]]
    /// Every key that ever stood here, of whomever and for whatever: none may stand twice.
    var knownKeys = KnownKeys()

    /// Starts from the founding statement.
    ///
    /// - Throws: `AccessError` unless it is number 0, self-signed and names every area once.
    package init(founding statement: Statement) throws(AccessError) {
        let (link, matter) = try DirectoryLink.decode(statement)
        guard case .founding(let founding) = matter, link.number == 0, link.by == founding.person,
            link.previous == Digest.zero
        else { throw .notLinked }
        guard statement.isSigned(by: [founding.keys.sign]) else { throw .notSigned }
        guard Set(founding.areas.map(\.area)) == Set(HouseArea.allCases),
            founding.areas.allSatisfy({ $0.generation == 0 })
        else { throw .invalid(field: "areas", rule: "must name each area of the house once, generation 0") }
        vault = link.vault
        organisation = founding.organisation
        fingerprint = VaultFingerprint.of(founding: statement.digest, attestation: founding.attestation)
        self.founding = statement.digest
        attestation = founding.attestation
        founder = founding.person
        recovery = founding.recovery
        head = statement.digest
        count = 1
        members = [
            founding.person: Member(
                person: founding.person, name: founding.name, role: .supervisor, invitedBy: founding.person,
                state: .active, keys: founding.keys, shadow: founding.shadow, entry: statement.digest,
                signatures: 2, activeFrom: 0, activeUntil: nil)
        ]
        areas = Dictionary(uniqueKeysWithValues: founding.areas.map { ($0.area, [$0]) })
        for keys in [founding.keys, founding.shadow, founding.recovery] { try knownKeys.add(keys) }
        try knownKeys.add(signing: founding.attestation)
        for area in founding.areas { try knownKeys.add(half: area.half) }
    }

    /// What the next link must say of its place.
    package func next(by person: Identifier, at time: Instant) -> Link {
        Link(vault: vault, number: count, previous: head, time: time, by: person)
    }

    /// Checks one more link and takes it in.
    ///
    /// - Throws: `AccessError`; the directory is unchanged then.
    package mutating func append(_ statement: Statement) throws(AccessError) {
        let (link, matter) = try DirectoryLink.decode(statement)
        guard link.vault == vault, link.number == count, link.previous == head else { throw .notLinked }
        // Worked out on a copy: a rule that refuses half-way leaves nothing behind.
        var next = self
        switch matter {
        case .founding: throw .notLinked
        case .invitation(let invitation): try next.accept(invitation, link, statement)
        case .entry(let entry): try next.accept(entry, link, statement)
        case .confirmation(let confirmation): try next.accept(confirmation, link, statement)
        case .area(let key): try next.accept(key, link, statement)
        case .contact(let contact): try next.accept(contact, link, statement)
        case .contactConfirmation(let reference): try next.confirm(reference, link, statement)
        case .contactRetirement(let reference): try next.retire(reference, link, statement)
        }
        next.head = statement.digest
        next.count += 1
        self = next
    }

    /// The member who bears this name now: whoever has entered, else whoever is invited.
    ///
    /// During a reset two members share a name; the one who is to be replaced bears it until the entry.
    package func member(named name: StaffName) -> Member? {
        bearer(of: name) ?? members.values.first { $0.name.key == name.key && !$0.isGone }
    }

    /// The one member of this name who has entered and is not replaced.
    func bearer(of name: StaffName) -> Member? {
        members.values.first { $0.name.key == name.key && !$0.isGone && $0.keys != nil }
    }

    /// Somebody who may act now.
    package func active(_ person: Identifier) -> Member? {
        guard let member = members[person], member.state == .active else { return nil }
        return member
    }

    /// Somebody who was active when the directory had `count` links: a signature stays good afterwards.
    ///
    /// Nobody was active at a count that the directory has not reached.
    package func active(_ person: Identifier, atCount count: UInt64) -> Member? {
        guard count <= self.count, let member = members[person], let from = member.activeFrom, from < count
        else { return nil }
        if let until = member.activeUntil, until < count { return nil }
        return member
    }

    /// The newest key of an area.
    package func areaKey(_ area: HouseArea) -> DirectoryLink.AreaKey {
        // Founding names every area, so a list is never missing or empty.
        areas[area]!.last!
    }

    /// The key of an area at one generation.
    package func areaKey(_ area: HouseArea, generation: UInt64) -> DirectoryLink.AreaKey? {
        areas[area]?.first { $0.generation == generation }
    }

    /// The older entries of the same human, the newest first: a reset that nobody confirmed may lie between.
    package func former(_ person: Identifier) -> [Identifier] {
        var found: [Identifier] = []
        var person = person
        while let older = members[person]?.resets {
            found.append(older)
            person = older
        }
        return found
    }

    /// The first entry of the human behind an entry: a reset gives somebody new keys, not a second voice.
    package func human(_ person: Identifier) -> Identifier {
        former(person).last ?? person
    }
}
