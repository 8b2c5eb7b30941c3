import HavreCodec
import HavreSecrets
import Testing

@testable import Havre

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
            let request = GrantRequest(
                name: "Louis", compartments: [compartment], rights: ["read"], until: nil, purpose: "appeal")
            _ = try house.vault.grant(case: code, request, sylvie)
            _ = try house.vault.revoke(case: code, name: "Louis", sylvie)
        }
        let again = try house.unlock("Amina")
        #expect(try house.vault.open(case: code, purpose: "visit", again).code == code)
    }

    @Test("A grant made narrower and then removed renews all that was ever given by it")
    func narrowed() throws {
        let house = try TestHouse()
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        _ = try house.hire("Louis", "legal", by: sylvie)
        let code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        for compartments in [["evidence", "legal"], ["core"]] {
            let request = GrantRequest(
                name: "Louis", compartments: compartments, rights: ["read"], until: nil, purpose: "appeal")
            _ = try house.vault.grant(case: code, request, sylvie)
        }
        let receipt = try house.vault.revoke(case: code, name: "Louis", sylvie)
        #expect(receipt.compartments == ["core", "evidence", "legal"])
    }
}
