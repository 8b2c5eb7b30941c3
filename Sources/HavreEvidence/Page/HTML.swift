/// Writes text of unknown origin into a page.
enum HTML {
    /// Text that shows every character as what it is and is never markup: `& < > " '` as references, a line feed
    /// as itself, and what cannot be seen (controls, direction overrides, zero-width and private characters, piles
    /// of accents) as a small mark with its number. Otherwise a stored text could close a tag, turn the reading
    /// order of what follows, or hide words in a court's copy.
    static func escaped(_ text: String) -> String {
        written(text) { "<span class=\"odd\">\($0)</span>" }
    }

    /// The same for an attribute in double quotes: line feeds are spaces, marks have no tag.
    static func attribute(_ text: String) -> String {
        written(String(text.map { $0.isNewline ? " " : $0 })) { "[\($0)]" }
    }

    /// For plain text: one line, the unseen as `[U+202E]`, nothing else changed.
    static func plain(_ text: String) -> String {
        Visible.parts(text.map { $0.isNewline ? " " : String($0) }.joined()).map { part in
            switch part {
            case .scalar(let scalar): String(Character(scalar))
            case .odd(let name): "[\(name)]"
            }
        }.joined()
    }

    private static func written(_ text: String, mark: (String) -> String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count + text.utf8.count / 8)
        for part in Visible.parts(text) {
            switch part {
            case .odd(let name): out += mark(name)
            case .scalar("&"): out += "&amp;"
            case .scalar("<"): out += "&lt;"
            case .scalar(">"): out += "&gt;"
            case .scalar("\""): out += "&quot;"
            case .scalar("'"): out += "&#39;"
            case .scalar(let scalar): out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// Tells what can be seen from what cannot.
enum Visible {
    enum Part: Equatable {
        case scalar(Unicode.Scalar)
        /// A scalar that nobody would see, by its name `U+202E`.
        case odd(String)
    }

    /// More accents on one letter than any script writes; what is above them covers other lines.
    private static let accentCountMax = 8

    /// A text cut into what can be shown and what must be named.
    static func parts(_ text: String) -> [Part] {
        var parts: [Part] = []
        parts.reserveCapacity(text.utf8.count)
        var accentCount = 0
        // A carriage return before a line feed is part of the line's end.
        var rest = text.unicodeScalars.makeIterator()
        var next = rest.next()
        while let scalar = next {
            next = rest.next()
            if scalar == "\r", next == "\n" { continue }
            accentCount = isAccent(scalar) ? accentCount + 1 : 0
            parts.append(isOdd(scalar) || accentCount > accentCountMax ? .odd(name(scalar)) : .scalar(scalar))
        }
        return parts
    }

    private static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func isOdd(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\t": return false
        // The joiners shape Persian, Indic and emoji; a variation selector chooses between two pictures.
        case "\u{200C}", "\u{200D}", "\u{FE0E}", "\u{FE0F}": return false
        // Letters that are drawn as nothing.
        case "\u{115F}", "\u{1160}", "\u{3164}", "\u{FFA0}", "\u{2800}", "\u{17B4}", "\u{17B5}": return true
        default: break
        }
        if scalar.properties.isDefaultIgnorableCodePoint { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator:
            return true
        default: return false
        }
    }

    private static func name(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension HTML {
    /// The text of a page of ours as a reader sees it: without tags and style, references as their characters.
    ///
    /// For looking at what leaves; pages of others are not meant.
    static func text(of page: String) -> String {
        // As bytes: with a mark behind it a bracket is another letter to Swift, and no bracket any more.
        var text: [UInt8] = []
        var rest = page.utf8[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
            text += rest[..<open]
            text.append(UInt8(ascii: " "))
            rest = rest[open...]
            let end = rest.starts(with: "<style>".utf8) ? "</style>" : ">"
            rest = rest.firstRange(of: end.utf8).map { rest[$0.upperBound...] } ?? rest[rest.endIndex...]
        }
        text += rest
        let references = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        for (reference, character) in references {
            text = text.replacing(Array(reference.utf8), with: Array(character.utf8))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
