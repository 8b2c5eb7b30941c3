import HavreCodec
import HavreSystem

/// What each person has had the identifier guard look at within a day.
///
/// A preview that passes is an answer too: none of its words is a name or a number of the case. Somebody who may write
/// into a part and export from it could have whole telephone books and lists of towns looked at, and what is refused
/// names the sentence. Only what is new counts: the same records may be looked at as often as it takes.
struct GuessAllowance {
    private struct Day {
        let start: Int64
        var words: Set<Int> = []
        var numbers: Set<Int> = []
    }

    private var days: [Identifier: Day] = [:]

    /// Different words in a day: more than the largest file of a person holds.
    static let wordCountMax = 30_000
    /// Different numbers of at least six digits among them, as telephones and papers have them.
    static let numberCountMax = 2_000
    private static let daySeconds: Int64 = 86_400
    private static let digitCountMin = 6

    /// Counts what a look is about to answer for.
    ///
    /// - Parameter sequences: folded, words joined by single spaces, numbers without any.
    /// - Returns: 0, or for how many seconds it is too much: then nothing may be answered.
    mutating func count(_ sequences: Set<String>, of person: Identifier, boot: Int64) -> Int64 {
        days = days.filter { boot < $0.value.start + Self.daySeconds }
        var day = days[person] ?? Day(start: boot)
        defer { days[person] = day }
        for sequence in sequences where !sequence.utf8.contains(0x20) {
            let digitCount = sequence.utf8.count { 0x30...0x39 ~= $0 }
            if digitCount == 0 { day.words.insert(sequence.hashValue) }
            // Numbers run together with the words beside them are no words of anybody's.
            if digitCount >= Self.digitCountMin, digitCount == sequence.utf8.count {
                day.numbers.insert(sequence.hashValue)
            }
            // Counted to the end of the day, and no further than that in memory.
            guard day.words.count <= Self.wordCountMax, day.numbers.count <= Self.numberCountMax else {
                return day.start + Self.daySeconds - boot
            }
        }
        return 0
    }
}
