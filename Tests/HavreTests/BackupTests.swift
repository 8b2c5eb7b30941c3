import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre
@testable import HavreStore

/// A backup as a client writes it down, in a folder of a test's house.
struct WrittenBackup {
    let folder: URL
    let size: UInt64

    init(_ vault: Vault, _ session: Session, to folder: URL) throws {
        self.folder = folder
        size = try UInt64(vault.auditCheckpoint().split(separator: "\n")[1]).map { $0 + 1 } ?? 0
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // Its own entry is the last one in it.
        try vault.backup(into: folder.path, session)
    }

    /// Places of a restored vault beside the backup.
    func plan(_ name: String, known: Era.Known? = nil) -> RestorePlan {
        let parent = folder.deletingLastPathComponent()
        return RestorePlan(
            vaultHalf: folder.appending(path: "vault").path, gateHalf: folder.appending(path: "gate").path,
            vault: parent.appending(path: name + "-vault").path,
            gate: parent.appending(path: name + "-gate").path, deviceKey: nil, known: { _ in known })
    }

    func restore(_ plan: RestorePlan, _ phrase: String) throws -> Restored {
        try Vault.verify(backup: plan)
        return try Vault.restore(plan, passphrase: secret(phrase), keyFile: nil)
    }
}

private func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

private func unlock(_ vault: Vault, _ name: String, _ phrase: String? = nil) throws -> Session {
    try vault.unlock(
        name: name, passphrase: secret(phrase ?? "\(name.lowercased()) phrase"), keyFile: nil
    ).session
}

@Suite struct LibraryBackupTests {
    /// Sylvie, Amina and a case with a statement and a file.
    private struct Scene {
        let house: TestHouse
        let sylvie, amina: Session
        let code: String

        init() throws {
            house = try TestHouse(inMemory: true)
            sylvie = try house.unlock("Sylvie")
            amina = try house.hire("Amina", "caseworker", by: sylvie)
            code = try house.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
            _ = try house.vault.open(case: code, purpose: "visit", amina)
            try say("She arrived in March.")
            let path = house.folder.appending(path: "file")
            try Data("photograph".utf8).write(to: path)
            _ = try house.vault.attach(case: code, title: nil, file: try .open(path.path, [.read]), amina)
        }

        func say(_ text: String) throws {
            _ = try house.vault.add(
                case: code, form: "statement", fields: ["kind": "first_account", "text": [.string(text)]],
                amina)
        }

        func backup(_ name: String = "backup") throws -> WrittenBackup {
            try WrittenBackup(house.vault, sylvie, to: house.folder.appending(path: name))
        }
    }

    @Test("After the loss of the machine the founder's passphrase and the backup bring everybody back")
    func afterLoss() throws {
        let scene = try Scene()
        let vault = scene.house.vault
        #expect(vault.warnings.contains("backup-never"))
        let kept = try vault.auditCheckpoint()
        let records = try vault.show(case: scene.code, record: nil, version: nil, scene.amina).count
        let backup = try scene.backup()
        #expect(!vault.warnings.contains { $0.hasPrefix("backup") })
        for number in 0..<3 { try scene.say("Lost \(number).") }
        let lost = try vault.auditCheckpoint()
        let seen = try vault.auditVerify(against: nil, scene.sylvie)
        vault.close()
        let plan = backup.plan("r", known: Era.Known(size: seen.size, root: try Digest(hex: seen.root)))
        let restored = try backup.restore(plan, "sylvie phrase")
        #expect(restored.fingerprint == scene.house.fingerprint)
        #expect(restored.era.number == 1 && restored.era.size == backup.size)
        #expect(restored.era.lost?.size == seen.size)
        let again = try Vault(vault: plan.vault, gate: plan.gate, deviceKey: nil)
        defer { again.close() }
        #expect(again.warnings.contains("backup-never"))
        let (sylvie, amina) = (try unlock(again, "Sylvie"), try unlock(again, "Amina"))
        _ = try again.open(case: scene.code, purpose: "visit", amina)
        #expect(try again.show(case: scene.code, record: nil, version: nil, amina).count == records)
        #expect(try again.check(sylvie).problems.isEmpty)
        #expect(try again.auditVerify(against: kept, sylvie).ok)
        #expect(try !again.auditVerify(against: lost, sylvie).ok)
        #expect(try again.auditVerify(against: try again.auditCheckpoint(), sylvie).ok)
        let log = try again.auditLog(case: nil, since: nil, sylvie)
        #expect(log.first { $0.index == backup.size }?.act == "restore")
        #expect(log.first { $0.index == backup.size }?.actor == "Sylvie")
        #expect(try again.eras().map(\.number) == [1])
        // Both log and host have new keys: who holds the lost machine is not the house any more.
        #expect(restored.era.log == again.logKey && restored.era.oldLog != again.logKey)
        // Panic and a supervisor's passphrase work as before.
        again.panic()
        _ = try unlock(again, "Sylvie")
    }

