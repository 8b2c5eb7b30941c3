import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreFormats

@Suite struct TarTests {
    private let files: [(path: String, bytes: [UInt8])] = [
        ("bag/bagit.txt", Array("BagIt".utf8)), ("bag/data/empty", []),
        ("bag/data/block", [UInt8](repeating: 1, count: 512)),
        ("bag/data/\u{e9}t\u{e9}.txt", [UInt8](repeating: 2, count: 513)),
        (String(repeating: "long/", count: 28) + String(repeating: "n", count: 100), [3]),
    ]

    private func archive() throws -> [UInt8] {
        var writer = TarWriter()
        var bytes: [UInt8] = []
        for file in files { bytes += try writer.file(path: file.path, file.bytes) }
        return bytes + (try writer.finish())
    }

    private func read(_ bytes: [UInt8], pieceByteCount: Int = 1 << 20, limits: TarReader.Limits = .init())
        throws
        -> [(path: String, bytes: [UInt8])]
    {
        var reader = TarReader(limits: limits)
        var found: [(path: String, bytes: [UInt8])] = []
        for start in stride(from: 0, to: bytes.count, by: pieceByteCount) {
            for event in try reader.update(Array(bytes[start..<min(start + pieceByteCount, bytes.count)])) {
                switch event {
                case .file(let path, _): found.append((path, []))
                case .content(let piece): found[found.count - 1].bytes += piece
                case .end: continue
                }
            }
        }
        try reader.finish()
        return found
    }

    @Test("Files come back in pieces of any size") func filesCome() throws {
        let bytes = try archive()
        #expect(bytes.count % 512 == 0)
        for size in [1, 7, 512, 513, 100_000] {
            let found = try read(bytes, pieceByteCount: size)
            #expect(found.map(\.path) == files.map(\.path))
            #expect(found.map(\.bytes) == files.map(\.bytes))
        }
    }

    @Test("The archive names no owner and no time") func archiveNames() throws {
        let header = Array(try archive()[..<512])
        #expect(header[100..<108].elementsEqual("0000644\u{0}".utf8))
        #expect(header[108..<124].elementsEqual("0000000\u{0}0000000\u{0}".utf8))
        #expect(header[136..<148].elementsEqual("00000000000\u{0}".utf8))
        #expect(header[265..<329].allSatisfy { $0 == 0 })
    }

    @Test(
        "Paths that leave the folder or deceive are refused",
        arguments: [
            "", "/etc/passwd", "..", "../x", "a/../b", "a/..", ".", "./a", "a/./b", "a//b", "a/", "a\\b",
            "C:x",
            "a\nb",
            "a\u{0}b", "a\u{7F}b", "a.", "a ", "a /b", "con", "a/NUL.txt", "com1.tar", "a?b", "a\u{202E}b",
            "a\u{200B}b", "a\"b", String(repeating: "n", count: 256),
        ])
    func pathsLeave(_ path: String) {
        #expect(!ArchivePaths.isPlain(path))
        var writer = TarWriter()
        #expect(throws: FormatError.self) { try writer.file(path: path, []) }
    }

