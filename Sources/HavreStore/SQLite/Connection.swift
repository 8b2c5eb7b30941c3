import CSQLite

/// One connection to one SQLite file, hardened before its first statement (SQLite's "Defense against the dark arts").
///
/// The file is not trusted: no trigger, view, extension or SQL function of its own ever runs, cells are checked for
/// size, input and output errors come as codes (no memory map), deleted bytes are overwritten. Opened without
/// SQLite's own mutexes: one thread at a time, which the owner sees to.
@safe
final class Connection {
    private let handle: OpaquePointer
    /// How long the write-ahead log is, once `watchLog` was called.
    private let logLength = LogLength()

    /// The longest value that is read or written: 8 MiB. The largest body is 2 MiB, the largest cell of the gate 6 MiB.
    static let valueByteCountMax: Int32 = 8 << 20
    /// How long a statement waits for a lock held by another connection.
    static let busyMilliseconds: Int32 = 5_000

    /// Opens a file that exists (the caller made it, with its mode) and hardens the connection.
    /// - Parameter path: canonical; a symbolic link anywhere in it is refused by SQLite.
    init(path: String) throws(SQLError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            unsafe _ = sqlite3_close_v2(opened)
            throw SQLError(code: code)
        }
        unsafe handle = opened
        try harden()
    }

    deinit {
        // Statements hold the connection, so none is left by now.
        unsafe _ = sqlite3_close_v2(handle)
    }

    private func harden() throws(SQLError) {
        let switches: [(option: Int32, on: Int32)] = [
            (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), (SQLITE_DBCONFIG_ENABLE_VIEW, 0),
            (SQLITE_DBCONFIG_DQS_DDL, 0), (SQLITE_DBCONFIG_DQS_DML, 0),
            (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
        ]
        for one in switches {
            let code = unsafe csqlite_db_config(handle, one.option, one.on)
            guard code == SQLITE_OK else { throw SQLError(code: code) }
        }
        let limits: [(limit: Int32, most: Int32)] = [
            (SQLITE_LIMIT_LENGTH, Self.valueByteCountMax), (SQLITE_LIMIT_SQL_LENGTH, 4_096),
            (SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_EXPR_DEPTH, 20), (SQLITE_LIMIT_COMPOUND_SELECT, 3),
            (SQLITE_LIMIT_VARIABLE_NUMBER, 8), (SQLITE_LIMIT_TRIGGER_DEPTH, 1), (SQLITE_LIMIT_COLUMN, 16),
            (SQLITE_LIMIT_WORKER_THREADS, 0),
        ]
        for one in limits {
            unsafe _ = sqlite3_limit(handle, one.limit, one.most)
        }
        let code = unsafe sqlite3_busy_timeout(handle, Self.busyMilliseconds)
        guard code == SQLITE_OK else { throw SQLError(code: code) }
    }

    /// Sets what has to be set before anything of the file is used; every setting that can be read back is.
    func configure() throws(SQLError) {
        try execute("PRAGMA trusted_schema = OFF")
        try execute("PRAGMA cell_size_check = ON")
        try execute("PRAGMA foreign_keys = ON")
        try execute("PRAGMA temp_store = MEMORY")
        try execute("PRAGMA mmap_size = 0")
        guard try textAnswer("PRAGMA journal_mode = WAL") == "wal" else { throw .settingRefused }
        try execute("PRAGMA synchronous = FULL")
        try execute("PRAGMA secure_delete = ON")
        guard try integerAnswer("PRAGMA synchronous") == 2, try integerAnswer("PRAGMA secure_delete") == 1,
            try integerAnswer("PRAGMA trusted_schema") == 0, try integerAnswer("PRAGMA cell_size_check") == 1
        else { throw .settingRefused }
    }

    /// Compiles one statement for use as long as the connection lives.
    func prepare(_ sql: String) throws(SQLError) -> Statement {
        var compiled: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
        guard code == SQLITE_OK, let compiled = unsafe compiled else { throw SQLError(code: code) }
        return unsafe Statement(compiled, of: self)
    }

    /// Runs one statement once.
    func execute(_ sql: String) throws(SQLError) {
        try prepare(sql).run()
    }

    /// The integer that a one-row statement answers.
    func integerAnswer(_ sql: String) throws(SQLError) -> Int64? {
        try prepare(sql).first { row throws(SQLError) in try row.integer(0) }
    }

    /// The text that a one-row statement answers.
    func textAnswer(_ sql: String) throws(SQLError) -> String? {
        try prepare(sql).first { row throws(SQLError) in try row.text(0) ?? "" }
    }

    #if DEBUG
        /// Rows that statements of this connection have given so far, for tests.
        var rowCount = 0

        /// Pages that SQLite had to read from the file or its log so far, for tests.
        var pageCount: Int {
            var now: Int32 = 0
            var most: Int32 = 0
            unsafe _ = sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_MISS, &now, &most, 0)
            return Int(now)
        }
    #endif

    /// Whether a transaction is open: after some errors SQLite has already rolled back by itself.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// Rows that the last statement inserted, changed or deleted.
    var changeCount: Int { unsafe Int(sqlite3_changes(handle)) }

    /// Stops the statement that another thread is running on this connection. The one call that is not bound to a
    /// thread.
    func interrupt() {
        unsafe sqlite3_interrupt(handle)
    }

    /// Forgets the pages of the file that are kept in memory: the file may have been changed behind SQLite's back.
    func forgetPages() { unsafe _ = sqlite3_db_release_memory(handle) }

    /// Writes the changed pages of a transaction that goes on into the file, as far as that can be done now.
    func flush() { unsafe _ = sqlite3_db_cacheflush(handle) }

    /// From here on this connection counts the pages of the write-ahead log and leaves it as long as it gets.
    func watchLog() { unsafe logLength.watch(handle) }

    /// Pages in the write-ahead log behind the last commit of this connection.
    var logFrameCount: Int { logLength.frameCount }

    /// Moves what lies in the write-ahead log into the file, as far as no reader needs it, while others go on. What they
    /// add meanwhile stays.
    /// - Returns: how many pages of the log lie in the file now; nil when a reader stands in the way.
    func moveLog() throws(SQLError) -> Int? {
        var frames: Int32 = 0
        var moved: Int32 = 0
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &frames, &moved)
        guard code == SQLITE_OK else { throw SQLError(code: code) }
        return moved < frames ? nil : Int(moved)
    }

    /// Moves the whole write-ahead log into the file and empties it, so that overwritten bytes are gone from both.
    /// - Parameter isPatient: false tries once, true for as long as the busy time.
    /// - Returns: false when a reader stands in the way.
    func truncateLog(isPatient: Bool) throws(SQLError) -> Bool {
        if !isPatient { unsafe _ = sqlite3_busy_timeout(handle, 0) }
        defer { if !isPatient { unsafe _ = sqlite3_busy_timeout(handle, Self.busyMilliseconds) } }
        var frames: Int32 = 0
        var moved: Int32 = 0
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, &frames, &moved)
        if code == SQLITE_OK { return true }
        let error = SQLError(code: code)
        if error.isBusy { return false }
        throw error
    }

    /// Begins a copy of the whole file into `target`.
    func copy(into target: Connection) throws(SQLError) -> FileCopy {
        guard let copy = unsafe sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw SQLError(code: unsafe sqlite3_errcode(target.handle))
        }
        return unsafe FileCopy(copy, of: self, into: target)
    }
}
