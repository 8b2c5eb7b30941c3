import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct AssignmentTests {
    private var dossier: Dossier

    init() throws { dossier = try Dossier() }

    @Test("A new owner gets everything, with new secrets of everything; the former one keeps nothing")
    func newOwner() throws {
        var dossier = dossier
        try dossier.take(.grant(.example(dossier.colleague, [.core])))
        try dossier.take(.grant(.example(dossier.legal)))
        try dossier.take(dossier.assignment(to: dossier.colleague))
        let chain = dossier.chain
        #expect(chain.owner == dossier.colleague.person)
        #expect(chain.standing(of: dossier.colleague.person, on: Dossier.today) == .owner)
        #expect(chain.standing(of: dossier.owner.person, on: Dossier.today) == nil)
        #expect(chain.right(of: dossier.owner.person) == nil)
        #expect(chain.right(of: dossier.colleague.person) == chain.head)
        #expect(chain.grants[dossier.colleague.person] == nil)
        #expect(chain.held(by: dossier.colleague.person) == [])
        #expect(chain.sealings.values.allSatisfy { $0.generation == 1 })
        // Everybody else stays.
        #expect(chain.standing(of: dossier.legal.person, on: Dossier.today) != nil)
        #expect(chain.holders(of: .legal) == [dossier.colleague.person, dossier.legal.person])
        // The former owner comes back by a grant, like anybody.
        try dossier.take(.grant(.example(dossier.owner, [.plan])))
        #expect(dossier.chain.standing(of: dossier.owner.person, on: Dossier.today)?.isOwner == false)
    }

    @Test("A new owner without new secrets of everything is refused; the same owner brings none")
    func rotations() throws {
        for missing in Compartment.allCases {
            let rest = Compartment.allCases.filter { $0 != missing }
            try dossier.refuses(dossier.assignment(to: dossier.colleague, rest), .everythingHeld)
        }
        try dossier.refuses(
            dossier.assignment(to: dossier.owner, backup: dossier.colleague, [.core]),
            .invalid(field: "rotations", rule: "must be empty when the owner stays"))
    }

    @Test("Another backup needs nothing new; a backup is confirmed staff and another person")
    func backup() throws {
        var dossier = dossier
        let keeper = try dossier.house.enrol("Keeper", .keeper)
        let unconfirmed = try dossier.house.enter("Eva", .caseworker)
        for staff in [keeper, unconfirmed, Staff()] {
            try dossier.refuses(dossier.assignment(to: dossier.owner, backup: staff), .onlyStaff)
        }
        try dossier.refuses(
            dossier.assignment(to: dossier.owner, backup: dossier.owner), .backupIsOwner)
        try dossier.take(dossier.assignment(to: dossier.owner, backup: dossier.colleague))
        #expect(dossier.chain.backup == dossier.colleague.person)
        #expect(dossier.chain.standing(of: dossier.colleague.person, on: Dossier.today) == nil)
        try dossier.refuses(
            dossier.assignment(to: dossier.colleague, backup: dossier.colleague), .backupIsOwner)
        try dossier.take(dossier.assignment(to: dossier.owner))
        #expect(dossier.chain.backup == nil)
    }

    @Test("No owner who is not at work; but a backup who has left does not bind the case to its owner")
    func people() throws {
        var dossier = dossier
        let auditor = try dossier.house.enrol("Auditor", .auditor)
        let unconfirmed = try dossier.house.enter("Eva", .caseworker)
        let gone = try dossier.house.enrol("Gone", .caseworker)
        try dossier.take(dossier.assignment(to: dossier.owner, backup: gone))
        _ = try dossier.house.enrol("Gone", .caseworker, resets: gone.person)
        for staff in [auditor, unconfirmed, gone, Staff()] {
            try dossier.refuses(dossier.assignment(to: staff), .onlyStaff)
        }
        try dossier.take(dossier.assignment(to: dossier.legal, backup: gone))
        #expect(dossier.chain.owner == dossier.legal.person)
        // And an owner who has left is replaced like any other.
        _ = try dossier.house.enrol("Bob", .legal, resets: dossier.legal.person)
        try dossier.take(dossier.assignment(to: dossier.legal, backup: dossier.colleague))
        try dossier.take(dossier.assignment(to: dossier.owner))
    }
}
