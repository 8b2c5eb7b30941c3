import TestSupport
import Testing

@testable import HavreCodec

@Test("What a writer packs a reader unpacks, little endian, and nothing may be left over")
func packing() throws {
    var writer = ByteWriter()
    writer.u8(1)
    writer.u16(0x0203)
    writer.u32(0x0405_0607)
    writer.u64(0x0809_0A0B_0C0D_0E0F)
    writer.prefixed([9, 8])
    writer.prefixed("é")
    writer.append([7])
    #expect(
        writer.bytes == [
            1, 3, 2, 7, 6, 5, 4, 0xF, 0xE, 0xD, 0xC, 0xB, 0xA, 9, 8, 2, 0, 0, 0, 9, 8, 2, 0, 0, 0, 0xC3, 0xA9,
            7,
        ])
    var reader = ByteReader(writer.bytes)
    #expect(try reader.u8() == 1)
    #expect(try reader.u16() == 0x0203)
    #expect(try reader.u32() == 0x0405_0607)
    #expect(try reader.u64() == 0x0809_0A0B_0C0D_0E0F)
    #expect(try reader.prefixed(max: 2) == [9, 8])
    #expect(try reader.prefixedText(max: 2) == "é")
    #expect(throws: CodecError.self) { try reader.finish() }
    #expect(reader.rest() == [7])
    try reader.finish()
}

@Test("A reader never reads past its end, whatever a length says")
func overReading() throws {
    for count in 0..<8 {
        var reader = ByteReader([UInt8](repeating: 0xFF, count: count))
        #expect(throws: CodecError.self) { try reader.u64() }
        #expect(throws: CodecError.self) { try reader.bytes(count + 1) }
        #expect(throws: CodecError.self) { try reader.bytes(-1) }
        #expect(throws: CodecError.self) { try reader.bytes(.max) }
        #expect(reader.remaining == count)
    }
    var huge = ByteReader([0xFF, 0xFF, 0xFF, 0xFF, 1])
    #expect(throws: CodecError.self) { try huge.prefixed(max: .max) }
    var long = ByteReader([3, 0, 0, 0, 1, 2, 3])
    #expect(throws: CodecError.self) { try long.prefixed(max: 2) }
    var text = ByteReader([1, 0, 0, 0, 0xC3])
    #expect(throws: CodecError.self) { try text.prefixedText(max: 9) }
}

@Test("Base 64 agrees with the examples of RFC 4648 and with itself")
func base64Examples() throws {
    let examples = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ]
    for (plain, padded) in examples {
        let bytes = Array(plain.utf8)
        let bare = padded.replacing("=", with: "")
        #expect(Base64.standard(bytes, padded: true) == padded)
        #expect(Base64.standard(bytes, padded: false) == bare)
        #expect(Base64.url(bytes) == bare)
        #expect(try Base64.decodeStandard(padded, padded: true) == bytes)
        #expect(try Base64.decodeURL(bare) == bytes)
    }
    #expect(Base64.url([0xFB, 0xFF]) == "-_8")
    #expect(Base64.standard([0xFB, 0xFF], padded: true) == "+/8=")
    var random = SeededGenerator(seed: 4)
    for count in 0..<200 {
        let bytes = random.bytes(count)
        #expect(try Base64.decodeURL(Base64.url(bytes)) == bytes)
        #expect(try Base64.decodeStandard(Base64.standard(bytes, padded: true), padded: true) == bytes)
        #expect(try Base64.decodeStandard(Base64.standard(bytes, padded: false), padded: false) == bytes)
    }
}

@Test("Base 64 has one text for one value: every other text is refused")
func base64IsCanonical() {
    for text in ["A", "AAAAA", "AB", "AAB", "Zg==", "Zg=", "+/8", "A A", "AA\n", "é", "AA\u{0}", "=", "===="]
    {
        #expect(throws: CodecError.self) { try Base64.decodeURL(text) }
    }
    let badlyPadded = [
        "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=", "====", "Zg==Zg==", "-_8=", "Z===", "Zm9v====",
    ]
    for text in badlyPadded {
        #expect(throws: CodecError.self) { try Base64.decodeStandard(text, padded: true) }
    }
    for text in ["Zg==", "Zh", "A"] {
        #expect(throws: CodecError.self) { try Base64.decodeStandard(text, padded: false) }
    }
    // Whatever two digits are read as one byte are what that byte is written as.
    var accepted = 0
    for first in UInt8(0)...127 {
        for second in UInt8(0)...127 {
            let text = String(decoding: [first, second], as: UTF8.self)
            guard let bytes = try? Base64.decodeURL(text) else { continue }
            accepted += 1
            #expect(Base64.url(bytes) == text)
        }
    }
    #expect(accepted == 256)
}

@Test("Hex is lower case, two digits a byte")
func hex() throws {
    #expect(Hex.encode([0, 0x1F, 0xAB, 255]) == "001fabff")
    #expect(try Hex.decode("001fabff") == [0, 0x1F, 0xAB, 255])
    for text in ["0", "0g", "AB", "0x", " 1", "é", "１２"] {
        #expect(throws: CodecError.self) { try Hex.decode(text) }
    }
}

@Test("Identifiers are 16 bytes and digests 32; order and equality are those of the bytes")
func names() throws {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<200 {
        let (a, b) = (random.bytes(16), random.bytes(16))
        let (one, other) = (try Identifier(bytes: a), try Identifier(bytes: b))
        #expect(one.bytes == a)
        #expect(try Identifier(hex: one.hex) == one)
        #expect((one < other) == a.lexicographicallyPrecedes(b))
        let (c, d) = (random.bytes(32), random.bytes(32))
        let (digest, next) = (try Digest(bytes: c), try Digest(bytes: d))
        #expect(digest.bytes == c)
        #expect(try Digest(hex: digest.hex) == digest)
        #expect((digest < next) == c.lexicographicallyPrecedes(d))
    }
    for count in [0, 15, 17, 32] {
        #expect(throws: CodecError.self) { try Identifier(bytes: [UInt8](repeating: 0, count: count)) }
    }
    for count in [0, 16, 31, 33] {
        #expect(throws: CodecError.self) { try Digest(bytes: [UInt8](repeating: 0, count: count)) }
    }
    #expect(throws: CodecError.self) { try Identifier(hex: String(repeating: "A", count: 32)) }
    #expect(throws: CodecError.self) { try Digest(hex: String(repeating: "0", count: 63)) }
}
