/// Levenshtein's distance (insert, delete, replace cost one each), cut off at a small bound.
enum EditDistance {
    /// The distance of two sequences if it is at most `max`, else `max + 1`.
    ///
    /// Only the `2 * max + 1` diagonals around the main one are filled in (Ukkonen 1985), so the time is linear
    /// in the length for a fixed bound.
    static func bounded(_ a: ArraySlice<UInt32>, _ b: ArraySlice<UInt32>, max: Int) -> Int {
        var (a, b) = (a, b)
        while let x = a.first, let y = b.first, x == y {
            a.removeFirst()
            b.removeFirst()
        }
        while let x = a.last, let y = b.last, x == y {
            a.removeLast()
            b.removeLast()
        }
        guard abs(a.count - b.count) <= max else { return max + 1 }
        guard !a.isEmpty, !b.isEmpty else { return a.count + b.count }
        return banded(Array(a), Array(b), max: max)
    }

    private static func banded(_ a: [UInt32], _ b: [UInt32], max: Int) -> Int {
        let far = max + 1
        var above = (0...b.count).map { Swift.min($0, far) }
        var row = [Int](repeating: far, count: b.count + 1)
        for i in 1...a.count {
            let first = Swift.max(1, i - max)
            let last = Swift.min(b.count, i + max)
            guard first <= last else { return far }
            row[first - 1] = first == 1 ? Swift.min(i, far) : far
            var best = row[first - 1]
            for j in first...last {
                let replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                // Beyond its band no row above was ever written: it holds `far`.
                row[j] = Swift.min(far, replaced, above[j] + 1, row[j - 1] + 1)
                best = Swift.min(best, row[j])
            }
            guard best <= max else { return far }
            swap(&above, &row)
        }
        return above[b.count]
    }
}
