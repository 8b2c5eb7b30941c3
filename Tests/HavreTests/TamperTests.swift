import Foundation
import HavreCodec
import HavreSecrets
import Testing

@testable import Havre
@testable import HavreStore

/// Whoever may write to the stored files changes nothing unnoticed.
@Suite(.serialized) struct TamperTests {
    @Test(
        "A bit, a cut, a swap or a removal in any column of any kind of row is found, and never shown as true"
    )
    func rows() throws {
        let stolen = try Stolen()
        var kinds = 0
        for (index, forgery) in try stolen.forgeries().enumerated() {
            try stolen.put(back: forgery)
            try stolen.judge(forgery.name, read: index % 7 == 0)
            kinds += 1
        }
        #expect(kinds > 40)
    }

    @Test("A row as it was before an edit, a revocation or a new passphrase is found")
    func olderRows() throws {
        let stolen = try Stolen()
        let older = try stolen.olderRows()
        #expect(older.contains { $0.name.hasPrefix("old item") })
        for (index, forgery) in older.enumerated() {
            try stolen.put(back: forgery)
            try stolen.judge(forgery.name, read: index % 5 == 0)
        }
    }

    @Test("Rows, tables, triggers and views that nobody made are refused or found")
    func foreignObjects() throws {
        let stolen = try Stolen()
        let plants = [
            "CREATE TABLE loot(a BLOB) STRICT",
            "CREATE VIEW spy AS SELECT wrap FROM item", "CREATE INDEX spy ON body(body)",
            "CREATE TRIGGER spy AFTER UPDATE ON item BEGIN DELETE FROM entry; END",
            "PRAGMA application_id = 7", "PRAGMA user_version = 2",
            "ALTER TABLE item ADD COLUMN more BLOB", "ALTER TABLE body RENAME TO bodies", "DROP TABLE tile",
            "INSERT INTO item VALUES (x'00112233445566778899aabbccddeeff', zeroblob(305))",
            "INSERT INTO body VALUES (x'00112233445566778899aabbccddeeff', zeroblob(305))",
            "INSERT INTO entry VALUES (999999, zeroblob(305), zeroblob(305))",
            "INSERT INTO tile VALUES (0, 999, zeroblob(305))",
            "INSERT INTO meta SELECT * FROM meta", "DELETE FROM meta", "DELETE FROM entry",
            "DELETE FROM item",
        ]
        for sql in plants {
            try stolen.put(back: Forgery(name: sql) { try $0.run(sql) })
            try stolen.judge(sql, read: true)
        }
    }

    @Test("The whole file as it was earlier is refused, and so is another vault's")
    func wholeFile() throws {
        let stolen = try Stolen()
        try stolen.restore()
        try stolen.write(stolen.earlier, to: "vault/vault.db")
        stolen.expectRefused("earlier file")
        try stolen.restore()
        try stolen.write([], to: "vault/vault.db")
        stolen.expectRefused("empty file")
        try stolen.restore()
        let other = try TestHouse()
        other.vault.close()
        try stolen.write(
            Array(try Data(contentsOf: other.folder.appendingPathComponent("vault/vault.db"))),
            to: "vault/vault.db")
        stolen.expectRefused("foreign file")
        try stolen.restore()
        try FileManager.default.removeItem(at: stolen.house.folder.appendingPathComponent("vault/vault.db"))
        stolen.expectRefused("no file")
    }

    @Test("A flipped bit on any page of the file is found, or lies in bytes that nothing uses")
    func pages() throws {
        let stolen = try Stolen()
        let file = stolen.files["vault/vault.db"] ?? []
        var found = 0
        // Every 29th stride of 16 bytes, so that each kind of page and the header are met.
        for at in stride(from: 5, to: file.count, by: 16 * 29 * max(1, file.count / 16 / 29 / 40)) {
            try stolen.restore()
            var bytes = file
            bytes[at] ^= 0x10
            try stolen.write(bytes, to: "vault/vault.db")
            if try stolen.judge("byte \(at)", read: at % 3 == 0, mayBeUnused: true) { found += 1 }
        }
        #expect(found > 20)
    }

    @Test("A file of the attachments that is gone, changed, cut or another one is found and not given out")
    func blobs() throws {
        let stolen = try Stolen()
        let names = stolen.files.keys.filter { $0.hasPrefix("vault/blobs/") }.sorted()
        #expect(names.count == 2)
        let bytes = try #require(stolen.files[names[0]])
        let forms: [(String, [UInt8]?)] = [
            ("gone", nil), ("changed", [bytes[0] ^ 1] + bytes.dropFirst()), ("cut", bytes.dropLast()),
            ("longer", bytes + [0]), ("swapped", stolen.files[names[1]]), ("empty", []),
        ]
        for (form, replacement) in forms {
            try stolen.restore()
            for name in names {
                if form == "swapped" {
                    try stolen.write(stolen.files[names[0] == name ? names[1] : names[0]] ?? [], to: name)
                } else if name == names[0] {
                    if let replacement {
                        try stolen.write(replacement, to: name)
                    } else {
                        try stolen.remove(name)
                    }
                }
            }
            try stolen.judge("blob \(form)", read: true)
        }
    }

    @Test("What somebody writes into the file while the house is open is refused as well")
    func whileRunning() throws {
        let house = try TestHouse()
        let day = try RichDay(house)
        let truth = try reading(house.vault, day.code, day.amina)
        let database = try RawDatabase(house.folder.appendingPathComponent("vault/vault.db").path)
        let bodies = RawDatabase.tables[2]
        let rows = try database.rows("body")
        for row in rows {
            var bytes = try #require(row["body"]?.bytes)
            bytes[bytes.count / 2] ^= 1
            try database.set("body", .bytes(bytes), of: row, in: bodies)
        }
        #expect(throws: HavreError.self) { try reading(house.vault, day.code, day.amina) }
        for row in rows { try database.set("body", try #require(row["body"]), of: row, in: bodies) }
        if let again = try? reading(house.vault, day.code, day.amina) { #expect(again == truth) }
    }

    @Test("A cell of the gate that nobody finds under its name is no house that is not there")
    func gateNames() throws {
        let stolen = try Stolen()
        let folder = stolen.house.folder
        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
        try stolen.restore()
        let count = try Connection(path: path("gate/gate.db")).integerAnswer("SELECT count(*) FROM cell") ?? 0
        #expect(count > 20)
        for place in 0..<count {
            try stolen.restore()
            try Connection(path: path("gate/gate.db")).execute(
                "UPDATE cell SET name = zeroblob(length(name)) WHERE name = "
                    + "(SELECT name FROM cell ORDER BY name LIMIT 1 OFFSET \(place))")
            do throws(HavreError) {
                let vault = try Vault(vault: path("vault"), gate: path("gate"), deviceKey: nil)
                defer { vault.close() }
                _ = try vault.check(nil)
            } catch {
                #expect(error != .notFound && error != .gateClosed, "\(place)")
            }
        }
    }
}
