import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct ChainFoundingTests {
    private var house: House
    private let caseworker: Staff
    private let foundersRule = AccessError.rule(
        "a caseworker founds her own cases, a supervisor those of others")

    init() throws {
        house = try House()
        caseworker = try house.enrol("Amélie", .caseworker)
    }

    private func refuses(
        _ house: House, _ statement: Statement, _ error: AccessError,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: error, sourceLocation: location) {
            try Chain(founding: statement, directory: house.directory)
        }
    }

    @Test("A caseworker founds her own case, a supervisor one for anybody who works on cases")
    func founders() throws {
        var house = house
        let own = try Dossier.founding(house, owner: caseworker.person, by: caseworker)
        let chain = try Chain(founding: own, directory: house.directory)
        #expect(chain.owner == caseworker.person && chain.creator == caseworker.person && chain.count == 1)
        #expect(chain.head == own.digest && chain.right(of: caseworker.person) == own.digest)
        #expect(chain.standing(of: caseworker.person, on: Dossier.today) == .owner)
        for role in StaffRole.allCases where role != .supervisor {
            let owner = try house.enrol("Person \(role.rawValue)", role)
            let founding = try Dossier.founding(house, owner: owner.person, by: house.founder)
            guard role.worksOnCases else {
                refuses(house, founding, .onlyStaff)
                continue
            }
            let chain = try Chain(founding: founding, directory: house.directory)
            #expect(chain.owner == owner.person && chain.creator == house.founder.person)
            #expect(chain.standing(of: house.founder.person, on: Dossier.today) == nil)
        }
    }

    @Test("Nobody else founds cases; shelter staff take somebody in for a caseworker, and keep nothing")
    func otherRoles() throws {
        var house = house
        for role in StaffRole.allCases where ![.supervisor, .caseworker].contains(role) {
            let staff = try house.enrol("Person \(role.rawValue)", role)
            let own = try Dossier.founding(house, owner: staff.person, by: staff)
            refuses(house, own, role.worksOnCases ? foundersRule : .onlyStaff)
            let other = try Dossier.founding(house, owner: caseworker.person, by: staff)
            guard role == .shelter else {
                refuses(house, other, foundersRule)
                continue
            }
            let chain = try Chain(founding: other, directory: house.directory)
            #expect(chain.standing(of: staff.person, on: Dossier.today) == nil)
            let legal = try house.enrol("Bob", .legal)
            refuses(house, try Dossier.founding(house, owner: legal.person, by: staff), foundersRule)
        }
        let colleague = try house.enrol("Carole", .caseworker)
        refuses(
            house, try Dossier.founding(house, owner: colleague.person, by: caseworker), foundersRule)
    }

    @Test("Owner and backup are two, confirmed, and at work when it is signed")
    func people() throws {
        var house = house
        let supervisor = house.founder
        let unconfirmed = try house.enter("Eva", .caseworker)
        let gone = try house.enrol("Gone", .caseworker)
        _ = try house.enrol("Gone", .caseworker, resets: gone.person)
        let keeper = try house.enrol("Keeper", .keeper)
        for person in [unconfirmed.person, gone.person, keeper.person, Random.identifier()] {
            refuses(house, try Dossier.founding(house, owner: person, by: supervisor), .onlyStaff)
            refuses(
                house,
                try Dossier.founding(house, owner: caseworker.person, backup: person, by: supervisor),
                .onlyStaff)
        }
        refuses(
            house,
            try Dossier.founding(
                house, owner: caseworker.person, backup: caseworker.person, by: supervisor), .backupIsOwner)
        refuses(house, try Dossier.founding(house, owner: unconfirmed.person, by: unconfirmed), .notSigned)
        refuses(house, try Dossier.founding(house, owner: gone.person, by: gone), .notSigned)
        let good = try Dossier.founding(
            house, owner: caseworker.person, backup: supervisor.person, by: supervisor)
        #expect(try Chain(founding: good, directory: house.directory).backup == supervisor.person)
    }

    @Test("It is signed by its founder alone, under her own key")
    func signatures() throws {
        let owner = caseworker.person
        for key in [
            SigningKey(), caseworker.shadowSign, caseworker.codeSign, house.founder.sign, house.recovery.sign,
        ] {
            refuses(
                house, try Dossier.founding(house, owner: owner, by: caseworker, signed: key), .notSigned)
            refuses(house, try Dossier.founding(house, owner: owner, by: caseworker, and: key), .notSigned)
        }
        let good = try Dossier.founding(house, owner: owner, by: caseworker)
        refuses(house, try good.falsified(by: caseworker.sign.publicKey), .notSigned)
    }

    @Test("It stands at the beginning, in this vault, under a directory that there is")
    func place() throws {
        let owner = caseworker.person
        for place: Misplacing in [
            { $0.with(vault: Random.identifier()) }, { $0.with(number: 1) }, { $0.with(previous: .random) },
        ] {
            refuses(
                house, try Dossier.founding(house, owner: owner, by: caseworker, place: place), .notLinked)
        }
        for directory in [house.directory.count + 1, house.directory.count - 1, 1, 1 << 52] {
            refuses(
                house, try Dossier.founding(house, owner: owner, by: caseworker, directory: directory),
                .notSigned)
        }
        let other = try House()
        let founding = try Dossier.founding(house, owner: owner, by: caseworker)
        refuses(other, founding, .notLinked)
        let grant = try Dossier().say(.grant(.example(Staff())), by: caseworker)
        refuses(house, grant, .notLinked)
    }

    @Test("It names every compartment at generation 0, and takes one supervisor for a grant")
    func matter() throws {
        let owner = caseworker.person
        let error = AccessError.invalid(
            field: "sealings", rule: "must name every compartment, generation 0")
        for compartment in Compartment.allCases {
            let rest = Compartment.allCases.filter { $0 != compartment }
            let missing = Compartment.sealings(rest, generation: 0)
            let late = missing.merging(Compartment.sealings([compartment], generation: 1)) { old, _ in old }
            for sealings in [missing, late] {
                refuses(
                    house, try Dossier.founding(house, owner: owner, by: caseworker, sealings: sealings),
                    error)
            }
        }
        refuses(
            house, try Dossier.founding(house, owner: owner, by: caseworker, threshold: 2),
            .rule("a grant takes one supervisor"))
    }
}
