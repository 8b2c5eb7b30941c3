/// A seeded source of choices (SplitMix64, Steele et al. 2014): the same seed gives the same choices with every
/// compiler, which `Swift.RandomNumberGenerator` alone does not promise. Never for anything secret.
struct SampleRandom {
    private var state: UInt64

    /// A source whose choices depend on the seed alone.
    init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from 0 to `bound - 1`; `bound` is at least 1.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// A number of the range.
    mutating func from(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// True so many times in a hundred.
    mutating func percent(_ share: Int) -> Bool { below(100) < share }

    /// One of the items; the list is not empty.
    mutating func one<Item>(of items: [Item]) -> Item { items[below(items.count)] }

    /// So many different items in their order, or all if there are fewer.
    mutating func some<Item>(_ count: Int, of items: [Item]) -> [Item] {
        var left = min(count, items.count)
        var chosen: [Item] = []
        for (index, item) in items.enumerated() where left > 0 && below(items.count - index) < left {
            chosen.append(item)
            left -= 1
        }
        return chosen
    }
}
