import HavreCodec
import HavreSecrets

/// What the chain of a case asks of its links, kind by kind.
extension Chain {
    static func signer(
        of statement: Statement, _ decoded: CaseLink.Decoded, _ directory: Directory
    ) throws(AccessError) -> Member {
        guard let member = directory.active(decoded.link.by, atCount: decoded.directory),
            let key = member.keys?.sign, statement.isSigned(by: [key])
        else { throw .notSigned }
        return member
    }

    static func require(_ verb: Verb, of signer: Member) throws(AccessError) {
        guard Policy.roles(for: verb).contains(signer.role) else {
            throw .refused(rule: "the signer may not say this")
        }
    }

    static func check(
        _ founding: CaseLink.Founding, by signer: Member, _ directory: Directory, at count: UInt64
    ) throws(AccessError) {
        let owner = try worker(founding.owner, directory, at: count)
        let isOwn = owner.person == signer.person && Policy.roles(for: .caseNew).contains(signer.role)
        let isForAnother =
            Policy.roles(for: .caseNewFor).contains(signer.role)
            && (signer.role == .supervisor || owner.role == .caseworker)
        guard isOwn || isForAnother else {
            throw .refused(rule: "a caseworker founds her own cases, a supervisor those of others")
        }
        if let backup = founding.backup {
            guard backup != owner.person else { throw backupIsOwner }
            _ = try worker(backup, directory, at: count)
        }
        guard Set(founding.sealings.keys) == Set(Compartment.allCases),
            founding.sealings.values.allSatisfy({ $0.generation == 0 })
        else { throw .invalid(field: "sealings", rule: "must name every compartment, generation 0") }
        guard founding.threshold == 1 else { throw .refused(rule: "a grant takes one supervisor") }
    }

    mutating func accept(
        _ grant: CaseLink.Grant, _ decoded: CaseLink.Decoded, _ digest: Digest, _ directory: Directory
    ) throws(AccessError) {
        let member = try Self.worker(grant.person, directory, at: decoded.directory)
        guard member.keys == grant.keys else {
            throw .refused(rule: "the keys of the grant are not the person's keys in the directory")
        }
        guard grant.person != owner else { throw .refused(rule: "the owner has every compartment already") }
        guard !grant.compartments.isEmpty, !grant.compartments.contains(.roster) else {
            throw .invalid(field: "compartments", rule: "must name at least one, and never roster")
        }
        guard grant.rights.contains(.read) else {
            throw .invalid(field: "rights", rule: "must contain read")
        }
        guard grant.isLiving(at: decoded.link.time) else {
            throw .invalid(field: "until", rule: "must not be over")
        }
        grants[grant.person] = Holding(grant: grant, link: digest)
        held[grant.person, default: [.roster]].formUnion(grant.compartments)
        places[digest] = Place(person: grant.person, standing: Standing(grant))
    }

    mutating func accept(_ removal: CaseLink.Removal) throws(AccessError) {
        guard grants[removal.person] != nil else {
            throw .refused(rule: "the person holds no grant on the case")
        }
        let needed = held(by: removal.person)
        drop(removal.person)
        try rotate(removal.rotations, atLeast: needed)
    }

    mutating func accept(
        _ assignment: CaseLink.Assignment, _ decoded: CaseLink.Decoded, _ digest: Digest,
        _ directory: Directory
    ) throws(AccessError) {
        guard assignment.owner != assignment.backup else { throw Self.backupIsOwner }
        // Who stays is not looked at again: she may have left since, and that must not bind the case to her.
        if let backup = assignment.backup, backup != self.backup {
            _ = try Self.worker(backup, directory, at: decoded.directory)
        }
        if assignment.owner != owner {
            _ = try Self.worker(assignment.owner, directory, at: decoded.directory)
            drop(assignment.owner)
            try rotate(assignment.rotations, atLeast: Set(Compartment.allCases))
            ownerLink = digest
            places[digest] = Place(person: assignment.owner, standing: .owner)
        } else if !assignment.rotations.isEmpty {
            throw .invalid(field: "rotations", rule: "must be empty when the owner stays")
        }
        owner = assignment.owner
        backup = assignment.backup
    }

    mutating func accept(
        _ author: CaseLink.Author, by signer: Member, at time: Instant
    ) throws(AccessError) {
        guard author.person == signer.person, authors[author.key] == nil else {
            throw .refused(rule: "everybody certifies her own author key, once")
        }
        guard author.key != signer.keys?.sign, author.key != signer.shadow?.sign else {
            throw .refused(rule: "an author key is a key of its own")
        }
        let grant = grants[signer.person]?.grant
        // Records, exports and referrals are signed; reading is not.
        let signs = grant.map { $0.rights.contains { $0 != .read } && $0.isLiving(at: time) } ?? false
        guard signer.person == owner || signs else {
            throw .refused(rule: "who may write, export or refer on the case certifies an author key")
        }
        authors[author.key] = author.person
    }

    // What the rules share.

    /// Somebody who may be given a part of a case, as the directory was at `count` links.
    private static func worker(
        _ person: Identifier, _ directory: Directory, at count: UInt64
    ) throws(AccessError) -> Member {
        guard let member = directory.active(person, atCount: count), member.role.worksOnCases else {
            throw .refused(rule: "only confirmed staff who work on cases have a place on one")
        }
        return member
    }

    private static let backupIsOwner = AccessError.invalid(
        field: "backup", rule: "must be another person than the owner")

    private mutating func drop(_ person: Identifier) {
        grants[person] = nil
        held[person] = nil
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
        for (person, holding) in grants {
            // A secret that she no longer gets is none that she holds.
            let given = Set(holding.grant.compartments).union([.roster])
            held[person]?.subtract(Set(rotations.keys).subtracting(given))
        }
    }
}

extension CaseLink.Grant {
    /// Whether the grant may still be living somewhere on earth: its last day is one of the vault's own time
    /// zone, which a chain does not know.
    fileprivate func isLiving(at time: Instant) -> Bool { time.day <= until.adding(days: 1) }
}
