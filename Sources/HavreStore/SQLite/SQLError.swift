import CSQLite

/// What SQLite answered when it did not do what was asked: its extended result code, never the statement's values.
struct SQLError: Error, Equatable {
    /// The extended result code (`SQLITE_IOERR_FSYNC` and the like).
    let code: Int32

    /// The plain result code, in the low byte of the extended one.
    var primary: Int32 { code & 0xff }

    /// No room was left. SQLite reports this before the frame that would have committed, so nothing was committed.
    /// The index of a write-ahead log is made before anything is written, and has an error of its own.
    var isFull: Bool { primary == SQLITE_FULL || code == Self.noRoomForIndex }

    private static let noRoomForIndex = SQLITE_IOERR | (19 << 8)  // SQLITE_IOERR_SHMSIZE

    /// A row broke a constraint of the schema: a key that is already there.
    var isConstraint: Bool { primary == SQLITE_CONSTRAINT }

    /// Another connection stood in the way for longer than the busy time.
    var isBusy: Bool { primary == SQLITE_BUSY || primary == SQLITE_LOCKED }

    /// The statement was stopped from outside.
    var isInterrupted: Bool { primary == SQLITE_INTERRUPT }

    /// The file is not what SQLite itself would have written.
    var isCorrupt: Bool {
        primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_TOOBIG
            || code == SQLITE_IOERR | (2 << 8)  // SQLITE_IOERR_SHORT_READ: the file ends before it says
            || primary == SQLITE_MISMATCH || primary == SQLITE_FORMAT || primary == SQLITE_ERROR
    }

    /// A column did not hold the type that the schema promises.
    static let wrongType = SQLError(code: SQLITE_MISMATCH)

    /// A limit or pragma did not take the value it was given.
    static let settingRefused = SQLError(code: SQLITE_ERROR)
}
