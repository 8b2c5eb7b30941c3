import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct ResetTests {
    private var house: House
    private let old: Staff

    init() throws {
        house = try House()
        old = try house.enrol("Amélie", .caseworker)
    }

    @Test("A reset gives the same person new keys; the old ones work until the entry and never after")
    func reset() throws {
        var house = house
        let fresh = Staff()
        let name = try StaffName("Amélie")
        try house.take(
            try fresh.invitation("Amélie", .caseworker, resets: old.person), by: house.founder)
        #expect(house.directory.active(old.person) != nil)
        try house.append(try house.entry(of: fresh))
        let entered = house.directory.count
        #expect(house.directory.active(old.person) == nil)
        #expect(house.directory.members[old.person]?.state == .ended)
        #expect(house.directory.member(named: name)?.person == fresh.person)
        try house.take(try house.confirmation(of: fresh), by: house.founder)
        #expect(house.directory.active(fresh.person)?.resets == old.person)
        // What she said before stays said.
        #expect(house.directory.active(old.person, atCount: entered - 1) != nil)
        #expect(house.directory.active(old.person, atCount: entered) == nil)
        #expect(house.directory.human(fresh.person) == old.person)
    }

    @Test("During a reset the name is that of the person at work, however often one looks")
    func sharedName() throws {
        let name = try StaffName("Amélie")
        // Dictionary order differs from run to run and from value to value: a single look would prove little.
        for _ in 0..<40 {
            var house = house
            try house.take(
                try Staff().invitation("Amélie", .caseworker, resets: old.person), by: house.founder)
            #expect(house.directory.member(named: name)?.person == old.person)
            try house.take(
                try Staff().invitation("Amélie", .caseworker, resets: old.person), by: house.founder)
            #expect(house.directory.member(named: name)?.person == old.person)
        }
    }

    @Test("A second reset takes the place of the first: its code is worth nothing any more")
    func resetTwice() throws {
        var house = house
        let first = Staff()
        let second = Staff()
        for staff in [first, second] {
            try house.take(
                try staff.invitation("Amélie", .caseworker, resets: old.person), by: house.founder)
        }
        house.refuses(try house.entry(of: first), .rule("the person is not invited"))
        try house.append(try house.entry(of: second))
        #expect(house.directory.active(old.person) == nil)
    }

    @Test("A reset keeps the role, names the bearer of the name, and nobody who has gone")
    func rules() throws {
        var house = house
        let founder = house.founder
        for role in StaffRole.allCases where role != .caseworker {
            house.refuses(
                try house.say(try Staff().invitation("Amélie", role, resets: old.person), by: founder),
                .rule("a reset keeps the role"))
        }
        let taken = AccessError.rule(
            "the name is taken; staff reset replaces somebody who lost her passphrase")
        for resets in [founder.person, Random.identifier()] {
            house.refuses(
                try house.say(try Staff().invitation("Amélie", .caseworker, resets: resets), by: founder),
                taken)
        }
        let fresh = try house.enrol("Amélie", .caseworker, resets: old.person)
        house.refuses(
            try house.say(try Staff().invitation("Amélie", .caseworker, resets: old.person), by: founder),
            taken)
        _ = try house.enrol("Amélie", .caseworker, resets: fresh.person)
    }

    @Test("Who was never confirmed can be replaced: the words did not match, the name is not lost")
    func unconfirmed() throws {
        var house = house
        let wrong = try house.enter("Bob", .legal)
        let right = try house.enrol("Bob", .legal, resets: wrong.person)
        #expect(house.directory.member(named: try StaffName("Bob"))?.person == right.person)
        #expect(house.directory.active(wrong.person, atCount: house.directory.count) == nil)
    }

    @Test("Whoever has gone says nothing")
    func ended() throws {
        var house = house
        _ = try house.enrol("Amélie", .caseworker, resets: old.person)
        house.refuses(try house.say(.contact(.example()), by: old), .maySay)
        house.refuses(try house.entry(of: old), .rule("the person is not invited"))
    }
}
