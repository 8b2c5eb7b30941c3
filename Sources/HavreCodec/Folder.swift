/// The state of one ``Fold/fold(_:)``: letters go in, folded bytes collect in `out`.
///
/// Nothing looks further than one letter back, so the time is linear in the text whatever the text is.
struct Folder {
    private var out: [UInt8] = []
    /// The last letter before it was transliterated, 0 after anything that is no such letter.
    private var previous: UInt32 = 0
    /// The last scalar as it was written to `out`, marks left out: decides whether a vowel sign is one.
    private var base: UInt32 = 0
    /// Where a Greek upsilon waits for the next letter to know whether it sounds v or f; -1 when none does.
    private var upsilonAt = -1
    private var hasForeign = false

    static func lowerASCII(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.value < 0x80 {
            startLetter(0, base: scalar.value)
            out.append(Self.lowerASCII(UInt8(scalar.value)))
        } else if let folded = FoldTable.cached(scalar) {
            guard !folded.isEmpty else { return }
            startLetter(0, base: scalar.value)
            out.append(contentsOf: folded)
        } else {
            for part in FoldTable.decomposed(scalar) { appendDecomposed(part) }
        }
    }

    /// The folded text.
    mutating func finish() -> String {
        startLetter(0, base: 0)
        let text = String(decoding: out, as: UTF8.self)
        return hasForeign ? Text.nfc(text) : text
    }

    /// A scalar of Normalization Form D.
    mutating func appendDecomposed(_ scalar: Unicode.Scalar) {
        switch scalar.properties.generalCategory {
        case .enclosingMark: return
        case .nonspacingMark, .spacingMark:
            // A diaeresis parts αϋ, εϋ and οϋ into two sounds.
            if scalar.value == 0x308 { partDigraph() }
            guard base >= 0x780, scalar.properties.canonicalCombiningClass == .notReordered else { return }
            keep(scalar)
        default:
            for letter in scalar.properties.lowercaseMapping.unicodeScalars { appendLetter(letter) }
        }
    }

    private mutating func appendLetter(_ letter: Unicode.Scalar) {
        let before = previous
        if case let value = letter.properties.numericValue, let value, (0...9).contains(value),
            letter.properties.numericType != .numeric
        {
            startLetter(0, base: 0)
            out.append(UInt8(ascii: "0") + UInt8(value))
        } else if let folded = FoldTable.letters[letter] {
            startLetter(letter.value, base: 0)
            if !appendDigraph(before, letter) { out.append(contentsOf: folded) }
        } else if letter.isASCII {
            startLetter(0, base: letter.value)
            out.append(UInt8(letter.value))
        } else {
            startLetter(0, base: letter.value)
            keep(letter)
        }
    }

    /// Pairs of letters that are one sound (Greek by ELOT 743, Armenian ու). `out` ends with the first of them.
    private mutating func appendDigraph(_ before: UInt32, _ letter: Unicode.Scalar) -> Bool {
        let last = out.count - 1
        switch (Unicode.Scalar(before) ?? " ", letter) {
        case ("ο", "υ"): out.append(UInt8(ascii: "u"))
        case ("α", "υ"), ("ε", "υ"), ("η", "υ"):
            out.append(UInt8(ascii: "v"))
            upsilonAt = out.count - 1
        case ("γ", "γ"):
            out[last] = UInt8(ascii: "n")
            out.append(UInt8(ascii: "g"))
        case ("γ", "ξ"):
            out[last] = UInt8(ascii: "n")
            out.append(UInt8(ascii: "x"))
        case ("γ", "χ"):
            out[last] = UInt8(ascii: "n")
            out.append(contentsOf: "ch".utf8)
        case ("ո", "ւ"): out[last] = UInt8(ascii: "u")
        default: return false
        }
        return true
    }

    /// Notes that a letter or sign begins; an upsilon that waited for it sounds f before a voiceless letter
    /// and at the end of a word.
    private mutating func startLetter(_ letter: UInt32, base: UInt32) {
        if upsilonAt >= 0 {
            let isVoiced =
                Unicode.Scalar(letter).map { "αβγδεζηιλμνορυω".unicodeScalars.contains($0) } ?? false
            if !isVoiced { out[upsilonAt] = UInt8(ascii: "f") }
            upsilonAt = -1
        }
        previous = letter
        self.base = base
    }

    private mutating func partDigraph() {
        guard upsilonAt >= 0 || previous == 0x3C5, let last = out.indices.last else { return }
        out[last] = UInt8(ascii: "y")
        upsilonAt = -1
    }

    private mutating func keep(_ scalar: Unicode.Scalar) {
        hasForeign = true
        out.append(contentsOf: scalar.utf8)
    }
}
