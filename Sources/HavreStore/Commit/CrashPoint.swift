import HavreSystem

/// The places where the crash test stops the process: one before or after each step of a commit, and of a renewal of
/// GK. Release builds hold no hook; there the sweep stops the process at its system calls instead.
package enum CrashPoint: String, CaseIterable, Sendable {
    /// Step 0: an attachment is on disk, no row names it.
    case blobWritten = "0"
    /// Step 1: `gate.journal` and `erasures.log` are appended, the gate knows nothing.
    case logsAppended = "1a"
    /// Step 1: *next* and the restrictions are in the gate.
    case gatePrepared = "1b"
    /// Step 1: attachments lie where rows will name them.
    case blobsSettled = "1c"
    /// Step 2: rows, tiles and entries are written, not committed.
    case vaultWritten = "2a"
    /// Step 2: decided.
    case vaultCommitted = "2b"
    /// Step 3: written, not committed.
    case gateWritten = "3a"
    /// Step 3: the gate knows.
    case gateCommitted = "3b"
    /// Step 4: the logs are emptied, chores are done but still noted.
    case scrubbed = "4"
    /// Step 5: everything is done, nobody has been told.
    case beforeAnswer = "5"
    /// Renewal of GK: the `*.next` files are written.
    case renewalWritten = "r1"
    /// Renewal of GK: `gate.db` lies under the new key.
    case renewalDecided = "r2"
    /// Renewal of GK: some files are in place.
    case renewalPlaced = "r3"

    #if DEBUG
        /// A test's own hook, called at every point.
        private static let hook = Guarded<(@Sendable (CrashPoint) -> Void)?>(nil)
        /// Where `HAVRE_CRASH_AT` says to stop, `POINT` or `POINT:TIMES`; read once.
        private static let chosen: (point: String, times: Int)? = {
            guard let value = Process.environment("HAVRE_CRASH_AT") else { return nil }
            let parts = value.split(separator: ":")
            return parts.isEmpty ? nil : (String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }()
        private static let passed = Guarded(0)

        /// Sets or removes the hook.
        package static func onReach(_ body: (@Sendable (CrashPoint) -> Void)?) {
            hook.with { $0 = body }
        }
    #endif

    /// Ends the process here as `kill -9` does, when a debug build was told to.
    static func reach(_ point: CrashPoint) {
        #if DEBUG
            if let hook = hook.with({ $0 }) { hook(point) }
            guard let chosen, chosen.point == point.rawValue else { return }
            let count = passed.with { passed in
                passed += 1
                return passed
            }
            if count == chosen.times { Process.kill() }
        #endif
    }
}
