import CSQLite

/// One prepared statement, kept as long as its connection. Used by one thread at a time, like the connection.
@safe
final class Statement {
    private let handle: OpaquePointer
    /// Held so that the connection cannot be closed before its statements are finalised.
    private let connection: Connection

    init(_ handle: OpaquePointer, of connection: Connection) {
        unsafe self.handle = handle
        self.connection = connection
    }

    deinit {
        unsafe _ = sqlite3_finalize(handle)
    }

    /// Binds bytes to the parameter `?place` (from 1); SQLite copies them.
    func bind(_ place: Int32, _ bytes: [UInt8]) throws(SQLError) {
        let code = unsafe bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, buffer.count > 0 else {
                return unsafe sqlite3_bind_zeroblob(handle, place, 0)
            }
            return unsafe csqlite_bind_blob(handle, place, base, Int32(clamping: buffer.count))
        }
        guard code == SQLITE_OK else { throw SQLError(code: code) }
    }

    /// Binds an integer to the parameter `?place` (from 1).
    func bind(_ place: Int32, _ number: Int64) throws(SQLError) {
        let code = unsafe sqlite3_bind_int64(handle, place, number)
        guard code == SQLITE_OK else { throw SQLError(code: code) }
    }

    /// Runs to the end, ignoring rows, and is ready to run again.
    func run() throws(SQLError) {
        while try step() {}
        reset()
    }

    /// Runs to the first row and gives what `read` makes of it; nil when there is no row.
    func first<Value>(_ read: (Statement) throws(SQLError) -> Value) throws(SQLError) -> Value? {
        guard try step() else {
            reset()
            return nil
        }
        defer { reset() }
        return try read(self)
    }

    /// Calls `read` with every row, until it answers false.
    func forEach(_ read: (Statement) throws(SQLError) -> Bool) throws(SQLError) {
        defer { reset() }
        while try step() {
            guard try read(self) else { return }
        }
    }

    /// The bytes of a column (from 0) of the current row.
    /// - Throws: `SQLError.wrongType` when the column holds anything but a blob.
    func bytes(_ column: Int32) throws(SQLError) -> [UInt8] {
        guard unsafe sqlite3_column_type(handle, column) == SQLITE_BLOB else { throw .wrongType }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let base = unsafe sqlite3_column_blob(handle, column) else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Whether a column (from 0) of the current row is NULL: there is no such row on the other side of a join.
    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// The integer of a column (from 0) of the current row.
    /// - Throws: `SQLError.wrongType` when the column holds anything but an integer.
    func integer(_ column: Int32) throws(SQLError) -> Int64 {
        guard unsafe sqlite3_column_type(handle, column) == SQLITE_INTEGER else { throw .wrongType }
        return unsafe sqlite3_column_int64(handle, column)
    }

    /// The text of a column (from 0) of the current row, nil when it is NULL.
    /// - Throws: `SQLError.wrongType` when the column holds anything else.
    func text(_ column: Int32) throws(SQLError) -> String? {
        let type = unsafe sqlite3_column_type(handle, column)
        if type == SQLITE_NULL { return nil }
        guard type == SQLITE_TEXT, let start = unsafe sqlite3_column_text(handle, column) else {
            throw .wrongType
        }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    private func step() throws(SQLError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        if code == SQLITE_ROW {
            #if DEBUG
                connection.rowCount += 1
            #endif
            return true
        }
        if code == SQLITE_DONE { return false }
        reset()
        throw SQLError(code: code)
    }

    private func reset() {
        unsafe _ = sqlite3_reset(handle)
    }
}
