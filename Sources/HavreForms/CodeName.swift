import HavreCodec

/// Names for cases that say nothing about anybody and are hard to take for each other: `amber-heron-41`,
/// `heron-ambre-41`.
///
/// The words are colours, materials, weather, animals, plants and things. None describes a person, and the
/// number is random, so names tell neither the order of cases nor how many there are.
package enum CodeName {
    /// No two names of a vault are closer than this many insertions, deletions and replacements.
    package static let distanceMin = 3
    private static let triesPerDigitCount = 50

    /// A name in `[a-z0-9-]` at edit distance >= 3 from every existing one.
    ///
    /// Two digits; three after 50 names that were too close, and so on, which always ends: a name three
    /// characters longer than any other is far from all.
    /// - Parameters:
    ///   - random: an unpredictable, uniform number from 0 to below its argument.
    ///   - existing: all names of the vault.
    package static func propose(
        _ language: Language, random: (Int) -> Int, avoiding existing: CodeNameSet
    ) -> String {
        let words = Words.of(language)
        var digitCount = 2
        while true {
            for _ in 0..<triesPerDigitCount {
                let first = words.codeFirst[random(words.codeFirst.count)]
                let second = words.codeSecond[random(words.codeSecond.count)]
                let name = first + "-" + second + "-" + number(digitCount, random: random)
                if existing.isFar(name) { return name }
            }
            digitCount += 1
        }
    }

    /// Digits of which the first is not zero: ten to ninety-nine for two.
    private static func number(_ digitCount: Int, random: (Int) -> Int) -> String {
        (0..<digitCount).reduce(into: "") { text, index in
            text += String(index == 0 ? 1 + random(9) : random(10))
        }
    }
}
