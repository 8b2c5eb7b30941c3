import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct AreaKeyTests {
    @Test("A supervisor gives an area of the house a new key, the next generation; the older stay known")
    func renewal() throws {
        var house = try House()
        for area in HouseArea.allCases {
            let first = house.directory.areaKey(area)
            for _ in 0..<2 { try house.take(.area(.following(house.directory, area)), by: house.founder) }
            #expect(house.directory.areaKey(area).generation == 2)
            #expect(house.directory.areaKey(area, generation: 0) == first)
            #expect(house.directory.areaKey(area, generation: 3) == nil)
        }
    }

    @Test("Nobody but a supervisor does")
    func signers() throws {
        var house = try House()
        let others = try StaffRole.allCases.filter { $0 != .supervisor }.map {
            try house.enrol("Person \($0.rawValue)", $0)
        }
        let key = DirectoryLink.AreaKey.following(house.directory, .custody)
        for staff in others { house.refuses(try house.say(.area(key), by: staff), .maySay) }
    }

    @Test("No generation is skipped, repeated or given the secret of the last one, and no half is used again")
    func generations() throws {
        var house = try House()
        let custody = house.directory.areaKey(.custody)
        let audit = house.directory.areaKey(.audit)
        let follows = AccessError.rule("a new key of an area follows its last generation")
        func key(
            _ generation: UInt64, _ commitment: Digest = .random, _ half: BoxPublicKey = BoxKey().publicKey
        ) -> DirectoryLink {
            .area(
                DirectoryLink.AreaKey(
                    area: .custody, generation: generation, commitment: commitment, half: half))
        }
        for generation: UInt64 in [0, 2, 1 << 32] {
            house.refuses(try house.say(key(generation), by: house.founder), follows)
        }
        house.refuses(try house.say(key(1, custody.commitment), by: house.founder), follows)
        for half in [custody.half, audit.half, house.founder.keys.box, house.recovery.box.publicKey] {
            house.refuses(try house.say(key(1, .random, half), by: house.founder), .knownKey)
        }
        try house.take(key(1), by: house.founder)
    }
}
