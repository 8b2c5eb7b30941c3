import HavreSystem
import Testing

struct HandoffTests {
    @Test("Everything that one thread hands over comes to the other once, in order, and then the end")
    func order() throws {
        let handoff = Handoff<Int>(countMax: 3)
        let maker = try Beside { () -> Bool in
            for number in 0..<10_000 where !handoff.put(number) { return false }
            handoff.end()
            return true
        }
        var taken: [Int] = []
        while let number = handoff.take() { taken.append(number) }
        #expect(maker.wait() && taken == Array(0..<10_000))
    }

    @Test("Who hands over to somebody that has ended waits for nothing and is told")
    func ended() throws {
        let handoff = Handoff<Int>(countMax: 1)
        let maker = try Beside { handoff.put(1) && handoff.put(2) && handoff.put(3) }
        #expect(handoff.take() == 1)
        handoff.end()
        #expect(!maker.wait())
    }
}
