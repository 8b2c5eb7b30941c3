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
    ///   - existing: all names of the vault; case and accents do not count as a difference.
    package static func propose(
        _ language: Language, random: (Int) -> Int, avoiding existing: [String]
    ) -> String {
        let words = Words.of(language)
        let taken = Taken(existing)
        var digitCount = 2
        while true {
            for _ in 0..<triesPerDigitCount {
                let first = words.codeFirst[random(words.codeFirst.count)]
                let second = words.codeSecond[random(words.codeSecond.count)]
                let name = first + "-" + second + "-" + number(digitCount, random: random)
                if taken.isFar(name) { return name }
            }
            digitCount += 1
        }
    }

    /// Whether a name is at edit distance >= 3 from every existing one; case and accents do not count.
    package static func isDistinct(_ name: String, from existing: [String]) -> Bool {
        Taken(existing).isFar(name)
    }

    /// Digits of which the first is not zero: ten to ninety-nine for two.
    private static func number(_ digitCount: Int, random: (Int) -> Int) -> String {
        (0..<digitCount).reduce(into: "") { text, index in
            text += String(index == 0 ? 1 + random(9) : random(10))
        }
    }
}

/// Existing names, read once, so that each proposal costs one cheap look at most of them.
private struct Taken {
    /// All names one after another as scalars.
    private var scalars: [UInt32] = []
    private var entries: [(start: Int, count: Int, signs: UInt64)] = []

    init(_ names: [String]) {
        entries.reserveCapacity(names.count)
        scalars.reserveCapacity(names.count * 24)
        for name in names {
            let start = scalars.count
            Self.append(name, to: &scalars)
            entries.append((start, scalars.count - start, Self.signs(scalars[start...])))
        }
    }

    /// Whether nothing taken is closer than the smallest distance.
    func isFar(_ name: String) -> Bool {
        let max = CodeName.distanceMin - 1
        var own: [UInt32] = []
        Self.append(name, to: &own)
        let signs = Self.signs(own[...])
        for entry in entries {
            // An edit adds at most one sign and takes at most one away.
            guard abs(entry.count - own.count) <= max,
                (entry.signs ^ signs).nonzeroBitCount <= 2 * max
            else { continue }
            let other = scalars[entry.start..<entry.start + entry.count]
            if EditDistance.bounded(own[...], other, max: max) <= max { return false }
        }
        return true
    }

    /// Appends the folded scalars of a name; ASCII, the usual case, without the detour over normalization.
    private static func append(_ name: String, to scalars: inout [UInt32]) {
        if name.utf8.allSatisfy({ $0 < 0x80 }) {
            for byte in name.utf8 {
                let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                scalars.append(UInt32(isCapital ? byte | 0x20 : byte))
            }
        } else {
            for scalar in Fold.fold(name).unicodeScalars { scalars.append(scalar.value) }
        }
    }

    /// Which signs occur, one bit each. Signs that share a bit (37 spreads a-z, 0-9 and the hyphen well) only
    /// let more names through to the exact comparison.
    private static func signs(_ scalars: ArraySlice<UInt32>) -> UInt64 {
        scalars.reduce(0) { $0 | 1 << UInt64($1 % 37) }
    }
}
