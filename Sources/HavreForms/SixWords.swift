package import HavreCodec

/// Sixty bits of a digest as six words that two people read to each other, and words for a passphrase.
///
/// Every word has at least four letters and the first four belong to no other word of its language: letters
/// written without any separator still spell one sequence only, so separators need not be compared.
package enum SixWords {
    /// How many words a list has; each stands for ten bits.
    package static let listCount = 1024
    private static let wordCount = 6
    private static let letterCountMax = 8
    /// Longest answer looked at, in UTF-8 bytes: six words with accents and generous separators.
    private static let typedByteCountMax = 512

    /// The first 60 bits of a 32-byte digest, ten bits a word, big endian.
    /// - Precondition: `digest.count == 32`.
    package static func spell(_ digest: [UInt8], in language: Language) -> [String] {
        precondition(digest.count == 32, "six words stand for a 32-byte digest")
        let list = Words.of(language).six
        let bits = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return (0..<wordCount).map { list[Int(bits >> UInt64(54 - 10 * $0) & 1023)] }
    }

    /// The first 60 bits of a digest.
    package static func spell(_ digest: Digest, in language: Language) -> [String] {
        spell(digest.bytes, in: language)
    }

    /// Whether somebody typed the six words of a 32-byte digest, in any language of the catalogue.
    ///
    /// Case, accents, spaces, hyphens and commas do not count, nor do scripts that ``Fold`` writes in Latin; all other
    /// signs, missing and further words do. The time depends on what was typed, not on how much of it is right.
    /// - Returns: false also for a digest of another length.
    package static func matches(_ typed: String, digest: [UInt8]) -> Bool {
        guard digest.count == 32, let letters = letters(of: typed) else { return false }
        var found = false
        for language in Language.allCases {
            let equal = equal(letters, Array(spell(digest, in: language).joined().utf8))
            found = found || equal
        }
        return found
    }

    /// Whether somebody typed the six words of a digest, in any language of the catalogue.
    package static func matches(_ typed: String, digest: Digest) -> Bool {
        matches(typed, digest: digest.bytes)
    }

    /// A passphrase of random words joined by hyphens, ten bits a word: eight words are 80 bits.
    ///
    /// The result is an ordinary string that cannot be wiped: only to show it. What is kept goes through
    /// ``generatePassphrase(words:in:random:emit:)``.
    /// - Parameter random: an unpredictable, uniform number from 0 to below its argument.
    package static func generatedPassphrase(
        words count: Int, in language: Language = .en, random: (Int) -> Int
    ) -> String {
        var bytes: [UInt8] = []
        generatePassphrase(words: count, in: language, random: random) { bytes.append($0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same passphrase, handed out byte by byte (ASCII, at most `9 * words - 1` bytes), so that it can
    /// be written into locked memory and nowhere else.
    /// - Precondition: `words > 0`.
    package static func generatePassphrase(
        words count: Int, in language: Language = .en, random: (Int) -> Int, emit: (UInt8) -> Void
    ) {
        precondition(count > 0, "a passphrase has words")
        let list = Words.of(language).six
        for index in 0..<count {
            if index > 0 { emit(UInt8(ascii: "-")) }
            for letter in list[random(listCount)].utf8 { emit(letter) }
        }
    }

    /// The letters a to z of what was typed; nil when it holds anything that six words never hold.
    private static func letters(of typed: String) -> [UInt8]? {
        guard typed.utf8.count <= typedByteCountMax else { return nil }
        var letters: [UInt8] = []
        for scalar in Fold.fold(typed).unicodeScalars {
            switch scalar {
            case "a"..."z": letters.append(UInt8(scalar.value))
            case ",": continue
            default:
                let isHyphen = scalar.properties.generalCategory == .dashPunctuation
                guard isHyphen || scalar.properties.isWhitespace else { return nil }
            }
        }
        return letters
    }

    /// Compares without stopping at the first difference. Both sides are filled up to the longest possible
    /// sequence; zero is no letter, so filling hides no difference.
    private static func equal(_ typed: [UInt8], _ expected: [UInt8]) -> Bool {
        let width = wordCount * letterCountMax
        guard typed.count <= width else { return false }
        let left = typed + [UInt8](repeating: 0, count: width - typed.count)
        let right = expected + [UInt8](repeating: 0, count: width - expected.count)
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
