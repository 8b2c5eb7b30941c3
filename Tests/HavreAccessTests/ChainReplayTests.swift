import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

/// Links that are true somewhere else, or were once.
struct ChainReplayTests {
    private var dossier: Dossier

    init() throws { dossier = try Dossier() }

    @Test("The same links give the same chain again, also under a directory that has gone on")
    func again() throws {
        var dossier = dossier
        try dossier.take(.grant(.example(dossier.legal, [.legal], [.read, .write])))
        try dossier.take(
            .author(CaseLink.Author(person: dossier.legal.person, key: SigningKey().publicKey)),
            by: dossier.legal)
        try dossier.take(dossier.removal(dossier.legal, [.roster, .legal]))
        try dossier.take(dossier.assignment(to: dossier.colleague, backup: dossier.owner))
        // Everybody of the chain but the supervisor is replaced; what they were given and said was right.
        for (staff, name, role) in [
            (dossier.legal, "Bob", StaffRole.legal), (dossier.owner, "Amélie", .caseworker),
            (dossier.colleague, "Carole", .caseworker),
        ] {
            _ = try dossier.house.enrol(name, role, resets: staff.person)
        }
        var again = try Chain(founding: dossier.links[0], directory: dossier.directory)
        for link in dossier.links.dropFirst() { try again.append(link, directory: dossier.directory) }
        #expect(again.head == dossier.chain.head && again.sealings == dossier.chain.sealings)
        #expect(again.owner == dossier.chain.owner && again.backup == dossier.chain.backup)
        #expect(again.authors == dossier.chain.authors && again.grants == dossier.chain.grants)
    }

    @Test("Links keep their order: none is left out, swapped, or taken twice")
    func order() throws {
        var dossier = dossier
        try dossier.take(.grant(.example(dossier.legal)))
        try dossier.take(.grant(.example(dossier.colleague)))
        try dossier.take(dossier.removal(dossier.legal, [.roster, .legal, .evidence]))
        let founded = try Chain(founding: dossier.links[0], directory: dossier.directory)
        for first in [2, 3, 0] {
            var chain = founded
            #expect(throws: AccessError.notLinked) {
                try chain.append(dossier.links[first], directory: dossier.directory)
            }
        }
        for link in dossier.links { dossier.refuses(link, .notLinked) }
    }

    @Test("A link says its vault, case, number and predecessor, and all of them are true")
    func places() throws {
        var dossier = dossier
        let matter = CaseLink.grant(.example(dossier.legal))
        let supervisor = dossier.supervisor
        for place: Misplacing in [
            { $0.with(vault: Random.identifier()) }, { $0.with(number: 0) }, { $0.with(number: 2) },
            { $0.with(previous: .random) }, { $0.with(previous: .zero) },
        ] {
            dossier.refuses(try dossier.say(matter, by: supervisor, place: place), .notLinked)
        }
        dossier.refuses(
            try dossier.say(matter, by: supervisor, caseID: Random.identifier()), .notLinked)
        let stale = dossier.chain.head
        try dossier.take(matter)
        dossier.refuses(
            try dossier.say(matter, by: supervisor) { $0.with(previous: stale) }, .notLinked)
    }

    @Test("A link of another case or another house is none here")
    func elsewhere() throws {
        var other = dossier
        let founding = try Dossier.founding(
            dossier.house, owner: dossier.owner.person, by: dossier.owner)
        other.chain = try Chain(founding: founding, directory: dossier.directory)
        let matter = CaseLink.grant(.example(dossier.legal))
        let there = try other.say(matter, by: dossier.supervisor, caseID: other.chain.caseID)
        try other.chain.append(there, directory: dossier.directory)
        dossier.refuses(there, .notLinked)
        dossier.refuses(founding, .notLinked)
        let abroad = try Dossier()
        dossier.refuses(try abroad.say(matter, by: abroad.supervisor), .notLinked)
        // Not even with everything rewritten: the signature is over the whole.
        let moved = try there.rewritten {
            $0["case"] = .string(dossier.caseID.hex)
            $0["previous"] = .string(dossier.chain.head.hex)
        }
        dossier.refuses(moved, .notSigned)
    }

    @Test("A link of the directory or a delivery is none of a case")
    func kinds() throws {
        let unknown = AccessError.invalid(field: "kind", rule: "is not a link of a case")
        let matter = CaseLink.grant(.example(dossier.legal))
        let place = dossier.chain.next(by: dossier.supervisor.person, at: House.now)
        let body = matter.body(place, caseID: dossier.caseID, directory: dossier.directory.count)
        for kind in ["invitation", "confirmation", "delivery", "grants"] {
            dossier.refuses(try Statement.make(kind, body, by: dossier.supervisor.sign), unknown)
        }
    }

    @Test("The signer was at work when the directory had as many links as she says")
    func directoryCount() throws {
        var dossier = dossier
        let confirmedAt = dossier.directory.count + 3
        let second = try dossier.house.enrol("Frida", .supervisor)
        #expect(dossier.directory.count == confirmedAt)
        let matter = CaseLink.grant(.example(dossier.legal))
        // Before she was confirmed, and under a directory that is not there yet.
        for count in [confirmedAt - 1, confirmedAt + 1, 1 << 52] {
            dossier.refuses(try dossier.say(matter, by: second, directory: count), .notSigned)
        }
        // After she has gone.
        let before = dossier.directory.count
        _ = try dossier.house.enrol(
            "Frida", .supervisor, resets: second.person, and: dossier.house.recovery.sign)
        try dossier.refuses(matter, by: second, .notSigned)
        // A grant to somebody who was not there yet when it was signed.
        let late = try dossier.house.enrol("Late", .legal)
        dossier.refuses(
            try dossier.say(.grant(.example(late)), by: dossier.supervisor, directory: before), .onlyStaff)
        try dossier.take(.grant(.example(late)))
    }

    @Test("The count of the directory never goes back along a chain: nobody who has gone signs from before")
    func backdating() throws {
        var dossier = dossier
        let second = try dossier.house.enrol("Frida", .supervisor)
        let then = dossier.directory.count
        _ = try dossier.house.enrol(
            "Frida", .supervisor, resets: second.person, and: dossier.house.recovery.sign)
        try dossier.take(.grant(.example(dossier.legal)))
        #expect(dossier.chain.directoryCount == dossier.directory.count)
        let matter = CaseLink.grant(.example(dossier.colleague))
        for staff in [second, dossier.supervisor] {
            dossier.refuses(try dossier.say(matter, by: staff, directory: then), .notLinked)
        }
        // The same count again is the usual case.
        try dossier.take(matter)
    }
}
