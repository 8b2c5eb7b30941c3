import Foundation
import HavreCodec
import Testing

@Test("The normal forms are Unicode's, where Foundation has those of the same version right")
func normalForms() {
    var wrong: [String] = []
    // Left out is what Foundation here gets wrong: U+0F73 and its like, marks of Unicode 15, other planes.
    let ranges: [Range<UInt32>] = [0x80..<0x890, 0x900..<0xF00, 0x1E00..<0x3400, 0xAC00..<0xB000]
    for value in ranges.joined() {
        guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned else {
            continue
        }
        let text = "e" + String(Character(scalar)) + "\u{323}\u{301}"
        let nfc = Text.sameBytes(Text.nfc(text), text.precomposedStringWithCanonicalMapping)
        let nfd = Text.sameBytes(Text.nfd(text), text.decomposedStringWithCanonicalMapping)
        if !nfc || !nfd { wrong.append(String(value, radix: 16)) }
    }
    #expect(wrong == [])
    #expect(Text.sameBytes(Text.nfc("e\u{301}"), "é"))
    #expect(Text.sameBytes(Text.nfd("é"), "e\u{301}"))
}

@Test("Signs that stand for two marks are sorted among the marks before them, and counted as two")
func tibetanVowelSigns() {
    for (sign, marks) in [
        ("\u{F73}", "\u{F71}\u{F72}"), ("\u{F75}", "\u{F71}\u{F74}"), ("\u{F81}", "\u{F71}\u{F80}"),
    ] {
        for text in ["a\u{323}\(sign)", "a\u{323}\(marks)"] {
            #expect(Text.sameBytes(Text.nfd(text), "a\(marks)\u{323}"))
            #expect(Text.sameBytes(Text.nfc(text), "\u{1EA1}\(marks)"))
        }
        #expect(Text.isStreamSafe(String(repeating: sign, count: 15)))
        let tower = String(repeating: sign, count: 16)
        #expect(!Text.isStreamSafe(tower))
        #expect(Text.isStreamSafe(Text.nfc(tower)))
    }
}

/// Texts and how they are shown. Not arguments of the test, which would print them raw.
private let shownTexts: [(text: String, shown: String)] = [
    ("\u{1B}[2J", "\\u{1B}[2J"), ("\u{9B}31m", "\\u{9B}31m"),
    ("a\u{0}b\u{7}\u{8}\u{7F}", "a\\u{0}b\\u{7}\\u{8}\\u{7F}"),
    ("a\nb\rc\td", "a\\u{A}b\\u{D}c\\u{9}d"), ("\u{202E}txt", "\\u{202E}txt"),
    ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
    ("\u{200B}\u{200D}\u{FEFF}\u{2060}", "\\u{200B}\\u{200D}\\u{FEFF}\\u{2060}"),
    ("\u{2028}\u{2029}\u{85}", "\\u{2028}\\u{2029}\\u{85}"),
    ("\u{AD}\u{61C}\u{115F}\u{3164}", "\\u{AD}\\u{61C}\\u{115F}\\u{3164}"),
    ("\u{E0041}\u{FE0F}", "\\u{E0041}\\u{FE0F}"),
    ("\u{E000}\u{FFFF}\u{378}", "\\u{E000}\\u{FFFF}\\u{378}"),
    ("Été, déjà vu — “café” 山田 Ольга 🙂", "Été, déjà vu — “café” 山田 Ольга 🙂"),
    ("e\u{301}", "e\u{301}"), ("\\u{1B}", "\\u{1B}"), ("\u{A0}", "\u{A0}"),
]

@Test("What could steer a terminal or hide from the eye is shown instead")
func escapes() {
    for (text, shown) in shownTexts {
        #expect(Text.sameBytes(Text.escapedForTerminal(text), shown), "\(shown)")
    }
}

@Test("With lines the line feed stays, the tabulator becomes spaces and the rest is shown as ever")
func escapedLines() {
    #expect(Text.escapedForTerminal("a\n\tb\r\u{1B}", lines: true) == "a\n    b\\u{D}\\u{1B}")
    let tower = "a" + String(repeating: "\u{301}", count: 40)
    #expect(Text.escapedForTerminal(tower).hasSuffix("\\u{301}"))
}

@Test("No scalar of categories C or Z but the space and the no-break spaces gets through")
func nothingHiddenGetsThrough() {
    for value in UInt32(0)...0x10FFFF
    where value < 0x3000 || value > 0xFE00 && value < 0x10100 || value.isMultiple(of: 257) {
        guard let scalar = Unicode.Scalar(value) else { continue }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            #expect(Text.escapedForTerminal(String(Character(scalar))).hasPrefix("\\u{"))
        default: break
        }
    }
}

@Test("Equality and order of bytes are stricter than those of String")
func bytesOfText() {
    #expect("é" == "e\u{301}")
    #expect(!Text.sameBytes("é", "e\u{301}"))
    #expect(Text.precedes("e\u{301}", "é"))
    #expect(Text.precedes("\u{FFFF}", "\u{10000}"))
}
