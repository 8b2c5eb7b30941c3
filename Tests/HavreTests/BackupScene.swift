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

/// Sylvie, Amina and a case with a statement and a file.
struct BackupScene {
    let house: TestHouse
    let sylvie, amina: Session
    let code: String

    init(supervisor: String = "Sylvie", caseworker: String = "Amina") throws {
        house = try TestHouse(supervisor: supervisor, inMemory: true)
        sylvie = try house.unlock(supervisor)
        amina = try house.hire(caseworker, "caseworker", by: sylvie)
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

/// A session with the phrase that the test house gives a name, or another one.
func unlock(_ vault: Vault, _ name: String, _ phrase: String? = nil) throws -> Session {
    try vault.unlock(
        name: name, passphrase: secret(phrase ?? "\(name.lowercased()) phrase"), keyFile: nil
    ).session
}
