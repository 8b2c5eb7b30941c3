import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

struct DeliveryTests {
    private var dossier: Dossier
    private let sealings = Dictionary(
        uniqueKeysWithValues: [Compartment.roster, .legal].map {
            ($0.rawValue, CaseLink.Sealing(generation: 3, commitment: .random))
        })

    init() throws { dossier = try Dossier() }

    private func deliver(
        _ sealings: [String: CaseLink.Sealing]? = nil, by staff: Staff? = nil, to keys: PublicKeys? = nil,
        vault: Identifier? = nil, directory: UInt64? = nil, signed key: SigningKey? = nil, in dossier: Dossier
    ) throws -> Statement {
        let staff = staff ?? dossier.supervisor
        let delivery = Delivery(
            vault: vault ?? dossier.directory.vault, area: dossier.caseID, link: dossier.chain.head,
            by: staff.person, directory: directory ?? dossier.directory.count,
            recipient: keys ?? dossier.legal.keys, sealings: sealings ?? self.sealings)
        return try Statement.make(Delivery.kind, delivery.body, by: key ?? staff.sign)
    }

    private func refuses(
        _ statement: Statement, _ dossier: Dossier, _ error: AccessError,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: error, sourceLocation: location) {
            try Delivery(statement, for: dossier.legal.keys, directory: dossier.directory)
        }
    }

    @Test("A delivery says who gives which secrets of which case, and is read back so")
    func reading() throws {
        let statement = try deliver(in: dossier)
        let delivery = try Delivery(statement, for: dossier.legal.keys, directory: dossier.directory)
        #expect(delivery.by == dossier.supervisor.person && delivery.sealings == sealings)
        #expect(delivery.area == dossier.caseID && delivery.link == dossier.chain.head)
        let again = try Delivery(
            Statement(decoding: statement.encoded()), for: dossier.legal.keys, directory: dossier.directory)
        #expect(again == delivery)
    }

    @Test("A delivery for anybody else's keys is refused, also when one of the two is one's own")
    func otherKeys() throws {
        let own = dossier.legal
        for keys in [
            dossier.colleague.keys, own.shadow, own.code,
            PublicKeys(sign: own.keys.sign, box: dossier.colleague.keys.box),
            PublicKeys(sign: dossier.colleague.keys.sign, box: own.keys.box),
        ] {
            refuses(try deliver(to: keys, in: dossier), dossier, .rule("the box names other keys"))
        }
    }

    @Test("A delivery of another vault is refused")
    func otherVault() throws {
        refuses(try deliver(vault: Random.identifier(), in: dossier), dossier, .notLinked)
    }

    @Test("Only supervisors give secrets, and of a case shelter staff who took somebody in")
    func signers() throws {
        var dossier = dossier
        for role in StaffRole.allCases where role != .supervisor {
            let staff = try dossier.house.enrol("Person \(role.rawValue)", role)
            let statement = try deliver(by: staff, in: dossier)
            guard role == .shelter else {
                refuses(statement, dossier, .rule("the signer may not give secrets"))
                continue
            }
            _ = try Delivery(statement, for: dossier.legal.keys, directory: dossier.directory)
            let custody = dossier.directory.areaKey(.custody)
            let area = [
                HouseArea.custody.rawValue: CaseLink.Sealing(generation: 0, commitment: custody.commitment)
            ]
            refuses(
                try deliver(area, by: staff, in: dossier), dossier, .rule("the signer may not give secrets"))
        }
    }

    @Test("An unknown signer, a wrong key, an added or a false signature: none of them is believed")
    func signatures() throws {
        var dossier = dossier
        let unconfirmed = try dossier.house.enter("Eva", .supervisor)
        for staff in [unconfirmed, Staff()] {
            refuses(try deliver(by: staff, in: dossier), dossier, .notSigned)
        }
        for key in [
            SigningKey(), dossier.supervisor.shadowSign, dossier.owner.sign, dossier.legal.sign,
            dossier.house.recovery.sign,
        ] {
            refuses(try deliver(signed: key, in: dossier), dossier, .notSigned)
            refuses(try deliver(in: dossier).signed(by: key), dossier, .notSigned)
        }
        let good = try deliver(in: dossier)
        refuses(try good.falsified(by: dossier.supervisor.sign.publicKey), dossier, .notSigned)
        let other = CaseLink.Sealing(generation: 4, commitment: .random)
        let changed = try good.rewritten {
            $0["sealings"] = [
                "legal": [
                    "generation": .int(Int64(other.generation)), "commitment": .string(other.commitment.hex),
                ]
            ]
        }
        refuses(changed, dossier, .notSigned)
    }

    @Test("The signer was at work under the directory that she names; a box waits though she has left since")
    func time() throws {
        var dossier = dossier
        let second = try dossier.house.enrol("Frida", .supervisor)
        let count = dossier.directory.count
        for count in [count - 1, count + 1, 1 << 52] {
            refuses(try deliver(by: second, directory: count, in: dossier), dossier, .notSigned)
        }
        let waiting = try deliver(by: second, in: dossier)
        _ = try dossier.house.enrol(
            "Frida", .supervisor, resets: second.person, and: dossier.house.recovery.sign)
        refuses(try deliver(by: second, in: dossier), dossier, .notSigned)
        _ = try Delivery(waiting, for: dossier.legal.keys, directory: dossier.directory)
    }

    @Test("A delivery names compartments, or one area of the house with the secret that the directory names")
    func names() throws {
        let form = AccessError.invalid(
            field: "sealings", rule: "must name compartments, or one area of the house")
        let sealing = CaseLink.Sealing(generation: 0, commitment: .random)
        for sealings in [
            [:], ["kernel": sealing], ["core": sealing, "@custody": sealing],
            ["@custody": sealing, "@audit": sealing], ["@places": sealing], ["Core": sealing],
        ] {
            refuses(try deliver(sealings, in: dossier), dossier, form)
        }
        let another = AccessError.rule("the directory names another secret of the area")
        for area in HouseArea.allCases {
            let named = dossier.directory.areaKey(area).commitment
            let good = CaseLink.Sealing(generation: 0, commitment: named)
            _ = try Delivery(
                try deliver([area.rawValue: good], in: dossier), for: dossier.legal.keys,
                directory: dossier.directory)
            refuses(try deliver([area.rawValue: sealing], in: dossier), dossier, another)
            let later = CaseLink.Sealing(generation: 1, commitment: named)
            refuses(try deliver([area.rawValue: later], in: dossier), dossier, another)
        }
    }

    @Test("A delivery is read strictly: no other kind, no unknown, missing or misshapen member")
    func form() throws {
        let good = try #require(try deliver(in: dossier).body.object?.filter { $0.key != "nonce" })
        let key = dossier.supervisor.sign
        refuses(
            try Statement.make("grant", .object(good), by: key), dossier,
            .invalid(field: "kind", rule: "must be a delivery"))
        var bad: [[String: JSON]] = [good.merging(["more": 1]) { old, _ in old }]
        for name in good.keys {
            bad.append(good.filter { $0.key != name })
            for value: JSON in [.null, true, "", [], [1], ["core": 1]] {
                bad.append(good.merging([name: value]) { _, new in new })
            }
        }
        for body in bad {
            let statement = try Statement.make(Delivery.kind, .object(body), by: key)
            #expect(throws: AccessError.self) {
                try Delivery(statement, for: dossier.legal.keys, directory: dossier.directory)
            }
        }
    }
}
