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
        for scalar in streamSafe(text)._nfc { out.append(scalar) }
        return String(out)
    }

    /// Normalization Form D (UAX #15), see ``nfc(_:)`` for text that is not stream-safe.
    package static func nfd(_ text: String) -> String {
        if isASCII(text) { return text }
        var out = String.UnicodeScalarView()
        for scalar in streamSafe(text)._nfd { out.append(scalar) }
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
            run = isMark(scalar) ? run + 1 : 0
            if run > markCountMax { return false }
        }
        return true
    }

    static func isASCII(_ text: String) -> Bool { !hasByte(from: 0x80, in: text) }

    /// Whether some byte of the text's UTF-8 is at least `least`.
    private static func hasByte(from least: UInt8, in text: String) -> Bool {
        let bytes = text.utf8.span
        for index in bytes.indices where bytes[index] >= least { return true }
        return false
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
    }

    private static func streamSafe(_ text: String) -> String {
        if isStreamSafe(text) { return text }
        var out = String.UnicodeScalarView()
        var run = 0
        for scalar in text.unicodeScalars {
            run = isMark(scalar) ? run + 1 : 0
            if run > markCountMax {
                out.append("\u{34F}")  // COMBINING GRAPHEME JOINER, whose class 0 ends the run
                run = 1
            }
            out.append(scalar)
        }
        return String(out)
    }
}
