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
            let before = answered.with { $0 }
            inParallel(3) { thread in
                if thread == 0 {
                    // In the midst of the others' reading.
                    answered.when({ $0 > before + 1 }, withinMilliseconds: 60_000) { _ in }
                    let removal = try? vault.revoke(case: code, name: "Louis", sylvie)
                    receipt.with { $0 = removal }
                    isOver.with { $0 = true }
                }
                while !isOver.with({ $0 }) {
                    let shown = try? vault.show(case: code, record: statement, version: nil, louis)
                    if shown != nil {
                        answered.with { $0 += 1 }
                        answered.broadcast()
                    }
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
}

extension Vault {
    /// The newest generation of each compartment of a case.
    fileprivate func newestGenerations(_ code: String, _ session: Session) throws -> [String: UInt64] {
        let chain = try inside(code, session).chain
        return Dictionary(uniqueKeysWithValues: chain.sealings.map { ($0.key.rawValue, $0.value.generation) })
    }
}
