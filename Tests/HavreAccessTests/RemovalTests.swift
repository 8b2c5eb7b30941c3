import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct RemovalTests {
    private var dossier: Dossier
    private let held: [Compartment] = [.roster, .legal, .evidence]

    init() throws {
        dossier = try Dossier()
        try dossier.take(.grant(.example(dossier.legal, [.legal, .evidence])))
    }

    @Test("A removal ends the place and gives new secrets to what the person held, and to nothing else")
    func removal() throws {
        var dossier = dossier
        let before = dossier.chain.sealings
        try dossier.take(dossier.removal(dossier.legal, held))
        #expect(dossier.chain.standing(of: dossier.legal.person, on: Dossier.today) == nil)
        #expect(dossier.chain.right(of: dossier.legal.person) == nil)
        #expect(dossier.chain.held(by: dossier.legal.person) == [])
        for compartment in Compartment.allCases {
            let isNew = held.contains(compartment)
            #expect(dossier.chain.sealings[compartment]?.generation == (isNew ? 1 : 0))
            #expect((dossier.chain.sealings[compartment] == before[compartment]) == !isNew)
        }
    }

    @Test("A removal that leaves out anything that the person held is refused")
    func leavingOut() throws {
        for missing in held {
            try dossier.refuses(
                dossier.removal(dossier.legal, held.filter { $0 != missing }), .everythingHeld)
        }
        try dossier.refuses(dossier.removal(dossier.legal, []), .everythingHeld)
    }

    @Test("What a wider grant once gave counts too: a narrower grant takes the right, not the secret")
    func narrowed() throws {
        var dossier = dossier
        try dossier.take(.grant(.example(dossier.legal, [.core])))
        #expect(dossier.chain.held(by: dossier.legal.person) == [.roster, .core, .legal, .evidence])
        try dossier.refuses(dossier.removal(dossier.legal, [.roster, .core]), .everythingHeld)
        // Somebody else's removal renews what she no longer gets: from then on she does not hold it.
        try dossier.take(.grant(.example(dossier.colleague, [.evidence, .core])))
        try dossier.take(dossier.removal(dossier.colleague, [.roster, .core, .evidence]))
        #expect(dossier.chain.held(by: dossier.legal.person) == [.roster, .core, .legal])
        try dossier.refuses(dossier.removal(dossier.legal, [.roster, .core]), .everythingHeld)
        try dossier.take(dossier.removal(dossier.legal, [.roster, .core, .legal]))
    }

    @Test("An expired grant is held until it is removed")
    func expired() throws {
        var dossier = dossier
        try dossier.take(
            .grant(.example(dossier.legal, [.core], until: Dossier.today.adding(days: -1))))
        try dossier.refuses(dossier.removal(dossier.legal, [.roster, .core]), .everythingHeld)
        try dossier.take(dossier.removal(dossier.legal, held + [.core]))
    }

    @Test("A generation follows the last one, with another secret: none is skipped, repeated or kept")
    func generations() throws {
        var dossier = dossier
        try dossier.take(.grant(.example(dossier.colleague, [.legal])))
        try dossier.take(dossier.removal(dossier.legal, held))
        let old = try #require(dossier.chain.sealings[.legal])
        for (generation, commitment) in [
            (UInt64(0), Digest.random), (1, .random), (3, .random), (1 << 32, .random), (2, old.commitment),
            (1, old.commitment),
        ] {
            var rotations = dossier.rotations([.roster, .legal])
            rotations[.legal] = CaseLink.Sealing(generation: generation, commitment: commitment)
            try dossier.refuses(
                .removal(CaseLink.Removal(person: dossier.colleague.person, rotations: rotations)),
                .nextGeneration)
        }
        // Also where more is renewed than has to be.
        var more = dossier.rotations([.roster, .legal, .core])
        more[.core] = CaseLink.Sealing(generation: 2, commitment: .random)
        try dossier.refuses(
            .removal(CaseLink.Removal(person: dossier.colleague.person, rotations: more)), .nextGeneration)
        try dossier.take(dossier.removal(dossier.colleague, [.roster, .legal, .core]))
        #expect(dossier.chain.sealings[.legal]?.generation == 2)
    }

    @Test("Only who holds a grant is removed: not the owner, no stranger, nobody twice")
    func who() throws {
        var dossier = dossier
        let error = AccessError.rule("the person holds no grant on the case")
        for staff in [dossier.owner, dossier.colleague, dossier.supervisor, Staff()] {
            try dossier.refuses(dossier.removal(staff, Compartment.allCases), error)
        }
        try dossier.take(dossier.removal(dossier.legal, held))
        try dossier.refuses(dossier.removal(dossier.legal, held), error)
    }

    @Test("The grant of somebody removed is not good again: neither its link nor a copy of it")
    func replay() throws {
        var dossier = dossier
        let grant = try #require(dossier.links.last)
        try dossier.take(dossier.removal(dossier.legal, held))
        dossier.refuses(grant, .notLinked)
        let moved = try grant.rewritten {
            $0["number"] = .int(Int64(dossier.chain.count))
            $0["previous"] = .string(dossier.chain.head.hex)
        }
        dossier.refuses(moved, .notSigned)
        try dossier.take(.grant(.example(dossier.legal, [.legal])))
        #expect(dossier.chain.held(by: dossier.legal.person) == [.roster, .legal])
    }
}