    @Test("Paths that do not fit are refused by the writer") func pathsFit() throws {
        var writer = TarWriter()
        #expect(throws: FormatError.self) { try writer.file(path: String(repeating: "n", count: 101), []) }
        #expect(throws: FormatError.self) {
            try writer.file(path: String(repeating: "p", count: 156) + "/n", [])
        }
        #expect(throws: Never.self) { try writer.file(path: String(repeating: "p", count: 155) + "/n", []) }
    }

    @Test("A path comes once in any case or normal form") func pathComes() throws {
        for (one, two) in [
            ("a/b", "a/b"), ("a/b", "A/B"), ("\u{e9}", "e\u{301}"), ("a", "a/b"), ("a/b", "a"),
            ("A/b/c", "a/B"),
        ] {
            var paths = ArchivePaths()
            try paths.insert(one)
            #expect(throws: FormatError.self) { try paths.insert(two) }
        }
        // The reader meets the same rule: two archives joined.
        let bytes = try archive()
        #expect(throws: FormatError.self) { try read(Array(bytes.dropLast(1024)) + bytes) }
    }

    @Test("Anything but files and folders is refused") func anythingFiles() throws {
        for kind in (0...255).map({ UInt8($0) }) where kind != 0x30 && kind != 0x35 {
            #expect(throws: FormatError.self) { try read(forged { $0[156] = kind }) }
        }
        // A folder is let pass, with its slash; one with bytes is not.
        let folder = try forged { header in
            header[156] = 0x35
            header[1] = 0x2F
        }
        #expect(try read(folder).isEmpty)
        #expect(throws: FormatError.self) {
            try read(
                forged { header in
                    header[156] = 0x35
                    header[134] = 0x31
                })
        }
    }

    @Test("Headers are strict") func headersStrict() throws {
        #expect(throws: Never.self) { try read(forged { _ in }) }
        for change in [
            { $0[257] = 0x55 }, { $0[262] = 0x20 }, { $0[263] = 0x20 }, { $0[157] = 0x61 }, { $0[511] = 1 },
            { $0[124] = 0x80 }, { $0[124] = 0x2D }, { $0[130] = 0x38 }, { $0[5] = 0x78 }, { $0[345] = 0xFF },
            { $0[345] = 0x2F },
            { (header: inout [UInt8]) in header.replaceSubrange(0..<2, with: [0x2E, 0x2E]) },
            { $0[0] = 0 }, { $0[0] = 0xFF },
        ] as [(inout [UInt8]) -> Void] {
            #expect(throws: FormatError.self) { try read(forged(change)) }
        }
    }

    @Test("A wrong checksum and any cut are refused") func wrongChecksum() throws {
        let bytes = try forged { _ in }
        for place in [0, 1, 100, 148, 156, 329, 499] {
            var changed = bytes
            changed[place] ^= 1
            #expect(throws: FormatError.self) { try read(changed) }
        }
        for count in 0..<bytes.count {
            #expect(throws: FormatError.self) { try read(Array(bytes[..<count])) }
        }
    }

    @Test("Nothing hides in padding or after the end") func nothingHides() throws {
        var writer = TarWriter()
        var bytes = try writer.file(path: "a", [1])
        bytes += try writer.finish()
        for place in [513, 1023, 1024, 1536] {
            var changed = bytes
            changed[place] = 1
            #expect(throws: FormatError.self) { try read(changed) }
        }
        #expect(throws: Never.self) { try read(bytes + [UInt8](repeating: 0, count: 9000)) }
        #expect(throws: FormatError.self) { try read(bytes + [UInt8](repeating: 0, count: 11_000)) }
        #expect(throws: FormatError.self) { try read(bytes + [1]) }
    }

    @Test("Limits hold before memory is taken") func limitsHold() throws {
        var limits = TarReader.Limits()
        limits.fileByteCountMax = 512
        #expect(throws: FormatError.tooLarge(field: "file", max: 512)) { try read(archive(), limits: limits) }
        limits = TarReader.Limits()
        limits.byteCountMax = 600
        #expect(throws: FormatError.tooLarge(field: "tar", max: 600)) { try read(archive(), limits: limits) }
        limits = TarReader.Limits()
        limits.entryCountMax = 4
        #expect(throws: FormatError.tooLarge(field: "files", max: 4)) { try read(archive(), limits: limits) }
    }

    @Test("The writer keeps to what it announced") func writerKeeps() throws {
        var writer = TarWriter()
        _ = try writer.begin(path: "a", byteCount: 2)
        #expect(throws: FormatError.self) { try writer.finish() }
        #expect(throws: FormatError.self) { try writer.begin(path: "b", byteCount: 0) }
        #expect(throws: FormatError.self) { try writer.content([1, 2, 3]) }
        _ = try writer.content([1, 2])
        _ = try writer.finish()
        #expect(throws: FormatError.self) { try writer.begin(path: "b", byteCount: 0) }
        var other = TarWriter()
        #expect(throws: FormatError.self) { try other.begin(path: "b", byteCount: -1) }
        #expect(throws: FormatError.self) { try other.begin(path: "b", byteCount: 1 << 33) }
    }

    /// An archive of one empty file `a` whose header was changed, its checksum right.
    private func forged(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
        var header = try TarHeader(file: "a", byteCount: 0, seconds: 0).encoded()
        change(&header)
        let sum = header.enumerated().reduce(0) { $0 + (148..<156 ~= $1.offset ? 0x20 : Int($1.element)) }
        let digits = String(sum, radix: 8)
        let text = String(repeating: "0", count: 6 - digits.count) + digits + "\u{0} "
        header.replaceSubrange(148..<156, with: Array(text.utf8))
        return header + [UInt8](repeating: 0, count: 1024)
    }
}
