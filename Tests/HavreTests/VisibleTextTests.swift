import Foundation
import HavreCodec
import HavreSystem
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

    @Test(
        "The title of an attachment holds nothing that nobody sees, and is looked at before the file is read")
    func titles() throws {
        let house = try TestHouse(inMemory: true)
        let (_, amina, _, code) = try house.team()
        let vault = house.vault
        _ = try vault.open(case: code, purpose: "visit", amina)
        let path = house.folder.appendingPathComponent("file").path
        try "A letter.".write(toFile: path, atomically: true, encoding: .utf8)
        let titles = [
            "a\u{1B}[2J", "a\u{202E}gpj.exe", "a\u{200B}b", "a\u{90}b", "a\u{0}b", "a\nb", "a\u{2067}b",
            "\u{FEFF}a",
            "\u{E0041}", "\u{2028}", String(repeating: "a", count: 301),
            String(repeating: "é", count: 1 << 15),
        ]
        for title in titles {
            var isRead = false
            let file = try Descriptor.open(path, [.read])
            do {
                _ = try vault.attach(case: code, title: title, file: file, amina) { _, _ in isRead = true }
                Issue.record("\(title.prefix(20).debugDescription)")
            } catch {
                guard case .invalid(let field, _) = error else { throw error }
                #expect(field == "title" && !isRead)
            }
            #expect(throws: HavreError.self) {
                try vault.add(case: code, form: "evidence", fields: ["title": .string(title)], amina)
            }
        }
        let file = try Descriptor.open(path, [.read])
        _ = try vault.attach(case: code, title: "Été à Łódź, زهرة", file: file, amina)
        #expect(try vault.show(case: code, record: nil, version: nil, form: "evidence", amina).count == 1)
    }
}
