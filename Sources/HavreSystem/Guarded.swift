import CSystem

/// A value that one thread at a time may touch, with a condition to wait for. It is a pthread mutex pinned on the
/// heap: `Synchronization.Mutex` makes the thread sanitizer report races that are none, and has no condition.
///
/// Order of locks in the whole program: daemon, session, open case, commit. None is held across I/O, except the
/// flag of the thread that commits for all.
// @unchecked: the value is reached only between enter and leave of the lock beside it.
@safe package final class Guarded<Value: ~Copyable>: @unchecked Sendable {
    private let value: UnsafeMutablePointer<Value>
    private let lock: OpaquePointer

    /// Takes the value over.
    package init(_ initial: consuming Value) {
        unsafe value = .allocate(capacity: 1)
        unsafe value.initialize(to: initial)
        unsafe lock = csys_lock_make()
    }

    deinit {
        unsafe value.deinitialize(count: 1)
        unsafe value.deallocate()
        unsafe csys_lock_free(lock)
    }

    /// Runs `body` alone with the value. Calling any method of this object inside `body` waits for ever.
    package func with<R: ~Copyable, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
        unsafe csys_lock_enter(lock)
        defer { unsafe csys_lock_leave(lock) }
        return unsafe try body(&value.pointee)
    }

    /// Waits until `ready` says yes, then runs `body` in the same hold of the lock. `ready` is asked again after
    /// each `broadcast`.
    package func when<R: ~Copyable, E: Error>(
        _ ready: (inout Value) -> Bool, _ body: (inout Value) throws(E) -> R
    ) throws(E) -> R {
        unsafe csys_lock_enter(lock)
        defer { unsafe csys_lock_leave(lock) }
        while unsafe !ready(&value.pointee) { unsafe csys_lock_wait(lock) }
        return unsafe try body(&value.pointee)
    }

    /// Like `when`, but for at most `milliseconds`.
    /// - Returns: nil when the time went by first; `body` did not run then.
    package func when<R: ~Copyable, E: Error>(
        _ ready: (inout Value) -> Bool, withinMilliseconds milliseconds: Int,
        _ body: (inout Value) throws(E) -> R
    ) throws(E) -> R? {
        let until = csys_monotonic_nanoseconds() + Int64(milliseconds) * 1_000_000
        unsafe csys_lock_enter(lock)
        defer { unsafe csys_lock_leave(lock) }
        while unsafe !ready(&value.pointee) {
            guard unsafe csys_lock_wait_until(lock, until) == 0 else {
                return unsafe ready(&value.pointee) ? try body(&value.pointee) : nil
            }
        }
        return unsafe try body(&value.pointee)
    }

    /// Wakes everybody who waits in `when`.
    package func broadcast() { unsafe csys_lock_wake_all(lock) }
}
