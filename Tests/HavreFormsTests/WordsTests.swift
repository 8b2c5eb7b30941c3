import HavreCodec
import Testing

@testable import HavreForms

@Suite("Words")
struct WordsTests {
    /// FNV-1a over the lines: lists are part of a format, so a changed list must be noticed.
    static let fingerprints: [Language: UInt64] = [.en: 0xafdd_d634_d6b2_26c8, .fr: 0x85f5_66ff_9787_bad8]

    static func fingerprint(_ list: [String]) -> UInt64 {
        list.flatMap { Array($0.utf8) + [10] }.reduce(0xcbf2_9ce4_8422_2325) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
    }

    /// Levenshtein's distance by the full table, to hold the fast one against.
    static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
        var row = Array(0...b.count)
        for i in a.indices {
            var next = [i + 1]
            for j in b.indices {
                next.append(min(row[j] + (a[i] == b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1))
            }
            row = next
        }
        return row[b.count]
    }

    /// The text and every text that is left when one letter is taken out.
    static func shortened(_ text: String) -> Set<String> {
        var out: Set = [text]
        for index in text.indices {
            var less = text
            less.remove(at: index)
            out.insert(less)
        }
        return out
    }

    /// A repeatable source of numbers (SplitMix64).
    struct Source {
        var state: UInt64
        mutating func below(_ n: Int) -> Int {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return Int((z ^ (z >> 31)) % UInt64(n))
        }
    }

    @Test("each list of six words has 1,024 sorted words of 4 to 8 letters a-z", arguments: Language.allCases)
    func lists(language: Language) {
        let list = Words.of(language).six
        #expect(list.count == 1024)
        #expect(list == list.sorted())
        for word in list {
            #expect((4...8).contains(word.utf8.count) && word.utf8.allSatisfy { (97...122).contains($0) })
        }
        #expect(Self.fingerprint(list) == Self.fingerprints[language], "the list changed")
    }

    @Test("the first four letters tell the words of a list apart", arguments: Language.allCases)
    func prefixes(language: Language) {
        let list = Words.of(language).six
        #expect(Set(list.map { $0.prefix(4) }).count == list.count)
    }

    @Test("no single slip turns a word of a list into another", arguments: Language.allCases)
    func slips(language: Language) {
        // Words one edit apart share a text with at most one letter taken out of each.
        var seen: [String: [String]] = [:]
        for word in Words.of(language).six {
            for text in Self.shortened(word) { seen[text, default: []].append(word) }
        }
        for words in seen.values where words.count > 1 {
            for (index, one) in words.enumerated() {
                for other in words[(index + 1)...] {
                    #expect(Self.distance(one, other) >= 2, "\(one) \(other)")
                }
            }
        }
    }

    @Test(
        "code words are at least 160 + 160 a language, a-z, each in one list only",
        arguments: Language.allCases)
    func codeLists(language: Language) {
        let words = Words.of(language)
        #expect(words.codeFirst.count >= 160 && words.codeSecond.count >= 160)
        let all = words.codeFirst + words.codeSecond
        #expect(Set(all).count == all.count)
        #expect(
            all.allSatisfy {
                $0.utf8.allSatisfy { (97...122).contains($0) } && (3...12).contains($0.utf8.count)
            })
    }

    @Test("code words describe nobody", arguments: Language.allCases)
    func neutral(language: Language) {
        let words = Words.of(language)
        let describing: Set = [
            "black", "white", "brown", "red", "yellow", "blond", "fair", "dark", "pale", "ebony", "ivory",
            "chocolate", "caramel", "young", "old", "little", "big", "small", "tall", "fat", "thin", "shy",
            "quiet", "silent", "gentle", "brave", "lonely", "broken", "lost", "noir", "blanc", "brun",
            "rouge",
            "jaune", "blonde", "ivoire", "ebene", "chocolat", "jeune", "vieux", "petit", "grand", "gros",
            "mince", "timide", "calme", "doux", "triste", "seul", "perdu", "grue", "maquereau", "monkey",
            "singe", "mule", "coyote", "rose", "iris", "jasmine", "jasmin", "ruby", "rubis", "jade", "violet",
        ]
        #expect(describing.isDisjoint(with: words.codeFirst + words.codeSecond))
    }
}

