extension Text {
    /// The text with everything that could steer a terminal or hide from the eye made visible as `\u{1B}`.
    ///
    /// Escaped are control characters (C0 with ESC, DEL, C1), format characters (bidirectional controls, zero
    /// width characters, tags), line and paragraph separators, private and unassigned code points, and whatever
    /// Unicode lets a renderer ignore. Marks beyond 30 in a row, which would paint over other lines, are escaped
    /// too. With `lines` the line feed stays and the tabulator becomes four spaces. The backslash is left
    /// alone: this is for eyes, not for reading back.
    package static func escapedForTerminal(_ text: String, lines: Bool = false) -> String {
        var out = String.UnicodeScalarView()
        var markCount = 0
        for scalar in text.unicodeScalars {
            if (0x20..<0x7F).contains(scalar.value) || (lines && scalar == "\n") {
                markCount = 0
                out.append(scalar)
                continue
            }
            if lines && scalar == "\t" {
                out.append(contentsOf: "    ".unicodeScalars)
                continue
            }
            markCount = isCombining(scalar) ? markCount + 1 : 0
            if isHiddenOrControl(scalar) || markCount > markCountMax {
                let number = String(scalar.value, radix: 16, uppercase: true)
                out.append(contentsOf: "\\u{\(number)}".unicodeScalars)
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }

    private static func isCombining(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Whether a scalar could steer a terminal or is hidden from the eye: controls, format characters, separators of
    /// lines, private and unassigned code points, and what a renderer may ignore.
    package static func isHiddenOrControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            true
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
