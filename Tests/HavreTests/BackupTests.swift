import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import Testing

@testable import Havre
@testable import HavreStore

@Suite struct LibraryBackupTests {
    @Test("After the loss of the machine the founder's passphrase and the backup bring everybody back")
    func afterLoss() throws {
        let scene = try BackupScene()
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
        let scene = try BackupScene()
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
        let scene = try BackupScene()
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
        let stranger = try BackupScene()
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

    @Test("A backup opens with the passphrase of its day, and shows nobody's name")
    func backupOpens() throws {
        // Names so long that no megabyte of ciphertext holds them by chance.
        let (supervisor, phrase) = ("Sylvie-Bérénice", "sylvie-bérénice phrase")
        let scene = try BackupScene(supervisor: supervisor, caseworker: "Aminata-Zélie")
        let backup = try scene.backup()
        try scene.house.vault.passwd(
            old: secret(phrase), new: secret("sylvie changes"), keyFile: nil, newKeyFile: nil,
            scene.sylvie)
        let later = try scene.backup("later")
        #expect(throws: RestoreRefusal.wrongPassphrase) {
            _ = try later.restore(later.plan("r"), phrase)
        }
        _ = try later.restore(later.plan("r"), "sylvie changes")
        _ = try backup.restore(backup.plan("s"), phrase)
        for name in try FileManager.default.subpathsOfDirectory(atPath: backup.folder.path) {
            guard let bytes = try? Data(contentsOf: backup.folder.appending(path: name)) else { continue }
            for text in [
                supervisor, supervisor.lowercased(), "Aminata-Zélie", "Maison d'essai", "arrived in March",
                scene.code, "statement",
            ] {
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
        let scene = try BackupScene()
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
        let scene = try BackupScene()
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
