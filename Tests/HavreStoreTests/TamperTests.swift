import Foundation
import HavreCodec
import HavreSecrets
import Testing

@testable import HavreStore

/// Somebody who can write `vault.db`.
@Suite struct TamperTests {
    private func furnished() throws -> (House, Area, Area) {
        let house = try House()
        let one = try house.makeArea(rows: 3, pinned: 0)
        let two = try house.makeArea(rows: 2)
        _ = try house.store.submit(try house.put(.house, 0, "a row of the house"))
        _ = try house.store.submit(try house.put(.login, 0, "a user"))
        _ = try house.store.submit(house.change("read"))
        return (house, one, two)
    }

    /// Every statement that changes one cell, or one row, of what is stored.
    private static let attacks = [
        "UPDATE item SET wrap = CAST(substr(wrap, 1, 99) || x'0000' || substr(wrap, 102) AS BLOB) WHERE rowid = 1",
        "UPDATE item SET wrap = (SELECT wrap FROM item WHERE rowid = 2) WHERE rowid = 1",
        "UPDATE item SET tag = randomblob(16) WHERE rowid = 2",
        "DELETE FROM item WHERE rowid = 3",
        "INSERT INTO item VALUES(randomblob(16), randomblob(328))",
        "UPDATE body SET body = randomblob(length(body)) WHERE rowid = 1",
        "UPDATE body SET body = (SELECT body FROM body WHERE rowid = 2) WHERE rowid = 1",
        "DELETE FROM body WHERE rowid = 2",
        "INSERT INTO body VALUES(randomblob(16), x'00')",
        "INSERT INTO body SELECT tag, x'00' FROM item WHERE tag NOT IN (SELECT tag FROM body) LIMIT 1",
        "UPDATE entry SET body = randomblob(length(body)) WHERE number = 1",
        "UPDATE entry SET mark = randomblob(length(mark)) WHERE number = 1",
        "UPDATE entry SET mark = CAST(x'0000' || substr(mark, 3) AS BLOB) WHERE number = 2",
        "UPDATE entry SET mark = (SELECT mark FROM entry WHERE number = 2) WHERE number = 1",
        "UPDATE entry SET number = 100 WHERE number = 0",
        "DELETE FROM entry WHERE number = 1",
        "INSERT INTO entry VALUES(77, x'00', x'00')",
        "UPDATE tile SET hashes = randomblob(length(hashes))",
        "UPDATE tile SET number = 9",
        "DELETE FROM tile",
        "INSERT INTO tile VALUES(3, 3, x'00')",
        "UPDATE meta SET vault = randomblob(16)",
        "UPDATE meta SET version = 2",
        "INSERT INTO meta SELECT * FROM meta",
        "DELETE FROM meta",
    ]

    @Test("Every changed cell is found, and never shown as true") func everyChanged() throws {
        let (house, one, two) = try furnished()
        house.close()
        let clean = house.path("clean.db")
        try FileManager.default.copyItem(atPath: house.path("vault/vault.db"), toPath: clean)
        for attack in Self.attacks {
            try? FileManager.default.removeItem(atPath: house.path("vault/vault.db"))
            try FileManager.default.copyItem(atPath: clean, toPath: house.path("vault/vault.db"))
            chmod(house.path("vault/vault.db"), 0o600)
            try shell(house.path("vault/vault.db"), attack)
            do {
                try house.reopen()
            } catch is StoreError {
                continue  // Refused at once: nothing is shown at all.
            }
            #expect(try !house.store.check().problems.isEmpty, "\(attack)")
            for (area, rows) in [(one, 3), (two, 2)] {
                for n in 0..<UInt64(rows) {
                    if let row = try? house.store.readWithBody(area, n) {
                        #expect(row.row.payload == Array("row \(n)".utf8), "\(attack)")
                        #expect(row.body == Array("body \(n)".utf8), "\(attack)")
                    }
                }
            }
            house.close()
        }
    }

    @Test("An older vault behind today's gate is a roll-back") func olderVault() throws {
        let (house, one, _) = try furnished()
        house.close()
        let older = house.path("older.db")
        try FileManager.default.copyItem(atPath: house.path("vault/vault.db"), toPath: older)
        try house.reopen()
        _ = try house.store.submit(try house.put(one, 0, "newer"))
        house.close()
        try FileManager.default.removeItem(atPath: house.path("vault/vault.db"))
        try FileManager.default.copyItem(atPath: older, toPath: house.path("vault/vault.db"))
        #expect(throws: StoreError.rolledBack) { try house.reopen() }
    }

