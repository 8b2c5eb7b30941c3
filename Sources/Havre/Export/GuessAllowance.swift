import HavreCodec
import HavreSystem

/// What each person has had the identifier guard look at within a day, and how often it refused within an hour.
///
/// A preview that passes is an answer too: none of its words is a name or a number of the case. Somebody who may write
/// into a part and export from it could have whole telephone books and lists of towns looked at, and what is refused
/// names the sentence. Only what is new counts: the same records may be looked at as often as it takes.
///
/// The numbers stand in the gate before anything is answered, so that a restart forgives nothing. Which words they were
/// stands nowhere: after a restart the same ones count once more.
struct GuessAllowance {
    /// How much of what.
    struct Numbers: Equatable {
        var words = 0
        var numbers = 0
        var refusals = 0
    }

    private struct Tally {
        var dayStart: Int64
        var words: Set<Int> = []
        var numbers: Set<Int> = []
        var hourStart: Int64
        /// Counted before the house started, and all refusals.
        var before = Numbers()
        /// What the gate holds.
        var kept = Numbers()

        var all: Numbers {
            Numbers(
                words: before.words + words.count, numbers: before.numbers + numbers.count,
                refusals: before.refusals)
        }

        /// Begins the day and the hour anew when they are over.
        mutating func renew(boot: Int64) {
            if boot >= dayStart + daySeconds {
                let refusals = before.refusals
                self = Tally(dayStart: boot, hourStart: hourStart, kept: kept)
                before.refusals = refusals
            }
            if boot >= hourStart + hourSeconds {
                hourStart = boot
                before.refusals = 0
            }
        }
    }

    private var tallies: [Identifier: Tally] = [:]

    /// Different words in a day: more than the largest file of a person holds.
    static let wordCountMax = 30_000
    /// Different numbers of at least six digits among them, as telephones and papers have them.
    static let numberCountMax = 2_000
    /// How many refusals by the guard somebody may meet within an hour: each one answers a guess.
    static let refusalCountMax = 60
    private static let daySeconds: Int64 = 86_400
    private static let hourSeconds: Int64 = 3_600
    private static let digitCountMin = 6

    /// Counts what a look is about to answer for.
    ///
    /// - Parameter sequences: folded, words joined by single spaces, numbers without any.
    /// - Returns: 0, or for how many seconds it is too much: then nothing may be answered.
    mutating func count(_ sequences: Set<String>, of person: Identifier, boot: Int64) -> Int64 {
        var tally = tally(of: person, boot)
        defer { tallies[person] = tally }
        for sequence in sequences where !sequence.utf8.contains(0x20) {
            let digitCount = sequence.utf8.count { 0x30...0x39 ~= $0 }
            if digitCount == 0 { tally.words.insert(sequence.hashValue) }
            // Numbers run together with the words beside them are no words of anybody's.
            if digitCount >= Self.digitCountMin, digitCount == sequence.utf8.count {
                tally.numbers.insert(sequence.hashValue)
            }
            let all = tally.all
            // Counted to the end of the day, and no further than that in memory.
            guard all.words <= Self.wordCountMax, all.numbers <= Self.numberCountMax else {
                return tally.dayStart + Self.daySeconds - boot
            }
        }
        return 0
    }

    /// Counts one refusal.
    mutating func refused(_ person: Identifier, boot: Int64) {
        var tally = tally(of: person, boot)
        if tally.before.refusals == 0 { tally.hourStart = boot }
        tally.before.refusals += 1
        tallies[person] = tally
    }

    /// Seconds until somebody who met too many refusals may ask again; 0 for everybody else.
    mutating func wait(_ person: Identifier, boot: Int64) -> Int64 {
        let tally = tally(of: person, boot)
        guard tally.before.refusals >= Self.refusalCountMax else { return 0 }
        return max(0, tally.hourStart + Self.hourSeconds - boot)
    }

    private func tally(of person: Identifier, _ boot: Int64) -> Tally {
        var tally = tallies[person] ?? Tally(dayStart: boot, hourStart: boot)
        tally.renew(boot: boot)
        return tally
    }
}

// As the gate keeps it: u8 version 1, then for the day u64 UTC second of its begin, u32 words, u32 numbers, and for the
// hour u64 second of its begin, u32 refusals.
extension GuessAllowance {
    private static let version: UInt8 = 1

    /// Whether somebody's numbers are known since the house started.
    func isKnown(_ person: Identifier) -> Bool { tallies[person] != nil }

    /// Takes in what the gate has kept, unless more is known by now. A clock that runs behind what was kept lets the day
    /// begin anew with its numbers, and forgives nothing.
    ///
    /// - Parameter bytes: nil where it keeps nothing.
    mutating func take(
        _ bytes: [UInt8]?, of person: Identifier, boot: Int64, now: Int64
    ) throws(HavreError) {
        guard tallies[person] == nil else { return }
        var tally = Tally(dayStart: boot, hourStart: boot)
        if let bytes {
            do throws(CodecError) {
                var reader = ByteReader(bytes, field: "guesses")
                guard try reader.u8() == Self.version else {
                    throw .invalid(field: "guesses", rule: "version")
                }
                tally.dayStart = boot - max(0, now - Int64(clamping: try reader.u64()))
                tally.before.words = Int(try reader.u32())
                tally.before.numbers = Int(try reader.u32())
                tally.hourStart = boot - max(0, now - Int64(clamping: try reader.u64()))
                tally.before.refusals = Int(try reader.u32())
                try reader.finish()
            } catch { throw .tampered }
        }
        tally.kept = tally.before
        tally.renew(boot: boot)
        tallies[person] = tally
    }

    /// What the gate has to keep before anything is answered; nil when it holds that.
    func owed(_ person: Identifier, boot: Int64, now: Int64) -> (value: [UInt8], numbers: Numbers)? {
        guard let tally = tallies[person], tally.all != tally.kept else { return nil }
        let numbers = tally.all
        var writer = ByteWriter(capacity: 29)
        writer.u8(Self.version)
        writer.u64(UInt64(clamping: now - (boot - tally.dayStart)))
        writer.u32(UInt32(clamping: numbers.words))
        writer.u32(UInt32(clamping: numbers.numbers))
        writer.u64(UInt64(clamping: now - (boot - tally.hourStart)))
        writer.u32(UInt32(clamping: numbers.refusals))
        return (writer.bytes, numbers)
    }

    /// The gate holds these numbers now.
    mutating func kept(_ numbers: Numbers, of person: Identifier) { tallies[person]?.kept = numbers }
}
