import CSQLite

/// How long the write-ahead log was behind the last commit of one connection. SQLite writes the number down; it has to
/// outlive the connection.
@safe
final class LogLength {
    private let frames: UnsafeMutablePointer<Int32>

    init() {
        unsafe frames = .allocate(capacity: 1)
        unsafe frames.initialize(to: 0)
    }

    deinit {
        unsafe frames.deallocate()
    }

    /// Pages in the log, each version of a page counted; 0 before the first commit.
    var frameCount: Int { unsafe Int(frames.pointee) }

    /// Lets SQLite write here, and no longer move a long log into the file by itself.
    func watch(_ handle: OpaquePointer) {
        unsafe csqlite_watch_log(handle, frames)
    }
}
