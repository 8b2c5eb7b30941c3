import Foundation
import Testing

@testable import HavreSystem

@Suite struct GuardedTests {
    @Test("Threads count together without losing one") func threadsCount() throws {
        let count = Guarded(0)
        let left = Guarded(8)
        for _ in 0..<8 {
            try Threads.spawn {
                for _ in 0..<1_000 { count.with { $0 += 1 } }
                left.with { $0 -= 1 }
                left.broadcast()
            }
        }
        left.when {
            $0 == 0
        } _: { _ in
        }
        #expect(count.with { $0 } == 8_000)
    }

    @Test("Waiting ends with the time when nobody calls") func waitingEnds() {
        let flag = Guarded(false)
        #expect(flag.when({ $0 }, withinMilliseconds: 20) { _ in 1 } == nil)
        flag.with { $0 = true }
        #expect(flag.when({ $0 }, withinMilliseconds: 20) { _ in 1 } == 1)
    }

    struct Closing: ~Copyable {
        let closed: Guarded<Int>
        deinit { closed.with { $0 += 1 } }
    }

    @Test("The value is let go with its guard and by assignment") func valueLet() {
        let closed = Guarded(0)
        do {
            let guarded = Guarded(Closing(closed: closed))
            guarded.with { $0 = Closing(closed: closed) }
            #expect(closed.with { $0 } == 1)
        }
        #expect(closed.with { $0 } == 2)
    }

    struct Refused: Error, Equatable {}

    @Test("An error leaves the lock free") func errorLeaves() {
        let value = Guarded(1)
        #expect(throws: Refused()) { try value.with { (_) throws(Refused) in throw Refused() } }
        #expect(value.with { $0 } == 1)
    }
}

@Suite struct ClockTests {
    @Test("The clocks are the machine's") func clocksMachines() {
        // To the second, however long this thread waits in between; the coarse clock may be one tick behind.
        let before = Int64(Date().timeIntervalSince1970) - 1
        let now = Clock.system.now()
        #expect((before...Int64(Date().timeIntervalSince1970)).contains(now))
        #expect(Clock.system.boot() > 0)
        #expect(Clock.system.asleep() >= 0)
    }

    // The zone belongs to the whole process, in which other tests ask for today beside this one.
    @Test("One process shows one zone and refuses one that is not there") func oneProcess() async {
        await #expect(processExitsWith: .success) {
            for wrong in [
                "", "Mars/Olympus", "../../etc/passwd", "Europe//Paris", "/etc/localtime", "A b", "a\0b",
            ] {
                #expect(throws: SystemError.self, "\(wrong)") { try LocalTime.use(zone: wrong) }
            }
            try LocalTime.use(zone: "UTC")
            let plain = try LocalTime(seconds: 1_782_864_000)  // 2026-07-01T00:00:00Z
            #expect(plain.hour == 0 && plain.year == 2026 && plain.offsetSeconds == 0)
            #expect(throws: SystemError.self) { _ = try LocalTime(seconds: .max) }
        }
        guard FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Paris") else {
            print("SKIPPED 1")
            return
        }
        await #expect(processExitsWith: .success) {
            try LocalTime.use(zone: "Europe/Paris")
            let summer = try LocalTime(seconds: 1_782_864_000)
            #expect(
                summer.hour == 2 && summer.day == 1 && summer.month == 7 && summer.offsetSeconds == 7200)
        }
    }
}
