import HavreSystem

/// Moves what lies in the two write-ahead logs into the files, in a thread of its own.
///
/// SQLite would do it at the end of whichever commit finds a log of 1,000 pages: in a large house these belong in as many
/// places of the file, and whoever made that one change waits for all of them. Here they are moved while commits go on;
/// only the little that was added during the last pass is moved while nobody commits, so that the log begins anew: it
/// stays short, and a commit overwrites what is there already, which costs a disk half of what making it longer does.
final class LogMover: Sendable {
    // Sendable by hand: the connections are used behind the lock.
    private struct Files: @unchecked Sendable {
        let vault: Connection
        let gate: Connection
    }

    private enum Wish { case nothing, move, stop }

    /// nil when the store has ended. Held during a pass, and by whoever empties a log: SQLite lets one at a time.
    private let files: Guarded<Files?>
    private let wish = Guarded(Wish.nothing)
    private let passes = Guarded((count: UInt64(0), isUnderWay: false))

    /// A log is moved when it has so many pages, and again after as many more if a reader stood in the way.
    static let frameCountMin = 1_000
    /// At most so many pages are moved while nobody commits.
    private static let restCountMax = 500
    /// A pass that found no more than so many is not worth another one beside the commits.
    private static let restCountMin = 50
    /// Beside commits that never pause each pass finds what was added during the one before: less and less.
    private static let passCountMax = 6

    init(vault: Connection, gate: Connection) {
        files = Guarded(Files(vault: vault, gate: gate))
    }

    /// - Parameter holdOff: runs its argument while nobody commits; false when the store is gone.
    func start(_ holdOff: @escaping @Sendable (() -> Void) -> Bool) throws(StoreError) {
        try system { () throws(SystemError) in
            try Threads.spawn { [self] in
                while wish.when({ $0 != .nothing }, { $0 }) == .move {
                    wish.with { if $0 == .move { $0 = .nothing } }
                    guard let rest = moveBeside(), rest <= Self.restCountMax else { continue }
                    guard holdOff({ _ = self.move() }) else { return }
                }
            }
        }
    }

    /// Asks for a pass.
    func wake() {
        let isNew = wish.with { wish in
            guard wish == .nothing else { return false }
            wish = .move
            return true
        }
        if isNew { wish.broadcast() }
    }

    /// Lets go of the files, when the pass that is under way has ended.
    func stop() {
        wish.with { $0 = .stop }
        wish.broadcast()
        files.with { $0 = nil }
    }

    /// Runs `body`, which empties a log, while no pass is under way.
    func apart<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        try files.with { _ throws(Failure) in try body() }
    }

    /// How many passes there were; nil during one, when the files change by this thread.
    var passCount: UInt64? { passes.with { $0.isUnderWay ? nil : $0.count } }

    /// Passes beside the commits, until one finds little.
    /// - Returns: how many pages the last one found; nil when a reader stood in the way.
    private func moveBeside() -> Int? {
        var found: Int?
        var moved = move()
        for _ in 1..<Self.passCountMax {
            guard let before = moved, let now = move() else { return nil }
            moved = now
            // A log that has begun anew meanwhile is shorter than the one before.
            let count = zip(now, before).map { $0 < $1 ? $0 : $0 - $1 }.max() ?? 0
            found = count
            if count <= Self.restCountMin { break }
        }
        return found
    }

    /// One pass over both files.
    /// - Returns: how many pages of each log lie in its file now; nil when a reader still needs some of the older ones.
    private func move() -> [Int]? {
        files.with { files in
            guard let files else { return nil }
            passes.with { $0 = ($0.count + 1, true) }
            defer { passes.with { $0.isUnderWay = false } }
            // A disk that takes nothing leaves the pages in the log, where they are as safe.
            let moved = [files.vault, files.gate].compactMap { (try? $0.moveLog()) ?? nil }
            return moved.count == 2 ? moved : nil
        }
    }
}
