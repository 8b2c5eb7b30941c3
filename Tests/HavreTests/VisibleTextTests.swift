import Testing

@testable import Havre

@Suite struct VisibleTextTests {
    @Test("A label or a purpose in words holds nothing that steers a terminal or turns text around")
    func visible() throws {
        let house = try TestHouse(inMemory: true)
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        for hidden in [
            "\u{1B}[2J", "a\u{202E}b", "a\u{200B}b", "a\u{90}b", "\u{7}", "a\u{2067}b", "\u{E0041}",
        ] {
            let rule = "must not hold characters that nobody sees"
            #expect(throws: HavreError.invalid(field: "label", rule: rule)) {
                try house.vault.label(case: code, "mine" + hidden, amina)
            }
            #expect(throws: HavreError.invalid(field: "purpose", rule: rule)) {
                _ = try house.vault.open(case: code, purpose: "visit" + hidden, amina)
            }
        }
        try house.vault.label(case: code, "Été à Łódź, زهرة", amina)
        _ = try house.vault.open(case: code, purpose: "Réunion du 3", amina)
        #expect(try house.vault.cases(amina).map(\.label) == ["Été à Łódź, زهرة"])
    }
}
