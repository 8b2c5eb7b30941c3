import HavreCodec
import HavreForms

/// The texts of page and letter, one catalogue a language; the raw value is the key in `page-LANGUAGE.json`.
enum PageText: String, CaseIterable {
    case title, concerning, `for`, prepared, profile, fingerprint, contents, exhibit, file, digest, recorded
    case withheld, legend
    case nothingWithheld = "nothing_withheld"
    case exhibitsOne = "exhibits_one"
    case exhibitsMany = "exhibits_many"
    case yes, no, picture
    case pictureSize = "picture_size"
    case pictureDerived = "picture_derived"
    case pictureOriginal = "picture_original"
    case pictureDigest = "picture_digest"
    case fileWithheld = "file_withheld"
    case how
    case how1 = "how_1"
    case how2 = "how_2"
    case proven
    case proven1 = "proven_1"
    case proven2 = "proven_2"
    case provenLog = "proven_log"
    case unproven
    case unproven1 = "unproven_1"
    case unproven2 = "unproven_2"
    case unproven3 = "unproven_3"
    case care
    case dateFormat = "date_format"
    case firstDay = "first_day"
    case decimalMark = "decimal_mark"
    case groupMark = "group_mark"

    /// The text in a language.
    func text(in language: Language) -> String { Self.table(language)[rawValue] ?? rawValue }

    /// The text with values in the place of `%NAME%`.
    func text(in language: Language, _ values: [String: String]) -> String {
        Self.filled(text(in: language), values)
    }

    /// A day in words: `8 October 2026`, `1er octobre 2026`.
    static func day(_ day: Day, in language: Language) -> String {
        let number = day.day == 1 ? PageText.firstDay.text(in: language) : String(day.day)
        let month = table(language)["month_\(day.month)"] ?? String(day.month)
        return PageText.dateFormat.text(
            in: language, ["DAY": number, "MONTH": month, "YEAR": String(day.year)])
    }

    /// An amount in cents with its currency: `45 000,00 EUR`.
    static func amount(cents: Int64, currency: String, in language: Language) -> String {
        let whole = String((cents / 100).magnitude)
        var grouped = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { grouped += PageText.groupMark.text(in: language) }
            grouped.append(digit)
        }
        let rest = (cents % 100).magnitude
        return (cents < 0 ? "-" : "") + grouped + PageText.decimalMark.text(in: language)
            + (rest < 10 ? "0" : "")
            + String(rest) + (currency.isEmpty ? "" : " " + currency)
    }

    /// A text with values in the place of `%NAME%`. A value is put in once and not looked at again, so that a
    /// value that holds `%NAME%` itself stays as it is.
    static func filled(_ text: String, _ values: [String: String]) -> String {
        var parts = text.split(separator: "%", omittingEmptySubsequences: false)[...]
        var filled = String(parts.popFirst() ?? "")
        while let name = parts.popFirst() {
            if let value = values[String(name)], let after = parts.popFirst() {
                filled += value + after
            } else {
                filled += "%" + name
            }
        }
        return filled
    }

    /// Every text of a language, months included.
    static func table(_ language: Language) -> [String: String] {
        switch language {
        case .en: english
        case .fr: french
        }
    }

    private static let english = EmbeddedFiles.texts("page-en.json")
    private static let french = EmbeddedFiles.texts("page-fr.json")
}
