import HavreCodec

/// One row of `gate.db` as a transaction wrote it: sealed, so that whoever keeps it needs no key.
enum GateWrite: Hashable, Sendable {
    /// A cell by its tag; nil: deleted.
    case cell([UInt8], value: [UInt8]?)
    /// Somebody's slot; nil: deleted.
    case slot([UInt8], slot: [UInt8]?)
    case noCells
    case noSlots
}

/// `gate.db`, through one connection. Used by one thread at a time.
final class GateFile {
    let connection: Connection
    /// Told what each transaction has written, once it is on disk.
    var onCommit: (([GateWrite]) -> Void)?
    /// What the transaction under way has written, as long as somebody is told.
    private var written: [GateWrite] = []
    /// Entries that the checkpoint counts which was committed last, or looked at.
    var size: UInt64 = 0
    /// The same of the transaction under way, if it has written one.
    var writtenSize: UInt64?
    private let selectCell: Statement
    private let putCell: Statement
    private let deleteCell: Statement
    private let everyCell: Statement
    private let everySlot: Statement
    private let deleteCells: Statement
    private let deleteSlots: Statement
    private let selectSlot: Statement
    private let putSlot: Statement
    private let deleteSlot: Statement
    private let selectEpoch: Statement
    private let updateEpoch: Statement
    private let transaction: Transaction
    /// Who else moves the log.
    var mover: LogMover?
    /// Whether this connection has begun to write since that was last asked.
    private var hasWritten = false

    init(_ connection: Connection) throws(SQLError) {
        self.connection = connection
        selectCell = try connection.prepare("SELECT value FROM cell WHERE name = ?1")
        putCell = try connection.prepare("INSERT OR REPLACE INTO cell(name, value) VALUES(?1, ?2)")
        deleteCell = try connection.prepare("DELETE FROM cell WHERE name = ?1")
        everyCell = try connection.prepare("SELECT name, value FROM cell")
        everySlot = try connection.prepare("SELECT name, slot FROM slot")
        deleteCells = try connection.prepare("DELETE FROM cell")
        deleteSlots = try connection.prepare("DELETE FROM slot")
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
        try write(.cell(GateCell.tag(cell.table, cell.name, gate).bytes, value: cell.sealed(gate)))
    }

    func delete(_ table: GateCell.Table, _ name: [UInt8], _ gate: GateSealing) throws(SQLError) {
        try write(.cell(GateCell.tag(table, name, gate).bytes, value: nil))
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
        try write(.slot(name.bytes, slot: slot))
    }

    func delete(slot name: Identifier) throws(SQLError) {
        try write(.slot(name.bytes, slot: nil))
    }

    /// Deletes every slot (burn).
    func deleteAllSlots() throws(SQLError) { try write(.noSlots) }

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
    func deleteAllCells() throws(SQLError) { try write(.noCells) }

    /// Everything that lies in the file, for a copy of it.
    func contents() throws(SQLError) -> [GateWrite] {
        var all: [GateWrite] = [.noCells, .noSlots]
        try everyCell.forEach { row throws(SQLError) in
            all.append(.cell(try row.bytes(0), value: try row.bytes(1)))
            return true
        }
        try everySlot.forEach { row throws(SQLError) in
            all.append(.slot(try row.bytes(0), slot: try row.bytes(1)))
            return true
        }
        return all
    }

    /// Writes one row, or what another file of the same kind has been told.
    func write(_ write: GateWrite) throws(SQLError) {
        switch write {
        case .cell(let name, let value?): try run(putCell, name, value)
        case .cell(let name, nil): try run(deleteCell, name)
        case .slot(let name, let slot?): try run(putSlot, name, slot)
        case .slot(let name, nil): try run(deleteSlot, name)
        case .noCells: try deleteCells.run()
        case .noSlots: try deleteSlots.run()
        }
        if onCommit != nil { written.append(write) }
    }

    private func run(_ statement: Statement, _ name: [UInt8], _ value: [UInt8]? = nil) throws(SQLError) {
        try statement.bind(1, name)
        if let value { try statement.bind(2, value) }
        try statement.run()
    }

    func begin() throws(SQLError) {
        hasWritten = true
        (written, writtenSize) = ([], nil)
        try transaction.begin()
    }

    func commit() throws(SQLError) {
        try transaction.commit()
        if let writtenSize { size = writtenSize }
        onCommit?(written)
        (written, writtenSize) = ([], nil)
    }

    /// Ends a transaction that failed, if SQLite has not done so itself.
    func rollback() {
        (written, writtenSize) = ([], nil)
        transaction.rollback()
    }

    /// Whether the file or its log may have been changed through this connection since the last such question.
    func takeHasWritten() -> Bool {
        defer { hasWritten = false }
        return hasWritten
    }

    func truncateLog(isPatient: Bool) throws(SQLError) -> Bool {
        hasWritten = true
        guard let mover else { return try connection.truncateLog(isPatient: isPatient) }
        return try mover.apart { () throws(SQLError) in try connection.truncateLog(isPatient: isPatient) }
    }

    /// SQLite's own look at the file, for checks.
    func isSound() throws(SQLError) -> Bool { try connection.textAnswer("PRAGMA quick_check(1)") == "ok" }
}
