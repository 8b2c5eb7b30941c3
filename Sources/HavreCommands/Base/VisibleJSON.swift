import HavreCodec

extension JSON {
    /// The same value as ``text``, with everything that could steer a terminal or hide from the eye written as
    /// `\uXXXX` (RFC 8259, section 7). Outside of strings there is no such character. Never for text that is signed.
    var visibleText: String {
        let text = self.text
        guard text.unicodeScalars.contains(where: Text.isHiddenOrControl) else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            guard Text.isHiddenOrControl(scalar) else {
                out.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return out
    }
}
