import TestSupport
import Testing

@testable import HavreCodec

@Test("A value is written as one text: keys in byte order, no white space, fewest escapes")
func oneTextForAValue() throws {
    let json = try JSON(parsing: #" {"b":[1,-2,true,null],"a":"é\/\n\u0001\u00e9"} "#)
    #expect(json.text == #"{"a":"é/\n\u0001é","b":[1,-2,true,null]}"#)
    // UTF-8 order, where U+FFFF comes before U+10000 (UTF-16 would turn them round).
    let keys: JSON = ["\u{10000}": 1, "\u{FFFF}": 2, "": 3, "Z": 4, "a": 5]
    #expect(keys.text == "{\"\":3,\"Z\":4,\"a\":5,\"\u{FFFF}\":2,\"\u{10000}\":1}")
    #expect(JSON.string("\u{8}\t\n\u{C}\r\u{1F}\u{7F}\"\\").text == #""\b\t\n\f\r\u001f\#u{7F}\"\\""#)
}

/// Texts that some reader takes for JSON.
private let refusedTexts = [
    "", " ", "{", "[", "\"", "nul", "nulll", "tru", "True", "NaN", "Infinity", "'a'", "[1,]",
    "{\"a\":1,}",
    "[,1]", "[1 2]", "{a:1}", "{\"a\" 1}", "{1:2}", "[1]]", "1 2", "null\u{0}", "\u{FEFF}null", "\u{A0}1",
    "//x\n1",
    "1.0", "1e0", "1E2", "-0", "00", "01", "-01", "-", "+1", ".5", "0x10", "9007199254740992",
    "-9007199254740992", "99999999999999999", "123456789012345678901234567890",
    #""\x""#, #""\u12""#, #""\u12G4""#, #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#,
    #""\ud800\ud800""#,
    #""\ud800x""#, #""\U0041""#, "\"\t\"", "\"\n\"", "\"\u{0}\"", #""\"#,
    #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#,
]

@Test("What other readers forgive is refused")
func refused() {
    for text in refusedTexts {
        #expect(throws: CodecError.self, "\(text.debugDescription)") { try JSON(parsing: text) }
    }
}

@Test("Bytes that are not UTF-8 are refused: overlong, surrogate, cut off, beyond U+10FFFF")
func notUTF8() {
    let bad: [[UInt8]] = [
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0x80], [0xC3],
    ]
    for bytes in bad {
        #expect(throws: CodecError.self) { try JSON(parsing: [0x22] + bytes + [0x22]) }
        #expect(throws: CodecError.self) { try JSON(parsing: [0x22, 0x5C, 0x6E] + bytes + [0x22]) }
    }
}

@Test("Keys that Swift holds for equal though their bytes differ are one key twice")
func canonicallyEquivalentKeys() throws {
    #expect("K" == "\u{212A}")  // the premise: KELVIN SIGN
    for (one, other) in [("K", "\u{212A}"), ("é", "e\u{301}"), ("Å", "\u{212B}"), (";", "\u{37E}")] {
        #expect(throws: CodecError.invalid(field: "json", rule: "no key twice")) {
            try JSON(parsing: "{\"\(one)\":1,\"\(other)\":2}")
        }
        let json = try JSON(parsing: "{\"\(other)\":1}")
        #expect(json[one] == nil)
        #expect(json[other] == 1)
        #expect(json != [one: 1])
        var fields = try Fields(json)
        #expect(fields.optionalJSON(one) == nil)
        #expect(throws: CodecError.self) { try fields.json(one) }
        #expect(JSON.string(one) != JSON.string(other))
    }
}

