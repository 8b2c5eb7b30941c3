import Foundation
import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem
import Testing

@testable import Havre

/// What somebody had and has no more opens nothing, whichever way she kept it.
@Suite struct RevocationTests {
    private struct Office {
        let house: TestHouse
        let time = TestClock()
        let sylvie: Session
        let amina: Session
        let louis: Session
        let code: String
        let statement: Identifier
        let note: Identifier
        var vault: Vault { house.vault }

        init() throws {
            house = try TestHouse(clock: time.clock, inMemory: true)
            sylvie = try house.unlock("Sylvie")
            amina = try house.hire("Amina", "caseworker", by: sylvie)
            louis = try house.hire("Louis", "legal", by: sylvie)
            code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
            _ = try house.vault.open(case: code, purpose: "visit", amina)
            statement = try house.vault.add(
                case: code, form: "statement", fields: ["text": ["She arrived."]], amina
            ).record
            note = try house.vault.add(case: code, form: "note", fields: ["summary": "Quiet."], amina).record
        }

        func grant(_ compartments: [String], _ rights: [String] = ["read"], until: Day? = nil) throws {
            let request = GrantRequest(
                name: "Louis", compartments: compartments, rights: rights, until: until, purpose: "appeal")
            _ = try vault.grant(case: code, request, sylvie)
        }

        /// A file of Amina's.
        func attach(byteCount: Int) throws -> Identifier {
            let path = house.folder.appendingPathComponent("file")
            try Data(count: byteCount).write(to: path)
            let file = try Descriptor.open(path.path, [.read])
            return try vault.attach(case: code, title: nil, file: file, amina).attachment
        }

        /// Tries every act; none may go well.
        func expectNothing(_ session: Session, _ why: String) {
            let target = Acts.Target(code: code, record: statement, attachment: Identifier.zero)
            for act in Acts.reading + Acts.writing where act.name != "close" {
                #expect(refusal { try act.run(vault, target, session) } == "NotFound", "\(why): \(act.name)")
            }
            #expect((try? vault.cases(session))?.isEmpty ?? true, "\(why)")
        }
    }

