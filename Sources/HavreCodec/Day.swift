/// A day of the proleptic Gregorian calendar, 0001-01-01 to 9999-12-31, without time or time zone.
public struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01; negative before.
    public let epochDays: Int

    /// 0001-01-01.
    public static let first = Day(epochDays: -719_162)
    /// 9999-12-31.
    public static let last = Day(epochDays: 2_932_896)

    /// The day so many days after 1970-01-01. Beyond ``first`` and ``last`` it is the nearer of the two, so that
    /// sums of a deadline and a hostile number neither trap nor leave the four digits of a year.
    public init(epochDays: Int) {
        self.epochDays = min(max(epochDays, -719_162), 2_932_896)
    }

    /// A date that exists.
    public init(year: Int, month: Int, day: Int) throws(CodecError) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.dayCount(year: year, month: month)).contains(day)
        else { throw .invalid(field: "date", rule: "a day that exists, 0001-01-01 to 9999-12-31") }
        epochDays = Self.epochDays(year: year, month: month, day: day)
    }

    /// `YYYY-MM-DD`, ASCII digits, exactly 10 characters, a day that exists.
    public init(parsing text: String) throws(CodecError) {
        let digits = Array(text.utf8)
        guard digits.count == 10, digits[4] == UInt8(ascii: "-"), digits[7] == UInt8(ascii: "-"),
            let year = Decimal.value(digits[0..<4]), let month = Decimal.value(digits[5..<7]),
            let day = Decimal.value(digits[8..<10])
        else { throw .invalid(field: "date", rule: "YYYY-MM-DD") }
        try self.init(year: year, month: month, day: day)
    }

    /// 1...9999.
    public var year: Int { civil.year }
    /// 1...12.
    public var month: Int { civil.month }
    /// 1...31.
    public var day: Int { civil.day }

    /// `YYYY-MM-DD`.
    public var description: String {
        let date = civil
        return Decimal.text(date.year, 4) + "-" + Decimal.text(date.month, 2) + "-"
            + Decimal.text(date.day, 2)
    }

    /// Earlier first.
    public static func < (one: Day, other: Day) -> Bool { one.epochDays < other.epochDays }

    /// So many days later (earlier when negative), within ``first`` and ``last``.
    public func adding(days: Int) -> Day {
        let (sum, overflow) = epochDays.addingReportingOverflow(days)
        guard !overflow else { return days < 0 ? .first : .last }
        return Day(epochDays: sum)
    }

    /// The same day so many months later (earlier when negative), or the last day of that month when it is
    /// shorter, as limits in months are counted in law; within ``first`` and ``last``.
    public func adding(months: Int) -> Day {
        let date = civil
        let (sum, overflow) = (date.year * 12 + date.month - 1).addingReportingOverflow(months)
        guard !overflow else { return months < 0 ? .first : .last }
        guard sum >= 12 else { return .first }
        guard sum < 120_000 else { return .last }
        let year = sum / 12
        let month = sum % 12 + 1
        let day = min(date.day, Self.dayCount(year: year, month: month))
        return Day(epochDays: Self.epochDays(year: year, month: month, day: day))
    }

    /// The number of days of a month 1...12.
    public static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // Years are counted from 1 March, so that the leap day is the last of its year, in eras of 400 years of
    // 146,097 days (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil and back).
    // Year 0 begins the first era; every date of ours is after it, so no division meets a negative number.

    private static func epochDays(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let era = marchYear / 400
        let yearOfEra = marchYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private var civil: (year: Int, month: Int, day: Int) {
        let days = epochDays + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }
}
