import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct ContactTests {
    private var house: House
    private let adder: Staff
    private let confirmer: Staff
    private let contact = DirectoryLink.ContactLink.example()

    init() throws {
        house = try House()
        adder = try house.enrol("Amélie", .caseworker)
        confirmer = try house.enrol("Bob", .legal)
    }

    private func reference(_ house: House) throws -> DirectoryLink.ContactReference {
        let statement = try #require(house.directory.contacts[contact.contact]?.statement)
        return DirectoryLink.ContactReference(contact: contact.contact, statement: statement)
    }

    @Test("A contact is added by one, confirmed by another, and retired")
    func life() throws {
        var house = house
        try house.take(.contact(contact), by: adder)
        let added = try #require(house.directory.contacts[contact.contact])
        #expect(added.addedBy == adder.person && added.confirmedBy == nil && !added.isRetired)
        #expect(added.details == contact.details && added.statement == house.links.last?.digest)
        try house.take(.contactConfirmation(try reference(house)), by: confirmer)
        #expect(house.directory.contacts[contact.contact]?.confirmedBy == confirmer.person)
        try house.take(.contactRetirement(try reference(house)), by: adder)
        #expect(house.directory.contacts[contact.contact]?.isRetired == true)
    }

    @Test("Roles that the table does not name neither add, nor confirm, nor retire")
    func roles() throws {
        var house = house
        let others = try StaffRole.allCases.filter { ![.supervisor, .caseworker, .legal].contains($0) }.map {
            try house.enrol("Person \($0.rawValue)", $0)
        }
        let unconfirmed = try house.enter("Carole", .legal)
        try house.take(.contact(contact), by: adder)
        let reference = try reference(house)
        for staff in others + [unconfirmed, Staff()] {
            for matter: DirectoryLink in [
                .contact(.example()), .contactConfirmation(reference), .contactRetirement(reference),
            ] {
                house.refuses(try house.say(matter, by: staff), .maySay)
            }
        }
    }

    @Test("Nobody confirms her own contact, not even with the keys of a reset")
    func selfConfirmation() throws {
        var house = house
        try house.take(.contact(contact), by: adder)
        let error = AccessError.rule("another person than the one who added a contact confirms it")
        let matter = DirectoryLink.contactConfirmation(try reference(house))
        house.refuses(try house.say(matter, by: adder), error)
        house.refuses(try house.say(matter, by: adder, signed: confirmer.sign), .notSigned)
        let renewed = try house.enrol("Amélie", .caseworker, resets: adder.person)
        house.refuses(try house.say(matter, by: renewed), error)
        try house.take(matter, by: confirmer)
    }

    @Test("A confirmation is of one version, of a living contact, and once")
    func confirmations() throws {
        var house = house
        let none = AccessError.rule("there is no such contact")
        let nowhere = DirectoryLink.ContactReference(contact: contact.contact, statement: .random)
        house.refuses(try house.say(.contactConfirmation(nowhere), by: confirmer), none)
        try house.take(.contact(contact), by: adder)
        house.refuses(try house.say(.contactConfirmation(nowhere), by: confirmer), none)
        let old = try reference(house)
        try house.take(.contactConfirmation(old), by: confirmer)
        house.refuses(
            try house.say(.contactConfirmation(old), by: house.founder),
            .rule("the contact is confirmed already"))
        house.refuses(try house.say(.contactRetirement(nowhere), by: confirmer), none)
        try house.take(.contactRetirement(old), by: confirmer)
        house.refuses(try house.say(.contactConfirmation(old), by: house.founder), none)
        house.refuses(try house.say(.contactRetirement(old), by: house.founder), none)
    }

    @Test("A living contact is not written over; a retired one comes back unconfirmed, as a new version")
    func replacing() throws {
        var house = house
        try house.take(.contact(contact), by: adder)
        let old = try reference(house)
        try house.take(.contactConfirmation(old), by: confirmer)
        let other = DirectoryLink.ContactLink(contact: contact.contact, details: ["name": "Somebody else"])
        house.refuses(
            try house.say(.contact(other), by: confirmer), .rule("the contact exists; retire it first"))
        try house.take(.contactRetirement(old), by: confirmer)
        try house.take(.contact(other), by: confirmer)
        let back = try #require(house.directory.contacts[contact.contact])
        #expect(back.confirmedBy == nil && !back.isRetired && back.addedBy == confirmer.person)
        // The confirmation of the old version is none of the new one.
        house.refuses(
            try house.say(.contactConfirmation(old), by: adder), .rule("there is no such contact"))
    }
}
