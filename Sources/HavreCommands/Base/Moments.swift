import HavreCodec
import HavreForms
import HavreSystem

/// Instants and days as people in this place write them.
struct Moments: Sendable {
    private let language: Language

    init(_ language: Language) { self.language = language }

    /// `2025-11-21 14:05`, or `21/11/2025 14:05` in French; local time.
    func time(_ seconds: Int64) -> String {
        guard let local = try? LocalTime(seconds: seconds) else { return String(seconds) }
        return date(local.year, local.month, local.day) + " " + Self.two(local.hour) + ":"
            + Self.two(local.minute)
    }

    /// Only the time of day.
    func clock(_ seconds: Int64) -> String {
        guard let local = try? LocalTime(seconds: seconds) else { return String(seconds) }
        return Self.two(local.hour) + ":" + Self.two(local.minute)
    }

    /// A day that is written `YYYY-MM-DD` in the protocol; as it is when it is none.
    func day(_ text: String) -> String {
        guard let day = try? Day(parsing: text) else { return text }
        return date(day.year, day.month, day.day)
    }

    private func date(_ year: Int, _ month: Int, _ day: Int) -> String {
        switch language {
        case .en: String(year) + "-" + Self.two(month) + "-" + Self.two(day)
        case .fr: Self.two(day) + "/" + Self.two(month) + "/" + String(year)
        }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
