import HavreCodec

/// `vault.db` through the one connection that writes. Used by whoever leads.
final class VaultWriter {
    let connection: Connection
    let rows: RowStatements
    private let insertItem: Statement
    private let updateItem: Statement
    private let deleteItem: Statement
    private let putBody: Statement
    private let deleteBody: Statement
    private let insertEntry: Statement
    private let putTile: Statement
    private let selectDataVersion: Statement
    private let selectEntryEnd: Statement
    private let transaction: Transaction
    private let savepointStatement: Statement
    private let releaseStatement: Statement
    private let undoStatement: Statement
    /// Who else moves the log.
    var mover: LogMover?
    /// Whether this connection has begun to write since that was last asked.
    private var hasWritten = false

    init(_ connection: Connection) throws(SQLError) {
        self.connection = connection
        rows = try RowStatements(connection)
        insertItem = try connection.prepare("INSERT INTO item(tag, wrap) VALUES(?1, ?2)")
        updateItem = try connection.prepare("UPDATE item SET wrap = ?2 WHERE tag = ?1")
        deleteItem = try connection.prepare("DELETE FROM item WHERE tag = ?1")
        putBody = try connection.prepare("INSERT OR REPLACE INTO body(tag, body) VALUES(?1, ?2)")
        deleteBody = try connection.prepare("DELETE FROM body WHERE tag = ?1")
        insertEntry = try connection.prepare("INSERT INTO entry(number, body, mark) VALUES(?1, ?2, ?3)")
        putTile = try connection.prepare(
            "INSERT OR REPLACE INTO tile(level, number, hashes) VALUES(?1, ?2, ?3)")
        selectDataVersion = try connection.prepare("PRAGMA data_version")
        selectEntryEnd = try connection.prepare(VaultReader.entryEndSQL)
        transaction = try Transaction(connection)
        savepointStatement = try connection.prepare("SAVEPOINT change")
        releaseStatement = try connection.prepare("RELEASE change")
        undoStatement = try connection.prepare("ROLLBACK TO change")
    }

    /// - Returns: false when there is such a row already.
    func insert(_ tag: Identifier, wrap: [UInt8]) throws(SQLError) -> Bool {
        try insertItem.bind(1, tag.bytes)
        try insertItem.bind(2, wrap)
        do throws(SQLError) {
            try insertItem.run()
            return true
        } catch {
            guard error.isConstraint else { throw error }
            return false
        }
    }

    /// - Returns: false when there is no such row.
    func update(_ tag: Identifier, wrap: [UInt8]) throws(SQLError) -> Bool {
        try updateItem.bind(1, tag.bytes)
        try updateItem.bind(2, wrap)
        try updateItem.run()
        return connection.changeCount == 1
    }

    func delete(_ tag: Identifier) throws(SQLError) {
        try deleteItem.bind(1, tag.bytes)
        try deleteItem.run()
        try delete(bodyOf: tag)
    }

    func put(body: [UInt8], _ tag: Identifier) throws(SQLError) {
        try putBody.bind(1, tag.bytes)
        try putBody.bind(2, body)
        try putBody.run()
    }

    func delete(bodyOf tag: Identifier) throws(SQLError) {
        try deleteBody.bind(1, tag.bytes)
        try deleteBody.run()
    }

    func insert(entry number: UInt64, _ columns: LedgerSeal.Columns) throws(SQLError) {
        try insertEntry.bind(1, Int64(bitPattern: number))
        try insertEntry.bind(2, columns.body)
        try insertEntry.bind(3, columns.mark)
        try insertEntry.run()
    }

    func put(tile sealed: [UInt8], level: Int, number: UInt64) throws(SQLError) {
        try putTile.bind(1, Int64(level))
        try putTile.bind(2, Int64(bitPattern: number))
        try putTile.bind(3, sealed)
        try putTile.run()
    }

    /// Changes when a connection other than this one has committed.
    func dataVersion() throws(SQLError) -> Int64 {
        try selectDataVersion.first { row throws(SQLError) in try row.integer(0) } ?? -1
    }

    /// The number behind the last entry.
    func entryEnd() throws(SQLError) -> UInt64 {
        UInt64(bitPattern: try selectEntryEnd.first { row throws(SQLError) in try row.integer(0) } ?? 0)
    }

    func begin() throws(SQLError) {
        hasWritten = true
        try transaction.begin()
    }

    /// Whether the file or its log may have been changed through this connection since the last such question.
    func takeHasWritten() -> Bool {
        defer { hasWritten = false }
        return hasWritten
    }

