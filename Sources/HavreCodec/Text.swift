// The standard library holds the normal forms as SPI only; Foundation would bring ICU's data with it.
@_spi(_Unicode) import Swift

/// Unicode normal forms, and the comparisons of text that go by bytes.
///
/// Normalising sorts the marks after a letter, and the standard library's sort takes quadratic time: 100,000
/// marks on one letter cost seconds, also inside `==` and hashing of `String`. The normal forms here therefore
/// go through Unicode's stream-safe text format (UAX #15, section 13), and the readers of this room refuse text
/// that is not stream-safe.
package enum Text {
    /// The longest run of combining marks in stream-safe text; no language needs as many as ten.
    package static let markCountMax = 30

    /// Normalization Form C (UAX #15), of stream-safe text exactly; other text has U+034F put after every 30
    /// marks first.
    package static func nfc(_ text: String) -> String {
        if isASCII(text) { return text }
        var out = String.UnicodeScalarView()
        for scalar in prepared(text)._nfc { out.append(scalar) }
        return String(out)
    }

    /// Normalization Form D (UAX #15), see ``nfc(_:)`` for text that is not stream-safe.
    package static func nfd(_ text: String) -> String {
        if isASCII(text) { return text }
        var out = String.UnicodeScalarView()
        for scalar in prepared(text)._nfd { out.append(scalar) }
        return String(out)
    }

    /// CR LF, as files from Windows have it, becomes LF; a lone CR stays. In Swift CR LF is one character, which is
    /// no `"\n"`: what cuts lines cuts them after this.
    package static func lineFeeds(_ text: String) -> String {
        guard text.utf8.contains(0x0D) else { return text }
        var out = String.UnicodeScalarView()
        var held = false
        for scalar in text.unicodeScalars {
            if held, scalar != "\n" { out.append("\r") }
            held = scalar == "\r"
            if !held { out.append(scalar) }
        }
        if held { out.append("\r") }
        return String(out)
    }

    /// Whether both are the same UTF-8 bytes, which is stricter than `==` (canonical equivalence).
    package static func sameBytes(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8)
    }

    /// The order of UTF-8 bytes, which is also the order of scalars.
    package static func precedes(_ one: String, _ other: String) -> Bool {
        one.utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Whether no more than 30 combining marks follow each other.
    package static func isStreamSafe(_ text: String) -> Bool {
        // Marks begin at U+0300, whose first byte is 0xCC: most text needs no look at its scalars.
        guard hasByte(from: 0xCC, in: text) else { return true }
        var run = 0
        for scalar in text.unicodeScalars {
            let count = markCount(scalar)
            run = count == 0 ? 0 : run + count
            if run > markCountMax { return false }
        }
        return true
    }

    /// Whether a word holds letters of two of the alphabets whose letters look alike (Latin, Greek, Cyrillic, Armenian):
    /// no language writes so, and whoever does passes one name off as another (UTS #39, "mixed-script confusables").
    package static func mixesAlphabets(_ text: String) -> Bool {
        text.split { !$0.isLetter }.contains { word in
            var found: Alphabet?
            for scalar in word.unicodeScalars {
                guard let alphabet = Alphabet(of: scalar) else { continue }
                if let found, found != alphabet { return true }
                found = alphabet
            }
            return false
        }
    }

    /// Whether a text holds what nobody sees and what changes the look of what follows: control characters, marks of
    /// direction, spaces of no width. What joins letters (U+200C, U+200D) is part of some scripts.
    package static func hasHidden(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
            case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
            default: false
            }
        }
    }

    private enum Alphabet {
        case latin, greek, cyrillic, armenian

        init?(of scalar: Unicode.Scalar) {
            guard scalar.properties.isAlphabetic else { return nil }
            switch scalar.value {
            case 0x41...0x7A, 0xC0...0x24F, 0x250...0x2AF, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF,
                0xAB30...0xAB64, 0xFF21...0xFF5A:
                self = .latin
            case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
            case 0x400...0x52F, 0x1C80...0x1C8F, 0x2DE0...0x2DFF, 0xA640...0xA69F: self = .cyrillic
            case 0x531...0x587: self = .armenian
            default: return nil
            }
        }
    }

    static func isASCII(_ text: String) -> Bool { !hasByte(from: 0x80, in: text) }

    /// Whether some byte of the text's UTF-8 is at least `least`.
    private static func hasByte(from least: UInt8, in text: String) -> Bool {
        let bytes = text.utf8.span
        for index in bytes.indices where bytes[index] >= least { return true }
        return false
    }

    /// The marks that a scalar is or stands for.
    private static func markCount(_ scalar: Unicode.Scalar) -> Int {
        guard scalar.value >= 0x300 else { return 0 }
        if twoMarks(scalar) != nil { return 2 }
        return scalar.properties.canonicalCombiningClass == .notReordered ? 0 : 1
    }

    /// Three Tibetan vowel signs are of class 0 and yet stand for two marks, which have to be sorted among those
    /// before them. The standard library (6.3) sorts only what follows them.
    private static func twoMarks(_ scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0xF73: "\u{F71}\u{F72}"
        case 0xF75: "\u{F71}\u{F74}"
        case 0xF81: "\u{F71}\u{F80}"
        default: nil
        }
    }

    /// The text in stream-safe format, of which the standard library makes normal forms rightly and in linear time.
    private static func prepared(_ text: String) -> String {
        if isStreamSafe(text), !text.unicodeScalars.contains(where: { twoMarks($0) != nil }) { return text }
        var out = String.UnicodeScalarView()
        var run = 0
        for scalar in text.unicodeScalars {
            let count = markCount(scalar)
            run = count == 0 ? 0 : run + count
            if run > markCountMax {
                out.append("\u{34F}")  // COMBINING GRAPHEME JOINER, whose class 0 ends the run
                run = count
            }
            if let marks = twoMarks(scalar) {
                out.append(contentsOf: marks.unicodeScalars)
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }
}
