import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre
@testable import HavreStore

/// A gate that is older than the vault, newer, or gone.
@Suite struct GateLossTests {
    @Test("An older gate is brought forward to a newer vault, and a newer gate is refused")
    func olderGate() throws {
        let scene = try BackupScene()
        let vault = scene.house.vault
        let old = try scene.backup("old")
        // A grant, a removal and a new colleague: what the old gate has never heard of.
        _ = try scene.house.hire("Louis", "legal", by: scene.sylvie)
        _ = try vault.grant(
            case: scene.code,
            GrantRequest(
                name: "Louis", compartments: ["evidence"], rights: ["read"], until: nil, purpose: "appeal"),
            scene.sylvie)
        _ = try vault.revoke(case: scene.code, name: "Louis", scene.sylvie)
        try scene.say("After the removal.")
        let records = try vault.show(case: scene.code, record: nil, version: nil, scene.amina).count
        let new = try scene.backup("new")
        let newer = RestorePlan(
            vaultHalf: old.plan("n").vaultHalf, gateHalf: new.plan("n").gateHalf, vault: old.plan("n").vault,
            gate: old.plan("n").gate, deviceKey: nil)
        #expect(throws: RestoreRefusal.notTogether) { try old.restore(newer, "sylvie phrase") }
        #expect(!FileManager.default.fileExists(atPath: newer.gate))
        // The old gate with today's journal, and today's vault.
        try FileManager.default.removeItem(at: new.folder.appending(path: "gate/gate.backup"))
        try FileManager.default.copyItem(
            at: old.folder.appending(path: "gate/gate.backup"),
            to: new.folder.appending(path: "gate/gate.backup"))
        let plan = new.plan("m")
        // The sums are those of the new half: whoever mixes by hand writes them anew.
        #expect(throws: RestoreRefusal.damaged) { try new.restore(plan, "sylvie phrase") }
        let restored = try Vault.restore(plan, passphrase: secret("sylvie phrase"), keyFile: nil)
        #expect(restored.era.size == new.size)
        let again = try Vault(vault: plan.vault, gate: plan.gate, deviceKey: nil)
        defer { again.close() }
        let amina = try unlock(again, "Amina")
        _ = try again.open(case: scene.code, purpose: "visit", amina)
        #expect(try again.show(case: scene.code, record: nil, version: nil, amina).count == records)
        let louis = try unlock(again, "Louis")
        #expect(throws: HavreError.notFound) { try again.open(case: scene.code, purpose: "appeal", louis) }
        #expect(try again.check(nil).problems.isEmpty)
    }

    @Test(
        "When only the gate is lost, the backup's gate and the vault as it is bring back all but what is named"
    )
    func gateLost() throws {
        let scene = try BackupScene()
        let vault = scene.house.vault
        let backup = try scene.backup()
        #expect(vault.casesWithoutCopy == 0)
        // Work after the backup: in the old case, in a new one, and by a new colleague.
        try scene.say("She called in April.")
        let shown = try vault.show(case: scene.code, record: nil, version: nil, scene.amina).count
        let lost = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, scene.amina)
        _ = try vault.open(case: lost, purpose: "visit", scene.amina)
        let louis = try scene.house.hire("Louis", "legal", by: scene.sylvie)
        #expect(vault.casesWithoutCopy == 1)
        #expect(vault.warnings.contains("cases-without-copy:1"))
        // Only who looks after the house is told how many.
        for session in [scene.amina, nil] {
            #expect(vault.casesWithoutCopy(for: session) == nil)
            #expect(!vault.warnings(for: session).contains { $0.hasPrefix("cases-without-copy") })
        }
        #expect(vault.casesWithoutCopy(for: scene.sylvie) == 1)
        #expect(vault.warnings(for: scene.sylvie).contains("cases-without-copy:1"))
        louis.end()
        let lostID = try #require(try vault.caseID(lost, scene.amina))
        vault.close()
        try FileManager.default.removeItem(at: scene.house.folder.appending(path: "gate"))
        let parts = backup.plan("r")
        let plan = RestorePlan(
            vaultHalf: scene.house.folder.appending(path: "vault").path, gateHalf: parts.gateHalf,
            vault: parts.vault, gate: parts.gate, deviceKey: nil)
        let restored = try backup.restore(plan, "sylvie phrase")
        #expect(restored.lostCases.map(\.id) == [lostID])
        #expect(restored.lostCases.map(\.code) == [lost])
        #expect(restored.lostPeople == ["Louis"])
        #expect(restored.era.lostAreaCount == 2)
        #expect(restored.era.lostAreas.contains(lostID))
        let again = try Vault(vault: plan.vault, gate: plan.gate, deviceKey: nil)
        defer { again.close() }
        let sylvie = try unlock(again, "Sylvie")
        let amina = try unlock(again, "Amina")
        #expect(try again.cases(amina).map(\.code) == [scene.code])
        #expect(try again.cases(sylvie).map(\.code) == [scene.code])
        _ = try again.open(case: scene.code, purpose: "visit", amina)
        #expect(try again.show(case: scene.code, record: nil, version: nil, amina).count == shown)
        #expect(throws: HavreError.notFound) { try again.open(case: lost, purpose: "visit", amina) }
        #expect(throws: HavreError.self) { _ = try unlock(again, "Louis") }
        #expect(try again.auditVerify(against: nil, sylvie).ok)
        #expect(try again.check(nil).problems.isEmpty)
        #expect(again.casesWithoutCopy == 1)
        // And it goes on: a new case, and new keys for him.
        _ = try again.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        _ = try again.invite(name: "Louis", role: nil, resets: true, sylvie)
    }
}
