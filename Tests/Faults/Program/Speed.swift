import FaultSupport
import Glibc
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// `store-faults speed FOLDER THREADS SECONDS`: how many changes a second the commit carries, with dummy rows and a
/// dummy ledger, beside the same disk's fdatasync. What users wait for is measured in `Tests/Bench`.
enum Speed {
    static func run(_ course: Course, threads: Int, seconds: Int) throws {
        let store = try Store.open(course.places, journal: ChainOnlyJournal())
        let areas = try (0..<threads).map { _ in try make(store) }
        try measure("entry only", threads, seconds) { _ in
            var change = Change(
                operation: Random.identifier(), entry: [UInt8](repeating: 1, count: 200),
                commitment: Hash.sha256([]), instant: 0)
            change.expects = []
            _ = try store.submit(change)
        }
        try measure("entry and read", threads, seconds) { thread in
            let change = Change(
                operation: Random.identifier(), entry: [UInt8](repeating: 1, count: 200),
                commitment: Hash.sha256([]), instant: 0)
            _ = try store.submit(change)
            _ = try store.readWithBody(areas[thread], 0)
        }
        try measure("row of 1 KB", threads, seconds) { thread in
            guard let status = try store.area(areas[thread]) else { return }
            var change = Change(
                operation: Random.identifier(), entry: [UInt8](repeating: 1, count: 200),
                commitment: Hash.sha256([]), instant: 0)
            change.expects = [
                status.expectation(of: areas[thread]),
                Expectation(area: .house, generation: 1, sequence: nil),
            ]
            change.puts = [
                RowPut(
                    area: areas[thread], number: .at(status.count),
                    payload: [UInt8](repeating: 2, count: 200),
                    body: .sealed([UInt8](repeating: 3, count: 1_096))),
                RowPut(area: areas[thread], number: .at(0), payload: [4, 5, 6], isPinned: true),
            ]
            _ = try store.submit(change)
        }
        try renewals(store)
        let start = Clock.nanoseconds()
        let report = try store.check()
        let elapsed = Double(Clock.nanoseconds() - start) / 1e9
        print(
            "check: \(report.rowCount) rows, \(report.entryCount) entries, \(elapsed) s, good \(report.isGood)"
        )
        store.close()
    }

    private static func make(_ store: Store) throws -> Area {
        let area = Area(Random.identifier())
        var change = Change(
            operation: Random.identifier(), entry: [], commitment: Hash.sha256([]), instant: 0)
        change.gate = GateStep()
        change.gate?.newAreas = [area]
        change.puts = [RowPut(area: area, number: .at(0), payload: [0], body: .sealed([1]), isPinned: true)]
        _ = try store.submit(change)
        return area
    }

    /// `store-faults grow FOLDER SEED COUNT`: read and write in a small store, then with `count` rows, 1,000 an area.
    static func grow(_ course: Course, rows: Int) throws {
        let store = try Store.open(course.places, journal: ChainOnlyJournal())
        var areas = [try filled(store)]
        try readAndWrite(store, areas, "1,000 rows")
        while areas.count < rows / 1_000 { areas.append(try filled(store)) }
        for area in areas { store.forget(area) }
        try readAndWrite(store, areas, "\(areas.count * 1_000) rows")
        let start = Clock.nanoseconds()
        store.close()
        let again = try Store.open(course.places, journal: ChainOnlyJournal())
        print("closed and open again: \(Double(Clock.nanoseconds() - start) / 1e6) ms")
        again.close()
    }

    private static func filled(_ store: Store) throws -> Area {
        let area = try make(store)
        var fill = Change(operation: Random.identifier(), entry: [], commitment: Hash.sha256([]), instant: 0)
        fill.expects = [Expectation(area: area, generation: 1, sequence: nil)]
        fill.puts = (1..<1_000).map { _ in
            RowPut(area: area, number: .appended, payload: [UInt8](repeating: 1, count: 300))
        }
        _ = try store.submit(fill)
        return area
    }

    private static func readAndWrite(_ store: Store, _ areas: [Area], _ name: String) throws {
        try measure("verify and read, " + name, 1, 2) { _ in
            let area = areas[Random.below(areas.count)]
            store.forget(area)
            _ = try store.read(area, UInt64(Random.below(1_000)))
        }
        try measure("pinned row, " + name, 1, 2) { _ in
            _ = try store.read(areas[Random.below(areas.count)], 0)
        }
        try measure("write, " + name, 1, 3) { _ in
            let area = areas[Random.below(areas.count)]
            guard let status = try store.area(area) else { return }
            var change = Change(
                operation: Random.identifier(), entry: [], commitment: Hash.sha256([]), instant: 0)
            change.expects = [status.expectation(of: area)]
            change.puts = [
                RowPut(area: area, number: .at(0), payload: [1], isPinned: true),
                RowPut(area: area, number: .at(status.count), payload: [UInt8](repeating: 1, count: 300)),
            ]
            _ = try store.submit(change)
        }
    }

