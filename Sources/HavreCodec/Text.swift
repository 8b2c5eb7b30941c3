// The standard library holds the normal forms as SPI only; Foundation would bring ICU's data with it.
@_spi(_Unicode) import Swift

/// Unicode normal forms, order by bytes, and text made safe for a terminal.
package enum Text {
    /// Normalization Form C (UAX #15).
    package static func nfc(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var out = String.UnicodeScalarView()
        for scalar in text._nfc { out.append(scalar) }
        return String(out)
    }

    /// Normalization Form D (UAX #15).
    package static func nfd(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var out = String.UnicodeScalarView()
        for scalar in text._nfd { out.append(scalar) }
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

    /// The text with everything that could steer a terminal or hide from the eye made visible as `\u{1B}`.
    ///
    /// Escaped are control characters (C0 with ESC, DEL, C1), format characters (bidirectional controls, zero
    /// width characters, tags), line and paragraph separators, private and unassigned code points, and whatever
    /// Unicode lets a renderer ignore. With `lines` the line feed stays and the tabulator becomes four spaces.
    package static func escapedForTerminal(_ text: String, lines: Bool = false) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if (0x20..<0x7F).contains(scalar.value) || (lines && scalar == "\n") {
                out.append(scalar)
            } else if lines && scalar == "\t" {
                out.append(contentsOf: "    ".unicodeScalars)
            } else if isUnsafe(scalar) {
                out.append(
                    contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            true
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