    func commit() throws(SQLError) { try transaction.commit() }
    func savepoint() throws(SQLError) { try savepointStatement.run() }
    func release() throws(SQLError) { try releaseStatement.run() }

    /// Undoes one change of the group.
    func undo() throws(SQLError) {
        try undoStatement.run()
        try releaseStatement.run()
    }

    /// Ends a transaction that failed, if SQLite has not done so itself.
    func rollback() { transaction.rollback() }

    func truncateLog(isPatient: Bool) throws(SQLError) -> Bool {
        hasWritten = true
        guard let mover else { return try connection.truncateLog(isPatient: isPatient) }
        return try mover.apart { () throws(SQLError) in try connection.truncateLog(isPatient: isPatient) }
    }
}

/// `vault.db` through a connection that only reads. Used by one thread at a time.
final class VaultReader {
    let connection: Connection
    let rows: RowStatements
    /// How often the file had been doubted when this connection forgot its pages.
    var doubts = 0
    private let selectBody: Statement
    private let selectEntry: Statement
    private let selectMark: Statement
    private let selectTile: Statement
    private let selectEntryEnd: Statement
    private let beginStatement: Statement
    private let endStatement: Statement

    fileprivate static let entryEndSQL = "SELECT coalesce(max(number), -1) + 1 FROM entry"

    init(_ connection: Connection) throws(SQLError) {
        self.connection = connection
        try connection.execute("PRAGMA query_only = ON")
        rows = try RowStatements(connection)
        selectBody = try connection.prepare("SELECT body FROM body WHERE tag = ?1")
        selectEntry = try connection.prepare("SELECT body, mark FROM entry WHERE number = ?1")
        selectMark = try connection.prepare("SELECT mark FROM entry WHERE number = ?1")
        selectTile = try connection.prepare("SELECT hashes FROM tile WHERE level = ?1 AND number = ?2")
        selectEntryEnd = try connection.prepare(Self.entryEndSQL)
        beginStatement = try connection.prepare("BEGIN")
        endStatement = try connection.prepare("COMMIT")
    }

    func body(_ tag: Identifier) throws(SQLError) -> [UInt8]? {
        try selectBody.bind(1, tag.bytes)
        return try selectBody.first { row throws(SQLError) in try row.bytes(0) }
    }

    func entry(_ number: UInt64) throws(SQLError) -> LedgerSeal.Columns? {
        try selectEntry.bind(1, Int64(bitPattern: number))
        return try selectEntry.first { row throws(SQLError) in
            LedgerSeal.Columns(body: try row.bytes(0), mark: try row.bytes(1))
        }
    }

    func mark(_ number: UInt64) throws(SQLError) -> [UInt8]? {
        try selectMark.bind(1, Int64(bitPattern: number))
        return try selectMark.first { row throws(SQLError) in try row.bytes(0) }
    }

    func tile(level: Int, number: UInt64) throws(SQLError) -> [UInt8]? {
        try selectTile.bind(1, Int64(level))
        try selectTile.bind(2, Int64(bitPattern: number))
        return try selectTile.first { row throws(SQLError) in try row.bytes(0) }
    }

    /// The number behind the last entry: their count, when none is missing.
    func entryEnd() throws(SQLError) -> UInt64 {
        UInt64(bitPattern: try selectEntryEnd.first { row throws(SQLError) in try row.integer(0) } ?? 0)
    }

    /// How many rows a table has: reads its whole index, for checks only.
    func count(_ table: String) throws(SQLError) -> UInt64 {
        UInt64(bitPattern: try connection.integerAnswer("SELECT count(*) FROM \(table)") ?? 0)
    }

    /// Bodies without a row: nothing of ours makes them.
    func strayBodyCount() throws(SQLError) -> UInt64 {
        UInt64(
            bitPattern: try connection.integerAnswer(
                "SELECT count(*) FROM body WHERE tag NOT IN (SELECT tag FROM item)") ?? 0)
    }

    /// Several reads of one moment. Kept short: it keeps the write-ahead log from being emptied.
    func inOneMoment<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        try database(.vaultFile) { () throws(SQLError) in try beginStatement.run() }
        // The transaction only reads, so that ending it cannot lose anything.
        defer { _ = try? endStatement.run() }
        return try body()
    }

    /// SQLite's own look at the file, for checks.
    func isSound() throws(SQLError) -> Bool { try connection.textAnswer("PRAGMA quick_check(1)") == "ok" }
}
