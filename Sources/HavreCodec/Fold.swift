/// One way of reading words for search, names and the identifier guard: accents, case, scripts and letter forms
/// that people type differently for the same name are made equal. It is meant to find too much rather than too
/// little, and its result is for comparing, never for showing.
///
/// In order, for each scalar: what renderers may ignore is dropped; compatibility forms (full width,
/// mathematical, circled, ligatures, Arabic presentation forms) become their letter; Normalization Form D;
/// marks are dropped, except vowel signs (combining class 0) of the scripts of South and South-East Asia, where
/// they are letters in all but name; lower case; digits of every script become ASCII; then the tables of
/// ``FoldTable``: Latin letters that NFD leaves, and Cyrillic, Greek, Armenian and Georgian written in Latin.
/// What is still not ASCII ends in Normalization Form C.
package enum Fold {
    /// Grows when any text folds differently than before; stored next to what was folded.
    package static let version = 1

    /// The folded text; white space and punctuation stay, apostrophes of all kinds become `'`.
    package static func fold(_ text: String) -> String {
        if Text.isASCII(text) { return String(decoding: lowered(text), as: UTF8.self) }
        var folder = Folder()
        for scalar in text.unicodeScalars { folder.append(scalar) }
        return folder.finish()
    }

    /// The folded words of the text in order: runs of letters and digits.
    ///
    /// Scripts that write without spaces or glue endings to a name (Han, Kana, Hangul, Thai, Lao, Khmer,
    /// Burmese) give one word a letter, so that a name is found inside a sentence as a sequence of words.
    package static func words(_ text: String) -> [String] {
        if Text.isASCII(text) { return words(lowered(text)) }
        let folded = fold(text)
        if Text.isASCII(folded) { return words(Array(folded.utf8)) }
        var words: [String] = []
        var word = String.UnicodeScalarView()
        func close() {
            if !word.isEmpty { words.append(String(word)) }
            word = String.UnicodeScalarView()
        }
        for scalar in folded.unicodeScalars {
            switch WordPart(scalar) {
            case .letter: word.append(scalar)
            case .wholeWord:
                close()
                word.append(scalar)
            case .sign: if !word.isEmpty { word.append(scalar) }
            case .gap: close()
            }
        }
        close()
        return words
    }

    /// The words of folded ASCII.
    private static func words(_ folded: [UInt8]) -> [String] {
        folded.split { !isASCIILetter($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// ASCII in lower case, read where it lies: a string's own view of its bytes is ten times slower.
    private static func lowered(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        for index in bytes.indices { bytes[index] = Folder.lowerASCII(bytes[index]) }
        return bytes
    }

    /// Folded letters and digits.
    fileprivate static func isASCIILetter(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
    }

    /// The folded words joined by single spaces: equal for two spellings of one name.
    package static func key(_ text: String) -> String { words(text).joined(separator: " ") }
}

/// What a folded scalar does to the word before it.
private enum WordPart {
    case letter, wholeWord, sign, gap

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0..<0x80: self = Fold.isASCIILetter(UInt8(scalar.value)) ? .letter : .gap
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark: self = .sign
            case _ where !scalar.properties.isAlphabetic: self = .gap
            default: self = WordPart.hasNoSpaces(scalar.value) ? .wholeWord : .letter
            }
        }
    }

    private static func hasNoSpaces(_ value: UInt32) -> Bool {
        switch value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF: true  // Thai and Lao, Burmese, Khmer
        case 0x3040...0x30FF, 0x31F0...0x31FF, 0xAC00...0xD7A3: true  // Kana, Hangul syllables
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true  // Han
        default: false
        }
    }
}
