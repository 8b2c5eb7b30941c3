import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct StaffTests {
    @Test("Somebody is invited, enters with the code's key, is confirmed, and only then at work")
    func enrolment() throws {
        var house = try House()
        let staff = Staff()
        try house.take(try staff.invitation("Amélie", .caseworker), by: house.founder)
        let invited = try #require(house.directory.member(named: StaffName("amelie")))
        #expect(
            invited.person == staff.person && invited.keys == nil && invited.invitedBy == house.founder.person
        )
        #expect(house.directory.active(staff.person) == nil)
        let entry = try house.entry(of: staff)
        try house.append(entry)
        #expect(house.directory.members[staff.person]?.state == .unconfirmed)
        #expect(house.directory.members[staff.person]?.entry == entry.digest)
        #expect(house.directory.active(staff.person) == nil)
        try house.take(try house.confirmation(of: staff), by: house.founder)
        let member = try #require(house.directory.active(staff.person))
        #expect(member.signatures == 1 && member.keys == staff.keys && member.shadow == staff.shadow)
        #expect(house.directory.active(staff.person, atCount: 3) == nil)
        #expect(house.directory.active(staff.person, atCount: 4) != nil)
    }

    @Test("The same links give the same directory again, in their order only")
    func replay() throws {
        var house = try House()
        _ = try house.enrol("Amélie", .caseworker)
        _ = try house.enrol("Bob", .legal)
        var again = try Directory(founding: house.links[0])
        for link in house.links.dropFirst() { try again.append(link) }
        #expect(again.head == house.directory.head && again.members == house.directory.members)
        var reordered = try Directory(founding: house.links[0])
        #expect(throws: AccessError.notLinked) { try reordered.append(house.links[2]) }
        try reordered.append(house.links[1])
        #expect(throws: AccessError.notLinked) { try reordered.append(house.links[1]) }
        #expect(throws: AccessError.notLinked) { try reordered.append(house.links[4]) }
        for link in house.links { house.refuses(link, .notLinked) }
    }

    @Test("A link says its vault, its number and the link before it, and all three are true")
    func places() throws {
        var house = try House()
        let matter = try Staff().invitation("Amélie", .caseworker)
        for place: Misplacing in [
            { $0.with(vault: Random.identifier()) }, { $0.with(number: $0.number + 1) },
            { $0.with(number: 0) }, { $0.with(previous: .random) }, { $0.with(previous: .zero) },
        ] {
            house.refuses(try house.say(matter, by: house.founder, place: place), .notLinked)
        }
        try house.take(matter, by: house.founder)
        let stale = try house.say(matter, by: house.founder) {
            $0.with(previous: house.directory.founding)
        }
        house.refuses(stale, .notLinked)
    }

    @Test("Only an active supervisor invites and confirms, in her own name and under her own key")
    func wrongSigners() throws {
        var house = try House()
        let colleagues = try StaffRole.allCases.filter { $0 != .supervisor }.map {
            try house.enrol("Person \($0.rawValue)", $0)
        }
        let unconfirmed = try house.enter("Bob", .supervisor)
        let matter = try Staff().invitation("Amélie", .caseworker)
        let confirmation = try house.confirmation(of: unconfirmed)
        for link in [matter, confirmation] {
            for staff in colleagues + [unconfirmed, Staff()] {
                house.refuses(try house.say(link, by: staff), .maySay)
                house.refuses(try house.say(link, by: house.founder, signed: staff.sign), .notSigned)
            }
            for key in [house.founder.shadowSign, house.recovery.sign, unconfirmed.codeSign] {
                house.refuses(try house.say(link, by: house.founder, signed: key), .notSigned)
            }
        }
    }

    @Test("A signature that somebody else adds, or that is false, spoils the statement")
    func extraSignatures() throws {
        var house = try House()
        let caseworker = try house.enrol("Amélie", .caseworker)
        let unconfirmed = try house.enter("Bob", .legal)
        let strangers = [
            SigningKey(), caseworker.sign, unconfirmed.sign, unconfirmed.codeSign, house.founder.shadowSign,
        ]
        let links = [
            try Staff().invitation("Carole", .legal), try house.confirmation(of: unconfirmed),
            .area(.following(house.directory, .custody)), .contact(.example()),
        ]
        for link in links {
            for key in strangers {
                house.refuses(try house.say(link, by: house.founder, and: key), .notSigned)
            }
            let good = try house.say(link, by: house.founder)
            house.refuses(try good.falsified(by: house.founder.sign.publicKey), .notSigned)
            house.refuses(try good.falsified(by: SigningKey().publicKey, beside: true), .notSigned)
        }
        var entering = try House()
        let staff = Staff()
        try entering.take(try staff.invitation("Dora", .legal), by: entering.founder)
        for key in [staff.shadowSign, entering.founder.sign, SigningKey()] {
            entering.refuses(
                try entering.say(.entry(staff.entry), by: staff, signed: staff.codeSign, and: key), .notSigned
            )
        }
    }

    @Test(
        "An entry is signed with the invitation's key and the new one, by the invited person, before the code expires, once"
    )
    func entries() throws {
        var house = try House()
        let staff = Staff()
        try house.take(try staff.invitation("Amélie", .caseworker), by: house.founder)
        let entry = DirectoryLink.entry(staff.entry)
        for key in [staff.sign, house.founder.sign, SigningKey(), house.recovery.sign] {
            house.refuses(try house.say(entry, by: staff, signed: key), .notSigned)
        }
        let notInvited = AccessError.rule("the person is not invited")
        house.refuses(try house.say(entry, by: house.founder, signed: staff.codeSign), notInvited)
        let stranger = Staff()
        house.refuses(try house.entry(of: stranger), notInvited)
        // The code alone is not enough: the new key may be somebody else's.
        house.refuses(try house.say(entry, by: staff, signed: staff.codeSign), .notSigned)
        let late = try house.say(entry, by: staff, signed: staff.codeSign, and: staff.sign) {
            $0.with(time: House.soon.adding(seconds: 1))
        }
        house.refuses(late, .rule("the invitation has expired"))
        let last = try house.say(entry, by: staff, signed: staff.codeSign, and: staff.sign) {
            $0.with(time: House.soon)
        }
        try house.append(last)
        house.refuses(try house.entry(of: staff), notInvited)
    }

    @Test("A confirmation names the very entry, and comes from who invited, once")
    func confirmations() throws {
        var house = try House()
        let second = try house.enrol("Beatrice", .supervisor)
        let staff = try house.enter("Amélie", .caseworker)
        let noEntry = AccessError.rule("there is no such entry to confirm")
        let matter = try house.confirmation(of: staff)
        house.refuses(try house.say(matter, by: second), .rule("the supervisor who invited confirms"))
        let other = DirectoryLink.confirmation(
            DirectoryLink.Confirmation(person: staff.person, entry: .random))
        house.refuses(try house.say(other, by: house.founder), noEntry)
        let nobody = DirectoryLink.confirmation(
            DirectoryLink.Confirmation(person: Random.identifier(), entry: .random))
        house.refuses(try house.say(nobody, by: house.founder), noEntry)
        try house.take(matter, by: house.founder)
        house.refuses(try house.say(matter, by: house.founder), noEntry)
    }

    @Test("Nobody confirms herself")
    func selfConfirmation() throws {
        var house = try House()
        let staff = try house.enter("Bob", .supervisor)
        let matter = try house.confirmation(of: staff)
        house.refuses(try house.say(matter, by: staff), .maySay)
        house.refuses(try house.say(matter, by: staff, signed: staff.codeSign), .maySay)
        house.refuses(try house.say(matter, by: house.founder, signed: staff.sign), .notSigned)
        // Beside a good signature hers is one too many.
        house.refuses(try house.say(matter, by: house.founder, and: staff.sign), .notSigned)
    }

    @Test("No key stands under two names, in either half, in any part, not even after its bearer has gone")
    func oneKeyOneName() throws {
        var house = try House()
        let known = try house.enrol("Amélie", .caseworker)
        let gone = try house.enrol("Bob", .legal)
        _ = try house.enrol("Bob", .legal, resets: gone.person)
        let fresh = Staff()
        let founder = house.founder
        let pairs = [
            known.keys, known.shadow, known.code, gone.keys, gone.code, founder.keys, founder.shadow,
            house.directory.recovery,
        ]
        let stolen =
            pairs
            + pairs.flatMap {
                [
                    PublicKeys(sign: $0.sign, box: BoxKey().publicKey),
                    PublicKeys(sign: SigningKey().publicKey, box: $0.box),
                ]
            } + [PublicKeys(sign: fresh.code.sign, box: house.directory.areaKey(.audit).half)]
        for keys in stolen {
            let matter = DirectoryLink.invitation(
                DirectoryLink.Invitation(
                    person: Random.identifier(), name: try StaffName("Dora"), role: .legal, keys: keys,
                    expires: House.soon, resets: nil))
            house.refuses(try house.say(matter, by: founder), .knownKey)
        }
        try house.take(try fresh.invitation("Carole", .legal), by: founder)
        for keys in stolen + [fresh.code, PublicKeys(sign: fresh.code.sign, box: fresh.keys.box)] {
            for entry in [
                DirectoryLink.Entry(person: fresh.person, keys: keys, shadow: fresh.shadow),
                DirectoryLink.Entry(person: fresh.person, keys: fresh.keys, shadow: keys),
            ] {
                house.refuses(try house.say(.entry(entry), by: fresh, signed: fresh.codeSign), .knownKey)
            }
        }
        let same = DirectoryLink.Entry(
            person: fresh.person, keys: fresh.keys,
            shadow: PublicKeys(sign: fresh.shadow.sign, box: fresh.keys.box))
        house.refuses(try house.say(.entry(same), by: fresh, signed: fresh.codeSign), .knownKey)
        try house.append(try house.entry(of: fresh))
    }

    @Test("One person is invited once, and one name is borne by one person however it is typed")
    func names() throws {
        var house = try House()
        let staff = try house.enrol("Amélie", .caseworker)
        let taken = AccessError.rule(
            "the name is taken; staff reset replaces somebody who lost her passphrase")
        for name in ["Amélie", "amelie", "  AMELIE  ", "ame\u{301}lie", "Ａｍｅｌｉｅ", "Аmelie"] {
            house.refuses(try house.say(try Staff().invitation(name, .caseworker), by: house.founder), taken)
        }
        house.refuses(
            try house.say(try staff.invitation("Other", .caseworker), by: house.founder),
            .rule("the person is already in the directory"))
        let unconfirmed = try house.enter("Bob", .legal)
        house.refuses(try house.say(try Staff().invitation("Bob", .legal), by: house.founder), taken)
        house.refuses(
            try house.say(
                try Staff().invitation("Bob", .legal, resets: staff.person), by: house.founder), taken)
        house.refuses(
            try house.say(
                try Staff().invitation("Nobody", .legal, resets: unconfirmed.person), by: house.founder),
            taken)
    }

    @Test("A new invitation of a name that nobody has entered under takes the place of the older one")
    func invitedAgain() throws {
        var house = try House()
        let first = Staff()
        let second = Staff()
        try house.take(try first.invitation("Amélie", .caseworker), by: house.founder)
        try house.take(try second.invitation("amelie", .legal), by: house.founder)
        house.refuses(try house.entry(of: first), .rule("the person is not invited"))
        try house.append(try house.entry(of: second))
        try house.take(try house.confirmation(of: second), by: house.founder)
        #expect(house.directory.member(named: try StaffName("Amélie"))?.person == second.person)
    }
}
