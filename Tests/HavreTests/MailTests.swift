import HavreAccess
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre
@testable import HavreStore

@Suite struct MailTests {
    @Test("Boxes that waited through a removal still open the case, in whatever number they waited")
    func waiting() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        _ = try house.hire("Louis", "legal", by: sylvie)
        house.vault.lock(amina)
        let code = try house.vault.newCase(owner: "Amina", backup: nil, risk: nil, lang: nil, sylvie)
        for compartment in ["evidence", "legal"] {
            _ = try house.vault.grant(case: code, .reading([compartment], for: "Louis"), sylvie)
            _ = try house.vault.revoke(case: code, name: "Louis", sylvie)
        }
        let again = try house.unlock("Amina")
        #expect(try house.vault.open(case: code, purpose: "visit", again).code == code)
    }

    @Test("A grant made narrower and then removed renews all that was ever given by it")
    func narrowed() throws {
        let house = try TestHouse()
        let (sylvie, _, _, code) = try house.team()
        for compartments in [["evidence", "legal"], ["core"]] {
            _ = try house.vault.grant(case: code, .reading(compartments, for: "Louis"), sylvie)
        }
        let receipt = try house.vault.revoke(case: code, name: "Louis", sylvie)
        #expect(receipt.compartments == ["core", "evidence", "legal"])
    }

    /// Leaves a box in somebody's ring, as a daemon that somebody rewrote could.
    private func plant(
        _ secrets: AreaSecrets, link: Digest, for victim: Session, by liar: Session, _ vault: Vault
    ) throws {
        let directory = try vault.directory(liar)
        let ring = vault.ring(of: victim.person.person)
        let box = try Mail.seal(
            secrets.newest, of: secrets.area, link: link, to: victim.person.keys, from: liar.person,
            directory: directory)
        _ = try vault.commit(vault.event("grant", liar)) { draft, _ throws(HavreError) in
            try draft.append(
                .mail(area: secrets.area), body: .sealed(try vault.sealUnderGate(box, in: ring)), to: ring)
        }
    }

    /// Cases of Amina's that Louis was granted and has not looked for yet.
    private func grantedCases(
        _ count: Int, in house: TestHouse
    ) throws -> (sylvie: Session, louis: Session, codes: [String]) {
        let (sylvie, amina, louis, _) = try house.team()
        let codes = try (0..<count).map { _ in
            try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        }
        for code in codes {
            _ = try house.vault.grant(case: code, .reading(["evidence"], for: "Louis"), sylvie)
        }
        return (sylvie, louis, codes.sorted())
    }

    @Test(
        "Boxes of many cases are taken up together, and one that lies keeps no other back",
        arguments: [false, true])
    func together(hasLie: Bool) throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let (sylvie, louis, codes) = try grantedCases(40, in: house)
        if hasLie {
            let caseID = try #require(try vault.caseID(codes[0], sylvie))
            let fresh = AreaSecrets(fresh: ["roster", "evidence"], vault: vault.id, area: caseID)
            try plant(fresh, link: Digest.zero, for: louis, by: sylvie, vault)
            _ = try vault.grant(case: codes[0], .reading(["evidence"], for: "Louis"), sylvie)
        }
        func receipts() throws -> [LogLine] {
            try vault.auditLog(case: nil, since: nil, sylvie).filter { $0.act == "receive" }
        }
        let before = try receipts().count
        #expect(try vault.cases(louis).map(\.code) == codes)
        for code in [codes[0], codes[39]] {
            #expect(try vault.open(case: code, purpose: "appeal", louis).code == code)
        }
        #expect(louis.opened.with { $0.mail.isEmpty && $0.refused.count == (hasLie ? 1 : 0) })
        if !hasLie { #expect(try receipts().count - before <= 2) }
    }

    @Test("What cannot be taken up on a full disk is still mail for the next act of the session")
    func fullDisk() throws {
        let house = try TestHouse(inMemory: true)
        let (_, louis, codes) = try grantedCases(40, in: house)
        house.vault.store.lead { $0.isGateFull = true }
        #expect(throws: HavreError.self) { try house.vault.cases(louis) }
        house.vault.store.lead { $0.isGateFull = false }
        #expect(try house.vault.cases(louis).map(\.code) == codes)
        #expect(louis.opened.with { $0.mail.isEmpty && $0.refused.isEmpty })
    }

    @Test("Secrets that the case's chain does not name are set aside with an alarm, and all else goes on")
    func planted() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let (sylvie, amina, louis, code) = try house.team()
        let caseID = try #require(try vault.caseID(code, sylvie))
        let chain = try vault.custody(caseID, sylvie).chain
        vault.lock(amina)
        vault.lock(louis)
        _ = try vault.grant(case: code, .reading(["notes"], for: "Louis"), sylvie)
        // The newest generation with another secret, and one that nobody has made yet: for the owner, who has the
        // case, and for the adviser, whose true box waits beside them.
        for generation: UInt64 in [0, 1 << 30] {
            let names = Compartment.allCases.map(\.rawValue)
            let fresh = Dictionary(
                uniqueKeysWithValues: names.map {
                    ($0, AreaSecrets.Held(generation: generation, secret: AreaSecrets.fresh()))
                })
            let secrets = AreaSecrets(vault: vault.id, area: caseID, newest: fresh)
            for victim in [amina, louis] {
                try plant(secrets, link: chain.head, for: victim, by: sylvie, vault)
            }
        }
        for name in ["Amina", "Louis"] {
            let unlocked = try vault.unlock(
                name: name, passphrase: SecretBytes(copying: Array("\(name.lowercased()) phrase".utf8)),
                keyFile: nil)
            #expect(try vault.open(case: code, purpose: "visit", unlocked.session).code == code, "\(name)")
            #expect(try vault.pending(unlocked.session).map(\.kind) == ["refused-mail"], "\(name)")
        }
        let alarms = try vault.auditLog(case: nil, since: nil, sylvie).filter {
            $0.act == "receive" && $0.outcome == "refused"
        }
        #expect(Set(alarms.map(\.actor)) == ["Amina", "Louis"])
    }

    @Test("True secrets with a link that somebody else said are not believed either")
    func borrowedLink() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let (sylvie, _, louis, code) = try house.team()
        let odile = try house.hire("Odile", "supervisor", by: sylvie)
        let caseID = try #require(try vault.caseID(code, sylvie))
        let (secrets, chain, _) = try vault.custody(caseID, odile)
        try plant(secrets, link: chain.head, for: louis, by: odile, vault)
        try plant(secrets, link: secrets.sealings["core"]!.commitment, for: louis, by: odile, vault)
        #expect(throws: HavreError.notFound) { try vault.open(case: code, purpose: "visit", louis) }
        #expect(try vault.ringKey(caseID, louis) == nil)
    }

    @Test("What is boxed to a key of X25519 lies under the gate too, in one of the padded sizes")
    func underTheGate() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let (sylvie, _, louis, code) = try house.team()
        vault.lock(louis)
        _ = try vault.grant(case: code, .reading(["notes"], for: "Louis"), sylvie)
        // With every private key that there is, and whatever a computer of the future gets from a public one.
        let half = try #require(
            try vault.secrets(of: .custody, sylvie).half(HouseArea.custody.rawValue))
        var seen: Set<String> = []
        let places = [
            (vault.ring(of: louis.person.person), louis.person.box), (vault.area(.custody), half),
        ]
        for (area, key) in places {
            for number in 0..<(try vault.count(area)) {
                let kind: String
                switch try vault.row(number, in: area).facts {
                case .mail: kind = "mail"
                case .custody: kind = "custody"
                default: continue
                }
                seen.insert(kind)
                let body = try vault.body(number, in: area)
                #expect(throws: SecretError.self) { try key.open(body) }
                #expect(throws: SecretError.self) { try key.open(Array(body.dropFirst(4))) }
                #expect(
                    (try? Pad.pad([UInt8](repeating: 0, count: body.count - Seal.overhead - 8)))?.count
                        == body.count - Seal.overhead, "\(kind) has \(body.count) bytes")
            }
        }
        #expect(seen == ["mail", "custody"])
        #expect(try vault.open(case: code, purpose: "visit", try house.unlock("Louis")).code == code)
    }

    @Test("Two calls of one session at the same moment both find the secrets that came by mail")
    func twoCalls() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let (sylvie, _, louis, code) = try house.team()
        let caseID = try #require(try vault.caseID(code, sylvie))
        _ = try vault.grant(case: code, .reading(["notes"], for: "Louis"), sylvie)
        let found = Guarded<[Bool]>([])
        let mayCommit = Guarded(false)
        inParallel(4) { thread in
            if thread == 0 {
                // Nobody commits for a while: the first call has taken the box and waits.
                vault.store.lead { _ in mayCommit.when({ $0 }, withinMilliseconds: 150) { _ in } }
                return
            }
            Clock.sleep(milliseconds: 20 * thread)
            let has = (try? vault.readMail(louis)) != nil && louis.opened.with { $0.ring[caseID] != nil }
            found.with { $0.append(has) }
        }
        #expect(found.with { $0 } == [true, true, true])
    }
}
