import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreEvidence

@Suite("JPEG derivatives")
struct JPEGTests {
    @Test(
        "EXIF, XMP, IPTC, profile, comment, thumbnail and trailing bytes are gone; what shows the points is identical"
    )
    func nothingHidden() throws {
        for odd in [false, true] {
            for restartInterval in [0, 1, 4] {
                let original = Pictures.jpeg(odd: odd, restartInterval: restartInterval)
                let derivative = try Derivative(of: original)
                #expect(derivative.format == .jpeg)
                #expect(derivative.bytes == Pictures.plainJPEG(odd: odd, restartInterval: restartInterval))
                #expect(!derivative.bytes.contains(Array(Pictures.canary.utf8)))
                #expect(!derivative.bytes.contains(Pictures.position.bytes))
                #expect(!derivative.bytes.contains(Array("Exif".utf8)))
                #expect(derivative.width == (odd ? 43 : 48) && derivative.height == (odd ? 29 : 32))
                #expect(
                    derivative.removed == [
                        "APP1", "APP13", "APP15", "APP2", "COM", "data after the end",
                    ])
            }
        }
    }

    @Test(
        "A derivative names the digest of the whole original and its own, and deriving again changes nothing")
    func tied() throws {
        let original = Pictures.jpeg()
        let derivative = try Derivative(of: original)
        #expect(derivative.original == Hash.sha256(original))
        #expect(derivative.digest == Hash.sha256(derivative.bytes))
        #expect(derivative.original != derivative.digest)
        #expect(try Derivative(of: derivative.bytes).bytes == derivative.bytes)
    }

    @Test("Progressive, subsampled pictures with tables of their own are read too")
    func progressive() throws {
        let original = try Base64.decodeStandard(Pictures.progressive, padded: true)
        let derivative = try Derivative(of: original + Array(Pictures.canary.utf8))
        #expect(derivative.width == 40 && derivative.height == 24)
        #expect(derivative.removed == ["COM", "data after the end"])
        // Ours is the original without its comment, with our JFIF header.
        #expect(original[2..<4] == [0xFF, 0xE0] && original[20..<22] == [0xFF, 0xFE])
        let afterComment = 22 + Int(original[22]) << 8 + Int(original[23])
        #expect(derivative.bytes == [0xFF, 0xD8] + Pictures.ourJFIF + original[afterComment...])
    }

    @Test(
        "Bytes hidden between a scan and the next marker, and inside a scan after its last point, are dropped"
    )
    func behindTheScan() throws {
        let plain = Pictures.plainJPEG()
        let hidden =
            Array(plain.dropLast(2)) + [0x12, 0xFF, 0x00, 0x34] + Array(Pictures.canary.utf8) + [0xFF, 0xD9]
        let derivative = try Derivative(of: hidden)
        #expect(derivative.bytes == plain)
        #expect(derivative.removed == ["data after the end"])
    }

    @Test("How the picture is to be held is told, and not left in the file")
    func orientation() throws {
        for big in [false, true] {
            for value in 1...8 {
                let derivative = try Derivative(of: oriented(value, big: big))
                #expect(derivative.orientation == value)
                #expect(derivative.bytes == Pictures.plainJPEG())
            }
        }
        for value in [0, 9, 300] { #expect(try Derivative(of: oriented(value, big: false)).orientation == 1) }
    }

    @Test("A broken EXIF block hurts nobody: it is left out unread")
    func brokenEXIF() throws {
        let whole = Array(oriented(6, big: false).dropFirst(20))
        let exifLength = Int(whole[2]) << 8 | Int(whole[3])
        let body = Array(whole[4..<(2 + exifLength)])
        for length in 0..<body.count {
            let segment = JPEGEncoder.segment(0xE1, Array(body.prefix(length)))
            let derivative = try Derivative(
                of: [0xFF, 0xD8] + Pictures.ourJFIF + segment + Pictures.plainJPEG().dropFirst(20))
            #expect(derivative.bytes == Pictures.plainJPEG())
        }
    }

    @Test("The thumbnail of a JFIF header is left out, and named")
    func thumbnail() throws {
        let plain = Pictures.plainJPEG()
        let withThumbnail = JPEGEncoder.segment(
            0xE0, Array("JFIF".utf8) + [0, 1, 2, 0, 0, 1, 0, 1, 1, 1, 0xAA, 0xBB, 0xCC])
        let derivative = try Derivative(of: [0xFF, 0xD8] + withThumbnail + plain.dropFirst(20))
        #expect(derivative.removed == ["APP0"])
        #expect(derivative.bytes == plain)
    }

    @Test("The colour transform of an Adobe segment is kept, nothing else of it")
    func adobe() throws {
        let adobe = Array("Adobe".utf8) + [0, 101, 0x12, 0x34, 0x56, 0x78, 1]
        let original = JPEGEncoder.encode(Pictures.canvas(), segments: [JPEGEncoder.segment(0xEE, adobe)])
        let derivative = try Derivative(of: original)
        let ours = JPEGEncoder.segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 1])
        #expect(derivative.bytes == JPEGEncoder.encode(Pictures.canvas(), segments: [ours]))
    }

    @Test("Every shortened file is refused")
    func truncated() throws {
        let original = Pictures.plainJPEG(restartInterval: 4)
        for length in stride(from: 0, to: original.count, by: 7) {
            #expect(throws: EvidenceError.self) { try Derivative(of: Array(original.prefix(length))) }
        }
        #expect(throws: EvidenceError.self) { try Derivative(of: Array(original.dropLast(1))) }
    }

    @Test("Malformed and unsupported segments are refused by name")
    func malformed() throws {
        let plain = Pictures.plainJPEG()
        let frame = try #require(plain.firstIndex(of: [0xFF, 0xC0]))
        let scan = try #require(plain.firstIndex(of: [0xFF, 0xDA]))
        let table = try #require(plain.firstIndex(of: [0xFF, 0xC4]))
        func changed(_ at: Int, _ byte: UInt8) -> [UInt8] {
            var bytes = plain
            bytes[at] = byte
            return bytes
        }
        let cases: [(String, [UInt8])] = [
            ("arithmetic coding", changed(frame + 1, 0xC9)), ("lossless", changed(frame + 1, 0xC3)),
            ("12 bits", changed(frame + 4, 12)), ("no rows", changed(frame + 5 + 1, 0)),
            ("five components", changed(frame + 9, 5)), ("sampling 0", changed(frame + 11, 0x01)),
            ("one component twice", changed(frame + 13, 1)),
            ("a table that is not there", changed(scan + 6, 0x22)),
            ("too many codes", changed(table + 5, 3)), ("a second frame", insert(plain, frame, at: scan)),
            ("a component scanned twice", Array(plain.dropLast(2)) + plain[scan...]),
            ("a second image start", Array(plain[..<scan]) + [0xFF, 0xD8] + plain[scan...]),
            ("no scan", Array(plain[..<scan]) + [0xFF, 0xD9]),
            ("a restart marker unasked", Array(plain.dropLast(12)) + [0xFF, 0xD0] + plain.suffix(12)),
            ("spectral selection in a sequential scan", changed(scan + 12, 5)),
            ("only the start", [0xFF, 0xD8]), ("no marker", [0xFF, 0xD8, 0x00]),
        ]
        for (name, bytes) in cases {
            #expect(throws: EvidenceError.self, "\(name)") { try Derivative(of: bytes) }
        }
    }

    @Test("A refinement brings one bit for a coefficient; two are refused")
    func refinement() throws {
        #expect(try Derivative(of: ProgressiveJPEG.block()).width == 8)
        // The code of two bits, two bits, one coefficient passed over, the end: read as two bits it would be whole.
        #expect(throws: EvidenceError.picture(rule: "JPEG: refinement by one bit")) {
            try Derivative(of: ProgressiveJPEG.block(refinement: [0b1001_0011, 0b1111_1111, 0x00]))
        }
    }

    @Test("A picture too large to look through is refused before memory is taken")
    func bounds() throws {
        var huge = Pictures.plainJPEG()
        let frame = try #require(huge.firstIndex(of: [0xFF, 0xC0]))
        for at in 5...8 { huge[frame + at] = 0xFF }
        huge[frame + 1] = 0xC2
        #expect(throws: EvidenceError.picture(rule: "JPEG: 1 to \(Derivative.pointCountMax) points")) {
            try Derivative(of: huge)
        }
    }

    @Test("Runs of blocks that take no bytes do not make a small file take long")
    func runs() throws {
        let bomb = ProgressiveJPEG.runs(scanCount: 60)
        #expect(bomb.count < 150_000)
        #expect(throws: EvidenceError.picture(rule: "JPEG: at most 33554432 blocks in all scans")) {
            try Derivative(of: bomb)
        }
    }

    @Test("Noise in any byte is refused or read, and never lets the canary through")
    func noise() throws {
        var noise = SeededGenerator(seed: 7)
        for original in [Pictures.jpeg(), try Base64.decodeStandard(Pictures.progressive, padded: true)] {
            for _ in 0..<200 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...3, using: &noise) {
                    bytes[Int.random(in: 2..<bytes.count, using: &noise)] = UInt8.random(
                        in: 0...255, using: &noise)
                }
                guard let derivative = try? Derivative(of: bytes) else { continue }
                #expect(!derivative.bytes.contains(Array(Pictures.canary.utf8)))
                #expect(!derivative.bytes.contains(Array("HAVRE-CANARY".utf8)))
            }
        }
    }

    private func oriented(_ value: Int, big: Bool) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return big ? bytes.reversed() : bytes
        }
        var tiff = Array((big ? "MM" : "II").utf8) + number(42, 2) + number(8, 4) + number(2, 2)
        tiff += number(0x010F, 2) + number(2, 2) + number(4, 4) + Array("abc".utf8) + [0]
        tiff += number(0x0112, 2) + number(3, 2) + number(1, 4) + number(value, 2) + [0, 0] + number(0, 4)
        return JPEGEncoder.encode(Pictures.canvas(), segments: [Pictures.ourJFIF, Metadata.exif(tiff)])
    }

    private func insert(_ bytes: [UInt8], _ segment: Int, at: Int) -> [UInt8] {
        let length = 2 + Int(bytes[segment + 2]) << 8 + Int(bytes[segment + 3])
        return Array(bytes[..<at]) + bytes[segment..<(segment + length)] + bytes[at...]
    }
}

extension [UInt8] {
    /// The place of these bytes in the array, nil when they are not there.
    func firstIndex(of needle: [UInt8]) -> Int? {
        guard !needle.isEmpty, needle.count <= count else { return nil }
        return (0...(count - needle.count)).first { at in
            self[at] == needle[0] && self[at..<(at + needle.count)].elementsEqual(needle)
        }
    }

    /// Whether these bytes stand somewhere in the array.
    func contains(_ needle: [UInt8]) -> Bool { firstIndex(of: needle) != nil }
}
