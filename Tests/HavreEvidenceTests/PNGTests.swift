import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreEvidence

@Suite("PNG derivatives")
struct PNGTests {
    @Test(
        "Texts, EXIF, profile, time, private chunks and a file after IEND are gone; the points are identical")
    func nothingHidden() throws {
        let original = Pictures.png()
        let derivative = try Derivative(of: original)
        #expect(derivative.format == .png)
        #expect(derivative.bytes == Pictures.plainPNG())
        #expect(!derivative.bytes.contains(Array(Pictures.canary.utf8)))
        #expect(!derivative.bytes.contains(Pictures.position.bytes))
        #expect(
            derivative.removed == [
                "data after the end", "eXIf", "gAMA", "iCCP", "iTXt", "prVt", "tEXt", "tIME", "zTXt",
            ])
        #expect(derivative.original == Hash.sha256(original))
        #expect(try Derivative(of: derivative.bytes).bytes == derivative.bytes)
    }

    @Test("Points compressed with codes of their own are walked to their end")
    func deflated() throws {
        let original = try Base64.decodeStandard(Pictures.deflated, padded: true)
        let derivative = try Derivative(of: original)
        #expect(derivative.bytes == original)
        #expect(derivative.width == 24 && derivative.height == 16 && derivative.removed == [])
    }

    @Test("Bytes hidden behind the compressed points are dropped, points in many chunks are put together")
    func behindThePoints() throws {
        let points = zlib(8, 8)
        let hidden = Array(Pictures.canary.utf8)
        let derivative = try Derivative(
            of: file(8, 8, [Array(points.prefix(9)), [], Array(points.dropFirst(9)) + hidden, hidden]))
        #expect(derivative.bytes == file(8, 8, [points]))
        #expect(derivative.removed == ["data after the end"])
    }

    @Test("Interlaced pictures have exactly the rows of their seven passes")
    func interlaced() throws {
        // 8-bit grey, 5 by 3, the widths of the rows of passes 1 to 7.
        let rows: [[Int]] = [[1], [1], [], [1], [3], [2, 2], [5]]
        let raw = rows.flatMap { $0 }.flatMap { [0] + [UInt8](repeating: 7, count: $0) }
        _ = try Derivative(of: file(5, 3, [PNGEncoder.stored(raw)], interlace: 1))
        #expect(throws: EvidenceError.self) {
            try Derivative(of: file(5, 3, [PNGEncoder.stored(raw + [0])], interlace: 1))
        }
        #expect(throws: EvidenceError.self) {
            try Derivative(of: file(5, 3, [PNGEncoder.stored(Array(raw.dropLast()))], interlace: 1))
        }
    }

    @Test(
        "Fewer rows, more rows, a filter that does not exist and a wrong checksum of the points are refused")
    func points() throws {
        let good = [UInt8](repeating: 0, count: 9 * 8)
        for (name, raw) in [
            ("fewer", Array(good.dropLast())), ("more", good + [0]), ("filter 5", [5] + good.dropFirst()),
            ("last filter", Array(good.prefix(63)) + [9] + good.suffix(8)),
        ] {
            #expect(throws: EvidenceError.self, "\(name)") {
                try Derivative(of: file(8, 8, [PNGEncoder.stored(raw)]))
            }
        }
        var sum = PNGEncoder.stored(good)
        sum[sum.count - 1] ^= 1
        #expect(throws: EvidenceError.self) { try Derivative(of: file(8, 8, [sum])) }
        #expect(throws: EvidenceError.self) { try Derivative(of: file(8, 8, [Array(sum.dropLast(4))])) }
        #expect(throws: EvidenceError.self) {
            try Derivative(of: file(8, 8, [[0x78, 0x01, 0x06, 0, 0, 0, 0]]))
        }
        // The fixed codes for "three bytes from one byte back" and "end" where no byte is yet, and the checksum of
        // three zeroes.
        #expect(throws: EvidenceError.picture(rule: "PNG: a zlib stream")) {
            try Derivative(of: file(2, 1, [[0x78, 0x01, 0x03, 0x02, 0, 0, 3, 0, 1]]))
        }
    }

    @Test("Chunks out of order, twice, of another size, unknown and critical, or moving are refused")
    func chunks() throws {
        let header = PNGEncoder.chunk("IHDR", Array(file(8, 8, [])[16..<29]))
        let points = PNGEncoder.chunk("IDAT", zlib(8, 8))
        let end = PNGEncoder.chunk("IEND", [])
        let grey = PNGEncoder.chunk("tRNS", [0, 1])
        let cases: [(String, [[UInt8]])] = [
            ("IHDR twice", [header, header, points, end]), ("no IHDR", [points, end]),
            ("no points", [header, end]), ("no IEND", [header, points]),
            ("a full IEND", [header, points, PNGEncoder.chunk("IEND", [0])]),
            ("a palette for grey", [header, PNGEncoder.chunk("PLTE", [0, 0, 0]), points, end]),
            ("tRNS twice", [header, grey, grey, points, end]), ("tRNS late", [header, points, grey, end]),
            ("tRNS too long", [header, PNGEncoder.chunk("tRNS", [0, 1, 2]), points, end]),
            ("points apart", [header, points, PNGEncoder.chunk("tEXt", []), points, end]),
            ("unknown and critical", [header, PNGEncoder.chunk("CgBI", [0]), points, end]),
            ("animated", [header, PNGEncoder.chunk("acTL", [0, 0, 0, 2, 0, 0, 0, 0]), points, end]),
            ("a name with a digit", [header, PNGEncoder.chunk("tE1t", []), points, end]),
        ]
        for (name, chunks) in cases {
            #expect(throws: EvidenceError.self, "\(name)") {
                try Derivative(of: PNGEncoder.signature + chunks.flatMap { $0 })
            }
        }
        _ = try Derivative(of: PNGEncoder.signature + header + grey + points + end)
    }

    @Test("Transparency of a picture with a palette needs the palette and fits it")
    func paletteTransparency() throws {
        let parts = try split(Pictures.plainPNG())
        let transparency = PNGEncoder.chunk("tRNS", [0, 128])
        let kept = PNGEncoder.signature + parts[0] + parts[1] + transparency + parts[2] + parts[3]
        #expect(try Derivative(of: kept).bytes == kept)
        let early = PNGEncoder.signature + parts[0] + transparency + parts[1] + parts[2] + parts[3]
        #expect(throws: EvidenceError.self) { try Derivative(of: early) }
        let long = PNGEncoder.chunk("tRNS", [UInt8](repeating: 1, count: 17))
        #expect(throws: EvidenceError.self) {
            try Derivative(of: PNGEncoder.signature + parts[0] + parts[1] + long + parts[2] + parts[3])
        }
        #expect(throws: EvidenceError.self) {
            try Derivative(of: PNGEncoder.signature + parts[0] + parts[2] + parts[3])
        }
    }

    @Test("Every shortened file and every flipped bit is refused")
    func damage() throws {
        let original = try Base64.decodeStandard(Pictures.deflated, padded: true)
        for length in 0..<original.count {
            #expect(throws: EvidenceError.self) { try Derivative(of: Array(original.prefix(length))) }
        }
        for at in 0..<original.count {
            var bytes = original
            bytes[at] ^= 1 << UInt8(at % 8)
            #expect(throws: EvidenceError.self, "byte \(at)") { try Derivative(of: bytes) }
        }
    }

    @Test(
        "A picture too large to look through is refused before memory is taken; so is a stream that would swell"
    )
    func bounds() throws {
        let rule = EvidenceError.picture(rule: "PNG: 1 to \(Derivative.pointCountMax) points")
        for (width, height) in [(0x7FFF_FFFF, 0x7FFF_FFFF), (1 << 26, 2), (0, 1), (1, 0)] {
            #expect(throws: rule) { try Derivative(of: file(width, height, [zlib(8, 8)])) }
        }
        #expect(throws: EvidenceError.picture(rule: "PNG: rows of its size")) {
            try Derivative(of: file(1, 1, [PNGEncoder.stored([UInt8](repeating: 0, count: 70_000))]))
        }
    }

    @Test("Other formats are refused, not passed through")
    func others() {
        for text in [
            "", "GIF89a", "%PDF-1.4", "RIFF....WEBPVP8 ", "<svg xmlns='http://www.w3.org/2000/svg'/>",
        ] {
            #expect(throws: EvidenceError.picture(rule: "a JPEG or a PNG")) {
                try Derivative(of: Array(text.utf8))
            }
        }
    }

    /// A grey PNG of 8 bits with these IDAT chunks.
    private func file(_ width: Int, _ height: Int, _ points: [[UInt8]], interlace: UInt8 = 0) -> [UInt8] {
        let header = PNGEncoder.big(UInt32(width)) + PNGEncoder.big(UInt32(height)) + [8, 0, 0, 0, interlace]
        return PNGEncoder.signature + PNGEncoder.chunk("IHDR", header)
            + points.flatMap { PNGEncoder.chunk("IDAT", $0) } + PNGEncoder.chunk("IEND", [])
    }

    private func zlib(_ width: Int, _ height: Int) -> [UInt8] {
        PNGEncoder.stored([UInt8](repeating: 0, count: (width + 1) * height))
    }

    private func split(_ png: [UInt8]) throws -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        var at = 8
        while at < png.count {
            let length = png[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
            chunks.append(Array(png[at..<(at + 12 + length)]))
            at += 12 + length
        }
        return chunks
    }
}
