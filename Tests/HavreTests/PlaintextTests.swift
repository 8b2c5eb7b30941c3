import Foundation
import HavreCodec
import HavreSecrets
import Testing

@testable import Havre

/// Whoever copies the stores learns nothing by reading them.
@Suite struct PlaintextTests {
    @Test("Nothing that anybody typed stands in any file of vault or gate, in no encoding")
    func nothingStandsInTheFiles() throws {
        let supervisor = "Sylvie-Bérénice"
        let house = try TestHouse(supervisor: supervisor)
        var day = try RichDay(house, supervisor: supervisor)
        try day.goOn()
        #expect(day.words.allSatisfy { $0.utf8.count >= 8 }, "each of them is looked for")
        let needles = Self.needles(day.words)
        let running = try Self.contents(of: house.folder)
        #expect(running.count >= 10)
        #expect(Self.hits(needles, in: running) == [])
        // Also when the log has been moved into the file by a clean stop.
        house.vault.close()
        let stopped = try Self.contents(of: house.folder)
        #expect(Self.hits(needles, in: stopped) == [])
        // Control: the same search finds a word that is there.
        let word = Array(try #require(day.words.first { $0.utf8.count > 20 }).utf8)
        for planted in [word, Array(Hex.encode(word).utf8), Array(Base64.standard(word, padded: true).utf8)] {
            #expect(!Self.hits(needles, in: ["control": [1, 2, 3] + planted + [4]]).isEmpty)
        }
    }

    @Test(
        "With the last session the house forgets what sessions brought: the directory, code names, open cases"
    )
    func nothingStays() throws {
        let house = try TestHouse()
        let day = try RichDay(house)
        let vault = house.vault
        _ = try vault.open(case: day.code, purpose: "visit", day.amina)
        #expect(vault.house.with { $0.directory != nil && $0.codes?.cases.isEmpty == false })
        vault.lockAll()
        #expect(vault.house.with { $0.directory == nil && $0.codes == nil })
        #expect(vault.files.with { $0.isEmpty })
    }

    @Test("Rows have few sizes, so that a size says little about what it holds")
    func sizes() throws {
        let house = try TestHouse()
        var day = try RichDay(house)
        try day.goOn()
        house.vault.close()
        let database = try RawDatabase(house.folder.appendingPathComponent("vault/vault.db").path)
        for (table, column) in [("item", "wrap"), ("body", "body"), ("entry", "body")] {
            let sizes = Set(try database.rows(table).map { $0[column]?.bytes?.count ?? 0 })
            #expect(sizes.count <= 25, "\(table): \(sizes.sorted())")
        }
    }

    /// UTF-8, folded, upper case, UTF-16, hex and base64 at its three offsets.
    private static func needles(_ words: Set<String>) -> [[UInt8]] {
        var needles: Set<[UInt8]> = []
        for word in words {
            for text in [word, Fold.fold(word), word.uppercased(), word.decomposedStringWithCanonicalMapping]
            {
                let bytes = Array(text.utf8)
                needles.insert(bytes)
                needles.insert(Array(Hex.encode(bytes).utf8))
                needles.insert(Array(Hex.encode(bytes).uppercased().utf8))
                needles.insert(text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
                for offset in 0..<3 {
                    let text = Base64.standard([UInt8](repeating: 0, count: offset) + bytes, padded: false)
                    // The characters that depend on the word alone.
                    let inner = Array(
                        Array(text.utf8)[(offset * 8 + 5) / 6..<(offset + bytes.count) * 8 / 6])
                    needles.insert(inner)
                    needles.insert(inner.map { $0 == 43 ? 45 : $0 == 47 ? 95 : $0 })
                }
            }
        }
        // Shorter ones stand in some megabytes of ciphertext by chance, now and then.
        return needles.filter { $0.count >= 8 }
    }

    private static func contents(of folder: URL) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let url = folder.appendingPathComponent(name)
            guard (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true else {
                continue
            }
            // Names of files count as content.
            found[name] = Array(try Data(contentsOf: url)) + Array(name.utf8)
        }
        return found
    }

    /// Names of the files in which any needle stands: one pass a file over an index of first four bytes.
    private static func hits(_ needles: [[UInt8]], in files: [String: [UInt8]]) -> [String] {
        var index: [UInt32: [[UInt8]]] = [:]
        func start(_ bytes: some Collection<UInt8>) -> UInt32 {
            bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        }
        for needle in needles { index[start(needle), default: []].append(needle) }
        var filter = [Bool](repeating: false, count: 1 << 16)
        for key in index.keys { filter[Int(key >> 16)] = true }
        var hits: Set<String> = []
        for (name, bytes) in files where bytes.count >= 4 {
            bytes.withUnsafeBufferPointer { bytes in
                for at in 0...bytes.count - 4 where filter[Int(bytes[at]) << 8 | Int(bytes[at + 1])] {
                    for needle in index[start(bytes[at..<at + 4])] ?? []
                    where bytes.count - at >= needle.count
                        && bytes[at..<at + needle.count].elementsEqual(needle)
                    {
                        hits.insert("\(name): \(String(decoding: needle, as: UTF8.self))")
                    }
                }
            }
        }
        return hits.sorted()
    }
}
