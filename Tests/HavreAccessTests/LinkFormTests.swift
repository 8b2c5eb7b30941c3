import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

/// Statements are read strictly: whoever signs them, whatever is not in the form is refused.
struct LinkFormTests {
    /// One good statement of each kind, with what a reader makes of it.
    private static func examples() throws -> [(Statement, SigningKey)] {
        var house = try House()
        let staff = Staff()
        let key = house.founder.sign
        let invited = try staff.invitation("Amélie", .caseworker)
        let reference = DirectoryLink.ContactReference(contact: Random.identifier(), statement: .random)
        var found = [(house.links[0], key), (try house.say(invited, by: house.founder), key)]
        try house.take(invited, by: house.founder)
        found.append((try house.entry(of: staff), staff.codeSign))
        try house.append(try house.entry(of: staff))
        for matter: DirectoryLink in [
            try house.confirmation(of: staff), .area(.following(house.directory, .audit)),
            .contact(.example()), .contactConfirmation(reference), .contactRetirement(reference),
        ] {
            found.append((try house.say(matter, by: house.founder), key))
        }
        for matter in CaseLink.examples {
            let place = house.directory.next(by: house.founder.person, at: House.now)
            let body = matter.body(place, caseID: Random.identifier(), directory: 1)
            found.append((try Statement.make(matter.kind, body, by: key), key))
        }
        return found
    }

    /// What a link says, said again, or why it is not read.
    private static func read(_ statement: Statement) -> Result<JSON, AccessError> {
        do throws(AccessError) {
            if CaseLink.kinds.contains(statement.kind) {
                let read = try CaseLink.decode(statement)
                return .success(read.matter.body(read.link, caseID: read.caseID, directory: read.directory))
            }
            let (link, matter) = try DirectoryLink.decode(statement)
            return .success(matter.body(link))
        } catch { return .failure(error) }
    }

    /// A statement of the same kind with another body.
    private static func changed(
        _ statement: Statement, _ key: SigningKey, _ change: (inout [String: JSON]) -> Void
    ) throws -> Statement {
        var body = try #require(statement.body.object)
        body["nonce"] = nil
        change(&body)
        return try Statement.make(statement.kind, .object(body), by: key)
    }

    @Test("Every kind is read back as it was said")
    func roundTrip() throws {
        let examples = try Self.examples()
        #expect(Set(examples.map(\.0.kind)).count == 13 && examples.count == 13)
        for (statement, _) in examples {
            var said = try #require(statement.body.object)
            said["nonce"] = nil
            let again = try Self.read(Statement(decoding: statement.encoded())).get()
            #expect(again == .object(said), "\(statement.kind)")
        }
    }

    @Test("A member that is missing, unknown, null or of another type is refused, in every kind")
    func members() throws {
        var count = 0
        for (statement, key) in try Self.examples() {
            let names = try #require(statement.body.object).keys.filter { $0 != "nonce" }
            var bad = [try Self.changed(statement, key) { $0["extra"] = 1 }]
            for name in names {
                bad.append(try Self.changed(statement, key) { $0[name] = nil })
                for value: JSON in [
                    true, "", .int(-1), .string(String(repeating: "f", count: 65)), [[]], [:],
                ] {
                    // Free text and free objects are their authors' business.
                    if ["organisation", "purpose", "code"].contains(name), value.string != nil { continue }
                    if ["details", "sealings", "rotations"].contains(name), value.object != nil { continue }
                    bad.append(try Self.changed(statement, key) { $0[name] = value })
                }
                if !["backup", "resets"].contains(name) {
                    bad.append(try Self.changed(statement, key) { $0[name] = .null })
                }
            }
            for statement in bad {
                count += 1
                if case .success = Self.read(statement) {
                    Issue.record("read: \(statement.kind) \(statement.body.text)")
                }
            }
        }
        #expect(count > 500)
    }

    @Test("A kind that is not of the chain is refused, whatever its body")
    func kinds() throws {
        var house = try House()
        let unknown = AccessError.invalid(field: "kind", rule: "is not a link of the directory")
        let body = try #require(
            house.say(.contact(.example()), by: house.founder).body.object?.filter { $0.key != "nonce" })
        for kind in ["grant", "case", "delivery", "invite", "contacts", "x"] {
            let statement = try Statement.make(kind, .object(body), by: house.founder.sign)
            house.refuses(statement, unknown)
        }
        // A retirement said as a confirmation: the kind is part of what is signed.
        let adder = try house.enrol("Amélie", .caseworker)
        let contact = DirectoryLink.ContactLink.example()
        try house.take(.contact(contact), by: adder)
        let reference = DirectoryLink.ContactReference(
            contact: contact.contact, statement: try #require(house.links.last).digest)
        let retirement = try house.say(.contactRetirement(reference), by: house.founder)
        var members = try #require(retirement.json.object)
        members["kind"] = "contact-confirmation"
        house.refuses(try Statement(json: .object(members)), .notSigned)
    }

    @Test("Lists name each word once, words are those of the list, keys are canonical")
    func values() throws {
        let (grant, key) = try #require(try Self.examples().first { $0.0.kind == "grant" })
        for (name, value): (String, JSON) in [
            ("compartments", ["core", "core"]), ("compartments", ["core", "kernel"]),
            ("compartments", ["Core"]), ("rights", ["read", "read"]), ("rights", ["own"]), ("rights", [1]),
            ("until", "2026-02-30"), ("until", "2026-2-3"), ("until", 20_260_203),
            ("person", .string(Random.identifier().hex.uppercased() + "0")), ("directory", 0),
            ("number", .int(-1)), ("time", .int(-1)),
            ("keys", ["sign": .string(String(repeating: "0", count: 64)), "box": "00"]),
        ] {
            let statement = try Self.changed(grant, key) { $0[name] = value }
            if case .success = Self.read(statement) { Issue.record("read: \(name) \(value.text)") }
        }
        let (removal, _) = try #require(try Self.examples().first { $0.0.kind == "removal" })
        for value: JSON in [
            ["kernel": ["generation": 1, "commitment": .string(Digest.random.hex)]],
            ["core": ["generation": 1]],
            ["core": ["generation": .int(-1), "commitment": .string(Digest.random.hex)]],
            ["core": ["generation": 1, "commitment": .string(Digest.random.hex), "more": 1]], ["core": 1], [],
        ] {
            let statement = try Self.changed(removal, key) { $0["rotations"] = value }
            if case .success = Self.read(statement) { Issue.record("read: \(value.text)") }
        }
    }
}

extension CaseLink {
    static let kinds: Set<String> = ["case", "grant", "removal", "assignment", "author"]

    /// One link of each kind.
    static var examples: [CaseLink] {
        let sealings = Compartment.sealings(Compartment.allCases, generation: 0)
        let staff = Staff()
        return [
            .founding(
                Founding(
                    code: "amber-heron-41", threshold: 1, owner: staff.person, backup: nil, sealings: sealings
                )),
            .grant(.example(staff)),
            .removal(Removal(person: staff.person, rotations: sealings)),
            .assignment(Assignment(owner: staff.person, backup: Random.identifier(), rotations: sealings)),
            .author(Author(person: staff.person, key: SigningKey().publicKey)),
        ]
    }
}
