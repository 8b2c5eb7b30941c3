import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

/// A house with one case: a caseworker owns it, a legal adviser and a colleague are there to be given parts.
struct Dossier {
    var house: House
    let owner: Staff
    let legal: Staff
    let colleague: Staff
    let caseID = Random.identifier()
    var chain: Chain
    private(set) var links: [Statement]

    static let today = House.now.day

    init() throws {
        house = try House()
        owner = try house.enrol("Amélie", .caseworker)
        legal = try house.enrol("Bob", .legal)
        colleague = try house.enrol("Carole", .caseworker)
        let founding = try Self.founding(house, owner: owner.person, by: owner, caseID: caseID)
        chain = try Chain(founding: founding, directory: house.directory)
        links = [founding]
    }

    var directory: Directory { house.directory }
    var supervisor: Staff { house.founder }

    static func founding(
        _ house: House, owner: Identifier, backup: Identifier? = nil, by staff: Staff,
        caseID: Identifier = Random.identifier(), threshold: Int = 1,
        sealings: [Compartment: CaseLink.Sealing] = Compartment.sealings(Compartment.allCases, generation: 0),
        directory: UInt64? = nil, signed key: SigningKey? = nil, and second: SigningKey? = nil,
        place: Misplacing = { $0 }
    ) throws -> Statement {
        let matter = CaseLink.founding(
            CaseLink.Founding(
                code: "amber-heron-41", threshold: threshold, owner: owner, backup: backup, sealings: sealings
            ))
        let link = Link(
            vault: house.directory.vault, number: 0, previous: .zero, time: House.now, by: staff.person)
        let body = matter.body(
            place(link), caseID: caseID, directory: directory ?? house.directory.count)
        let statement = try Statement.make(matter.kind, body, by: key ?? staff.sign)
        return if let second { try statement.signed(by: second) } else { statement }
    }

    /// A link as a person says it.
    func say(
        _ matter: CaseLink, by staff: Staff, signed key: SigningKey? = nil, and second: SigningKey? = nil,
        caseID: Identifier? = nil, directory: UInt64? = nil, place: Misplacing = { $0 }
    ) throws -> Statement {
        let link = place(chain.next(by: staff.person, at: House.now))
        let body = matter.body(
            link, caseID: caseID ?? self.caseID, directory: directory ?? house.directory.count)
        let statement = try Statement.make(matter.kind, body, by: key ?? staff.sign)
        return if let second { try statement.signed(by: second) } else { statement }
    }

    mutating func append(_ statement: Statement) throws {
        try chain.append(statement, directory: house.directory)
        links.append(statement)
    }

    mutating func take(_ matter: CaseLink, by staff: Staff? = nil) throws {
        try append(try say(matter, by: staff ?? supervisor))
    }

    /// New secrets of some compartments.
    func rotations(_ compartments: [Compartment]) -> [Compartment: CaseLink.Sealing] {
        Dictionary(
            uniqueKeysWithValues: compartments.map {
                let next = (chain.sealings[$0]?.generation ?? 0) + 1
                return ($0, CaseLink.Sealing(generation: next, commitment: .random))
            })
    }

    func removal(_ staff: Staff, _ compartments: [Compartment]) -> CaseLink {
        .removal(CaseLink.Removal(person: staff.person, rotations: rotations(compartments)))
    }

    func assignment(to staff: Staff, backup: Staff? = nil, _ compartments: [Compartment]? = nil) -> CaseLink {
        let rotated = compartments ?? (staff.person == chain.owner ? [] : Compartment.allCases)
        return .assignment(
            CaseLink.Assignment(
                owner: staff.person, backup: backup?.person, rotations: rotations(rotated)))
    }

    /// Looks whether the chain refuses a link, with this error, and stays what it was.
    func refuses(
        _ statement: Statement, _ error: AccessError, _ location: SourceLocation = #_sourceLocation
    ) {
        var copy = chain
        #expect(throws: error, sourceLocation: location) {
            try copy.append(statement, directory: house.directory)
        }
        #expect(
            copy.head == chain.head && copy.count == chain.count && copy.grants == chain.grants
                && copy.sealings == chain.sealings && copy.authors == chain.authors
                && copy.owner == chain.owner && copy.backup == chain.backup
                && copy.directoryCount == chain.directoryCount, sourceLocation: location)
    }

    func refuses(
        _ matter: CaseLink, by staff: Staff? = nil, _ error: AccessError,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        refuses(try say(matter, by: staff ?? supervisor), error, location)
    }
}

extension Compartment {
    static func sealings(_ compartments: [Compartment], generation: UInt64) -> [Compartment: CaseLink.Sealing]
    {
        Dictionary(
            uniqueKeysWithValues: compartments.map {
                ($0, CaseLink.Sealing(generation: generation, commitment: .random))
            })
    }
}

extension CaseLink.Grant {
    static func example(
        _ staff: Staff, keys: PublicKeys? = nil, _ compartments: [Compartment] = [.legal, .evidence],
        _ rights: [Right] = [.read], until: Day = House.now.day.adding(days: 90)
    ) -> Self {
        Self(
            person: staff.person, keys: keys ?? staff.keys, compartments: compartments, rights: rights,
            until: until, purpose: "appeal")
    }
}

extension AccessError {
    static let onlyStaff = rule("only confirmed staff who work on cases have a place on one")
    static let everythingHeld = rule("every compartment that the person held gets a new secret")
    static let nextGeneration = rule("a new generation follows the last one")
    static let backupIsOwner = AccessError.invalid(
        field: "backup", rule: "must be another person than the owner")
}