    private static func renewals(_ store: Store) throws {
        let area = try make(store)
        var fill = Change(operation: Random.identifier(), entry: [], commitment: Hash.sha256([]), instant: 0)
        fill.expects = [Expectation(area: area, generation: 1, sequence: nil)]
        fill.puts = (0..<1_000).map { _ in
            RowPut(area: area, number: .appended, payload: [UInt8](repeating: 1, count: 300))
        }
        _ = try store.submit(fill)
        for _ in 0..<3 {
            guard let status = try store.area(area) else { return }
            var change = Change(
                operation: Random.identifier(), entry: [], commitment: Hash.sha256([]), instant: 0)
            change.expects = [status.expectation(of: area)]
            change.gate = GateStep()
            change.gate?.renewed = [area]
            let start = Clock.nanoseconds()
            _ = try store.submit(change)
            print("renewal of 1,000 rows: \(Double(Clock.nanoseconds() - start) / 1e6) ms")
        }
        store.forget(area)
        let start = Clock.nanoseconds()
        try store.verify(area)
        print("verify 1,000 rows: \(Double(Clock.nanoseconds() - start) / 1e6) ms")
    }

    /// Runs `body` in some threads for some seconds, and prints how often and how long.
    private static func measure(
        _ name: String, _ threads: Int, _ seconds: Int, _ body: @escaping @Sendable (Int) throws -> Void
    ) throws {
        let times = Guarded<[Int64]>([])
        let running = Guarded(threads)
        let cpu = cpuNanoseconds()
        let end = Clock.nanoseconds() + Int64(seconds) * 1_000_000_000
        for thread in 0..<threads {
            try Threads.spawn {
                var own: [Int64] = []
                do {
                    while true {
                        let start = Clock.nanoseconds()
                        if start > end { break }
                        try body(thread)
                        own.append(Clock.nanoseconds() - start)
                    }
                } catch {
                    print("error: \(error)")
                }
                times.with { $0 += own }
                running.with { $0 -= 1 }
                running.broadcast()
            }
        }
        running.when({ $0 == 0 }, { _ in })
        let all = times.with { $0.sorted() }
        guard !all.isEmpty else { return }
        let rate = all.count / seconds
        let each = (cpuNanoseconds() - cpu) / Int64(all.count) / 1_000
        print(
            "\(name), \(threads) threads: \(rate)/s, median \(all[all.count / 2] / 1000) us, "
                + "p99 \(all[all.count * 99 / 100] / 1000) us, max \(all[all.count - 1] / 1000) us, CPU \(each) us each"
        )
    }

    /// Time of both cores that this process used.
    private static func cpuNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// A journal that keeps no leaves, so that the store alone is measured.
private final class ChainOnlyJournal: Journal, @unchecked Sendable {
    private var current = StoredCheckpoint(size: 0, root: Hash.sha256([]), text: [])
    private var before = StoredCheckpoint(size: 0, root: Hash.sha256([]), text: [])

    func resume(_ checkpoint: StoredCheckpoint, from rows: any JournalRows, signer: SigningKey)
        throws(StoreError)
    {
        current = checkpoint
    }

    func extend(_ drafts: [JournalDraft]) throws(StoreError) -> JournalGroup {
        before = current
        for draft in drafts {
            current.root = Hash.sha256(current.root.bytes + Hash.sha256(draft.mark).bytes)
        }
        current.size += UInt64(drafts.count)
        return JournalGroup(bodies: drafts.map(\.draft), tiles: [], checkpoint: current)
    }

    func accepted() {}
    func rejected() { current = before }
    func replay(_ entry: StoredEntry) throws(StoreError) { current.size += 1 }
    func checkpoint() -> StoredCheckpoint { current }
    func audit(
        _ checkpoint: StoredCheckpoint, _ rows: any JournalRows, problem: (StorePart, UInt64) -> Void
    ) throws(StoreError) {
        for number in 0..<checkpoint.size { _ = try rows.entry(number) }
    }
    func tileCount(size: UInt64) -> UInt64 { 0 }
    func forget() {}
}
