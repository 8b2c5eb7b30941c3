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

    @Test("Each list of six words has 1,024 sorted words of 4 to 8 letters a-z", arguments: Language.allCases)
    func lists(language: Language) {
        let list = Words.of(language).six
        #expect(list.count == 1024)
        #expect(list == list.sorted())
        for word in list {
            #expect((4...8).contains(word.utf8.count) && word.utf8.allSatisfy { (97...122).contains($0) })
        }
        #expect(Self.fingerprint(list) == Self.fingerprints[language], "the list changed")
    }

    @Test("The first four letters tell the words of a list apart", arguments: Language.allCases)
    func prefixes(language: Language) {
        let list = Words.of(language).six
        #expect(Set(list.map { $0.prefix(4) }).count == list.count)
    }

    @Test("No single slip turns a word of a list into another", arguments: Language.allCases)
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
        "Code words are at least 160 + 160 a language, a-z, each in one list only",
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

    @Test("Code words describe nobody", arguments: Language.allCases)
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
