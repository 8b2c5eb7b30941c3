import HavreCodec
import Testing

@testable import HavreForms

@Suite("Code names")
struct CodeNameTests {
    @Test("The same random numbers give the same name, in the language's order")
    func determinism() {
        #expect(CodeName.propose(.en, random: { _ in 0 }, avoiding: CodeNameSet()) == "acacia-albatross-10")
        #expect(CodeName.propose(.fr, random: { _ in 0 }, avoiding: CodeNameSet()) == "aigrette-abricot-10")
        #expect(Words.of(.en).codeFirst.contains("amber") && Words.of(.en).codeSecond.contains("heron"))
        #expect(Words.of(.fr).codeFirst.contains("heron") && Words.of(.fr).codeSecond.contains("ambre"))
    }

    @Test("The fast distance is Levenshtein's up to its bound")
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

    @Test("The index finds whatever a look at every name finds, also among very short ones")
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
        "A new name is compared with few of 1,500, not with every case of the house",
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

    @Test("A source that repeats itself gets more digits and an end")
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

    @Test("Capitals and accents of existing names do not make a difference")
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
