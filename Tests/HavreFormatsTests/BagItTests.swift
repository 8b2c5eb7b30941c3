import Foundation
import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreFormats

@Suite struct BagItTests {
    private typealias Files = [String: [UInt8]]
    private static let declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

    private func draft() throws -> BagDraft {
        var info = BagInfo()
        try info.add("Bagging-Date", "2026-11-21")
        try info.add("External-Identifier", "case 7")
        return try BagDraft(
            payload: [
                BagFile(path: "data/index.html", Array("<p>".utf8)),
                BagFile(path: "data/100.txt", [1, 2, 3]),
                BagFile(path: "data/records/001.sdjwt", []),
            ], info: info)
    }

    private func bag() throws -> Files {
        var draft = try draft()
        try draft.add(tag: "README.txt", Array("read me".utf8))
        var files: Files = ["data/index.html": Array("<p>".utf8), "data/100.txt": [1, 2, 3]]
        files["data/records/001.sdjwt"] = []
        for (path, bytes) in draft.finished() { files[path] = bytes }
        return files
    }

    private func check(_ files: Files) throws -> BagSummary {
        try BagSummary(files: files.map { BagFile(path: $0.key, $0.value) }, tags: files)
    }

    @Test("A bag that was made is valid") func bagMade() throws {
        let summary = try check(bag())
        #expect(
            summary.payload.map(\.path) == ["data/100.txt", "data/index.html", "data/records/001.sdjwt"])
        #expect(summary.info["payload-oxum"] == ["6.3"])
        #expect(summary.info["External-Identifier"] == ["case 7"])
    }

    @Test("The files of a bag are these and written so") func filesBag() throws {
        let files = try bag()
        #expect(
            Set(files.keys.filter { !$0.hasPrefix("data/") }) == [
                "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha512.txt", "README.txt",
                "tagmanifest-sha256.txt", "tagmanifest-sha512.txt",
            ])
        #expect(
            files["bagit.txt"] == Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8))
        let manifest = String(decoding: try #require(files["manifest-sha256.txt"]), as: UTF8.self)
        #expect(
            manifest.hasSuffix(
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  data/records/001.sdjwt\n"))
        #expect(manifest.contains("  data/100.txt\n"))
        let tags = String(decoding: try #require(files["tagmanifest-sha256.txt"]), as: UTF8.self)
        #expect(tags.split(separator: "\n").count == 5)
    }

    @Test("One changed byte of any file is found") func oneChanged() throws {
        let files = try bag()
        for (path, bytes) in files where !bytes.isEmpty {
            for place in [0, bytes.count / 2, bytes.count - 1] {
                var changed = files
                changed[path]?[place] ^= 0x10
                #expect(throws: FormatError.self, "\(path)") { try check(changed) }
            }
        }
    }

    @Test("A file too many or too few is found") func fileToo() throws {
        let files = try bag()
        for path in files.keys where !path.hasPrefix("tagmanifest-") {
            var fewer = files
            fewer[path] = nil
            #expect(throws: FormatError.self, "\(path)") { try check(fewer) }
        }
        for path in [
            "data/more", "more.txt", "fetch.txt", "manifest-md5.txt", "tagmanifest-sha1.txt", "../x",
        ] {
            var more = files
            more[path] = []
            #expect(throws: FormatError.self, "\(path)") { try check(more) }
        }
        var without = files
        without["tagmanifest-sha256.txt"] = nil
        without["tagmanifest-sha512.txt"] = nil
        #expect(throws: Never.self) { try check(without) }
        for path in ["manifest-sha256.txt", "manifest-sha512.txt"] { without[path] = nil }
        #expect(throws: FormatError.self) { try check(without) }
    }

    @Test("Bytes that are not the files are not believed") func bytesFiles() throws {
        let files = try bag()
        var other = files
        other["bag-info.txt"] = Array("External-Identifier: case 8\n".utf8)
        #expect(throws: FormatError.notAuthentic) {
            try BagSummary(files: files.map { BagFile(path: $0.key, $0.value) }, tags: other)
        }
    }

    @Test("The digest of a draft is found again in the bag") func digestDraft() throws {
        var draft = try draft()
        let digest = draft.tagDigest
        try draft.add(tag: "export.sdjwt", [1, 2, 3])
        #expect(draft.tagDigest != digest)
        var files = try bag()
        files["README.txt"] = nil
        for (path, bytes) in draft.finished() { files[path] = bytes }
        let summary = try check(files)
        #expect(summary.tagDigest(without: "export.sdjwt") == digest)
        #expect(summary.tagDigest(without: "nothing") == draft.tagDigest)
    }

    @Test("Paths of a draft are held to their places") func pathsDraft() throws {
        for path in ["index.html", "data", "data/../x", "data/a\nb", "data/", "/data/x", "data/100%"] {
            #expect(throws: FormatError.self) {
                try BagDraft(payload: [BagFile(path: path, [])], info: BagInfo())
            }
        }
        #expect(throws: FormatError.self) {
            try BagDraft(
                payload: [BagFile(path: "data/a", []), BagFile(path: "data/A", [])], info: BagInfo())
        }
        for path in [
            "data/x", "data", "bagit.txt", "bag-info.txt", "manifest-md5.txt", "manifest-sha256.txt",
            "tagmanifest-sha256.txt", "fetch.txt", "../x", "Bagit.txt",
        ] {
            var draft = try draft()
            #expect(throws: FormatError.self, "\(path)") { try draft.add(tag: path, []) }
        }
        var info = BagInfo()
        try info.add("Payload-Oxum", "0.0")
        #expect(throws: FormatError.self) { try BagDraft(payload: [], info: info) }
    }

    @Test("The info is one line a label") func infoOne() throws {
        var info = BagInfo()
        for (label, value) in [("", "x"), ("a b", "x"), ("a:", "x"), ("a", "x\ny"), ("a", " x"), ("a", "x ")]
        {
            #expect(throws: FormatError.self) { try info.add(label, value) }
        }
        try info.add("Label", "value: with colon")
        try info.add("Label", "again")
        #expect(try BagInfo(parsing: info.encoded) == info)
        let folded = try BagInfo(parsing: Array("A: one\r\n  two\r\nB:\tthree".utf8))
        #expect(folded["a"] == ["one two"])
        #expect(folded["B"] == ["three"])
        for text in [" A: x", ": x", "A", "A: x\rB: y", "\u{FEFF}A: x"] {
            #expect(throws: FormatError.self) { try BagInfo(parsing: Array(text.utf8)) }
        }
    }

    @Test("Marks are read as the bytes they are") func marksRead() throws {
        // In Swift a mark makes one letter with the space, colon or percent sign before it.
        let info = try BagInfo(parsing: Array("A:\u{301}x\nB: \u{301}y\n \u{301}z".utf8))
        #expect(info["A"] == ["\u{301}x"])
        #expect(info["B"] == ["\u{301}y \u{301}z"])
        let line = Array((String(repeating: "0", count: 64) + " data/a%\u{301}").utf8)
        #expect(throws: FormatError.malformed(field: "manifest", rule: "% only as %25")) {
            try BagManifest.parse(line, .sha256)
        }
    }

    @Test("A value of a million bytes on lines of their own is read in the time of its bytes")
    func valueMillion() throws {
        // Copied at each line, as it once was, this took half a minute.
        let text = Array("A: x".utf8) + (0..<(1 << 19)).flatMap { _ in Array("\n ".utf8) }
        var found: String?
        let seconds = try threadSeconds { found = try BagInfo(parsing: text)["A"].first }
        #expect(found?.utf8.count == 1 + 1 << 19)
        #expect(seconds < 20)
    }

    @Test("Manifests are strict") func manifestsStrict() throws {
        let hash = String(repeating: "0", count: 64)
        for text in ["\(hash)  data/a\n", "\(hash) data/a", "\(hash)\tdata/a\r\n", "\(hash)  data/100%25\n"] {
            #expect(try BagManifest.parse(Array(text.utf8), .sha256).count == 1)
        }
        let percent = BagManifest.text([BagFile(path: "data/100%", [])], .sha256)
        #expect(String(decoding: percent, as: UTF8.self).hasSuffix("  data/100%25\n"))
        #expect(try BagManifest.parse(percent, .sha256)["data/100%"]?.count == 32)
        for text in [
            "\n", hash, "\(hash)\n", "\(hash)  \n", "00  data/a\n", "\(hash)  data/a\n\(hash)  data/a\n",
            "\(hash)  data/a\n\n\(hash)  data/b\n", "\(hash)data/a\n", "\(hash)  data/%0Aa\n",
            "\(hash)  data/%\n",
            "\(hash)  ../a\n", "\(hash)  /a\n", "\(hash)  data/a\n\(hash)  data/A\n", "  data/a\n",
        ] {
            #expect(throws: FormatError.self) { try BagManifest.parse(Array(text.utf8), .sha256) }
        }
    }

    @Test("A Payload-Oxum that does not fit is refused") func payloadOxum() throws {
        var files = try bag().filter { !$0.key.hasPrefix("tagmanifest-") }
        #expect(throws: Never.self) { try check(files) }
        for oxum in ["6.2", "7.3", "6", ""] {
            files["bag-info.txt"] = Array("Payload-Oxum: \(oxum)\n".utf8)
            #expect(throws: FormatError.notAuthentic, "\(oxum)") { try check(files) }
        }
    }

    @Test("Published bags are judged as published") func publishedBags() throws {
        guard let folder = SharedVectors.folder("bagit-conformance", count: 3) else { return }
        var count = 0
        // Of the whole suite, what is valid by BagIt 1.0 is taken; older versions are refused, as are warnings.
        let declarations = SharedVectors.files(below: folder).filter { $0.lastPathComponent == "bagit.txt" }
        for declaration in declarations
        where !declaration.path.dropFirst(folder.path.count).contains("/data/") {
            let bag = declaration.deletingLastPathComponent()
            var files: Files = [:]
            for file in SharedVectors.files(below: bag) {
                files[String(file.path.dropFirst(bag.path.count + 1))] = [UInt8](try Data(contentsOf: file))
            }
            let isOurs = files["bagit.txt"] == Array(BagItTests.declaration.utf8)
            let isValid = bag.deletingLastPathComponent().lastPathComponent == "valid"
            #expect(((try? check(files)) != nil) == (isOurs && isValid), "\(bag.lastPathComponent)")
            // What is a whole bag of an older version is refused as that and as nothing else.
            if !isOurs, isValid {
                #expect(throws: FormatError.malformed(field: "bagit.txt", rule: "version 1.0, UTF-8")) {
                    try check(files)
                }
            }
            count += 1
        }
        #expect(count >= 3)
    }
}
