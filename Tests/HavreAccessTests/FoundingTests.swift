import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct FoundingTests {
    private let founder = Staff()
    private let recovery = (sign: SigningKey(), box: BoxKey())

    @Test("A house stands on one self-signed statement; its fingerprint is that and its attestation key")
    func founding() throws {
        let attestation = SigningKey().publicKey
        let statement = try House.founding(founder, recovery, attestation: attestation)
        let directory = try Directory(founding: statement)
        #expect(directory.founding == statement.digest && directory.head == statement.digest)
        #expect(directory.attestation == attestation)
        #expect(
            directory.fingerprint
                == VaultFingerprint.of(founding: statement.digest, attestation: attestation))
        #expect(directory.founder == founder.person && directory.count == 1)
        #expect(directory.recovery.sign == recovery.sign.publicKey)
        let member = try #require(directory.active(founder.person))
        #expect(member.role == .supervisor && member.signatures == 2 && member.keys == founder.keys)
        #expect(directory.active(founder.person, atCount: 1) != nil)
        #expect(directory.active(founder.person, atCount: 0) == nil)
        #expect(directory.active(founder.person, atCount: 2) == nil)
        for area in HouseArea.allCases { #expect(directory.areaKey(area).generation == 0) }
    }

    @Test("Only the founder's own key signs it, and nobody besides")
    func signers() throws {
        let good = try House.founding(founder, recovery)
        for key in [SigningKey(), founder.shadowSign, founder.codeSign, recovery.sign] {
            let foreign = try House.founding(founder, recovery, signer: key)
            #expect(throws: AccessError.notSigned) { try Directory(founding: foreign) }
            let more = try good.signed(by: key)
            #expect(throws: AccessError.notSigned) { try Directory(founding: more) }
        }
    }

    @Test("It stands at the beginning, for its own signer")
    func place() throws {
        for place: Misplacing in [
            { $0.with(number: 1) }, { $0.with(previous: .random) }, { $0.with(by: Random.identifier()) },
        ] {
            let statement = try House.founding(founder, recovery, place: place)
            #expect(throws: AccessError.notLinked) { try Directory(founding: statement) }
        }
        var house = try House()
        let staff = try house.enrol("Amélie", .caseworker)
        let other = try house.say(.entry(staff.entry), by: staff) { $0.with(number: 0, previous: .zero) }
        #expect(throws: AccessError.notLinked) { try Directory(founding: other) }
    }

    @Test("It names every area of the house once, at generation 0")
    func areas() throws {
        let error = AccessError.invalid(
            field: "areas", rule: "must name each area of the house once, generation 0")
        var late = House.areas()
        late[1] = DirectoryLink.AreaKey(
            area: late[1].area, generation: 1, commitment: .random, half: BoxKey().publicKey)
        var twice = House.areas()
        twice[1] = DirectoryLink.AreaKey(
            area: twice[0].area, generation: 0, commitment: .random, half: BoxKey().publicKey)
        for areas in [late, twice, Array(House.areas().dropLast())] {
            let statement = try House.founding(founder, recovery, areas: areas)
            #expect(throws: error) { try Directory(founding: statement) }
        }
    }

    @Test("Its keys differ from each other in both halves")
    func keys() throws {
        let mixed = [
            PublicKeys(sign: founder.sign.publicKey, box: founder.shadowBox.publicKey),
            PublicKeys(sign: founder.sign.publicKey, box: recovery.box.publicKey),
        ]
        for keys in mixed {
            let statement = try House.founding(founder, recovery, keys: keys)
            #expect(throws: AccessError.knownKey) { try Directory(founding: statement) }
        }
        let shadow = try House.founding(
            founder, recovery, keys: founder.shadow, signer: founder.shadowSign)
        #expect(throws: AccessError.knownKey) { try Directory(founding: shadow) }
        var areas = House.areas()
        areas[0] = DirectoryLink.AreaKey(
            area: areas[0].area, generation: 0, commitment: .random, half: founder.box.publicKey)
        let half = try House.founding(founder, recovery, areas: areas)
        #expect(throws: AccessError.knownKey) { try Directory(founding: half) }
    }

    @Test("A house is founded once")
    func once() throws {
        let house = try House()
        let again = try House.founding(house.founder, house.recovery) {
            house.directory.next(by: $0.by, at: $0.time)
        }
        house.refuses(again, .notLinked)
        house.refuses(try #require(house.links.first), .notLinked)
    }
}