@Suite("Six words")
struct SixWordsTests {
    let digest = (0..<32).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }

    @Test("six words are the first 60 bits, ten a word, big endian", arguments: Language.allCases)
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

    @Test("only the first 60 bits count, and each of them does")
    func everyBit() {
        for bit in 0..<80 {
            var other = digest
            other[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect((SixWords.spell(other, in: .en) == SixWords.spell(digest, in: .en)) == (bit >= 60))
        }
    }

    @Test(
        "case, accents, spaces, hyphens, commas and the language do not matter", arguments: Language.allCases)
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

    @Test("a wrong, missing, further, moved or mixed word does not match")
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

    @Test("anything but letters and separators does not match, nor does an overlong answer or another digest")
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
        "a generated passphrase asks for ten bits a word and joins words by hyphens",
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

@Suite("Code names")
struct CodeNameTests {
    @Test("the same random numbers give the same name, in the language's order")
    func determinism() {
        #expect(CodeName.propose(.en, random: { _ in 0 }, avoiding: CodeNameSet()) == "acacia-albatross-10")
        #expect(CodeName.propose(.fr, random: { _ in 0 }, avoiding: CodeNameSet()) == "aigrette-abricot-10")
        #expect(Words.of(.en).codeFirst.contains("amber") && Words.of(.en).codeSecond.contains("heron"))
        #expect(Words.of(.fr).codeFirst.contains("heron") && Words.of(.fr).codeSecond.contains("ambre"))
    }

    @Test("the fast distance is Levenshtein's up to its bound")
    func distances() {
        var source = WordsTests.Source(state: 1)
        for _ in 0..<4000 {
            let a = (0..<source.below(7)).map { _ in "abc".randomElement(below: &source) }
            var b = a
            for _ in 0..<source.below(5) {
                let at = source.below(b.count + 1)
                switch source.below(3) {
                case 0: b.insert("abcd".randomElement(below: &source), at: at)
                case 1 where at < b.count: b.remove(at: at)
                case _ where at < b.count: b[at] = "abcd".randomElement(below: &source)
                default: continue
                }
            }
            let exact = WordsTests.distance(String(a), String(b))
            for max in 0...3 {
                let (left, right) = (a.flatMap(\.unicodeScalars), b.flatMap(\.unicodeScalars))
                let found = EditDistance.bounded(left.map(\.value)[...], right.map(\.value)[...], max: max)
                #expect(found == min(exact, max + 1), "\(String(a)) \(String(b)) \(max)")
            }
        }
    }

    @Test(
        "1,000 names a language are all [a-z0-9-] and at distance >= 3 from each other",
        arguments: Language.allCases)
    func farApart(language: Language) {
        var source = WordsTests.Source(state: 2)
        var names: [String] = []
        var taken = CodeNameSet()
        for _ in 0..<1000 {
            names.append(CodeName.propose(language, random: { source.below($0) }, avoiding: taken))
            taken.insert(names[names.count - 1])
        }
        var seen: [String: [Int]] = [:]
        for (index, name) in names.enumerated() {
            #expect(name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 })
            let parts = name.split(separator: "-", omittingEmptySubsequences: false)
            #expect(parts.count == 3 && (10...99).contains(Int(parts[2]) ?? 0))
            // Names two edits apart share a text with at most two letters taken out of each.
            for text in WordsTests.shortened(name).reduce(
                into: Set(), { $0.formUnion(WordsTests.shortened($1)) })
            {
                seen[text, default: []].append(index)
            }
        }
        var pairs: Set<[Int]> = []
        for indexes in seen.values where indexes.count > 1 {
            for (at, one) in indexes.enumerated() {
                for other in indexes[(at + 1)...] { pairs.insert([one, other]) }
            }
        }
        #expect(pairs.allSatisfy { WordsTests.distance(names[$0[0]], names[$0[1]]) >= 3 })
    }

    @Test("the index finds whatever a look at every name finds, also among very short ones")
    func index() {
        var source = WordsTests.Source(state: 4)
        func word(_ countMax: Int) -> String {
            String((0..<source.below(countMax + 1)).map { _ in "abc".randomElement(below: &source) })
        }
        for _ in 0..<2_000 {
            let names = (0..<source.below(6)).map { _ in word(9) }
            let name = word(9)
            let isFar = names.allSatisfy { WordsTests.distance($0, name) >= 3 }
            #expect(CodeNameSet(names).isFar(name) == isFar, "\(name) among \(names)")
        }
    }

    @Test(
        "a new name is compared with few of 1,500, not with every case of the house",
        arguments: Language.allCases)
    func fewComparisons(language: Language) {
        var source = WordsTests.Source(state: 5)
        var taken = CodeNameSet()
        var counts: [Int] = []
        for _ in 0..<1_500 {
            let name = CodeName.propose(language, random: { source.below($0) }, avoiding: taken)
            counts.append(taken.comparisonCount(name))
            taken.insert(name)
        }
        #expect(counts.suffix(100).reduce(0, +) / 100 < 75)
    }

    @Test("a source that repeats itself gets more digits and an end")
    func exhausted() {
        var names: [String] = []
        for _ in 0..<6 {
            names.append(CodeName.propose(.en, random: { _ in 0 }, avoiding: CodeNameSet(names)))
        }
        #expect(names[0] == "acacia-albatross-10")
        #expect(names[1] == "acacia-albatross-10000")
        for (index, name) in names.enumerated() {
            #expect(CodeNameSet(Array(names[..<index])).isFar(name))
        }
        // A full pair of words moves on to three digits.
        let pair = (10...99).map { "acacia-albatross-\($0)" }
        var source = WordsTests.Source(state: 3)
        let name = CodeName.propose(
            .en, random: { $0 > 10 ? 0 : source.below($0) }, avoiding: CodeNameSet(pair))
        #expect(name.hasPrefix("acacia-albatross-") && CodeNameSet(pair).isFar(name))
    }

    @Test("capitals and accents of existing names do not make a difference")
    func folded() {
        #expect(!CodeNameSet(["H\u{e9}ron-Ambre-42"]).isFar("heron-ambre-41"))
        #expect(!CodeNameSet(["AMBER-HERON-77"]).isFar("amber-heron-41"))
        #expect(!CodeNameSet(["amber-heron-41"]).isFar("amber-heron-41"))
        #expect(CodeNameSet(["amber-otter-41", "cobalt-heron-41", ""]).isFar("amber-heron-41"))
    }
}

extension String {
    fileprivate func randomElement(below source: inout WordsTests.Source) -> Character {
        Array(self)[source.below(count)]
    }
}
