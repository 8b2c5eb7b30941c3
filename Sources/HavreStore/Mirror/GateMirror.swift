import HavreCodec
import HavreSystem

/// A second copy of the gate in another folder, kept at once by a thread of its own.
///
/// The gate commits first, then the mirror is handed the same rows, sealed as they are; what is waited for before an
/// answer is waited for at most `patienceMilliseconds`, so that a slow or dead medium stops nobody's work: then the
/// condition says `behind` until the mirror has caught up. After any failure it is filled anew from the gate.
final class GateMirror: Sendable {
    /// How long an answer waits for the mirror.
    private static let patienceMilliseconds = 2_000
    /// How often a mirror that is not there is looked for, and one that is, looked at.
    private static let lookMilliseconds = 5_000
    /// How much may wait for a slow mirror; beyond it the mirror is filled anew.
    private static let waitingByteCountMax = 8 << 20

    private struct State {
        /// Until somebody has looked nothing is known to be in it.
        var condition = MirrorCondition.behind
        /// Whether the last comparison found a difference.
        var differs = false
        var queue: [MirrorStep] = []
        var byteCount = 0
        /// Whether steps are taken: there is a copy that they follow.
        var isFollowing = false
        /// Steps handed over and done since the copy follows.
        var sent: UInt64 = 0
        var done: UInt64 = 0
        /// Entries of the ledger that the mirror's gate knows for certain.
        var size: UInt64 = 0
        /// Whether the copy lies beside the gate or the vault.
        var sharesFileSystem = false
        /// Whether overwritten bytes may still be in the mirror.
        var hasRemnants = false
        /// Whether the copy that follows was filled to its end.
        var isFilled = false
        /// Looks that somebody asked for, and those that were taken.
        var wanted: UInt64 = 0
        var looked: UInt64 = 0
        var isStopping = false
        var hasEnded = false

        var isUpToDate: Bool { sent == done }

        /// The copy is lost to us, until it is filled anew.
        mutating func lose(_ condition: MirrorCondition) {
            self.condition = condition
            isFollowing = false
            isFilled = false
            queue = []
            byteCount = 0
            sent = 0
            done = 0
        }

        /// One thing more is on disk.
        mutating func advance(to size: UInt64) {
            done += 1
            self.size = size
            if isUpToDate { condition = .whole }
        }
    }

    private struct Owner { weak var store: Store? }

    private let state = Guarded(State())
    private let owner = Guarded(Owner())
    private let path: String

    init(_ path: String) { self.path = path }

    /// Whose gate it copies.
    func belong(to store: Store) { owner.with { $0.store = store } }

    /// Begins to keep the mirror.
    func start() throws(StoreError) {
        try system { () throws(SystemError) in try Threads.spawn { self.keep() } }
    }

    /// Ends, after what waits was written or has taken too long.
    func stop() {
        settle()
        state.with { $0.isStopping = true }
        state.broadcast()
        _ = state.when({ $0.hasEnded }, withinMilliseconds: Self.patienceMilliseconds) { _ in }
    }

    /// Ends without waiting for anything: the store is gone.
    func leave() {
        state.with { $0.isStopping = true }
        state.broadcast()
    }

    // MARK: for whoever leads

    /// Hands a step over; nothing happens while there is no copy that follows.
    func send(_ step: MirrorStep) {
        let isTaken = state.with { state in
            if case .scrub = step.kind { state.hasRemnants = true }
            guard state.isFollowing else { return false }
            state.sent += 1
            state.byteCount += step.weight
            state.queue.append(step)
            if state.byteCount > Self.waitingByteCountMax { state.lose(.behind) }
            return state.isFollowing
        }
        if isTaken { state.broadcast() }
    }

    /// Waits until the mirror holds everything that was handed over; not for one that was late already.
    func settle() {
        let isSettled: Void? = state.when(
            { $0.isUpToDate || $0.condition != .whole }, withinMilliseconds: Self.patienceMilliseconds
        ) { _ in }
        guard isSettled == nil else { return }
        state.with { if !$0.isUpToDate { $0.condition = .behind } }
    }

    /// From now on steps are taken: called while nobody commits, with the moment that the copy is filled from.
    func follow() {
        state.with { state in
            state.lose(.whole)
            state.isFollowing = true
            // The filling itself is the first thing to wait for.
            state.sent = 1
        }
    }