    @Test("A row put back while the store runs is not shown") func rowPut() throws {
        let (house, one, _) = try furnished()
        let (vault, older) = (house.path("vault/vault.db"), house.path("older.db"))
        #expect(try house.text(one, 1) == "row 1")
        try shell(vault, "VACUUM INTO '\(older)'")
        // The copy was made in the file itself: somebody else's hand, which the first change notices.
        #expect(throws: StoreError.stale) {
            try house.store.submit(try house.put(one, 1, "newer", body: .kept))
        }
        _ = try house.store.submit(try house.put(one, 1, "newer", body: .kept))
        #expect(try house.text(one, 1) == "newer")
        try shell(
            vault,
            """
            ATTACH '\(older)' AS o;
            UPDATE item SET wrap = (SELECT wrap FROM o.item AS old WHERE old.tag = item.tag)
            WHERE tag IN (SELECT now.tag FROM item AS now JOIN o.item AS old USING(tag) WHERE now.wrap <> old.wrap);
            """)
        #expect(throws: StoreError.tampered(.row)) { try house.store.read(one, 1) }
        #expect(throws: StoreError.tampered(.row)) { try house.store.readWithBody(one, 1) }
        #expect(try house.text(one, 2) == "row 2")
    }

    @Test("Rows put back from an older copy are found where they lie") func rowsPut() throws {
        let (house, one, two) = try furnished()
        let older = house.path("older.db")
        house.close()
        try FileManager.default.copyItem(atPath: house.path("vault/vault.db"), toPath: older)
        try house.reopen()
        _ = try house.store.submit(try house.put(one, 1, "newer"))
        try house.restart {
            try shell(
                house.path("vault/vault.db"),
                "ATTACH '\(older)' AS older; UPDATE item SET wrap = ifnull((SELECT wrap FROM older.item o WHERE o.tag = item.tag), wrap)"
            )
        }
        #expect(throws: StoreError.tampered(.head)) { try house.store.read(one, 1) }
        #expect(throws: StoreError.tampered(.head)) { try house.store.verify(one) }
        #expect(try house.text(two, 1) == "row 1")
        #expect(try house.text(one, 0) == "row 0")  // pinned, and unchanged
        #expect(try house.store.check().problems.contains { $0.area == one })
    }

    @Test("A row that is changed while the store runs is not shown") func rowChanged() throws {
        let (house, one, _) = try furnished()
        try house.store.verify(one)
        try shell(
            house.path("vault/vault.db"),
            "UPDATE item SET wrap = (SELECT wrap FROM item WHERE rowid = 2) WHERE rowid = 3")
        var found = 0
        for n in 0..<UInt64(3) {
            do {
                #expect(try house.text(one, n) == "row \(n)")
            } catch {
                found += 1
                #expect(error as? StoreError == .tampered(.row))
            }
        }
        #expect(found == 1)
        // The next change notices that somebody else wrote, and compares the house before it goes on.
        let change = try house.put(.house, 1, "still works")
        #expect(throws: StoreError.stale) { try house.store.submit(change) }
        _ = try house.store.submit(change)
    }

    @Test("A house that was tampered with takes no change") func houseTampered() throws {
        let (house, one, _) = try furnished()
        _ = try house.store.area(.house)
        let tag = try #require(house.store.memory.with { $0.areas[.house]?.state?.sealer.tag(0) })
        try house.restart {
            try shell(
                house.path("vault/vault.db"),
                "UPDATE item SET wrap = randomblob(328) WHERE tag = x'\(tag.hex)'")
        }
        #expect(throws: StoreError.tampered(.head)) { try house.store.submit(try house.put(one, 0, "no")) }
        #expect(throws: StoreError.tampered(.head)) { try house.store.submit(house.change()) }
    }

    @Test(
        "A file with anything foreign in it is refused",
        arguments: [
            "CREATE TABLE extra(x)", "CREATE VIEW v AS SELECT * FROM item", "CREATE INDEX i ON entry(body)",
            "CREATE TRIGGER t AFTER INSERT ON item BEGIN DELETE FROM entry; END",
            "ALTER TABLE item ADD COLUMN more BLOB", "ANALYZE", "DROP TABLE tile", "PRAGMA user_version = 9",
            "PRAGMA application_id = 1", "CREATE VIRTUAL TABLE f USING fts5(x)",
        ])
    func fileAnything(sql: String) throws {
        let (house, _, _) = try furnished()
        house.close()
        for file in ["vault/vault.db", "gate/gate.db"]
        where !(sql.contains("tile") || sql.contains("item")) || file.hasPrefix("v") {
            let copy = house.path("copy.db")
            try? FileManager.default.removeItem(atPath: copy)
            try FileManager.default.copyItem(atPath: house.path(file), toPath: copy)
            let isOther = file.hasPrefix("g") && sql.contains("entry")
            try shell(house.path(file), isOther ? "CREATE TABLE extra(x)" : sql)
            #expect(throws: StoreError.self, "\(file)") { try house.reopen() }
            try FileManager.default.removeItem(atPath: house.path(file))
            try FileManager.default.moveItem(atPath: copy, toPath: house.path(file))
        }
        try house.reopen()
        #expect(try house.store.check().isGood)
    }

    @Test("A file of another vault is refused") func fileAnother() throws {
        let (house, _, _) = try furnished()
        let other = try House()
        other.close()
        house.close()
        try FileManager.default.removeItem(atPath: house.path("vault/vault.db"))
        try FileManager.default.copyItem(
            atPath: other.path("vault/vault.db"), toPath: house.path("vault/vault.db"))
        #expect(throws: StoreError.foreign(.meta)) { try house.reopen() }
    }

    @Test("Bits flipped all over the file never go unnoticed and never crash") func bitsFlipped() throws {
        let (house, one, two) = try furnished()
        house.close()
        let clean = try Data(contentsOf: URL(filePath: house.path("vault/vault.db")))
        // A short walk; the sweep in Tests/Faults goes over every 16 bytes.
        for offset in stride(from: 0, to: clean.count, by: 997) {
            var bytes = clean
            bytes[offset] ^= 0x10
            try bytes.write(to: URL(filePath: house.path("vault/vault.db")))
            do {
                try house.reopen()
            } catch is StoreError {
                continue
            }
            let problems = (try? house.store.check().problems) ?? [StoreProblem(.vaultFile)]
            for (area, rows) in [(one, 3), (two, 2)] {
                for n in 0..<UInt64(rows) {
                    if let row = try? house.store.readWithBody(area, n) {
                        #expect(
                            row.row.payload == Array("row \(n)".utf8) && row.body == Array("body \(n)".utf8))
                    } else {
                        #expect(!problems.isEmpty)
                    }
                }
            }
            house.close()
            for suffix in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: house.path("vault/vault.db\(suffix)"))
            }
        }
        try clean.write(to: URL(filePath: house.path("vault/vault.db")))
        try house.reopen()
        #expect(try house.store.check().isGood)
    }
}
