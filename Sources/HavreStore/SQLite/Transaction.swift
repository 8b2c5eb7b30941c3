/// The transactions of one connection that writes: one at a time, begun with SQLite's lock for writing.
final class Transaction {
    private let connection: Connection
    private let beginStatement: Statement
    private let commitStatement: Statement
    private let rollbackStatement: Statement

    init(_ connection: Connection) throws(SQLError) {
        self.connection = connection
        beginStatement = try connection.prepare("BEGIN IMMEDIATE")
        commitStatement = try connection.prepare("COMMIT")
        rollbackStatement = try connection.prepare("ROLLBACK")
    }

    func begin() throws(SQLError) { try beginStatement.run() }
    func commit() throws(SQLError) { try commitStatement.run() }

    /// Ends a transaction that failed, if SQLite has not done so itself.
    func rollback() {
        guard connection.isInTransaction else { return }
        // A rollback that fails leaves the transaction open, and the next begin says so.
        _ = try? rollbackStatement.run()
    }
}
