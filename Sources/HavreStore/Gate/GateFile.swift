import HavreCodec

/// `gate.db`, through one connection. Used by one thread at a time.
final class GateFile {
    let connection: Connection
    private let selectCell: Statement
    private let putCell: Statement
    private let deleteCell: Statement
    private let everyCell: Statement
    private let selectSlot: Statement
    private let putSlot: Statement
    private let deleteSlot: Statement
    private let selectEpoch: Statement
    private let updateEpoch: Statement
    private let transaction: Transaction

    init(_ connection: Connection) throws(SQLError) {
        self.connection = connection
        selectCell = try connection.prepare("SELECT value FROM cell WHERE name = ?1")
        putCell = try connection.prepare("INSERT OR REPLACE INTO cell(name, value) VALUES(?1, ?2)")
        deleteCell = try connection.prepare("DELETE FROM cell WHERE name = ?1")
        everyCell = try connection.prepare("SELECT name, value FROM cell")
        selectSlot = try connection.prepare("SELECT slot FROM slot WHERE name = ?1")
        putSlot = try connection.prepare("INSERT OR REPLACE INTO slot(name, slot) VALUES(?1, ?2)")
        deleteSlot = try connection.prepare("DELETE FROM slot WHERE name = ?1")
        selectEpoch = try connection.prepare("SELECT epoch FROM meta")
        updateEpoch = try connection.prepare("UPDATE meta SET epoch = ?1")
        transaction = try Transaction(connection)
    }

    // MARK: cells

    /// The cell of this table and name, nil when there is none.
    func cell(_ table: GateCell.Table, _ name: [UInt8], _ gate: GateSealing) throws(StoreError) -> GateCell? {
        let tag = GateCell.tag(table, name, gate)
        let value = try database(.gateFile) { () throws(SQLError) in
            try selectCell.bind(1, tag.bytes)
            return try selectCell.first { row throws(SQLError) in try row.bytes(0) }
        }
        guard let value else { return nil }
        return try GateCell.open(value, tag: tag, gate)
    }

    func put(_ cell: GateCell, _ gate: GateSealing) throws(SQLError) {
        try putCell.bind(1, GateCell.tag(cell.table, cell.name, gate).bytes)
        try putCell.bind(2, cell.sealed(gate))
        try putCell.run()
    }

    func delete(_ table: GateCell.Table, _ name: [UInt8], _ gate: GateSealing) throws(SQLError) {
        try deleteCell.bind(1, GateCell.tag(table, name, gate).bytes)
        try deleteCell.run()
    }

    /// Every cell as stored, for checks.
    func forEachRawCell(_ body: (Identifier, [UInt8]) -> Void) throws(StoreError) {
        try database(.cell) { () throws(SQLError) in
            try everyCell.forEach { row throws(SQLError) in
                guard let tag = try? Identifier(bytes: try row.bytes(0)) else { throw .wrongType }
                body(tag, try row.bytes(1))
                return true
            }
        }
    }

    /// How many slots there are.
    func slotCount() throws(SQLError) -> Int64 {
        try connection.integerAnswer("SELECT count(*) FROM slot") ?? 0
    }

    /// Every cell, for renewals and backups; never at start.
    func forEachCell(_ gate: GateSealing, _ body: (GateCell) throws(StoreError) -> Void) throws(StoreError) {
        var failure: StoreError?
        try database(.gateFile) { () throws(SQLError) in
            try everyCell.forEach { row throws(SQLError) in
                let name = try row.bytes(0)
                let value = try row.bytes(1)
                do throws(StoreError) {
                    let tag = try decoding(.cell) { () throws(CodecError) in try Identifier(bytes: name) }
                    try body(try GateCell.open(value, tag: tag, gate))
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        }
        if let failure { throw failure }
    }

    // MARK: slots

    /// Somebody's slot of GK, as stored.
    func slot(_ name: Identifier) throws(SQLError) -> [UInt8]? {
        try selectSlot.bind(1, name.bytes)
        return try selectSlot.first { row throws(SQLError) in try row.bytes(0) }
    }

    func put(slot: [UInt8], _ name: Identifier) throws(SQLError) {
        try putSlot.bind(1, name.bytes)
        try putSlot.bind(2, slot)
        try putSlot.run()
    }

    func delete(slot name: Identifier) throws(SQLError) {
        try deleteSlot.bind(1, name.bytes)
        try deleteSlot.run()
    }

    /// Deletes every slot (burn).
    func deleteAllSlots() throws(SQLError) { try connection.execute("DELETE FROM slot") }

    // MARK: the whole file

    /// Which key files belong to this file: 16 bytes that change with every renewal.
    func epoch() throws(SQLError) -> [UInt8] {
        try selectEpoch.first { row throws(SQLError) in try row.bytes(0) } ?? []
    }

    func put(epoch: [UInt8]) throws(SQLError) {
        try updateEpoch.bind(1, epoch)
        try updateEpoch.run()
    }

    /// Removes every cell, before all of them are written under another key.
    func deleteAllCells() throws(SQLError) { try connection.execute("DELETE FROM cell") }

    func begin() throws(SQLError) { try transaction.begin() }
    func commit() throws(SQLError) { try transaction.commit() }

    /// Ends a transaction that failed, if SQLite has not done so itself.
    func rollback() { transaction.rollback() }

    func truncateLog(isPatient: Bool) throws(SQLError) -> Bool {
        try connection.truncateLog(isPatient: isPatient)
    }

    /// SQLite's own look at the file, for checks.
    func isSound() throws(SQLError) -> Bool { try connection.textAnswer("PRAGMA quick_check(1)") == "ok" }
}