@Test("Depth and size are limits, not advice")
func limits() throws {
    func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSON(parsing: nested(32))
    #expect(throws: CodecError.invalid(field: "json", rule: "at most 32 levels")) {
        try JSON(parsing: nested(33))
    }
    #expect(throws: CodecError.self) { try JSON(parsing: nested(100_000)) }
    #expect(throws: CodecError.self) { try JSON(parsing: String(repeating: "{\"a\":", count: 100_000)) }
    _ = try JSON(parsing: nested(3), depthMax: 3)
    #expect(throws: CodecError.self) { try JSON(parsing: nested(4), depthMax: 3) }
    _ = try JSON(parsing: "\"abc\"", byteCountMax: 5)
    #expect(throws: CodecError.self) { try JSON(parsing: "\"abcd\"", byteCountMax: 5) }
    #expect(try JSON(parsing: "9007199254740991") == .int(JSON.intMax))
    #expect(try JSON(parsing: "-9007199254740991") == .int(-JSON.intMax))
    let key = String(repeating: "k", count: 1025)
    #expect(throws: CodecError.self) { try JSON(parsing: "{\"\(key)\":1}") }
}

@Test("A letter under a tower of marks is refused, for comparing it would take quadratic time")
func towersOfMarks() throws {
    let tower = "a" + String(repeating: "\u{302}\u{323}", count: 50_000)
    #expect(throws: CodecError.self) { try JSON(parsing: JSON.string(tower).encoded()) }
    #expect(throws: CodecError.self) {
        try JSON(parsing: "[\"a" + String(repeating: #"\u0302\u0323"#, count: 5_000) + "\"]")
    }
    #expect(try JSON(parsing: "\"a\(String(repeating: "\u{302}", count: 30))\"").string != nil)
}

@Test("A number beyond 2^53 cannot be written")
func unreadableNumbersTrap() async {
    await #expect(processExitsWith: .failure) { _ = JSON.int(1 << 53).encoded() }
}

@Test("Any value survives writing and reading; any text that is read is written the same way ever after")
func roundTrips() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<2_000 {
        let value = random.json(depth: 4)
        let bytes = value.encoded()
        let read = try JSON(parsing: bytes)
        #expect(read == value)
        #expect(read.encoded() == bytes)
    }
}

@Test("Every cut of a document is refused, and every changed byte is refused or read as what it now says")
func cutsAndChanges() throws {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<60 {
        let bytes = JSON.array([random.json(depth: 4)]).encoded()
        for count in 0..<min(bytes.count, 200) {
            #expect(throws: CodecError.self) {
                try JSON(parsing: Array(bytes[..<min(count, bytes.count - 1)]))
            }
        }
        for _ in 0..<50 {
            var changed = bytes
            changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                in: 0...255, using: &random)
            guard let read = try? JSON(parsing: changed) else { continue }
            #expect(try JSON(parsing: read.encoded()) == read)
        }
    }
}

@Test("Noise neither crashes the reader nor passes as a document that reads back differently")
func noise() throws {
    var random = SeededGenerator(seed: 3)
    let alphabet = Array(#"{}[]",:\u0deEtrufalsn-+. 19"#.utf8) + [0x00, 0xC3, 0xA9, 0xED, 0xA0, 0x80, 0xF0]
    for _ in 0..<5_000 {
        let count = Int.random(in: 0..<24, using: &random)
        let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        guard let read = try? JSON(parsing: bytes) else { continue }
        #expect(try JSON(parsing: read.encoded()) == read)
    }
}

extension SeededGenerator {
    /// A random value of at most `depth` levels.
    fileprivate mutating func json(depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .int(Int64.random(in: -JSON.intMax...JSON.intMax, using: &self))
        case 3, 4: return .string(text())
        case 5: return .array((0..<Int.random(in: 0..<5, using: &self)).map { _ in json(depth: depth - 1) })
        default:
            var members: [String: JSON] = [:]
            for _ in 0..<Int.random(in: 0..<5, using: &self) { members[text()] = json(depth: depth - 1) }
            return .object(members)
        }
    }

    /// A random text of scalars from every plane that holds any.
    fileprivate mutating func text() -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x7F, 0x20...0x7E, 0x80...0x2FF, 0x370...0xD7FF, 0xE000...0x10FFFF,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &self) {
            let range = ranges.randomElement(using: &self) ?? 0...0
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { text.append(scalar) }
        }
        return String(text)
    }
}
