import HavreCodec

/// The rules for one text of a record.
struct TextCheck {
    let field: Field
    let path: String
    let today: Day

    /// The text in NFC with line feeds as line ends.
    func checked(_ raw: String) throws(FormError) -> String {
        // At most four bytes a character, and twice that for text that NFC shortens: a huge one is refused before
        // it is copied.
        guard raw.utf8.count <= 8 * max(field.characterCountMax, 1) else {
            throw broken(.tooLong(field.characterCountMax))
        }
        let text = Text.lineFeeds(Text.nfc(raw))
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw broken(.empty)
        }
        switch field.type {
        case .code, .mcode: try code(text)
        case .date: try date(text)
        case .file: try attachment(text)
        default: try prose(text)
        }
        return text
    }

    private func prose(_ text: String) throws(FormError) {
        let hasLines = field.type == .long || field.type == .sentences
        for scalar in text.unicodeScalars where Self.isControl(scalar) {
            guard scalar == "\n" || scalar == "\t" else { throw broken(.control) }
            guard hasLines else { throw broken(scalar == "\n" ? .oneLine : .control) }
        }
        guard text.unicodeScalars.count <= field.characterCountMax else {
            throw broken(.tooLong(field.characterCountMax))
        }
        guard let shape = field.shape else { return }
        guard TextShapes.matches(text, shape) else {
            switch shape {
            case .phone: throw broken(.phone)
            case .email: throw broken(.email)
            case .datetime: throw broken(.datetime)
            case .digest: throw broken(.digest)
            case .visible: throw broken(.hidden)
            }
        }
    }

    /// General category Cc, which is fixed for ever.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }

    private func code(_ text: String) throws(FormError) {
        guard let list = field.codes, list.contains(text) else {
            throw broken(.unknownCode(list: field.codes?.id ?? ""))
        }
    }

    private func date(_ text: String) throws(FormError) {
        guard let day = try? Day(parsing: text) else { throw broken(.date) }
        guard day.year >= 1900 else { throw broken(.tooEarly) }
        guard !field.isPast || day <= today else { throw broken(.future) }
    }

    private func attachment(_ text: String) throws(FormError) {
        guard (try? Identifier(hex: text)) != nil else { throw broken(.attachment) }
    }

    private func broken(_ rule: FormRule) -> FormError { .invalid(field: path, rule: rule) }
}

/// The shapes of one-line texts.
enum TextShapes {
    /// Whether a text without control characters has the shape.
    static func matches(_ text: String, _ shape: TextShape) -> Bool {
        switch shape {
        case .phone: isPhone(text)
        case .email: isEmail(text)
        case .datetime: isDateTime(Array(text.utf8))
        case .digest: isDigest(text)
        case .visible: !Text.hasHidden(text)
        }
    }

    /// 2 digits are the emergency numbers, 15 the most of E.164.
    private static func isPhone(_ text: String) -> Bool {
        var digitCount = 0
        for (index, scalar) in text.unicodeScalars.enumerated() {
            switch scalar {
            case "0"..."9": digitCount += 1
            case " ", "\u{A0}", "\u{202F}", ".", "-", "(", ")", "/": continue
            case "+": guard index == 0 else { return false }
            default: return false
            }
        }
        return (2...15).contains(digitCount)
    }

    /// One `@`, something before it, a name with a dot after it, no space and no quotes: what is really in use.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count) else {
            return false
        }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, !labels.contains(where: \.isEmpty) else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            !scalar.properties.isWhitespace && !"\"(),:;<>[\\]".unicodeScalars.contains(scalar)
        }
    }

    private static func isDateTime(_ bytes: [UInt8]) -> Bool {
        func number(_ start: Int, _ limit: Int) -> Bool {
            guard start + 2 <= bytes.count else { return false }
            let tens = Int(bytes[start]) - 48
            let ones = Int(bytes[start + 1]) - 48
            return (0...9).contains(tens) && (0...9).contains(ones) && tens * 10 + ones < limit
        }
        func has(_ scalar: Unicode.Scalar, at index: Int) -> Bool {
            index < bytes.count && bytes[index] == UInt8(ascii: scalar)
        }
        guard bytes.count >= 16, (try? Day(parsing: String(decoding: bytes[0..<10], as: UTF8.self))) != nil,
            has("T", at: 10), number(11, 24), has(":", at: 13), number(14, 60)
        else { return false }
        var at = 16
        if has(":", at: at) {
            guard number(at + 1, 60) else { return false }
            at += 3
        }
        if has("Z", at: at) {
            at += 1
        } else if has("+", at: at) || has("-", at: at) {
            guard number(at + 1, 24), has(":", at: at + 3), number(at + 4, 60) else { return false }
            at += 6
        }
        return at == bytes.count
    }

    private static func isDigest(_ text: String) -> Bool {
        (text.utf8.count == 64 || text.utf8.count == 128)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}
