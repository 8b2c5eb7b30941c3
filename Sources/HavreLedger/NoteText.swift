import HavreCodec

/// Small readers shared by notes, checkpoints and proofs: text that has one way to be written.
enum NoteText {
    /// A decimal number without sign or leading zero, at most `Int.max`.
    static func decimal(_ text: Substring.UTF8View) -> Int? {
        guard let first = text.first, text.count <= 19 else { return nil }
        guard first != UInt8(ascii: "0") || text.count == 1 else { return nil }
        var value = 0
        for byte in text {
            guard 0x30...0x39 ~= byte else { return nil }
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeToo) = product.addingReportingOverflow(Int(byte - 0x30))
            guard !isTooLarge, !isTooLargeToo else { return nil }
            value = sum
        }
        return value
    }

    /// A hash written as 44 characters of padded, canonical base64.
    static func digest(_ text: Substring) -> Digest? {
        guard text.utf8.count == 44, let bytes = base64(text) else { return nil }
        return try? Digest(bytes: bytes)
    }

    /// Padded, canonical base64.
    static func base64(_ text: Substring) -> [UInt8]? {
        try? Base64.decodeStandard(String(text), padded: true)
    }

    /// Whether two texts are the same bytes; `==` of strings would also equate other normal forms.
    static func areSame(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
        one.utf8.elementsEqual(other.utf8)
    }

    /// Whether a text may be the name of a key: not empty, no Unicode space, no `+`, no control character.
    static func isName(_ text: some StringProtocol) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255 else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            // Of ASCII only the space and control characters are white space.
            scalar.isASCII
                ? scalar.value > 0x20 && scalar != "+" : !scalar.properties.isWhitespace
        }
    }
}
