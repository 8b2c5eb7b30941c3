import HavreCodec
import HavreFormats
import HavreSecrets
import Testing

@testable import HavreEvidence

/// Archives that were made to harm whoever checks them.
struct HostileBundleTests {
    /// A header of tar with any name, kind and size.
    private func header(
        _ name: [UInt8], size: Int = 0, kind: UInt8 = 0x30, link: String = "", magic: String = "ustar\u{0}00"
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Sequence<UInt8>, at place: Int) {
            for (offset, byte) in bytes.enumerated() { block[place + offset] = byte }
        }
        func octal(_ value: Int, _ digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
        }
        put(name.prefix(100), at: 0)
        put(octal(0o644, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(size, 11), at: 124)
        put(octal(0, 11), at: 136)
        put(Array("        ".utf8), at: 148)
        block[156] = kind
        put(Array(link.utf8), at: 157)
        put(Array(magic.utf8), at: 257)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], at: 148)
        return block
    }

    private func refusal(_ archive: [UInt8]) -> String? {
        let verdict = BundleVerifier.verify(archive)
        return verdict.isValid ? nil : verdict.problems.first
    }

    private let end = [UInt8](repeating: 0, count: 1024)

    @Test("Names that leave the folder, that Windows or macOS would confuse, or that come twice are refused")
    func names() throws {
        for name in [
            "../evil", "evidence/../../evil", "/etc/passwd", "evidence//x", "evidence/./x", "evidence/x/",
            "C:\\evil", "evidence\\evil", "evidence/con", "evidence/NUL.txt", "evidence/x.", "evidence/x ",
            "evidence/a:b", "other/x", "evidence", "evidence/\u{202E}txt.exe", "evidence/\u{0}x", "",
        ] { #expect(refusal(header(Array(name.utf8)) + end) != nil, "\(name)") }
        #expect(refusal(header([0x65, 0xFF, 0xFE]) + end) != nil, "no UTF-8")
        for pair in [
            ["README.txt", "README.txt"], ["README.txt", "readme.TXT"], ["caf\u{E9}", "cafe\u{301}"],
            ["data", "data/x"],
        ] {
            let two = pair.flatMap { header(Array("evidence/\($0)".utf8)) }
            #expect(refusal(two + end)?.contains("path") == true, "\(pair)")
        }
    }

    @Test("Links, devices, extended headers, sparse files and other kinds of tar are refused")
    func kinds() {
        let name = Array("evidence/README.txt".utf8)
        for kind in Array("1234567LKSxgVDMNA".utf8) + [0, 0x35] where kind != 0x30 {
            #expect(refusal(header(name, kind: kind, link: kind == 0x35 ? "" : "/etc/shadow") + end) != nil)
        }
        #expect(refusal(header(name, magic: "ustar  \u{0}") + end) != nil, "GNU")
        #expect(refusal(header(name, magic: "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}") + end) != nil, "v7")
    }

    @Test("A file that says it is larger than what may come is refused before it comes")
    func sizes() {
        for (name, size) in [
            ("data/index.html", 1 << 31), ("data/records/001.sdjwt", (1 << 20) + 1), ("README.txt", 1 << 22),
        ] {
            let archive = header(Array("evidence/\(name)".utf8), size: size)
            #expect(refusal(archive + end)?.contains("larger") == true, "\(name)")
        }
    }

    @Test("Millions of files, and records without end, stop being read at a bound")
    func bombs() throws {
        var files = BundleFiles()
        var reason: FormatError?
        var count = 0
        while reason == nil, count < 1_000_000 {
            do throws(FormatError) {
                try files.update(header(Array("evidence/data/\(count)".utf8)))
                count += 1
            } catch { reason = error }
        }
        #expect(count == BundleFiles.fileCountMax)
        var records = BundleFiles()
        reason = nil
        count = 0
        let megabyte = [UInt8](repeating: 0x7E, count: 1 << 20)
        while reason == nil, count < 200 {
            do throws(FormatError) {
                let name = Array("evidence/data/records/\(count).sdjwt".utf8)
                try records.update(header(name, size: megabyte.count))
                try records.update(megabyte)
                count += 1
            } catch { reason = error }
        }
        #expect(count == BundleFiles.keptByteCountMax >> 20)
    }

    @Test("A page of any length is digested and not kept")
    func longPage() throws {
        var files = BundleFiles()
        let megabyte = [UInt8](repeating: 0x20, count: 1 << 20)
        try files.update(header(Array("evidence/data/index.html".utf8), size: 8 << 20))
        for _ in 0..<8 { try files.update(megabyte) }
        try files.update(end)
        #expect(files.all.map(\.byteCount) == [8 << 20] && files.kept.isEmpty)
    }

    @Test("A record of nothing but brackets, or a thousand disclosures of one digest, is refused in time")
    func records() throws {
        let scene = try BundleScene()
        let original = try Unpacked(scene.archive())
        let deep = Array(("~" + String(repeating: "W1tb", count: 200_000) + "~").utf8)
        let twice = original["data/records/001.sdjwt"].map { $0 + $0 } ?? []
        for bytes in [deep, twice, Array("~~~".utf8), []] {
            var changed = original
            changed["data/records/001.sdjwt"] = bytes
            #expect(!scene.verify(try changed.packed()).isValid)
        }
    }
}