    @Test("Whoever may not take a backup is not lent one, and asking is an entry") func takeBackup() throws {
        let scene = try Scene()
        #expect(throws: HavreError.notGranted) { try scene.house.vault.backup(scene.amina) }
        #expect(throws: HavreError.notGranted) {
            try scene.house.vault.backup(blob: Random.identifier(), scene.amina)
        }
        #expect(throws: HavreError.notGranted) { try scene.house.vault.backupKept(size: 1, scene.amina) }
        #expect(throws: HavreError.busy) {
            try scene.house.vault.backup(blob: Random.identifier(), scene.sylvie)
        }
        let keeper = try scene.house.hire("Karim", "keeper", by: scene.sylvie)
        _ = try scene.house.vault.backup(keeper)
        let log = try scene.house.vault.auditLog(case: nil, since: nil, scene.sylvie)
        #expect(log.contains { $0.act == "backup" && $0.actor == "Karim" })
    }

    @Test("A flipped byte anywhere, half a backup and other halves are refused by name and leave nothing")
    func flippedByte() throws {
        let scene = try Scene()
        let backup = try scene.backup()
        let plan = backup.plan("r")
        let manager = FileManager.default
        func isNothingLeft() -> Bool {
            !manager.fileExists(atPath: plan.vault) && !manager.fileExists(atPath: plan.gate)
        }
        let names = try manager.subpathsOfDirectory(atPath: backup.folder.path).filter {
            var isFolder: ObjCBool = false
            let isThere = manager.fileExists(
                atPath: backup.folder.appending(path: $0).path, isDirectory: &isFolder)
            return isThere && !isFolder.boolValue
        }
        #expect(names.contains("gate/gate.journal") && names.contains { $0.hasPrefix("vault/blobs/") })
        for name in names {
            let url = backup.folder.appending(path: name)
            let good = try Data(contentsOf: url)
            for offset in [0, good.count / 3, good.count / 2, good.count - 1] {
                var bytes = good
                bytes[offset] ^= 1
                try bytes.write(to: url)
                #expect(throws: RestoreRefusal.damaged, "\(name) \(offset)") {
                    _ = try backup.restore(plan, "sylvie phrase")
                }
                // Who changes the sums as well is found by the restore itself, where the byte says anything: the
                // older lines of the journal are closed for good.
                guard name == "gate/gate.backup" || name.hasPrefix("vault/blobs/") else { continue }
                #expect(throws: RestoreRefusal.self, "\(name) \(offset)") {
                    _ = try Vault.restore(plan, passphrase: secret("sylvie phrase"), keyFile: nil)
                }
            }
            try manager.removeItem(at: url)
            let refusal: RestoreRefusal = name.hasSuffix("SHA256SUMS") ? .unfinished : .damaged
            #expect(throws: refusal, "\(name)") { try backup.restore(plan, "sylvie phrase") }
            // A pipe does not keep anybody waiting, and is no file.
            try #require(mkfifo(url.path, 0o600) == 0)
            #expect(throws: RestoreRefusal.damaged, "\(name)") {
                try backup.restore(plan, "sylvie phrase")
            }
            try manager.removeItem(at: url)
            try manager.createDirectory(at: url, withIntermediateDirectories: false)
            #expect(throws: RestoreRefusal.damaged, "\(name)") {
                try backup.restore(plan, "sylvie phrase")
            }
            try manager.removeItem(at: url)
            try good.write(to: url)
            #expect(isNothingLeft(), "\(name)")
        }
        for phrase in ["amina phrase", "sylvie phrase ", "x"] {
            #expect(throws: RestoreRefusal.wrongPassphrase) { try backup.restore(plan, phrase) }
        }
        let stranger = try Scene()
        let other = try stranger.backup()
        let mixed = RestorePlan(
            vaultHalf: other.plan("x").vaultHalf, gateHalf: plan.gateHalf, vault: plan.vault, gate: plan.gate,
            deviceKey: nil)
        #expect(throws: RestoreRefusal.twoVaults) { try backup.restore(mixed, "sylvie phrase") }
        #expect(throws: RestoreRefusal.occupied(isGate: true)) {
            let house = scene.house.folder
            _ = try backup.restore(
                RestorePlan(
                    vaultHalf: plan.vaultHalf, gateHalf: plan.gateHalf,
                    vault: house.appending(path: "vault").path, gate: house.appending(path: "gate").path,
                    deviceKey: nil), "sylvie phrase")
        }
        #expect(isNothingLeft())
        _ = try backup.restore(plan, "sylvie phrase")
    }

    @Test("An older gate is brought forward to a newer vault, and a newer gate is refused")
    func olderGate() throws {
        let scene = try Scene()
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
        let scene = try Scene()
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

    @Test("A backup opens with the passphrase of its day, and shows nobody's name")
    func backupOpens() throws {
        let scene = try Scene()
        let backup = try scene.backup()
        try scene.house.vault.passwd(
            old: secret("sylvie phrase"), new: secret("sylvie changes"), keyFile: nil, newKeyFile: nil,
            scene.sylvie)
        let later = try scene.backup("later")
        #expect(throws: RestoreRefusal.wrongPassphrase) {
            _ = try later.restore(later.plan("r"), "sylvie phrase")
        }
        _ = try later.restore(later.plan("r"), "sylvie changes")
        _ = try backup.restore(backup.plan("s"), "sylvie phrase")
        for name in try FileManager.default.subpathsOfDirectory(atPath: backup.folder.path) {
            guard let bytes = try? Data(contentsOf: backup.folder.appending(path: name)) else { continue }
            for text in ["Sylvie", "Amina", "Maison", "March", scene.code, "sylvie", "statement"] {
                #expect(bytes.range(of: Data(text.utf8)) == nil, "\(name): \(text)")
            }
        }
    }

    @Test("Status warns when no backup was ever kept, and when the last one is old")
    func statusWarns() throws {
        let time = TestClock()
        let house = try TestHouse(clock: time.clock, inMemory: true)
        func warnings() -> [String] { house.vault.warnings.filter { $0.hasPrefix("backup") } }
        #expect(warnings() == ["backup-never"])
        let sylvie = try house.unlock("Sylvie")
        // One that was only lent is not kept.
        _ = try house.vault.backup(sylvie)
        #expect(warnings() == ["backup-never"])
        #expect(throws: HavreError.self) { try house.vault.backupKept(size: 1_000_000, sylvie) }
        _ = try WrittenBackup(house.vault, sylvie, to: house.folder.appending(path: "backup"))
        #expect(warnings() == [])
        time.advance(seconds: 6 * 86_400)
        #expect(warnings() == [])
        time.advance(seconds: 2 * 86_400)
        #expect(warnings() == ["backup-old"])
    }

    @Test("The device key may lie elsewhere, and has to be there") func deviceKey() throws {
        let scene = try Scene()
        let backup = try scene.backup()
        let medium = scene.house.folder.appending(path: "medium")
        func plan(_ name: String) -> RestorePlan {
            let plain = backup.plan(name)
            return RestorePlan(
                vaultHalf: plain.vaultHalf, gateHalf: plain.gateHalf, vault: plain.vault, gate: plain.gate,
                deviceKey: medium.path)
        }
        #expect(throws: RestoreRefusal.deviceKey) { _ = try backup.restore(plan("r"), "sylvie phrase") }
        try Data(Random.bytes(31)).write(to: medium)
        #expect(throws: RestoreRefusal.deviceKey) { _ = try backup.restore(plan("r"), "sylvie phrase") }
        try Data(Random.bytes(32)).write(to: medium)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: medium.path)
        _ = try backup.restore(plan("r"), "sylvie phrase")
        #expect(!FileManager.default.fileExists(atPath: plan("r").gate + "/device.key"))
        let vault = try Vault(vault: plan("r").vault, gate: plan("r").gate, deviceKey: medium.path)
        defer { vault.close() }
        _ = try unlock(vault, "Sylvie")
    }

    @Test("An erasure that was certified after the backup is done again") func erasureCertified() throws {
        let scene = try Scene()
        let vault = scene.house.vault
        let backup = try scene.backup()
        // What an erasing act will write: the area of the case ends, with a certificate.
        let caseID = try #require(try vault.caseID(scene.code, scene.amina))
        let status = try #require(try vault.store.area(Area(caseID)))
        var change = Change(
            operation: Random.identifier(), entry: try Self.entry(vault), commitment: Hash.sha256([1]),
            instant: vault.now.seconds)
        change.expects = [status.expectation(of: Area(caseID))]
        change.gate = GateStep()
        change.gate?.erased = [Area(caseID)]
        change.gate?.certificate = Array("certificate".utf8)
        _ = try vault.store.submit(change)
        vault.close()
        // The log of erasures was kept apart.
        try FileManager.default.copyItem(
            at: scene.house.folder.appending(path: "gate/erasures.log"),
            to: backup.folder.appending(path: "gate/erasures.log"))
        let plan = backup.plan("r")
        let restored = try Vault.restore(plan, passphrase: secret("sylvie phrase"), keyFile: nil)
        #expect(restored.erasedAgain == 1)
        let again = try Vault(vault: plan.vault, gate: plan.gate, deviceKey: nil)
        defer { again.close() }
        #expect(try again.store.area(Area(caseID)) == nil)
        #expect(try again.check(nil).problems.isEmpty)
        // Nothing of it is left in the files, either.
        #expect(try FileManager.default.contentsOfDirectory(atPath: plan.vault + "/blobs") == ["incoming"])
    }

    /// The sealed body of an entry, as every act writes one.
    private static func entry(_ vault: Vault) throws -> [UInt8] {
        let receipt = try vault.log(Event(time: vault.now, act: "test"))
        return try vault.store.entry(receipt.entry).body
    }
}
