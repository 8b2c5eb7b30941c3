import HavreCodec

/// All names of a vault, so arranged that those near another one are found without a look at the rest.
///
/// Each name is cut into three pieces. Two edits change at most two of them, so that whatever is closer than three edits
/// has one piece in common, at most two places away (Li, Deng, Wang, Feng, "Pass-Join", VLDB 2011). Case and accents do
/// not count as a difference.
package struct CodeNameSet: Sendable {
    private struct Entry {
        let start: Int
        let count: Int
        let signs: UInt64
    }

    private static let editMax = CodeName.distanceMin - 1
    private static let partCount = editMax + 1

    /// All names one after another as folded scalars.
    private var scalars: [UInt32] = []
    private var entries: [Entry] = []
    /// The last piece with this fingerprint; each piece leads to the one before it, -1 to none.
    private var last: [UInt64: Int32] = [:]
    private var before: [Int32] = []

    package init() {}

    package init(_ names: some Sequence<String>) {
        for name in names { insert(name) }
    }

    package mutating func insert(_ name: String) {
        let own = Self.folded(name)
        entries.append(Entry(start: scalars.count, count: own.count, signs: Self.signs(own[...])))
        scalars += own
        for part in 0..<Self.partCount {
            let key = Self.fingerprint(own[Self.range(part, of: own.count)], part, of: own.count)
            before.append(last[key] ?? -1)
            last[key] = Int32(before.count - 1)
        }
    }

    /// Whether a name is at edit distance >= 3 from every one of these.
    package func isFar(_ name: String) -> Bool {
        let own = Self.folded(name)
        let signs = Self.signs(own[...])
        return !near(own).contains { index in
            let entry = entries[index]
            // An edit adds at most one sign and takes at most one away.
            guard (entry.signs ^ signs).nonzeroBitCount <= 2 * Self.editMax else { return false }
            let other = scalars[entry.start..<entry.start + entry.count]
            return EditDistance.bounded(own[...], other, max: Self.editMax) <= Self.editMax
        }
    }

    /// How many names have to be compared with a new one letter by letter.
    func comparisonCount(_ name: String) -> Int { near(Self.folded(name)).count }

    /// The names that have a piece in common with one, and perhaps a few others.
    private func near(_ own: [UInt32]) -> Set<Int> {
        var found: Set<Int> = []
        for count in max(0, own.count - Self.editMax)...own.count + Self.editMax {
            for part in 0..<Self.partCount {
                let range = Self.range(part, of: count)
                for start in range.lowerBound - Self.editMax...range.lowerBound + Self.editMax
                where start >= 0 && start + range.count <= own.count {
                    var piece =
                        last[Self.fingerprint(own[start..<start + range.count], part, of: count)] ?? -1
                    while piece >= 0 {
                        found.insert(Int(piece) / Self.partCount)
                        piece = before[Int(piece)]
                    }
                }
            }
        }
        return found
    }

    private static func range(_ part: Int, of count: Int) -> Range<Int> {
        count * part / partCount..<count * (part + 1) / partCount
    }

    /// FNV-1a over the scalars of a piece and where it belongs. Two pieces that share one only cost a comparison.
    private static func fingerprint(_ piece: ArraySlice<UInt32>, _ part: Int, of count: Int) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func take(_ value: UInt64) { hash = (hash ^ value) &* 0x100_0000_01b3 }
        take(UInt64(part))
        take(UInt64(count))
        for scalar in piece { take(UInt64(scalar)) }
        return hash
    }

    private static func folded(_ name: String) -> [UInt32] { Fold.fold(name).unicodeScalars.map(\.value) }

    /// Which signs occur, one bit each. Signs that share a bit (37 spreads a-z, 0-9 and the hyphen well) only
    /// let more names through to the exact comparison.
    private static func signs(_ scalars: ArraySlice<UInt32>) -> UInt64 {
        scalars.reduce(0) { $0 | 1 << UInt64($1 % 37) }
    }
}
