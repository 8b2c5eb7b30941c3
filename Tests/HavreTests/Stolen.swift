import Foundation
import HavreCodec
import HavreSecrets
import Testing

@testable import Havre
@testable import HavreStore

/// One thing done to a copy of the file.
struct Forgery {
    let name: String
    let act: (RawDatabase) throws -> Void
}

/// A house whose files somebody has in hand: their bytes, those of a moment before, and what they truly say.
final class Stolen {
    let house: TestHouse
    private(set) var files: [String: [UInt8]] = [:]
    private(set) var earlier: [UInt8] = []
    private let truth: [String]
    private let attachment: [UInt8]
    private let day: RichDay

    init() throws {
        // In memory where there is such a folder: each of hundreds of openings waits for the disk otherwise.
        house = try TestHouse(inMemory: true)
        var day = try RichDay(house)
        let path = house.folder.appendingPathComponent("two.txt").path
        try Data(repeating: 7, count: 100).write(to: URL(fileURLWithPath: path))
        _ = try house.vault.attach(case: day.code, title: nil, file: try .open(path, [.read]), day.amina)
        try FileManager.default.removeItem(atPath: path)
        var old: [UInt8] = []
        let file = house.folder.appendingPathComponent("vault/vault.db")
        // A stop moves the log into the file, so that the copy is complete.
        try house.reopen { old = Array(try Data(contentsOf: file)) }
        let sylvie = try house.unlock("Sylvie")
        let amina = try house.unlock("Aminata-Zélie")
        _ = try house.vault.open(case: day.code, purpose: "visit", amina)
        day.resume(sylvie: sylvie, amina: amina, louis: try house.unlock("Ludovic-Anselme"))
        try day.goOn()
        self.day = day
        truth = try reading(house.vault, day.code, amina)
        attachment = try Self.fetch(house.vault, day, amina)
        house.vault.close()
        earlier = old
        for name in try FileManager.default.subpathsOfDirectory(atPath: house.folder.path) {
            let url = house.folder.appendingPathComponent(name)
            guard (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true else {
                continue
            }
            files[name] = Array(try Data(contentsOf: url))
        }
    }

    private static func fetch(_ vault: Vault, _ day: RichDay, _ session: Session) throws -> [UInt8] {
        var bytes: [UInt8] = []
        _ = try vault.fetch(case: day.code, attachment: day.attachment, session) {
            piece throws(HavreError) in bytes += piece
        }
        return bytes
    }

    // What is done to the files.

    /// Bits, cuts, swaps and removals: each column of each table, the rows spread over the whole table.
    func forgeries() throws -> [Forgery] {
        try restore()
        let database = try RawDatabase(house.folder.appendingPathComponent("vault/vault.db").path)
        var forgeries: [Forgery] = []
        for table in RawDatabase.tables {
            let rows = try database.rows(table.name)
            let step = max(1, rows.count / 4)
            for (place, row) in rows.enumerated() where place % step == 0 {
                let other = rows[(place + 1 + place / step) % rows.count]
                for column in table.columns {
                    forgeries += changes(of: column, row, other, table, place)
                }
                forgeries.append(
                    Forgery(name: "remove \(table.name) \(place)") { try $0.delete(row, in: table) })
            }
        }
        return forgeries
    }

    private func changes(
        of column: String, _ row: RawDatabase.Row, _ other: RawDatabase.Row, _ table: RawDatabase.Table,
        _ place: Int
    ) -> [Forgery] {
        func forgery(_ name: String, _ value: RawDatabase.Value) -> Forgery {
            Forgery(name: "\(name) \(table.name).\(column) \(place)") {
                try $0.set(column, value, of: row, in: table)
            }
        }
        guard case .bytes(let bytes)? = row[column] else {
            if case .number(let number)? = row[column] { return [forgery("change", .number(number + 1_000))] }
            return []
        }
        var flipped = bytes
        if !bytes.isEmpty { flipped[place % bytes.count] ^= 1 << UInt8(place % 8) }
        var forgeries = [
            forgery("flip", .bytes(flipped)), forgery("cut", .bytes(bytes.dropLast())),
            forgery("empty", .bytes([])), forgery("longer", .bytes(bytes + [0])),
        ]
        if place % 2 == 0 { forgeries.removeLast(2) }
        guard let swapped = other[column]?.bytes, swapped != bytes, table.keyCount > 0 else {
            return forgeries
        }
        if column == table.columns[0] {
            // Two rows exchange their places.
            let aside = [UInt8](repeating: 0xAA, count: bytes.count)
            forgeries.append(
                Forgery(name: "swap \(table.name).\(column) \(place)") { database in
                    try database.set(column, .bytes(aside), of: row, in: table)
                    try database.set(column, .bytes(bytes), of: other, in: table)
                    var moved = row
                    moved[column] = .bytes(aside)
                    try database.set(column, .bytes(swapped), of: moved, in: table)
                })
        } else {
            forgeries.append(
                Forgery(name: "swap \(table.name).\(column) \(place)") { database in
                    try database.set(column, .bytes(swapped), of: row, in: table)
                    try database.set(column, .bytes(bytes), of: other, in: table)
                })
        }
        return forgeries
    }

    /// Rows that were replaced since the earlier copy, one by one as they were, with and without their bodies.
    func olderRows() throws -> [Forgery] {
        try restore()
        try write(earlier, to: "old.db")
        let old = try RawDatabase(house.folder.appendingPathComponent("old.db").path)
        let new = try RawDatabase(house.folder.appendingPathComponent("vault/vault.db").path)
        var forgeries: [Forgery] = []
        for table in RawDatabase.tables where table.keyCount == 1 {
            let key = table.columns[0]
            let before = try old.rows(table.name)
            let after = try new.rows(table.name)
            let replaced = before.filter { row in after.contains { $0[key] == row[key] && $0 != row } }
            let step = max(1, replaced.count / 15)
            for (place, row) in replaced.enumerated() where place % step == 0 {
                forgeries.append(
                    Forgery(name: "old \(table.name) \(place)") { database in
                        for column in table.columns.dropFirst() {
                            try database.set(column, try #require(row[column]), of: row, in: table)
                        }
                    })
            }
            guard !replaced.isEmpty else { continue }
            forgeries.append(
                Forgery(name: "all old \(table.name)") { database in
                    for row in replaced {
                        for column in table.columns.dropFirst() {
                            try database.set(column, try #require(row[column]), of: row, in: table)
                        }
                    }
                })
        }
        return forgeries
    }

    /// The true files with one forgery in them.
    func put(back forgery: Forgery) throws {
        try restore()
        let database = try RawDatabase(house.folder.appendingPathComponent("vault/vault.db").path)
        do { try forgery.act(database) } catch { Issue.record("\(forgery.name): \(error)") }
    }

    func restore() throws {
        for name in [
            "vault/vault.db", "vault/vault.db-wal", "vault/vault.db-shm", "gate/gate.db-wal",
            "gate/gate.db-shm",
        ]
        where files[name] == nil {
            try? remove(name)
        }
        for (name, bytes) in files { try write(bytes, to: name) }
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let url = house.folder.appendingPathComponent(name)
        try Data(bytes).write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(at: house.folder.appendingPathComponent(name))
    }

    // What the house says of them.

    private func open() throws(HavreError) -> Vault {
        try Vault(
            vault: house.folder.appendingPathComponent("vault").path,
            gate: house.folder.appendingPathComponent("gate").path, deviceKey: nil)
    }

    func expectRefused(_ name: String) {
        do {
            let vault = try open()
            vault.close()
            Issue.record("\(name) was opened")
        } catch {
            if case .failed(let why) = error { Issue.record("\(name) is an internal fault: \(why)") }
        }
    }

    /// Opens what lies there: it is refused, or `check` finds it, and whatever can be read is true.
    /// - Returns: whether it was noticed.
    @discardableResult
    func judge(_ name: String, read: Bool, mayBeUnused: Bool = false) throws -> Bool {
        let vault: Vault
        do { vault = try open() } catch {
            if case .failed(let why) = error { Issue.record("\(name) is an internal fault: \(why)") }
            return true
        }
        defer { vault.close() }
        var isFound: Bool
        do { isFound = try !vault.check(nil).problems.isEmpty } catch {
            if case .failed(let why) = error { Issue.record("\(name): check failed: \(why)") }
            isFound = true
        }
        #expect(isFound || mayBeUnused, "\(name) was not found")
        if read || !isFound { readAll(vault, name) }
        return isFound
    }

    private func readAll(_ vault: Vault, _ name: String) {
        do {
            let amina = try vault.unlock(
                name: "Aminata-Zélie", passphrase: SecretBytes(copying: Array("aminata-zélie phrase".utf8)),
                keyFile: nil
            ).session
            _ = try vault.open(case: day.code, purpose: "visit", amina)
            if let shown = try? reading(vault, day.code, amina) {
                #expect(shown == truth, "\(name): shown, and not true")
            }
            if let bytes = try? Self.fetch(vault, day, amina) {
                #expect(bytes == attachment, "\(name): another attachment")
            }
        } catch {
            if case .failed(let why) = error { Issue.record("\(name): an internal fault: \(why)") }
        }
    }
}