    /// The copy is of a gate that is no more.
    func forget() {
        state.with { state in
            state.lose(.behind)
            state.size = 0
        }
    }

    /// Whether the mirror was found to differ since this was asked last.
    func takeDifference() -> Bool {
        state.with { state in
            defer { state.differs = false }
            return state.differs
        }
    }

    /// Looks for the mirror now, and waits for what comes of it, but not long.
    func look() {
        let wanted = state.with { state in
            state.wanted += 1
            return state.wanted
        }
        state.broadcast()
        _ = state.when({ $0.looked >= wanted }, withinMilliseconds: Self.patienceMilliseconds) { _ in }
    }

    /// How the mirror is.
    var condition: MirrorCondition {
        state.with { $0.condition == .whole && !$0.isFilled ? .behind : $0.condition }
    }

    /// Entries of the ledger that the mirror holds for certain.
    var size: UInt64 { state.with { $0.condition == .whole || $0.condition == .behind ? $0.size : 0 } }

    /// Whether it lies on the file system of the gate or of the vault.
    var sharesFileSystem: Bool {
        state.with { $0.sharesFileSystem && ($0.condition == .whole || $0.condition == .behind) }
    }

    /// Whether overwritten bytes may still be in it.
    var hasRemnants: Bool { state.with { $0.hasRemnants } }

    // MARK: the thread

    private enum Wish { case step(MirrorStep), look(UInt64), end }

    private func keep() {
        var copy: MirrorCopy?
        while true {
            let wish = state.when(
                { $0.isStopping || $0.wanted > $0.looked || !$0.queue.isEmpty },
                withinMilliseconds: Self.lookMilliseconds
            ) { state -> Wish in
                guard !state.isStopping else { return .end }
                guard state.wanted == state.looked, !state.queue.isEmpty else { return .look(state.wanted) }
                let step = state.queue.removeFirst()
                state.byteCount -= step.weight
                return .step(step)
            }
            switch wish ?? .look(state.with { $0.wanted }) {
            case .end:
                copy?.close()
                copy = nil
                state.with { $0.hasEnded = true }
                state.broadcast()
                return
            case .step(let step): apply(step, to: &copy)
            case .look(let wanted):
                look(at: &copy)
                state.with { $0.looked = wanted }
                state.broadcast()
            }
        }
    }

    private func apply(_ step: MirrorStep, to copy: inout MirrorCopy?) {
        do throws(StoreError) {
            guard let copy else { throw .notFound }
            try copy.apply(step)
            state.with { state in
                // Lost meanwhile: what was done is part of nothing.
                guard state.isFollowing else { return }
                if case .scrub = step.kind { state.hasRemnants = false }
                state.advance(to: step.size)
            }
            state.broadcast()
        } catch {
            copy = nil
            lose(error)
        }
    }

    /// Looks whether the copy is there, and fills one where none follows.
    private func look(at copy: inout MirrorCopy?) {
        do throws(StoreError) {
            if let copy, state.with({ $0.isFollowing }) { return try copy.look() }
            // Its lock goes before another is opened.
            copy = nil
            guard let store = owner.with({ $0.store }) else { return }
            let fresh = try store.mirrorCopy(path)
            let shares = try fresh.sharesFileSystem(with: [store.gateFolder, store.vaultFolder])
            state.with { state in
                state.sharesFileSystem = shares
                if fresh.isNew { state.size = 0 }
            }
            switch try store.contents(for: fresh) {
            case .wait: state.with { $0.lose(.behind) }
            case .ahead: throw .rolledBack
            case .contents(let contents):
                try fresh.fill(contents)
                copy = fresh
                state.with { state in
                    guard state.isFollowing else { return }
                    state.isFilled = true
                    state.hasRemnants = false
                    state.advance(to: contents.size)
                }
                state.broadcast()
            }
        } catch {
            copy = nil
            lose(error)
        }
    }

    private func lose(_ error: StoreError) {
        state.with { state in
            state.lose(MirrorCopy.condition(after: error))
            if error == .tampered(.mirror) { state.differs = true }
        }
        state.broadcast()
    }
}
