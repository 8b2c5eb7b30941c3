import HavreCodec
import HavreSecrets
import HavreStore
import Testing

@testable import Havre
@testable import HavreStore

/// Names of cases: who learns them, and that none is lost.
@Suite struct CodeNameTests {
    @Test("The gate by itself, without anybody's passphrase, tells no name of a case")
    func sealed() throws {
        let house = try TestHouse(inMemory: true)
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let codes = try (0..<3).map { _ in
            try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        }
        var found = 0
        while let bytes = try house.vault.fact("codes/page/\(found)") {
            found += 1
            let text = String(decoding: bytes, as: Unicode.ASCII.self)
            for code in codes { #expect(!text.contains(code)) }
        }
        #expect(found == 1)
        // With the last session the names leave memory too.
        house.vault.lockAll()
        #expect(house.vault.house.with { $0.codes == nil })
    }

    @Test("A case that was decided on a full disk is found by its name, there and after a restart")
    func decided() throws {
        let house = try TestHouse(inMemory: true)
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        _ = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        vault.store.lead { $0.isGateFull = true }
        #expect(throws: HavreError.storageFull(decided: true)) {
            try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        }
        let codes = try vault.cases(amina).map(\.code)
        #expect(codes.count == 2)
        for code in codes {
            // Reads go on; what the gate is owed counts already.
            _ = try vault.open(case: code, purpose: "visit", amina)
            _ = try vault.identifierGuard(try #require(try vault.caseID(code, amina)))
            #expect(throws: HavreError.storageFull(decided: false)) {
                try vault.add(case: code, form: "note", fields: ["summary": "Called."], amina)
            }
        }
        vault.store.lead { $0.isGateFull = false }
        for code in codes {
            _ = try vault.add(case: code, form: "note", fields: ["summary": "Called."], amina)
        }
        try house.reopen()
        let again = try house.unlock("Amina")
        for code in codes { _ = try house.vault.open(case: code, purpose: "visit", again) }
        #expect(try house.vault.check(nil).problems.isEmpty)
    }

    @Test(
        "A new case writes one small page of names, however many there are; every name is found after a restart"
    )
    func pages() throws {
        let house = try TestHouse(inMemory: true)
        let amina = try house.hire("Amina", "caseworker", by: try house.unlock("Sylvie"))
        let size = 2 * CodeNames.pageCount + 3
        let codes = try (0..<size).map { _ in
            try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        }
        let pages = try (0..<3).map { try #require(try house.vault.fact("codes/page/\($0)")) }
        #expect(try house.vault.fact("codes/page/3") == nil)
        #expect(pages.allSatisfy { $0.count < 4_096 } && pages[2].count < pages[0].count)
        try house.reopen()
        let again = try house.unlock("Amina")
        let last = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, again)
        for code in codes + [last] { #expect(try house.vault.caseID(code, again) != nil) }
        // Only the page that was open was written over.
        #expect(
            try (0..<3).map { try house.vault.fact("codes/page/\($0)") == pages[$0] } == [true, true, false])
    }
}