    @Test("A file on its way stops at the next piece: removal, smaller grant, last day over, case closed")
    func fileOnItsWay() throws {
        let ends: [(String, (Office) throws -> Void, HavreError)] = [
            ("removed", { _ = try $0.vault.revoke(case: $0.code, name: "Louis", $0.sylvie) }, .notFound),
            ("smaller grant", { try $0.grant(["notes"]) }, .notGranted),
            ("last day over", { $0.time.set(by: 91 * 86_400) }, .notFound),
            ("closed", { _ = try $0.vault.close(case: $0.code, $0.louis) }, .notOpen),
        ]
        for (why, end, error) in ends {
            let office = try Office()
            let attached = try office.attach(byteCount: 400_000)
            try office.grant(["evidence"])
            _ = try office.vault.open(case: office.code, purpose: "visit", office.louis)
            var pieces = 0
            #expect(throws: error, "\(why)") {
                _ = try office.vault.fetch(case: office.code, attachment: attached, office.louis) {
                    _ throws(HavreError) in
                    pieces += 1
                    do { try end(office) } catch { Issue.record("\(why): \(error)") }
                }
            }
            #expect(pieces == 1, "\(why)")
            guard why != "closed" else { continue }
            // Opening the case anew changes nothing.
            _ = try? office.vault.open(case: office.code, purpose: "visit", office.louis)
            #expect(throws: error, "\(why), again") {
                _ = try office.vault.fetch(case: office.code, attachment: attached, office.louis) { _ in }
            }
        }
    }

    @Test("A file on its way to a colleague arrives whole when somebody else is removed and rows are written")
    func fileOfAColleague() throws {
        let office = try Office()
        let attached = try office.attach(byteCount: 400_000)
        try office.grant(["evidence"])
        var count = 0
        var pieces = 0
        _ = try office.vault.fetch(case: office.code, attachment: attached, office.amina) {
            piece throws(HavreError) in
            count += piece.count
            pieces += 1
            if pieces == 1 { _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie) }
            if pieces == 3 {
                _ = try office.vault.add(
                    case: office.code, form: "note", fields: ["summary": "Meanwhile."], office.amina)
            }
        }
        #expect(count == 400_000)
    }

    @Test("A removal empties what the ring holds of the case: what was opened, and the box that waits")
    func ring() throws {
        let office = try Office()
        let caseID = try #require(try office.vault.caseID(office.code, office.sylvie))
        func kinds() throws -> [String] {
            let ring = office.vault.ring(of: office.louis.person.person)
            return try (0..<office.vault.count(ring)).compactMap { number in
                switch try office.vault.row(number, in: ring).facts {
                case .keys(caseID, _): "keys"
                case .mail(caseID): "mail"
                default: nil
                }
            }
        }
        try office.grant(["evidence"])
        _ = try office.vault.open(case: office.code, purpose: "appeal", office.louis)
        #expect(try kinds() == ["keys"])
        try office.grant(["evidence", "notes"])
        #expect(try kinds() == ["keys", "mail"])
        _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie)
        #expect(try kinds() == [])
    }

    @Test(
        "A freeze bites at once: in one case for who has it open, in the whole house also at the next unlock")
    func frozen() throws {
        let office = try Office()
        let (vault, louis) = (office.vault, office.louis)
        let caseID = try #require(try vault.caseID(office.code, office.sylvie))
        func freeze(_ area: Area) throws {
            _ = try vault.commit(vault.event("staff freeze", office.sylvie)) { draft, _ in
                draft.step {
                    $0.restricted.append(Restriction(.freeze, area: area, person: louis.person.person))
                }
            }
        }
        try office.grant(["evidence", "notes"])
        _ = try vault.open(case: office.code, purpose: "appeal", louis)
        #expect(try vault.show(case: office.code, record: office.note, version: nil, louis).count == 1)
        try freeze(Area(caseID))
        office.expectNothing(louis, "frozen in the case")
        #expect(try office.house.unlock("Louis").name == "Louis")
        try freeze(.house)
        #expect(throws: HavreError.wrongPassphrase) { try office.house.unlock("Louis") }
        #expect(throws: HavreError.locked) { try vault.cases(louis) }
    }

    @Test(
        "After a removal nothing opens: in the living session, with the case open, in a new session, after a restart"
    )
    func removed() throws {
        let office = try Office()
        try office.grant(["evidence", "notes"], ["read", "write"])
        _ = try office.vault.open(case: office.code, purpose: "appeal", office.louis)
        #expect(try office.vault.show(case: office.code, record: nil, version: nil, office.louis).count == 2)
        _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie)
        office.expectNothing(office.louis, "open case")
        let again = try office.house.unlock("Louis")
        office.expectNothing(again, "new session")
        try office.house.reopen()
        let restarted = try office.house.unlock("Louis")
        office.expectNothing(restarted, "restart")
    }

    @Test("A grant that was never opened is worth nothing after the removal: the box that waits is emptied")
    func waitingMail() throws {
        let office = try Office()
        office.vault.lock(office.louis)
        try office.grant(["evidence"])
        _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie)
        office.expectNothing(try office.house.unlock("Louis"), "waiting box")
    }

    @Test(
        "A removal that was begun and never decided keeps her out, is shown, and is finished by asking again")
    func cutShort() throws {
        let office = try Office()
        try office.grant(["evidence"])
        let louis = office.louis.person.person
        let caseID = try #require(try office.vault.caseID(office.code, office.sylvie))
        // What a crash between the gate's step and the decision leaves: the removal in the gate, the grant in the
        // chain.
        _ = try office.vault.commit(office.vault.event("revoke", office.sylvie)) { draft, _ in
            draft.step { $0.restricted.append(Restriction(.removal, area: Area(caseID), person: louis)) }
        }
        office.expectNothing(office.louis, "cut short")
        let holders = try office.vault.access(case: office.code, office.sylvie).holders
        #expect(holders.map(\.isKeptOut) == [false, true])
        _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie)
        #expect(try office.vault.access(case: office.code, office.sylvie).holders.map(\.isKeptOut) == [false])
        try office.grant(["evidence"])
        #expect(
            try office.vault.access(case: office.code, office.sylvie).holders.map(\.isKeptOut) == [
                false, false,
            ])
    }

    @Test("A grant ends with its last day, also for a case that is open")
    func expired() throws {
        let office = try Office()
        try office.grant(["evidence"], until: office.vault.today)
        _ = try office.vault.open(case: office.code, purpose: "appeal", office.louis)
        office.time.advance(seconds: 2 * 86_400)
        office.expectNothing(office.louis, "expired")
        office.expectNothing(try office.house.unlock("Louis"), "expired, new session")
        let holders = try office.vault.access(case: office.code, office.sylvie).holders
        #expect(holders.map(\.name) == ["Amina"])
    }

    @Test("A case that was opened closes after its hour")
    func hour() throws {
        let office = try Office()
        office.time.advance(seconds: 3_599)
        #expect(try office.vault.show(case: office.code, record: nil, version: nil, office.amina).count == 3)
        office.time.advance(seconds: 1)
        #expect(throws: HavreError.notOpen) {
            try office.vault.show(case: office.code, record: nil, version: nil, office.amina)
        }
        #expect(office.vault.openCases(office.amina).isEmpty)
    }

    @Test("A case that is closed stays closed, also when its secrets were renewed while it was open")
    func closed() throws {
        let office = try Office()
        try office.grant(["evidence"])
        _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie)
        try office.vault.close(case: office.code, office.amina)
        #expect(throws: HavreError.notOpen) {
            try office.vault.show(case: office.code, record: nil, version: nil, office.amina)
        }
    }

    @Test("A new grant counts at once for who has the case open: what is new opens, what is gone does not")
    func otherGrant() throws {
        for compartments in [["notes"], ["evidence", "notes"], ["notes", "night"]] {
            for reads in [false, true] {
                let office = try Office()
                let (vault, louis, code) = (office.vault, office.louis, office.code)
                try office.grant(["evidence"])
                _ = try vault.open(case: code, purpose: "visit", louis)
                if reads { _ = try vault.show(case: code, record: nil, version: nil, louis) }
                try office.grant(compartments, ["read", "write"])
                let keeps = compartments.contains("evidence")
                let why = "\(compartments), \(reads)"
                #expect(
                    refusal {
                        _ = try vault.show(case: code, record: office.statement, version: nil, louis)
                    } == (keeps ? nil : "NotGranted"), "\(why)")
                #expect(
                    refusal {
                        _ = try vault.add(case: code, form: "statement", fields: ["text": ["x"]], louis)
                    } == (keeps ? nil : "NotGranted"), "\(why)")
                #expect(
                    try vault.edit(case: code, record: office.note, fields: ["summary": "New."], louis)
                        .version == 2, "\(why)")
                #expect(
                    try vault.show(case: code, record: office.note, version: nil, louis).count == 1, "\(why)"
                )
            }
        }
    }

    @Test("A smaller grant, alone or after a removal, does not give back what the larger one had")
    func smaller() throws {
        for removesFirst in [false, true] {
            let office = try Office()
            try office.grant(["evidence", "notes"], ["read", "write"])
            _ = try office.vault.open(case: office.code, purpose: "appeal", office.louis)
            if removesFirst { _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie) }
            try office.grant(["notes"])
            _ = try office.vault.open(case: office.code, purpose: "appeal", office.louis)
            let shown = try office.vault.show(case: office.code, record: nil, version: nil, office.louis)
            #expect(shown.map(\.record) == [office.note])
            #expect(throws: HavreError.notGranted) {
                try office.vault.show(case: office.code, record: office.statement, version: nil, office.louis)
            }
            #expect(throws: HavreError.notGranted) {
                try office.vault.edit(
                    case: office.code, record: office.note, fields: ["summary": "x"], office.louis)
            }
            // What she held before the smaller grant gets new secrets with the removal.
            let before = try office.vault.newestGenerations(office.code, office.amina)
            _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie)
            let after = try office.vault.newestGenerations(office.code, office.amina)
            let renewed = Set(after.filter { $0.value > before[$0.key] ?? 0 }.keys)
            #expect(renewed == (removesFirst ? ["notes", "roster"] : ["evidence", "notes", "roster"]))
        }
    }

    @Test("The receipt of a removal names every reading that was answered, also one in its very moment")
    func receiptIsWhole() throws {
        let office = try Office()
        let (vault, sylvie, louis, code) = (office.vault, office.sylvie, office.louis, office.code)
        let statement = office.statement
        let answered = Guarded(0)
        for _ in 0..<8 {
            try office.grant(["evidence"])
            _ = try vault.open(case: code, purpose: "appeal", louis)
            let receipt = Guarded<RemovalReceipt?>(nil)
            let isOver = Guarded(false)
            inParallel(3) { thread in
                if thread == 0 {
                    Clock.sleep(milliseconds: 5)
                    let removal = try? vault.revoke(case: code, name: "Louis", sylvie)
                    receipt.with { $0 = removal }
                    isOver.with { $0 = true }
                }
                while !isOver.with({ $0 }) {
                    let shown = try? vault.show(case: code, record: statement, version: nil, louis)
                    if shown != nil { answered.with { $0 += 1 } }
                }
            }
            #expect(receipt.with { $0?.opened.count ?? 0 } >= answered.with { $0 })
        }
        #expect(answered.with { $0 } > 8)
    }

    @Test(
        "The receipt names what a search found: who is told that a word stands in a record has opened it so far"
    )
    func receiptOfSearches() throws {
        let office = try Office()
        let (vault, louis, code) = (office.vault, office.louis, office.code)
        try office.grant(["evidence", "notes"])
        _ = try vault.open(case: code, purpose: "appeal", louis)
        #expect(try vault.find("nowhere", case: code, louis).isEmpty)
        #expect(try vault.find("arriv", case: nil, louis).map(\.record) == [office.statement])
        let lines = try vault.whoOpened(case: code, office.amina).filter { $0.actor == "Louis" }
        #expect(lines.map(\.act) == ["open", "find", "find", "found"])
        #expect(lines.map(\.records) == [[], [], [], [office.statement]])
        let receipt = try vault.revoke(case: code, name: "Louis", office.sylvie)
        #expect(receipt.opened.map(\.record) == [office.statement])
    }

    @Test("A former owner keeps nothing; the new one reads everything that was written before")
    func formerOwner() throws {
        let office = try Office()
        let nora = try office.house.hire("Nora", "caseworker", by: office.sylvie)
        try office.vault.assign(case: office.code, owner: "Nora", backup: nil, office.sylvie)
        office.expectNothing(office.amina, "former owner")
        _ = try office.vault.open(case: office.code, purpose: "handover", nora)
        #expect(try office.vault.show(case: office.code, record: nil, version: nil, nora).count == 3)
    }

    @Test("Everybody who stays goes on with a case that is open, through removals, new owners and resets")
    func othersGoOn() throws {
        let office = try Office()
        let nora = try office.house.hire("Nora", "caseworker", by: office.sylvie)
        try office.grant(["evidence"])
        _ = try office.vault.grant(
            case: office.code,
            GrantRequest(
                name: "Nora", compartments: ["evidence", "notes"], rights: ["read", "write"], until: nil,
                purpose: "review"), office.sylvie)
        _ = try office.vault.open(case: office.code, purpose: "review", nora)
        _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie)
        for session in [office.amina, nora] {
            #expect(
                try office.vault.show(
                    case: office.code, record: office.statement, version: nil, session
                ).count == 1)
        }
        // Amina forgot her passphrase: her cases go to her new keys, Nora's work is not disturbed.
        let invited = try office.vault.invite(name: "Amina", role: nil, resets: true, office.sylvie)
        let enrolled = try office.vault.enrol(
            name: "Amina", code: SecretBytes(copying: Array(invited.code.utf8)),
            passphrase: SecretBytes(copying: Array("new phrase".utf8)), keyFile: nil, lang: nil)
        _ = try office.vault.confirm(name: "Amina", words: enrolled.words, office.sylvie)
        #expect(
            try office.vault.show(case: office.code, record: office.statement, version: nil, nora).count == 1)
        #expect(
            try office.vault.edit(
                case: office.code, record: office.note, fields: ["summary": "Goes on."], nora
            ).version == 2)
    }
}

extension Vault {
    /// The newest generation of each compartment of a case.
    fileprivate func newestGenerations(_ code: String, _ session: Session) throws -> [String: UInt64] {
        let chain = try inside(code, session).chain
        return Dictionary(uniqueKeysWithValues: chain.sealings.map { ($0.key.rawValue, $0.value.generation) })
    }
}
