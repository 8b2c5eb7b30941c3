import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

/// One signature or two: KEYS 4. Else one bribed supervisor enrols a puppet and is two people.
struct SupervisorTests {
    private var house: House
    private let second: Staff

    init() throws {
        house = try House()
        second = try house.enrol("Beatrice", .supervisor)
    }

    @Test("While the house has only ever had one supervisor, she alone enrols the second")
    func theSecond() throws {
        #expect(house.directory.active(second.person)?.signatures == 2)
    }

    @Test("A third supervisor takes two: one signature asks for approval, two make her count for two")
    func theThird() throws {
        var house = house
        let third = try house.enter("Carole", .supervisor)
        let matter = try house.confirmation(of: third)
        house.refuses(try house.say(matter, by: house.founder), .needsApproval)
        try house.take(matter, by: house.founder, and: second.sign)
        #expect(house.directory.active(third.person)?.signatures == 2)
    }

    @Test(
        "Two invited while there was one supervisor: the first confirmed is the second, the other needs two")
    func twoAtOnce() throws {
        var house = try House()
        let one = try house.enter("Beatrice", .supervisor)
        let other = try house.enter("Carole", .supervisor)
        try house.take(try house.confirmation(of: one), by: house.founder)
        let matter = try house.confirmation(of: other)
        house.refuses(try house.say(matter, by: house.founder), .needsApproval)
        house.refuses(try house.say(matter, by: house.founder, and: other.sign), .notSigned)
        try house.take(matter, by: house.founder, and: one.sign)
    }

    @Test("The recovery key is a second signature; it is none by itself")
    func recoveryKey() throws {
        var house = house
        let third = try house.enter("Carole", .supervisor)
        let matter = try house.confirmation(of: third)
        house.refuses(try house.say(matter, by: house.founder, signed: house.recovery.sign), .notSigned)
        house.refuses(
            try house.say(matter, by: house.founder, signed: second.sign, and: house.recovery.sign),
            .notSigned)
        try house.take(matter, by: house.founder, and: house.recovery.sign)
        #expect(house.directory.active(third.person)?.signatures == 2)
    }

    @Test(
        "No puppet is a second person: not a caseworker, nobody unconfirmed, no shadow, no code, nobody gone")
    func puppets() throws {
        var house = house
        let caseworker = try house.enrol("Amélie", .caseworker)
        let twiceSigned = try house.enrol("Dora", .caseworker, and: second.sign)
        let unconfirmed = try house.enter("Eva", .supervisor)
        let gone = try house.enrol("Gone", .supervisor, and: second.sign)
        _ = try house.enrol("Gone", .supervisor, resets: gone.person, and: second.sign)
        let third = try house.enter("Carole", .supervisor)
        let matter = try house.confirmation(of: third)
        let puppets = [
            caseworker.sign, twiceSigned.sign, unconfirmed.sign, unconfirmed.codeSign, third.sign, gone.sign,
            second.shadowSign, second.codeSign, house.founder.shadowSign, SigningKey(),
        ]
        for key in puppets {
            house.refuses(try house.say(matter, by: house.founder, and: key), .notSigned)
        }
        let good = try house.say(matter, by: house.founder)
        house.refuses(
            try good.falsified(by: second.sign.publicKey, beside: true), .notSigned)
        try house.append(try good.signed(by: second.sign))
    }

    @Test("A second signature over another text is none: the approval is of this confirmation alone")
    func baitAndSwitch() throws {
        var house = house
        let third = try house.enter("Carole", .supervisor)
        let puppet = try house.enter("Puppet", .supervisor)
        let shown = try house.say(try house.confirmation(of: third), by: house.founder, and: second.sign)
        let entry = try #require(house.directory.members[puppet.person]?.entry)
        let switched = try shown.rewritten {
            $0["person"] = .string(puppet.person.hex)
            $0["entry"] = .string(entry.hex)
        }
        house.refuses(switched, .notSigned)
        // And an approval is spent with its place in the chain.
        try house.append(shown)
        house.refuses(shown, .notLinked)
    }

    @Test("A caseworker for whom two vouch bears two signatures, for whom one vouches bears one")
    func caseworkers() throws {
        var house = house
        let one = try house.enrol("Amélie", .caseworker)
        let two = try house.enrol("Dora", .caseworker, and: second.sign)
        let three = try house.enrol("Eva", .caseworker, and: house.recovery.sign)
        #expect(house.directory.active(one.person)?.signatures == 1)
        #expect(house.directory.active(two.person)?.signatures == 2)
        #expect(house.directory.active(three.person)?.signatures == 2)
    }

    @Test("Resetting a supervisor takes two from the invitation on: else one removes his colleague")
    func resettingSupervisors() throws {
        var house = house
        let fresh = Staff()
        let matter = try fresh.invitation("Beatrice", .supervisor, resets: second.person)
        house.refuses(try house.say(matter, by: house.founder), .needsApproval)
        try house.take(matter, by: house.founder, and: house.recovery.sign)
        #expect(house.directory.active(second.person) != nil)
        try house.append(try house.entry(of: fresh))
        #expect(house.directory.active(second.person) == nil)
        let confirmation = try house.confirmation(of: fresh)
        house.refuses(try house.say(confirmation, by: house.founder), .needsApproval)
        // Her old keys say nothing any more, not even beside a good signature.
        house.refuses(try house.say(confirmation, by: second), .maySay)
        house.refuses(try house.say(confirmation, by: house.founder, and: second.sign), .notSigned)
        try house.take(confirmation, by: house.founder, and: house.recovery.sign)
        #expect(house.directory.active(fresh.person)?.signatures == 2)
    }

    @Test("The only supervisor does not reset herself alone")
    func resettingOneself() throws {
        let house = try House()
        let matter = try Staff().invitation("Founder", .supervisor, resets: house.founder.person)
        house.refuses(try house.say(matter, by: house.founder), .needsApproval)
    }

    @Test("Who invited and was reset meanwhile confirms with her new keys: she is the same person")
    func inviterReset() throws {
        var house = house
        let invited = try house.enter("Amélie", .caseworker, by: second)
        let renewed = try house.enrol(
            "Beatrice", .supervisor, resets: second.person, and: house.recovery.sign)
        let matter = try house.confirmation(of: invited)
        house.refuses(try house.say(matter, by: second), .maySay)
        house.refuses(
            try house.say(matter, by: house.founder), .rule("the supervisor who invited confirms"))
        try house.take(matter, by: renewed)
        #expect(house.directory.human(renewed.person) == second.person)
    }
}
