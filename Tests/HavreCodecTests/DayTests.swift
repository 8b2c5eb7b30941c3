import HavreCodec
import Testing

@Test("Every day from 0001-01-01 to 9999-12-31 has one number, one date and one text")
func everyDay() throws {
    // A calendar of its own, counted day by day.
    var (year, month, day) = (1, 1, 1)
    var lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var wrong = 0
    for number in Day.first.epochDays...Day.last.epochDays {
        let value = Day(epochDays: number)
        if value.year != year || value.month != month || value.day != day { wrong += 1 }
        if number.isMultiple(of: 97) || day == lengths[month - 1] {
            let parsed = try? Day(parsing: value.description)
            if parsed != value || parsed?.epochDays != number { wrong += 1 }
        }
        day += 1
        if day > lengths[month - 1] { (day, month) = (1, month + 1) }
        if month > 12 {
            (month, year) = (1, year + 1)
            lengths[1] = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        }
    }
    #expect(wrong == 0)
    #expect((year, month, day) == (10_000, 1, 1))
}

@Test("Known days have their known numbers")
func knownDays() throws {
    #expect(try Day(parsing: "1970-01-01").epochDays == 0)
    #expect(try Day(parsing: "2000-02-29").epochDays == 11_016)
    #expect(try Day(parsing: "0001-01-01") == .first)
    #expect(try Day(parsing: "9999-12-31") == .last)
}

@Test(
    "A day is YYYY-MM-DD, exists, and is written in no other way",
    arguments: [
        "", "2024-2-29", "2024-02-30", "2023-02-29", "1900-02-29", "0000-01-01", "2024-00-10", "2024-13-01",
        "2024-04-31",
        "2024-01-00", "2024/01/01", "20240101", "+024-01-01", "-024-01-01", "2024-01-01Z", " 2024-01-01",
        "２０24-01-01",
        "12024-01-01", "2024-01-1é",
    ])
func noDays(text: String) {
    #expect(throws: CodecError.self) { try Day(parsing: text) }
}

@Test("Sums of days and months stay within the calendar; the end of a month stays one")
func sums() throws {
    let day = try Day(parsing: "2024-01-31")
    #expect(day.adding(days: 30).description == "2024-03-01")
    #expect(day.adding(days: -31).description == "2023-12-31")
    #expect(day.adding(months: 1).description == "2024-02-29")
    #expect(day.adding(months: 13).description == "2025-02-28")
    #expect(day.adding(months: -2).description == "2023-11-30")
    #expect(day.adding(months: 0) == day)
    for far in [Int.max, Int.max - 1, 1 << 40] {
        #expect(day.adding(days: far) == .last)
        #expect(day.adding(months: far) == .last)
        #expect(day.adding(days: -far) == .first)
        #expect(day.adding(months: -far) == .first)
    }
    #expect(day.adding(days: .min) == .first)
    #expect(day.adding(months: .min) == .first)
    #expect(Day(epochDays: .max) == .last)
    #expect(Day(epochDays: .min) == .first)
}

@Test("An instant is written in UTC and falls on a day of the place")
func instants() throws {
    let instant = try Instant(parsing: "2024-02-29T23:30:05Z")
    #expect(instant.seconds == 1_709_249_405)
    #expect(instant.description == "2024-02-29T23:30:05Z")
    #expect(instant.day.description == "2024-02-29")
    #expect(instant.day(offsetSeconds: 3600).description == "2024-03-01")
    #expect(Instant(seconds: -1).description == "1969-12-31T23:59:59Z")
    #expect(Instant(startOf: Day(epochDays: 1)).seconds == 86_400)
    #expect(Instant(seconds: .max).adding(seconds: 1).seconds == .max)
    #expect(Instant(seconds: .min).adding(seconds: -1).seconds == .min)
    #expect(Instant(seconds: .max).day == .last)
    #expect(Instant(seconds: .min).description.hasPrefix("0001-01-01T"))
    for text in [
        "2024-02-29T24:00:00Z", "2024-02-29T23:60:00Z", "2024-02-29T23:00:60Z", "2024-02-29 23:00:00Z",
        "2024-02-29T23:00:00", "2024-02-29T23:00:00+00:00", "2024-02-29T23:00:00.0Z", "2024-02-30T00:00:00Z",
    ] {
        #expect(throws: CodecError.self) { try Instant(parsing: text) }
    }
}
