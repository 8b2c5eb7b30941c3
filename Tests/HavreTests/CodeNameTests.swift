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
        for letter in "abcdefghijklmnopqrstuvwxyz" {
            guard let bytes = try house.vault.fact("codes/\(letter)") else { continue }
            found += 1
            let text = String(decoding: bytes, as: Unicode.ASCII.self)
            for code in codes { #expect(!text.contains(code)) }
        }
        #expect(found > 0)
        // With the last session the names leave memory too.
        house.vault.lockAll()
        #expect(house.vault.house.with { $0.codes == nil })
    }

    @Test("A case that was decided on a full disk is found by its name, there and after a restart")
    func decided() throws {
        let house = try TestHouse(inMemory: true)
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        // Room for the *next* of step 1, none for the cells of step 3: at which case that is depends on the pages.
        var answer: HavreError?
        var made = 0
        for round in 0..<200 where answer != .storageFull(decided: true) {
            try limit(house, Int64(round % 6))
            do throws(HavreError) {
                _ = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
                made += 1
            } catch { answer = error }
        }
        #expect(answer == .storageFull(decided: true))
        try house.vault.readRing(amina)
        let codes = try house.vault.cases(amina).map(\.code)
        #expect(codes.count == made + 1)
        for code in codes {
            _ = try house.vault.open(case: code, purpose: "visit", amina)
            let caseID = try #require(try house.vault.caseID(code, amina))
            _ = try house.vault.identifierGuard(caseID)
            // The supervisors find it too: it is in custody.
            _ = try house.vault.access(case: code, sylvie)
        }
        try limit(house, nil)
        for code in codes {
            _ = try house.vault.add(case: code, form: "note", fields: ["summary": "Called."], amina)
        }
        try house.reopen()
        let again = try house.unlock("Amina")
        for code in codes { _ = try house.vault.open(case: code, purpose: "visit", again) }
        #expect(try house.vault.check(nil).problems.isEmpty)
    }

    /// Lets `gate.db` grow by so many pages more, or again without limit.
    private func limit(_ house: TestHouse, _ pages: Int64?) throws {
        let gate = house.vault.store.leader.gate.connection
        let count = try gate.integerAnswer("PRAGMA page_count") ?? 0
        try gate.execute("PRAGMA max_page_count = \(pages.map { count + $0 } ?? 1 << 30)")
    }
}
