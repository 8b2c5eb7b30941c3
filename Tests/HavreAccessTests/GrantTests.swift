import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct GrantTests {
    private var dossier: Dossier

    init() throws { dossier = try Dossier() }

    @Test("A grant gives its compartments, roster with them, and its rights, to its last day included")
    func standing() throws {
        var dossier = dossier
        let until = Dossier.today.adding(days: 10)
        try dossier.take(
            .grant(.example(dossier.legal, [.legal, .evidence], [.read, .write], until: until)))
        let person = dossier.legal.person
        let last = try #require(dossier.chain.standing(of: person, on: until, in: dossier.directory))
        #expect(last.compartments == [.roster, .legal, .evidence] && last.rights == [.read, .write])
        #expect(!last.isOwner)
        #expect(dossier.chain.standing(of: person, on: until.adding(days: 1), in: dossier.directory) == nil)
        #expect(dossier.chain.standing(of: person, on: until.adding(days: 1)) == nil)
        #expect(dossier.chain.standing(of: dossier.colleague.person, on: until) == nil)
        #expect(dossier.chain.standing(of: dossier.supervisor.person, on: until) == nil)
        #expect(dossier.chain.right(of: person) == dossier.links.last?.digest)
    }

    @Test("Who has gone from the house has no place any more, owner or not, though her grant lives")
    func gone() throws {
        var dossier = dossier
        try dossier.take(.grant(.example(dossier.legal)))
        for (staff, name, role) in [
            (dossier.legal, "Bob", StaffRole.legal), (dossier.owner, "Amélie", .caseworker),
        ] {
            #expect(dossier.chain.standing(of: staff.person, on: Dossier.today, in: dossier.directory) != nil)
            _ = try dossier.house.enrol(name, role, resets: staff.person)
            #expect(dossier.chain.standing(of: staff.person, on: Dossier.today, in: dossier.directory) == nil)
        }
        #expect(
            dossier.chain.holders(of: .legal, on: Dossier.today, in: dossier.directory) == [])
    }

    @Test("A directory of another house gives nobody a place")
    func otherDirectory() throws {
        let other = try House()
        let chain = dossier.chain
        #expect(chain.standing(of: dossier.owner.person, on: Dossier.today, in: other.directory) == nil)
        var copy = chain
        let grant = try dossier.say(.grant(.example(dossier.legal)), by: dossier.supervisor)
        #expect(throws: AccessError.notLinked) { try copy.append(grant, directory: other.directory) }
    }

    @Test("Only an active supervisor grants, removes and assigns, alone and under her own key")
    func signers() throws {
        var dossier = dossier
        try dossier.take(.grant(.example(dossier.legal)))
        let matters = [
            CaseLink.grant(.example(dossier.colleague)),
            dossier.removal(dossier.legal, [.roster, .legal, .evidence]),
            dossier.assignment(to: dossier.colleague),
        ]
        let others = try StaffRole.allCases.filter { $0 != .supervisor }.map {
            try dossier.house.enrol("Person \($0.rawValue)", $0)
        }
        let unconfirmed = try dossier.house.enter("Eva", .supervisor)
        let second = try dossier.house.enrol("Frida", .supervisor)
        for matter in matters {
            for staff in others + [dossier.owner, dossier.legal] {
                try dossier.refuses(matter, by: staff, .rule("the signer may not say this"))
            }
            for staff in [unconfirmed, Staff()] { try dossier.refuses(matter, by: staff, .notSigned) }
            for key in [
                SigningKey(), second.sign, dossier.owner.sign, dossier.supervisor.shadowSign,
                dossier.house.recovery.sign,
            ] {
                dossier.refuses(try dossier.say(matter, by: dossier.supervisor, signed: key), .notSigned)
                dossier.refuses(try dossier.say(matter, by: dossier.supervisor, and: key), .notSigned)
            }
            let good = try dossier.say(matter, by: dossier.supervisor)
            dossier.refuses(try good.falsified(by: dossier.supervisor.sign.publicKey), .notSigned)
            dossier.refuses(try good.falsified(by: second.sign.publicKey, beside: true), .notSigned)
            dossier.refuses(try good.rewritten { $0["time"] = .int(House.now.seconds + 1) }, .notSigned)
        }
    }

    @Test("A grant names the keys of the directory, both of them: never an attacker's")
    func foreignKeys() throws {
        let error = AccessError.rule("the keys of the grant are not the person's keys in the directory")
        let legal = dossier.legal
        for keys in [
            Staff().keys, dossier.colleague.keys, legal.shadow, legal.code,
            PublicKeys(sign: legal.keys.sign, box: BoxKey().publicKey),
            PublicKeys(sign: SigningKey().publicKey, box: legal.keys.box),
        ] {
            try dossier.refuses(.grant(.example(legal, keys: keys)), error)
        }
    }

    @Test("Nobody is given a part of a case who is not confirmed, has gone, or has a role without cases")
    func recipients() throws {
        var dossier = dossier
        for role in [StaffRole.trainer, .auditor, .keeper] {
            let staff = try dossier.house.enrol("Person \(role.rawValue)", role)
            try dossier.refuses(.grant(.example(staff)), .onlyStaff)
        }
        let unconfirmed = try dossier.house.enter("Eva", .caseworker)
        let gone = try dossier.house.enrol("Gone", .caseworker)
        _ = try dossier.house.enrol("Gone", .caseworker, resets: gone.person)
        for staff in [unconfirmed, gone, Staff()] {
            try dossier.refuses(.grant(.example(staff)), .onlyStaff)
        }
        try dossier.refuses(
            .grant(.example(dossier.owner)), .rule("the owner has every compartment already"))
    }

    @Test("A grant names at least one compartment, never roster, holds read, and is not over")
    func matter() throws {
        let compartments = AccessError.invalid(
            field: "compartments", rule: "must name at least one, and never roster")
        let rights = AccessError.invalid(field: "rights", rule: "must contain read")
        let legal = dossier.legal
        for named in [[], [Compartment.roster], [.roster, .legal]] {
            try dossier.refuses(.grant(.example(legal, named)), compartments)
        }
        for named in [[], [Right.write], [.redactExport], [.refer, .write]] {
            try dossier.refuses(.grant(.example(legal, [.legal], named)), rights)
        }
        // A vault's own day is up to one day beside that of UTC.
        try dossier.refuses(
            .grant(.example(legal, until: Dossier.today.adding(days: -2))),
            .invalid(field: "until", rule: "must not be over"))
        var dossier = dossier
        try dossier.take(.grant(.example(legal, until: Dossier.today.adding(days: -1))))
        #expect(dossier.chain.standing(of: legal.person, on: Dossier.today) == nil)
    }

    @Test("A new grant takes the place of the older one")
    func replacing() throws {
        var dossier = dossier
        let person = dossier.legal.person
        try dossier.take(.grant(.example(dossier.legal, [.legal, .evidence], [.read, .write])))
        let first = try #require(dossier.chain.right(of: person))
        try dossier.take(.grant(.example(dossier.legal, [.core], [.read])))
        let place = try #require(dossier.chain.standing(of: person, on: Dossier.today))
        #expect(place.compartments == [.roster, .core] && place.rights == [.read])
        #expect(dossier.chain.right(of: person) != first)
        #expect(dossier.chain.holders(of: .legal) == [dossier.owner.person])
        #expect(dossier.chain.holders(of: .core) == [dossier.owner.person, person])
    }

    @Test("New secrets go to the owner and to whoever has a living grant, not to expired ones")
    func holders() throws {
        var dossier = dossier
        let until = Dossier.today.adding(days: 1)
        try dossier.take(.grant(.example(dossier.legal, [.legal], until: until)))
        try dossier.take(.grant(.example(dossier.colleague, [.core])))
        let (chain, directory) = (dossier.chain, dossier.directory)
        let (owner, legal) = (dossier.owner.person, dossier.legal.person)
        #expect(chain.holders(of: .legal, on: until, in: directory) == [owner, legal])
        #expect(chain.holders(of: .legal, on: until.adding(days: 1), in: directory) == [owner])
        #expect(chain.holders(of: .legal) == [owner, legal])
        #expect(chain.holders(of: .night, on: until, in: directory) == [owner])
        #expect(Set(chain.holders(of: .roster, on: until, in: directory)).count == 3)
    }
}
