package import HavreCodec
package import HavreSecrets

/// Who is on a case and with which secrets: the verified chain of its statements.
///
/// Holding a secret is never the right: every read asks `standing(of:on:)` of the present chain.
package struct Chain: Sendable {
    package let vault: Identifier
    package let caseID: Identifier
    package let code: String
    package let threshold: Int
    /// Who made link 0: the owner, or a supervisor for her.
    package let creator: Identifier
    package private(set) var owner: Identifier
    package private(set) var backup: Identifier?
    /// Digest of the newest link.
    package private(set) var head: Digest
    package private(set) var count: UInt64
    /// The newest generation of each compartment.
    package private(set) var sealings: [Compartment: CaseLink.Sealing]
    /// Living and expired grants by person; a removal takes hers away.
    package private(set) var grants: [Identifier: Holding]
    /// Author keys ever certified here, by key: a signature stays good after its author left.
    package private(set) var authors: [VerifyKey: Identifier] = [:]
    /// Digest of the link that gave each present holder her place.
    private var ownerLink: Digest

    /// A grant and the link that made it.
    package struct Holding: Sendable, Equatable {
        package let grant: CaseLink.Grant
        package let link: Digest
    }

    /// Starts from link 0.
    ///
    /// - Throws: `AccessError` unless a caseworker founds her own case or a supervisor one for somebody.
    package init(founding statement: Statement, directory: Directory) throws(AccessError) {
        let decoded = try CaseLink.decode(statement)
        guard case .founding(let founding) = decoded.matter, decoded.link.number == 0,
            decoded.link.previous == Digest.zero, decoded.link.vault == directory.vault
        else { throw .notLinked }
        let signer = try Self.signer(of: statement, decoded, directory)
        guard signer.role == .supervisor || signer.person == founding.owner,
            !Policy.roles(for: .caseNew).union(Policy.roles(for: .caseNewFor)).isDisjoint(with: [signer.role])
        else { throw .refused(rule: "a caseworker founds her own cases, a supervisor those of others") }
        guard Set(founding.sealings.keys) == Set(Compartment.allCases),
            founding.sealings.values.allSatisfy({ $0.generation == 0 })
        else { throw .invalid(field: "sealings", rule: "must name every compartment, generation 0") }
        guard founding.threshold == 1 else {
            throw .refused(rule: "two-person cases are not made yet")
        }
        vault = decoded.link.vault
        caseID = decoded.caseID
        code = founding.code
        threshold = founding.threshold
        creator = signer.person
        owner = founding.owner
        backup = founding.backup
        head = statement.digest
        count = 1
        sealings = founding.sealings
        grants = [:]
        ownerLink = statement.digest
        try requireOwner(founding.owner, directory)
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
        guard decoded.link.vault == vault, decoded.caseID == caseID, decoded.link.number == count,
            decoded.link.previous == head
        else { throw .notLinked }
        let signer = try Self.signer(of: statement, decoded, directory)
        switch decoded.matter {
        case .founding: throw .notLinked
        case .grant(let grant):
            try requireSupervisor(signer)
            try accept(grant, statement.digest, directory)
        case .removal(let removal):
            try requireSupervisor(signer)
            try accept(removal)
        case .assignment(let assignment):
            try requireSupervisor(signer)
            try accept(assignment, statement.digest, directory)
        case .author(let author):
            guard author.person == signer.person, authors[author.key] == nil else {
                throw .refused(rule: "everybody certifies her own author key, once")
            }
            authors[author.key] = author.person
        }
        head = statement.digest
        count += 1
    }

    /// Somebody's present place, nil when she has none: no grant, expired, or no longer in the house.
    package func standing(of person: Identifier, on today: Day) -> Standing? {
        if person == owner { return .owner }
        guard let grant = grants[person]?.grant, today <= grant.until else { return nil }
        return Standing(
            isOwner: false, compartments: Set(grant.compartments).union([.roster]), rights: Set(grant.rights))
    }

    /// The link that gives somebody her place: what a record version names as its right to be written.
    package func right(of person: Identifier) -> Digest? {
        person == owner ? ownerLink : grants[person]?.link
    }

    /// Everybody who holds secrets of a compartment now, living or expired: who gets the next generation.
    package func holders(of compartment: Compartment) -> [Identifier] {
        let granted = grants.filter {
            $0.value.grant.compartments.contains(compartment) || compartment == .roster
        }
        return ([owner] + granted.keys.filter { $0 != owner }.sorted())
    }

    // Rules of the kinds.

    private static func signer(
        of statement: Statement, _ decoded: CaseLink.Decoded, _ directory: Directory
    ) throws(AccessError) -> Member {
        guard decoded.directory <= directory.count,
            let member = directory.active(decoded.link.by, atCount: decoded.directory),
            let key = member.keys?.sign, statement.isSigned(by: [key])
        else { throw .notSigned }
        return member
    }

    private func requireSupervisor(_ signer: Member) throws(AccessError) {
        guard signer.role == .supervisor else { throw .refused(rule: "a supervisor signs this") }
    }

    private func requireOwner(_ person: Identifier, _ directory: Directory) throws(AccessError) {
        guard let member = directory.members[person], member.activeFrom != nil, member.role.worksOnCases
        else {
            throw .refused(rule: "the owner must be confirmed staff who works on cases")
        }
    }

    private mutating func accept(
        _ grant: CaseLink.Grant, _ digest: Digest, _ directory: Directory
    ) throws(AccessError) {
        guard let member = directory.members[grant.person], member.activeFrom != nil,
            member.keys == grant.keys
        else { throw .refused(rule: "the keys of the grant are not the person's keys in the directory") }
        guard member.role.worksOnCases else { throw .refused(rule: "this role never works on cases") }
        guard grant.person != owner else { throw .refused(rule: "the owner has every compartment already") }
        guard !grant.compartments.isEmpty, !grant.compartments.contains(.roster) else {
            throw .invalid(field: "compartments", rule: "must name at least one, and never roster")
        }
        guard grant.rights.contains(.read) else {
            throw .invalid(field: "rights", rule: "must contain read")
        }
        grants[grant.person] = Holding(grant: grant, link: digest)
    }

    private mutating func accept(_ removal: CaseLink.Removal) throws(AccessError) {
        guard let holding = grants[removal.person] else {
            throw .refused(rule: "the person holds no grant on the case")
        }
        let held = Set(holding.grant.compartments).union([.roster])
        try rotate(removal.rotations, atLeast: held)
        grants[removal.person] = nil
    }

    private mutating func accept(
        _ assignment: CaseLink.Assignment, _ digest: Digest, _ directory: Directory
    ) throws(AccessError) {
        try requireOwner(assignment.owner, directory)
        if assignment.owner != owner {
            try rotate(assignment.rotations, atLeast: Set(Compartment.allCases))
            grants[assignment.owner] = nil
            ownerLink = digest
        } else if !assignment.rotations.isEmpty {
            throw .invalid(field: "rotations", rule: "must be empty when the owner stays")
        }
        owner = assignment.owner
        backup = assignment.backup
    }

    private mutating func rotate(
        _ rotations: [Compartment: CaseLink.Sealing], atLeast needed: Set<Compartment>
    ) throws(AccessError) {
        guard needed.isSubset(of: rotations.keys) else {
            throw .refused(rule: "every compartment that the person held gets a new secret")
        }
        for (compartment, sealing) in rotations {
            guard let old = sealings[compartment], sealing.generation == old.generation + 1,
                sealing.commitment != old.commitment
            else { throw .refused(rule: "a new generation follows the last one") }
        }
        sealings.merge(rotations) { _, new in new }
    }
}
