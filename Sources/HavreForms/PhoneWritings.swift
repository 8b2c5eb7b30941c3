/// How one telephone number is written: with the country code and without, in one piece and in groups.
enum PhoneWritings {
    /// The country whose numbers are written without a code.
    static let homeCode = "33"

    /// The writings of a number as entered in a form. A number without a country code that begins with 0 and has ten
    /// digits is taken for one of ``homeCode``; any other is only written as it was entered and in one piece.
    static func of(_ value: String) -> [String] {
        let plain = String(String.UnicodeScalarView(value.unicodeScalars.filter { ("0"..."9").contains($0) }))
        let isInternational = value.contains("+") || plain.hasPrefix("00")
        if isInternational {
            let digits = plain.hasPrefix("00") ? String(plain.dropFirst(2)) : plain
            let code = countryCode(digits)
            var national = String(digits.dropFirst(code.count))
            // +33 (0)6 ...: the zero in brackets is not dialled from abroad.
            if value.contains("(0)"), national.hasPrefix("0") { national.removeFirst() }
            return writings(code: code, national: national)
        }
        if plain.count == 10, plain.hasPrefix("0") {
            return writings(code: homeCode, national: String(plain.dropFirst()))
        }
        return [plain]
    }

    /// `national` without its leading zero.
    private static func writings(code: String, national: String) -> [String] {
        let pairs = groups("0" + national, of: 2)
        // 6 12 34 56 78: in the pairs after a country code the first digit stands alone.
        let afterCode = String(pairs.dropFirst())
        // 803 123 4567, and 0803 123 4567: how ten digits are grouped where they are not written in pairs.
        let threes = groups(national, of: 3)
        let threeThreeRest = grouped(national, [3, 3])
        return [
            threeThreeRest, "0" + threeThreeRest, code + " " + threeThreeRest,
            code + national, "00" + code + national, code + " " + national, "00" + code + " " + national,
            code + " " + afterCode, "00" + code + " " + afterCode, code + " 0 " + afterCode,
            "0" + national, national, pairs, groups(national, of: 2), threes,
            code + " " + threes, code + " " + groups(national, of: 2),
            "0" + threes,
        ]
    }

    /// Groups of these sizes, the last of whatever is left.
    private static func grouped(_ digits: String, _ sizes: [Int]) -> String {
        var rest = Substring(digits)
        var groups: [Substring] = []
        for size in sizes {
            groups.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return (groups + [rest]).joined(separator: " ")
    }

    private static func groups(_ digits: String, of size: Int) -> String {
        let all = Array(digits)
        return stride(from: 0, to: all.count, by: size)
            .map { String(all[$0..<min($0 + size, all.count)]) }.joined(separator: " ")
    }

    /// The country code at the start of an international number (ITU-T E.164): 1 and 7 have one digit, those listed
    /// two, all others three.
    private static func countryCode(_ digits: String) -> String {
        if digits.hasPrefix("1") || digits.hasPrefix("7") { return String(digits.prefix(1)) }
        return String(digits.prefix(twoDigitCodes.contains(String(digits.prefix(2))) ? 2 : 3))
    }

    private static let twoDigitCodes: Set<String> = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
        "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82",
        "84",
        "86", "90", "91", "92", "93", "94", "95", "98",
    ]
}
