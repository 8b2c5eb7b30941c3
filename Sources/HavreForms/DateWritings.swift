import HavreCodec

/// How one day is written in English and French texts.
enum DateWritings {
    private static let french = [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
        "novembre", "décembre",
    ]
    private static let english = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]

    /// The writings of a day given as `YYYY-MM-DD`: numeric with and without zeros, day or month first, without
    /// separators, and with the name of the month in both languages. Empty for text that is no day.
    static func of(_ value: String) -> [String] {
        guard let date = try? Day(parsing: value) else { return [] }
        let (year, month, day) = (date.year, date.month, date.day)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        var writings = [
            "\(year)-\(two(month))-\(two(day))", "\(year)\(two(month))\(two(day))",
            "\(two(day))/\(two(month))/\(year)", "\(day)/\(month)/\(year)",
            "\(two(month))/\(two(day))/\(year)", "\(month)/\(day)/\(year)",
        ]
        let ordinal = "\(day)\(suffix(day))"
        for written in ["\(day)", two(day), day == 1 ? "1er" : "\(day)"] {
            writings.append("\(written) \(french[month - 1]) \(year)")
        }
        let name = english[month - 1]
        for written in ["\(day)", two(day), ordinal] {
            writings += ["\(written) \(name) \(year)", "\(name) \(written) \(year)"]
        }
        return writings + ["\(ordinal) of \(name) \(year)"]
    }

    private static func suffix(_ day: Int) -> String {
        switch day {
        case 11, 12, 13: "th"
        case _ where day % 10 == 1: "st"
        case _ where day % 10 == 2: "nd"
        case _ where day % 10 == 3: "rd"
        default: "th"
        }
    }
}
