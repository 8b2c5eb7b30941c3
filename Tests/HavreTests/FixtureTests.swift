import Foundation
import HavreCodec
import HavreSecrets
import HavreSystem
import TestSupport
import Testing

@testable import Havre

/// A vault that an older version of the programs has written (`Tests/Fixtures/make`), as a copy that goes with the
/// value.
private final class Fixture {
    let folder: TemporaryFolder
    let facts: JSON

    init(_ name: String) throws {
        folder = try TemporaryFolder()
        let source = SharedVectors.root.appending(path: "Tests/Fixtures/\(name)")
        facts = try JSON(parsing: Array(try Data(contentsOf: source.appending(path: "facts.json"))))
        for half in ["vault", "gate"] {
            try FileManager.default.copyItem(
                atPath: source.appending(path: half).path, toPath: folder.path(half))
        }
        // A checkout keeps neither permissions nor empty folders.
        try FileManager.default.createDirectory(
            atPath: folder.path("vault/blobs/incoming"), withIntermediateDirectories: true)
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path("")) {
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: folder.path(path), isDirectory: &isFolder)
            #expect(isThere)
            try FileManager.default.setAttributes(
                [.posixPermissions: isFolder.boolValue ? 0o700 : 0o600], ofItemAtPath: folder.path(path))
        }
    }

    func open() throws -> Vault {
        try Vault(vault: folder.path("vault"), gate: folder.path("gate"), deviceKey: nil)
    }

    /// Every file's bytes but the locks'.
    func contents() throws -> [String: Data] {
        var found: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path(""))
        where !path.hasSuffix("lock") {
            found[path] = try? Data(contentsOf: URL(filePath: folder.path(path)))
        }
        return found
    }
}

/// What older versions have written opens, and what newer ones have written is left alone.
@Suite struct FixtureTests {
    @Test("A vault of the first version opens, shows, checks and goes on") func vaultFirst() throws {
        let fixture = try Fixture("vault-1")
        let vault = try fixture.open()
        defer { vault.close() }
        let code = try #require(fixture.facts["case"]?.string)
        #expect(vault.fingerprint == fixture.facts["fingerprint"]?.string)
        let amina = try vault.unlock(
            name: "Amina", passphrase: secret("amina écoute la pluie"), keyFile: nil
        ).session
        _ = try vault.open(case: code, purpose: "review", amina)
        let record = try Identifier(hex: try #require(fixture.facts["record"]?.string))
        let versions = try vault.history(case: code, record: record, amina)
        #expect(versions.map(\.version) == [1, 2])
        let shown = try vault.show(case: code, record: record, version: nil, amina)
        #expect(shown.count == 1 && shown[0].author == "Amina")
        #expect(try vault.find("avril", case: code, amina).count == 1)
        _ = try vault.add(case: code, form: "note", fields: ["summary": "Goes on."], amina)
        // Its names lie by their first letter; a new one lies in a page, and both are found.
        #expect(try vault.fact("codes/page/0") == nil)
        let new = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        #expect(try vault.fact("codes/page/0") != nil)
        vault.house.with { $0.codes = nil }
        for name in [code, new] { #expect(try vault.caseID(name, amina) != nil) }
        #expect(try vault.whoOpened(case: code, amina).contains { $0.act == "history" })
        let awa = try vault.unlock(
            name: "Awa", passphrase: secret("awa has four grey goats"), keyFile: nil
        ).session
        // From custody, which lies under the gate.
        #expect(try vault.access(case: code, awa).holders.map(\.name) == ["Amina"])
        #expect(try vault.auditVerify(against: nil, amina).ok)
        #expect(try vault.check(nil).problems.isEmpty)
    }

    @Test(
        "A newer version byte is refused, and nothing is changed",
        arguments: ["vault/vault.db", "gate/gate.db"])
    func newerVersion(file: String) throws {
        let fixture = try Fixture("vault-1")
        // Offset 60 of SQLite's header: user_version, big endian.
        let url = URL(filePath: fixture.folder.path(file))
        var bytes = try Data(contentsOf: url)
        #expect(bytes[60..<64].elementsEqual([0, 0, 0, 1]))
        bytes[63] = 2
        try bytes.write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
        let before = try fixture.contents()
        #expect(throws: HavreError.tampered) { try fixture.open() }
        #expect(
            Vault.isOfNewerVersion(vault: fixture.folder.path("vault"), gate: fixture.folder.path("gate")))
        #expect(try fixture.contents() == before)
        bytes[63] = 1
        try bytes.write(to: url)
        #expect(
            !Vault.isOfNewerVersion(vault: fixture.folder.path("vault"), gate: fixture.folder.path("gate")))
    }
}
