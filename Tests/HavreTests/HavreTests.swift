import Foundation
import HavreCodec
import HavreForms
import HavreSecrets
import HavreSystem
import TestSupport
import Testing

@testable import Havre

/// A passphrase as the terminal would hand it over.
func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

/// A house in a temporary folder, with test costs.
final class TestHouse {
    let folder: URL
    private(set) var vault: Vault
    let fingerprint: String
    private let clock: Clock

    init(supervisor: String = "Sylvie", clock: Clock = .system, inMemory: Bool = false) throws {
        self.clock = clock
        let hasMemory = inMemory && FileManager.default.isWritableFile(atPath: "/dev/shm")
        let parent = hasMemory ? URL(fileURLWithPath: "/dev/shm") : FileManager.default.temporaryDirectory
        folder = parent.appendingPathComponent("havre-" + UUID().uuidString)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let plan = Self.plan(folder, supervisor)
        fingerprint = try Vault.found(
            plan, passphrase: secret("\(supervisor.lowercased()) phrase"),
            keyFile: nil)
        vault = try Vault(vault: plan.vault, gate: plan.gate, deviceKey: nil, clock: clock)
    }

    deinit {
        vault.close()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func plan(_ folder: URL, _ supervisor: String) -> HouseFounding {
        HouseFounding(
            vault: folder.appendingPathComponent("vault").path,
            gate: folder.appendingPathComponent("gate").path,
            deviceKey: nil, organisation: "Maison d'essai", supervisor: supervisor, parameters: .testing)
    }

    /// Closes the vault and opens it again, as a restart does.
    func reopen(_ between: () throws -> Void = {}) throws {
        vault.close()
        try between()
        vault = try Vault(
            vault: folder.appendingPathComponent("vault").path,
            gate: folder.appendingPathComponent("gate").path,
            deviceKey: nil, clock: clock)
    }

    /// Who works in most stories: the supervisor Sylvie, Amina with a case of her own, and the adviser Louis, who is
    /// not on it.
    func team() throws -> (sylvie: Session, amina: Session, louis: Session, code: String) {
        let sylvie = try unlock("Sylvie")
        let amina = try hire("Amina", "caseworker", by: sylvie)
        let louis = try hire("Louis", "legal", by: sylvie)
        let code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        return (sylvie, amina, louis, code)
    }

    /// A house on a clock that the test turns, with one caseworker.
    static func withCaseworker(_ name: String) throws -> (house: TestHouse, time: TestClock) {
        let time = TestClock()
        let house = try TestHouse(clock: time.clock, inMemory: true)
        _ = try house.hire(name, "caseworker", by: house.unlock("Sylvie"))
        return (house, time)
    }

    func unlock(_ name: String) throws -> Session {
        try vault.unlock(
            name: name, passphrase: secret("\(name.lowercased()) phrase"), keyFile: nil
        ).session
    }

    func hire(_ name: String, _ role: String, by supervisor: Session) throws -> Session {
        let invited = try vault.invite(name: name, role: role, resets: false, supervisor)
        let enrolled = try vault.enrol(
            name: name, code: secret(invited.code), passphrase: secret("\(name.lowercased()) phrase"),
            keyFile: nil, lang: nil)
        _ = try vault.confirm(name: name, words: enrolled.words, supervisor)
        return try unlock(name)
    }
}

@Suite struct HouseTests {
    @Test("A case is created, granted, read, revoked") func caseCreated() throws {
        let house = try TestHouse()
        let vault = house.vault
        let (sylvie, amina, louis, code) = try house.team()
        #expect(try vault.cases(amina).map(\.code) == [code])
        #expect(throws: HavreError.notOpen) {
            try vault.show(case: code, record: nil, version: nil, amina)
        }
        #expect(try vault.open(case: code, purpose: "visit", amina).code == code)
        let written = try vault.add(
            case: code, form: "statement",
            fields: ["kind": "first_account", "text": ["She arrived in March.", "He took her papers."]], amina
        )
        #expect(written.version == 1)
        let shown = try vault.show(case: code, record: written.record, version: nil, amina)
        #expect(shown.count == 1 && shown[0].author == "Amina")
        // A stranger learns nothing; a supervisor sees the card and may not read.
        #expect(throws: HavreError.notFound) { try vault.open(case: code, purpose: "visit", louis) }
        #expect(throws: HavreError.notGranted) { try vault.open(case: code, purpose: "visit", sylvie) }
        _ = try vault.grant(
            case: code,
            GrantRequest(
                name: "Louis", compartments: ["evidence", "consent"], rights: ["read"], until: nil,
                purpose: "appeal"),
            sylvie)
        _ = try vault.open(case: code, purpose: "appeal", louis)
        #expect(try vault.show(case: code, record: written.record, version: nil, louis).count == 1)
        #expect(throws: HavreError.notGranted) {
            try vault.add(case: code, form: "statement", fields: ["text": ["x"]], louis)
        }
        let receipt = try vault.revoke(case: code, name: "Louis", sylvie)
        #expect(receipt.opened.contains { $0.record == written.record })
        #expect(throws: HavreError.notFound) {
            try vault.show(case: code, record: written.record, version: nil, louis)
        }
        #expect(throws: HavreError.notFound) { try vault.open(case: code, purpose: "appeal", louis) }
        // The owner goes on with the renewed secrets.
        #expect(try vault.show(case: code, record: written.record, version: nil, amina).count == 1)
        _ = try vault.edit(
            case: code, record: written.record, fields: ["text": ["She arrived in April."]], amina)
        #expect(try vault.history(case: code, record: written.record, amina).count == 2)
        let log = try vault.auditLog(case: code, since: nil, sylvie)
        #expect(log.contains { $0.act == "revoke" && $0.subject == "Louis" })
        #expect(try vault.auditVerify(against: nil, amina).ok)
        try house.reopen()
        let again = try house.unlock("Amina")
        _ = try house.vault.open(case: code, purpose: "visit", again)
        #expect(try house.vault.show(case: code, record: nil, version: nil, again).count == 2)
        #expect(try house.vault.check(nil).problems.isEmpty)
    }

    @Test("The largest records are written and read or refused") func largestRecords() throws {
        let house = try TestHouse()
        let vault = house.vault
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.hire("Amina", "caseworker", by: sylvie)
        let code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        _ = try vault.open(case: code, purpose: "visit", amina)
        var generator = SeededGenerator(seed: 7)
        for count in [50, 220] {
            var words: [JSON] = []
            for _ in 0..<count {
                let numbers = (0..<200).map { _ in String(generator.next() % 100_000_000) }
                words.append(.string(numbers.joined(separator: " ")))
            }
            let same = [JSON](repeating: .string(String(repeating: "ß", count: 900)), count: count)
            for text in [words, same] {
                // What is too large is refused before anything is written.
                let written = try? vault.add(
                    case: code, form: "statement", fields: ["text": .array(text)], amina)
                guard let written else { continue }
                #expect(try vault.show(case: code, record: written.record, version: nil, amina).count == 1)
            }
        }
        #expect(!(try vault.show(case: code, record: nil, version: nil, amina)).isEmpty)
        #expect(try vault.check(nil).problems.isEmpty)
    }
}

extension GrantRequest {
    /// Reading alone, for an appeal, as long as grants last.
    static func reading(_ compartments: [String], for name: String) -> GrantRequest {
        GrantRequest(name: name, compartments: compartments, rights: ["read"], until: nil, purpose: "appeal")
    }
}
