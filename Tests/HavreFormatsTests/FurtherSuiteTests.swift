import Foundation
import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreFormats

/// Vectors of further public suites, where somebody has laid them out beside the others: `bech32/bech32.json`
/// (BIP 173 and 350), `tar/*.tar` (Go, libarchive) with `tar/expected.json`, `sdjwt-examples/*.sdjwt` with
/// `*.claims`, `unicode/NormalizationTest.txt`.
@Suite struct FurtherSuiteTests {
    private func json(_ folder: URL, _ name: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: name)))
    }

    @Test("Every Bech32 text is read as its reference reads it") func everyBech32() throws {
        guard let folder = SharedVectors.folder("bech32", count: 63) else { return }
        let vectors = try #require(try json(folder, "bech32.json") as? [[String: Any]])
        for vector in vectors {
            let text = try #require(vector["text"] as? String)
            let read = try? Bech32.decode(text)
            #expect(read.map { Hex.encode($0.bytes) } == vector["bytes"] as? String, "\(text)")
            #expect(read?.part == vector["part"] as? String, "\(text)")
        }
        print("Bech32 texts: \(vectors.count)")
    }

    /// `expected.json` gives path and SHA-256 of each file by another reader, null where it fails. What this
    /// reader takes, it takes as the other does; it takes far less.
    @Test("An archive that is taken holds what another reader finds") func archiveTaken() throws {
        guard let folder = SharedVectors.folder("tar", count: 100) else { return }
        let expected = try #require(try json(folder, "expected.json") as? [String: Any])
        var taken: [String] = []
        for file in SharedVectors.files(below: folder) where file.pathExtension == "tar" {
            let bytes = [UInt8](try Data(contentsOf: file))
            let found = try? digests(bytes, pieceByteCount: 1 << 20)
            #expect((try? digests(bytes, pieceByteCount: 509)) == found, "\(file.lastPathComponent)")
            guard let found else { continue }
            taken.append(file.lastPathComponent)
            #expect(
                found == expected[file.lastPathComponent] as? [String: String], "\(file.lastPathComponent)")
        }
        print("tar archives: \(expected.count), taken: \(taken.joined(separator: " "))")
    }

    private func digests(_ bytes: [UInt8], pieceByteCount: Int) throws -> [String: String] {
        var reader = TarReader()
        var files: [String: String] = [:]
        var path = ""
        var content: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: pieceByteCount) {
            for event in try reader.update(Array(bytes[start..<min(start + pieceByteCount, bytes.count)])) {
                switch event {
                case .file(let name, _): (path, content) = (name, [])
                case .content(let piece): content += piece
                case .end: files[path] = Hex.encode(Hash.sha256(content).bytes)
                }
            }
        }
        try reader.finish()
        return files
    }

    @Test("Examples of SD-JWT disclose what they say") func examplesSDJWT() throws {
        guard let folder = SharedVectors.folder("sdjwt-examples", count: 60) else { return }
        let key = try JWK.key(JSON(parsing: [UInt8](Data(contentsOf: folder.appending(path: "pub.jwk")))))
        var count = 0
        var refused: [String] = []
        for file in SharedVectors.files(below: folder) where file.pathExtension == "sdjwt" {
            let claims = [UInt8](
                try Data(contentsOf: file.deletingPathExtension().appendingPathExtension("claims")))
            let sdjwt = [UInt8](try Data(contentsOf: file))
            count += 1
            // Numbers with a fraction are not read, here as everywhere.
            guard let expected = try? JSON(parsing: claims) else {
                #expect(throws: FormatError.self) { try SDJWT(parsing: sdjwt).verify(key: key) }
                refused.append(file.lastPathComponent)
                continue
            }
            do {
                let now = Instant(seconds: 1_700_000_000)
                let read = try SDJWT(parsing: sdjwt).verify(key: key, now: now)
                #expect(read.claims == expected, "\(file.lastPathComponent)")
            } catch {
                Issue.record("\(file.lastPathComponent): \(error)")
            }
        }
        print(
            "examples of SD-JWT: \(count), with numbers that are not read: \(refused.joined(separator: " "))")
    }

    @Test("Normal forms are those of Unicode's own test file") func normalForms() throws {
        guard let folder = SharedVectors.folder("unicode", count: 1) else { return }
        let file = try String(contentsOf: folder.appending(path: "NormalizationTest.txt"), encoding: .utf8)
        var count = 0
        var wrong: [Substring] = []
        for line in file.split(separator: "\n") where !line.hasPrefix("#") && !line.hasPrefix("@") {
            let columns = line.split(separator: ";").prefix(5).map { column in
                column.split(separator: " ").compactMap { UInt32($0, radix: 16).flatMap(Unicode.Scalar.init) }
                    .reduce(into: "") { $0.unicodeScalars.append($1) }
            }
            guard columns.count == 5 else { continue }
            let isRight =
                columns[..<3].allSatisfy {
                    Text.sameBytes(Text.nfc($0), columns[1]) && Text.sameBytes(Text.nfd($0), columns[2])
                } && Text.sameBytes(Fold.fold(columns[0]), Fold.fold(columns[2]))
            if !isRight { wrong.append(line) }
            count += 1
        }
        #expect(wrong.isEmpty, "\(wrong.count), such as \(wrong.prefix(20))")
        print("normal forms: \(count)")
    }
}
