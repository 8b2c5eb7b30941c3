import CSQLite

/// A copy of a whole file that is on its way, a few pages at a time. Between two steps it holds nothing: what the source
/// connection commits meanwhile goes into the copy as well (SQLite sees to that), and its write-ahead log may be emptied.
/// With the last step the copy is the file as it is then.
///
/// Used like a statement of the source connection: by whoever may use that one. `end` has to be called, also after an
/// error.
@safe
final class FileCopy {
    private var handle: OpaquePointer?
    private let source: Connection
    private let target: Connection

    /// 256 KiB: what waits for the source may go on after each step.
    private static let pageCount: Int32 = 64

    init(_ handle: OpaquePointer, of source: Connection, into target: Connection) {
        unsafe self.handle = handle
        self.source = source
        self.target = target
    }

    /// Copies the next pages.
    /// - Returns: whether the copy is whole, and on its way to the disk.
    func step() throws(SQLError) -> Bool {
        let code = unsafe sqlite3_backup_step(handle, Self.pageCount)
        guard code == SQLITE_OK || code == SQLITE_DONE else { throw SQLError(code: code) }
        return code == SQLITE_DONE
    }

    /// Writes what was committed meanwhile over what it replaces in the copy.
    func flush() {
        // Where it cannot be written the next step says so, and the copy goes.
        target.flush()
    }

    /// Lets go of both files; a copy that is not whole is worth nothing.
    func end() {
        guard let handle = unsafe handle else { return }
        // What went wrong has been said by the step.
        unsafe _ = sqlite3_backup_finish(handle)
        unsafe self.handle = nil
    }
}
