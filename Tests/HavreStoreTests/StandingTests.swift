import Foundation
import Testing

@testable import HavreStore

/// Somebody who can write to the folders while the store runs, and puts things beside its files.
@Suite struct StandingTests {
    private static let files = ["vault/vault.db", "vault/vault.db-wal", "gate/gate.db", "gate/gate.db-wal"]

    @Test(
        "Into files that no start would find nothing is written and from them nothing is read",
        arguments: files)
    func filesStart(
        _ name: String
    ) throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        let path = house.path(name)
        let away = house.path("away")
        let attacks: [(String, () throws -> Void)] = [
            ("renamed", {}),
            ("replaced by a copy", { try FileManager.default.copyItem(atPath: away, toPath: path) }),
            (
                "replaced by a link",
                { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: away) }
            ),
            ("replaced by a pipe", { try #require(mkfifo(path, 0o600) == 0) }),
        ]
        for (attack, replace) in attacks {
            #expect(rename(path, away) == 0)
            try replace()
            #expect(throws: StoreError.self, "written: \(attack)") {
                _ = try house.store.submit(try house.put(area, 0, "lost"))
            }
            #expect(throws: StoreError.self, "read: \(attack)") {
                _ = try house.store.submit(house.change("read"))
            }
            // What lies there again is what is open: nothing was lost, and the work goes on.
            unlink(path)
            #expect(rename(away, path) == 0)
            _ = try house.store.submit(try house.put(area, 0, "kept"))
        }
        try house.restart()
        #expect(try house.text(area, 0) == "kept")
        #expect(try house.store.check().problems.isEmpty)
    }

    @Test(
        "Into folders that no start would find nothing is written and from them nothing is read",
        arguments: ["vault", "gate", "."])
    func intoFolders(
        _ name: String
    ) throws {
        let house = try House()
        let area = try house.makeArea(rows: 1)
        let path = URL(fileURLWithPath: house.path(name)).standardizedFileURL.path
        let away = path + ".away"
        for isReplaced in [false, true] {
            #expect(rename(path, away) == 0)
            if isReplaced { try FileManager.default.copyItem(atPath: away, toPath: path) }
            #expect(throws: StoreError.self) { _ = try house.store.submit(try house.put(area, 0, "lost")) }
            #expect(throws: StoreError.self) { _ = try house.store.submit(house.change("read")) }
            if isReplaced { try FileManager.default.removeItem(atPath: path) }
            #expect(rename(away, path) == 0)
            _ = try house.store.submit(try house.put(area, 0, "kept"))
        }
        try house.restart()
        #expect(try house.text(area, 0) == "kept")
        #expect(try house.store.check().problems.isEmpty)
    }

    @Test(
        "A pipe, a folder or a link beside a database is refused at once",
        arguments: ["vault/vault.db", "gate/gate.db"], ["-journal", "-wal", "-shm"])
    func pipeFolder(
        _ name: String, _ suffix: String
    ) throws {
        let house = try House()
        house.close()
        let path = house.path(name + suffix)
        let attacks: [() throws -> Void] = [
            { try #require(mkfifo(path, 0o600) == 0) },
            { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) },
            { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/null") },
        ]
        for attack in attacks {
            try? FileManager.default.removeItem(atPath: path)
            try attack()
            #expect(throws: StoreError.foreign(name.hasPrefix("gate") ? .gateFile : .vaultFile)) {
                try house.reopen()
            }
        }
        try FileManager.default.removeItem(atPath: path)
        try house.reopen()
    }

    @Test(
        "Something else in the place of a lock is refused as none of ours",
        arguments: ["vault/lock", "gate/lock"])
    func somethingElse(_ name: String) throws {
        let house = try House()
        house.close()
        let path = house.path(name)
        try FileManager.default.removeItem(atPath: path)
        try #require(mkfifo(path, 0o600) == 0)
        #expect(throws: StoreError.foreign(name.hasPrefix("gate") ? .gateFolder : .vaultFolder)) {
            try house.reopen()
        }
    }

    @Test("A folder among the files that came in is refused, and stays") func folderAmong() throws {
        let house = try House()
        house.close()
        let path = house.path("vault/blobs/incoming/folder")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(throws: StoreError.foreign(.blob)) { try house.reopen() }
        #expect(FileManager.default.fileExists(atPath: path))
    }
}
