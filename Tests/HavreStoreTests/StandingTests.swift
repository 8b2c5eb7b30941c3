import Foundation
import Testing

@testable import HavreStore

/// Somebody who can write to the folders while the store runs, and puts things beside its files.
@Suite struct StandingTests {
    private static let files = ["vault/vault.db", "vault/vault.db-wal", "gate/gate.db", "gate/gate.db-wal"]

    /// Nothing that was acknowledged in between is lost.
    private func expectKept(_ house: House, _ area: Area) throws {
        try house.restart()
        #expect(try house.text(area, 0) == "kept")
        #expect(try house.store.check().problems.isEmpty)
    }

    /// Carries a change out as the library does: built anew when the files had to be compared first.
    private func insist(_ house: House, _ build: () throws -> Change) throws {
        do {
            _ = try house.store.submit(try build())
        } catch StoreError.stale {
            _ = try house.store.submit(try build())
        }
    }

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
            try insist(house) { try house.put(area, 0, "kept") }
        }
        try expectKept(house, area)
    }

    @Test(
        "What is written into the vault's files behind SQLite's back is noticed before anything more is acknowledged",
        arguments: [
            "older", "nothing", "half", "zeroes", "log over zeroes", "log of nothing", "log of noise",
        ])
    func writtenInPlace(_ attack: String) throws {
        let house = try House()
        let area = try house.makeArea(rows: 8)
        // Without a restart the log holds nearly all pages of so young a file.
        if attack != "log over zeroes" { try house.restart() }
        let (file, log) = (house.path("vault/vault.db"), house.path("vault/vault.db-wal"))
        let older = try Data(contentsOf: URL(fileURLWithPath: file))
        for n in 0..<UInt64(8) { _ = try house.store.submit(try house.put(area, n, "newer \(n)")) }
        if !attack.hasPrefix("log") { try house.restart() }
        #expect(try house.text(area, 7) == "newer 7")
        _ = try house.store.submit(house.change("read"))
        let size = try Data(contentsOf: URL(fileURLWithPath: file)).count
        switch attack {
        case "older": try overwrite(file, older)
        case "nothing": try overwrite(file, Data())
        case "half": try overwrite(file, try Data(contentsOf: URL(fileURLWithPath: file)).prefix(size / 2))
        case "zeroes", "log over zeroes": try overwrite(file, Data(count: size))
        case "log of nothing": try overwrite(log, Data())
        default:
            let noise = (0..<200_000).map { _ in UInt8.random(in: 0...255) }
            try overwrite(log, Data(noise))
        }
        for _ in 0..<3 {
            #expect(throws: StoreError.self) { _ = try house.store.submit(try house.put(area, 0, "lost")) }
        }
        // What is left of it is true, or not shown.
        if let shown = try? house.text(area, 0) { #expect(shown == "newer 0") }
    }

    @Test(
        "What is written into the gate's files behind SQLite's back is noticed before anything more is acknowledged, and goes on when it is put back",
        arguments: ["older", "nothing", "half", "zeroes", "log of nothing", "log of noise"])
    func gateWrittenInPlace(_ attack: String) throws {
        let house = try House()
        let area = try house.makeArea(rows: 8)
        try house.restart()
        let isLog = attack.hasPrefix("log")
        let file = house.path(isLog ? "gate/gate.db-wal" : "gate/gate.db")
        let older = try Data(contentsOf: URL(fileURLWithPath: file))
        for n in 0..<UInt64(8) { _ = try house.store.submit(try house.put(area, n, "newer \(n)")) }
        // What was committed lies in the file, not in the log.
        if !isLog { try house.restart() }
        #expect(try house.text(area, 7) == "newer 7")
        // The gate, which follows by itself, would write between this look and what is put back.
        house.store.follower.stop()
        let now = try Data(contentsOf: URL(fileURLWithPath: file))
        switch attack {
        case "older": try overwrite(file, older)
        case "nothing", "log of nothing": try overwrite(file, Data())
        case "half": try overwrite(file, now.prefix(now.count / 2))
        case "zeroes": try overwrite(file, Data(count: now.count))
        default: try overwrite(file, Data((0..<200_000).map { _ in UInt8.random(in: 0...255) }))
        }
        for _ in 0..<3 {
            #expect(throws: StoreError.self) { _ = try house.store.submit(try house.put(area, 0, "lost")) }
            #expect(throws: StoreError.self) { _ = try house.store.submit(house.change("read")) }
        }
        try overwrite(file, now)
        try insist(house) { try house.put(area, 0, "kept") }
        try expectKept(house, area)
    }

    /// As `cp` does it: the same file, other bytes.
    private func overwrite(_ path: String, _ bytes: Data) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.write(contentsOf: bytes)
        try handle.truncate(atOffset: UInt64(bytes.count))
        try handle.close()
    }

    @Test(
        "A file that somebody took away and changed is not taken for the one that was there when she puts it back"
    )
    func putBack() throws {
        let house = try House()
        let area = try house.makeArea(rows: 8)
        try house.restart()
        let (path, away) = (house.path("vault/vault.db"), house.path("away"))
        let older = try Data(contentsOf: URL(fileURLWithPath: path))
        for n in 0..<UInt64(8) { _ = try house.store.submit(try house.put(area, n, "newer \(n)")) }
        try house.restart()
        #expect(try house.text(area, 7) == "newer 7")
        _ = try house.store.submit(house.change("read"))
        #expect(rename(path, away) == 0)
        #expect(throws: StoreError.self) { try house.store.submit(house.change("read")) }
        try overwrite(away, older)
        #expect(rename(away, path) == 0)
        for _ in 0..<3 {
            #expect(throws: StoreError.self) { try house.store.submit(try house.put(area, 0, "lost")) }
        }
    }

    @Test(
        "What is written in place while the gate follows, or while somebody else leads who writes no row, is noticed too"
    )
    func writtenMeanwhile() throws {
        for isBehindTheDecision in [false, true] {
            let house = try House()
            let area = try house.makeArea(rows: 8)
            let log = house.path("vault/vault.db-wal")
            for n in 0..<UInt64(8) { _ = try house.store.submit(try house.put(area, n, "newer \(n)")) }
            try house.store.lead { leader throws(any Error) in
                // Behind the look with which every lead begins.
                if isBehindTheDecision {
                    try leader.vault.begin()
                    leader.vault.rollback()
                    leader.leave()
                }
                try overwrite(log, Data())
            }
            for _ in 0..<3 {
                #expect(throws: StoreError.self) { try house.store.submit(try house.put(area, 0, "lost")) }
            }
        }
    }

    @Test("Files that somebody only touched, or wrote the same bytes into, are compared and the work goes on")
    func onlyTouched() throws {
        let house = try House()
        let area = try house.makeArea(rows: 3)
        // The gate, which follows by itself, would write between a look at the bytes and their return.
        house.store.follower.stop()
        for name in Self.files {
            let url = URL(fileURLWithPath: house.path(name))
            let bytes = try Data(contentsOf: url)
            let handle = try FileHandle(forWritingTo: url)
            try handle.write(contentsOf: bytes)
            try handle.close()
            _ = try house.store.submit(house.change("read"))
            #expect(try house.text(area, 1) == "row 1")
            _ = try house.store.submit(try house.put(area, 0, name))
            #expect(try house.text(area, 0) == name)
        }
        try house.restart()
        #expect(try house.text(area, 0) == Self.files.last)
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
        try expectKept(house, area)
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
