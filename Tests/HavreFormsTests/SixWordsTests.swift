import HavreCodec
import Testing

@testable import HavreForms

@Suite("Six words")
struct SixWordsTests {
    let digest = (0..<32).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }

    @Test("Six words are the first 60 bits, ten a word, big endian", arguments: Language.allCases)
    func bits(language: Language) {
        let list = Words.of(language).six
        #expect(
            SixWords.spell([UInt8](repeating: 0, count: 32), in: language)
                == Array(repeating: list[0], count: 6))
        #expect(
            SixWords.spell([UInt8](repeating: 255, count: 32), in: language)
                == Array(repeating: list[1023], count: 6))
        let text = digest.prefix(8).map { byte in
            String(repeating: "0", count: byte.leadingZeroBitCount - (byte == 0 ? 1 : 0))
                + String(byte, radix: 2)
        }.joined()
        let bits = Array(text)
        let indexes = (0..<6).map { Int(String(bits[10 * $0..<10 * $0 + 10]), radix: 2) ?? -1 }
        #expect(SixWords.spell(digest, in: language) == indexes.map { list[$0] })
    }

    @Test("Only the first 60 bits count, and each of them does")
    func everyBit() {
        for bit in 0..<80 {
            var other = digest
            other[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect((SixWords.spell(other, in: .en) == SixWords.spell(digest, in: .en)) == (bit >= 60))
        }
    }

    @Test(
        "Case, accents, spaces, hyphens, commas and the language do not matter", arguments: Language.allCases)
    func tolerant(language: Language) {
        let words = SixWords.spell(digest, in: language)
        let accented = words.joined(separator: " ").replacing("e", with: "\u{e9}", maxReplacements: 1)
        let typed = [
            words.joined(separator: " "), words.joined(separator: "-"), words.joined(),
            words.joined(separator: " \u{2013} "), words.joined(separator: ", "),
            words.joined(separator: "\u{a0}"),
            "  " + words.joined(separator: "\t").uppercased() + "\n", accented,
        ]
        for text in typed { #expect(SixWords.matches(text, digest: digest), "\(text)") }
    }

    @Test("A wrong, missing, further, moved or mixed word does not match")
    func strict() {
        let words = SixWords.spell(digest, in: .en)
        let other = SixWords.spell([UInt8](repeating: 9, count: 32), in: .en)
        var wrong: [[String]] = (0..<6).map { index in
            var some = words
            some[index] = other[index]
            return some
        }
        wrong.append(Array(words.dropLast()))
        wrong.append(Array(words.dropFirst()))
        wrong.append(words + [words[0]])
        wrong.append(words.reversed())
        wrong.append(Array(words.prefix(3) + SixWords.spell(digest, in: .fr).suffix(3)))
        wrong.append(words.map { String($0.prefix(4)) })
        for some in wrong { #expect(!SixWords.matches(some.joined(separator: " "), digest: digest)) }
    }

    @Test("Anything but letters and separators does not match, nor does an overlong answer or another digest")
    func refused() {
        let text = SixWords.spell(digest, in: .en).joined(separator: " ")
        let foreign = text.replacing("a", with: "\u{4e00}")
        for typed in ["", " ", "-", text + "1", text + ".", text + "\0", foreign] {
            #expect(!SixWords.matches(typed, digest: digest), "\(typed.debugDescription)")
        }
        #expect(foreign != text)
        // Letters of another script that the fold writes in Latin spell the same words.
        #expect(SixWords.matches(text.replacing("a", with: "\u{430}"), digest: digest))
        #expect(!SixWords.matches(text + String(repeating: " ", count: 512), digest: digest))
        #expect(!SixWords.matches(text, digest: Array(digest.dropLast())))
        #expect(!SixWords.matches(text, digest: digest + [0]))
        #expect(!SixWords.matches(text, digest: []))
    }

    @Test(
        "A generated passphrase asks for ten bits a word and joins words by hyphens",
        arguments: Language.allCases)
    func passphrase(language: Language) {
        var source = WordsTests.Source(state: 4)
        var asked: [Int] = []
        let text = SixWords.generatedPassphrase(words: 8, in: language) {
            asked.append($0)
            return source.below($0)
        }
        #expect(asked == Array(repeating: 1024, count: 8))
        let words = text.split(separator: "-").map(String.init)
        #expect(words.count == 8 && Set(words).isSubset(of: Words.of(language).six))
        source = WordsTests.Source(state: 4)
        var emitted: [UInt8] = []
        SixWords.generatePassphrase(words: 8, in: language, random: { source.below($0) }) {
            emitted.append($0)
        }
        #expect(emitted == Array(text.utf8))
    }
}
