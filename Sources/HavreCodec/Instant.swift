/// A moment in whole UTC seconds since 1970-01-01T00:00:00Z (POSIX time, no leap seconds). Passed in as a value;
/// pure code never reads a clock.
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z; negative before.
    public var seconds: Int64

    /// So many seconds after 1970-01-01T00:00:00Z.
    public init(seconds: Int64) { self.seconds = seconds }

    /// Midnight UTC at the start of the day.
    public init(startOf day: Day) { seconds = Int64(day.epochDays) * 86_400 }

    /// `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339, UTC only, no fraction, no leap second).
    public init(parsing text: String) throws(CodecError) {
        let digits = Array(text.utf8)
        guard digits.count == 20, digits[10] == UInt8(ascii: "T"), digits[13] == UInt8(ascii: ":"),
            digits[16] == UInt8(ascii: ":"), digits[19] == UInt8(ascii: "Z"),
            let hour = Decimal.value(digits[11..<13]), hour < 24,
            let minute = Decimal.value(digits[14..<16]), minute < 60,
            let second = Decimal.value(digits[17..<19]), second < 60
        else { throw .invalid(field: "time", rule: "YYYY-MM-DDTHH:MM:SSZ") }
        let day = try Day(parsing: String(decoding: digits[0..<10], as: UTF8.self))
        seconds = Int64(day.epochDays) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// The UTC day, clamped to the days there are.
    public var day: Day { Day(epochDays: Int(seconds.flooredQuotient(by: 86_400))) }

    /// The day at a place whose clocks are `offsetSeconds` ahead of UTC (behind when negative).
    public func day(offsetSeconds: Int) -> Day { adding(seconds: Int64(offsetSeconds)).day }

    /// `YYYY-MM-DDTHH:MM:SSZ`; the day is clamped to the days there are.
    public var description: String {
        let rest = Int((seconds % 86_400 + 86_400) % 86_400)
        let clock = [rest / 3600, rest / 60 % 60, rest % 60].map { Decimal.text($0, 2) }
        return day.description + "T" + clock.joined(separator: ":") + "Z"
    }

    /// So many seconds later (earlier when negative); stops at the ends of Int64 instead of trapping.
    public func adding(seconds more: Int64) -> Instant {
        let (sum, overflow) = seconds.addingReportingOverflow(more)
        guard overflow else { return Instant(seconds: sum) }
        return Instant(seconds: more < 0 ? .min : .max)
    }

    /// Earlier first.
    public static func < (one: Instant, other: Instant) -> Bool { one.seconds < other.seconds }
}

extension Int64 {
    /// The quotient rounded towards minus infinity; the divisor is positive.
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
