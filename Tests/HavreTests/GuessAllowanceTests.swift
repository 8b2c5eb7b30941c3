import HavreCodec
import HavreSecrets
import Testing

@testable import Havre

/// What the identifier guard answers in a day, counted beyond the end of the process.
@Suite struct GuessAllowanceTests {
    private let person = Random.identifier()

    /// A number written in letters: all different.
    private static func words(_ range: Range<Int>) -> Set<String> {
        Set(
            range.map { number in
                String(number).map { "abcdefghij".dropFirst($0.wholeNumberValue ?? 0).prefix(1) }.joined()
            })
    }

    @Test("A day holds so many words of one person, and begins anew when it is over")
    func day() {
        var allowance = GuessAllowance()
        let other = Random.identifier()
        func admits(_ words: Set<String>, _ person: Identifier, at boot: Int64) -> Bool {
            allowance.count(words, of: person, boot: boot) == 0
        }
        #expect(!admits(Self.words(0..<GuessAllowance.wordCountMax + 1), person, at: 0))
        #expect(!admits(["word"], person, at: 86_399))
        #expect(admits(["word"], person, at: 86_400))
        #expect(admits(["word"], other, at: 0))
    }

    @Test("An hour holds so many refusals of one person, and begins with the first of them")
    func hour() {
        var allowance = GuessAllowance()
        for _ in 0..<GuessAllowance.refusalCountMax {
            #expect(allowance.wait(person, boot: 5_000) == 0)
            allowance.refused(person, boot: 5_000)
        }
        #expect(allowance.wait(person, boot: 6_000) == 2_600)
        #expect(allowance.wait(person, boot: 8_600) == 0)
    }

    /// The same house after a start: what the gate has kept, as long after as the two clocks say.
    private func restarted(
        _ allowance: GuessAllowance, at boot: Int64, now: Int64, then: (boot: Int64, now: Int64)
    ) throws -> GuessAllowance {
        let owed = try #require(allowance.owed(person, boot: boot, now: now))
        var next = GuessAllowance()
        try next.take(owed.value, of: person, boot: then.boot, now: then.now)
        return next
    }

    @Test(
        "A restart forgives nothing, neither of the day nor of the hour; time does, on whichever clock there is"
    )
    func restart() throws {
        var allowance = GuessAllowance()
        let most = GuessAllowance.wordCountMax
        #expect(allowance.owed(person, boot: 100, now: 1_000_000) == nil)
        #expect(allowance.count(Self.words(0..<most - 10), of: person, boot: 100) == 0)
        for _ in 0..<GuessAllowance.refusalCountMax { allowance.refused(person, boot: 200) }
        func after(_ seconds: Int64) throws -> GuessAllowance {
            // The machine was started anew: its own clock began at 0.
            try restarted(allowance, at: 200, now: 1_000_000, then: (7, 1_000_000 + seconds))
        }
        var soon = try after(600)
        #expect(soon.owed(person, boot: 7, now: 1_000_600) == nil)
        #expect(soon.wait(person, boot: 7) == 3_000)
        #expect(soon.count(Self.words(most..<most + 10), of: person, boot: 7) == 0)
        #expect(soon.count(["onemore"], of: person, boot: 7) == 86_400 - 100 - 600)
        var later = try after(4_000)
        #expect(later.wait(person, boot: 7) == 0)
        #expect(later.count(Self.words(most..<most + 11), of: person, boot: 7) > 0)
        var tomorrow = try after(86_400)
        #expect(tomorrow.count(Self.words(0..<most), of: person, boot: 7) == 0)
        // A clock that was set back lengthens it.
        var back = try after(-1_000_000)
        #expect(back.wait(person, boot: 7) == 3_600)
        #expect(back.count(["word"], of: person, boot: 7 + 86_399) == 0)
        #expect(back.count(Self.words(0..<11), of: person, boot: 7 + 86_399) > 0)
    }

    @Test("What the gate holds is not written again, and nothing but this version of it is taken")
    func kept() throws {
        var allowance = GuessAllowance()
        _ = allowance.count(["word"], of: person, boot: 1)
        let owed = try #require(allowance.owed(person, boot: 1, now: 1))
        allowance.kept(owed.numbers, of: person)
        #expect(allowance.owed(person, boot: 1, now: 1) == nil)
        _ = allowance.count(["word"], of: person, boot: 2)
        #expect(allowance.owed(person, boot: 2, now: 2) == nil)
        allowance.refused(person, boot: 3)
        #expect(allowance.owed(person, boot: 3, now: 3)?.numbers.refusals == 1)
        for bad in [[], Array(owed.value.dropLast()), owed.value + [0], [2] + owed.value.dropFirst()] {
            var other = GuessAllowance()
            #expect(throws: HavreError.tampered) { try other.take(bad, of: person, boot: 1, now: 1) }
        }
    }

    @Test(
        "In a house: whoever has used up the day's allowance, or met too many refusals, waits also behind a restart"
    )
    func house() throws {
        let time = TestClock()
        time.advance(seconds: 90 * 86_400)
        let scene = try ExportScene(clock: time.clock)
        func numbers(_ range: Range<Int>) -> String {
            range.map { "06" + String(10_000_000 + $0 * 7) }.joined(separator: " ")
        }
        func written(_ first: Int) throws -> Identifier {
            try scene.add(
                "statement",
                [
                    "kind": "court", "date": "2026-11-02",
                    "text": [.string(numbers(first..<first + 200))],
                ])
        }
        let (one, two) = (try written(0), try written(200))
        func refusal(_ record: Identifier, _ session: Session) -> String? {
            scene.refusal(scene.request(records: [record], withhold: []), preview: true, by: session)
        }
        #expect(refusal(one, scene.louis) == nil)
        #expect(try scene.entries("guard").count == 1)
        // The same again tells nothing new, and is no entry of its own.
        #expect(refusal(one, scene.louis) == nil)
        #expect(try scene.entries("guard").count == 1)
        func again(_ name: String) throws -> Session {
            try scene.house.reopen()
            let session = try scene.house.unlock(name)
            _ = try scene.vault.open(case: scene.code, purpose: "appeal", session)
            return session
        }
        #expect(refusal(two, try again("Louis")) == "TooManyAttempts")
        #expect(refusal(two, try again("Amina")) == nil, "her colleague does not wait for it")
        time.advance(seconds: 86_400)
        #expect(refusal(two, try again("Louis")) == nil)
        var louis = try again("Louis")
        for _ in 0..<2 {
            #expect(
                scene.refusal(scene.request(withhold: []), preview: true, by: louis) == "Identified")
            louis = try again("Louis")
        }
        let person = louis.person.person
        scene.vault.guesses.with { guesses in
            let boot = scene.vault.clock.boot()
            try? guesses.take(nil, of: person, boot: boot, now: scene.vault.clock.now())
            for _ in 0..<GuessAllowance.refusalCountMax - 1 { guesses.refused(person, boot: boot) }
        }
        #expect(scene.refusal(scene.request(withhold: []), preview: true, by: louis) == "Identified")
        #expect(refusal(one, try again("Louis")) == "TooManyAttempts")
        #expect(try scene.vault.check(nil).problems.isEmpty)
    }
}
