import HavreCodec

/// Text laid out for a screen of so many columns.
enum Layout {
    /// Cells of the screen that a text takes: none for marks and for the emphasis that we put in ourselves, two for
    /// the wide scripts of East Asia (Unicode UAX 11, roughly).
    static func width(_ text: String) -> Int {
        var sum = 0
        var isStyle = false
        for character in text {
            guard let scalar = character.unicodeScalars.first else { continue }
            if isStyle {
                isStyle = scalar != "m"
            } else if scalar.value == 0x1B {
                isStyle = true
            } else {
                sum += isWide(scalar.value) ? 2 : isAlone(scalar) ? 0 : 1
            }
        }
        return sum
    }

    /// A mark without a letter before it takes no cell of its own.
    private static func isAlone(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
    }

    private static func isWide(_ value: UInt32) -> Bool {
        (0x1100...0x115F).contains(value) || (0x2E80...0xA4CF).contains(value)
            || (0xAC00...0xD7A3).contains(value) || (0xF900...0xFAFF).contains(value)
            || (0xFE30...0xFE6F).contains(value) || (0xFF00...0xFF60).contains(value)
            || (0x1F300...0x1FAFF).contains(value) || (0x20000...0x3FFFD).contains(value)
    }

    /// Lines that fit, broken between words; what continues a line stands under its beginning. A word that is too long
    /// for a line stays whole, so that a fingerprint or a path can be copied; writing without spaces is broken
    /// anywhere.
    /// - Parameter strictly: A word that is too long is broken as well.
    static func wrapped(_ text: String, columns: Int, strictly: Bool = false) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
            wrap(String(line), columns: max(20, columns), strictly)
        }
    }

    private static func wrap(_ line: String, columns: Int, _ strictly: Bool) -> [String] {
        guard width(line) > columns else { return [line] }
        let indent = String(line.prefix { $0 == " " })
        var lines: [String] = []
        var current = indent
        var isEmpty = true
        for word in words(line.dropFirst(indent.count)) {
            for piece in pieces(word, columns: columns - indent.count, strictly) {
                let (text, follows) = piece
                let space = isEmpty || follows ? "" : " "
                if !isEmpty, width(current) + space.count + width(text) > columns {
                    lines.append(current)
                    current = indent
                    isEmpty = true
                    if text.isEmpty { continue }
                }
                current += (isEmpty || follows ? "" : " ") + text
                isEmpty = false
            }
        }
        return lines + [current]
    }

    /// The words of a line. A command stays with its verb: `havre lock` is typed as it stands there.
    private static func words(_ line: Substring) -> [String] {
        var words: [String] = []
        for word in line.split(separator: " ", omittingEmptySubsequences: false) {
            if words.last == "havre", !word.isEmpty {
                words[words.count - 1] += " " + word
            } else {
                words.append(String(word))
            }
        }
        return words
    }

    /// A word as it may be broken: wide characters one by one, the rest whole.
    private static func pieces(
        _ word: String, columns: Int, _ strictly: Bool
    ) -> [(text: String, follows: Bool)] {
        if strictly, width(word) > columns {
            return word.enumerated().map { place, character in (String(character), place > 0) }
        }
        guard width(word) > columns / 2,
            word.contains(where: { $0.unicodeScalars.first.map { isWide($0.value) } ?? false })
        else { return [(word, false)] }
        return word.enumerated().map { place, character in (String(character), place > 0) }
    }
}
