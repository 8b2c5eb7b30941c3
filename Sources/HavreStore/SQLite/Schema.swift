/// What one of the two files has to look like, object by object: anything else in it is refused before it is used.
struct Schema: Sendable {
    /// One table. Its SQL text is compared as SQLite keeps it, letter by letter.
    struct Table: Sendable {
        /// The table's name.
        let name: String
        /// The columns, as they stand between the parentheses.
        let columns: String
        /// Whether a key that is no integer gives the table an index of its own.
        let hasIndex: Bool

        /// The text that creates the table and that `sqlite_schema` must hold.
        var sql: String { "CREATE TABLE \(name)(\(columns)) STRICT" }
    }

    /// Four letters that SQLite keeps in the header, so that `file` knows what it is looking at.
    let applicationID: Int64
    /// The one version byte of the store's format.
    let version: Int64
    /// All tables, in the order in which they are created.
    let tables: [Table]

    /// The page size of both files, in bytes.
    static let pageByteCount = 4_096

    /// `vault.db`: hostile storage, everything in it but `meta` and the numbers of entries and tiles is sealed.
    static let vault = Schema(
        applicationID: 0x5641_5554, version: 1,
        tables: [
            Table(name: "meta", columns: "version INTEGER NOT NULL, vault BLOB NOT NULL", hasIndex: false),
            Table(name: "item", columns: "tag BLOB PRIMARY KEY NOT NULL, wrap BLOB NOT NULL", hasIndex: true),
            Table(name: "body", columns: "tag BLOB PRIMARY KEY NOT NULL, body BLOB NOT NULL", hasIndex: true),
            Table(
                name: "entry",
                columns: "number INTEGER PRIMARY KEY NOT NULL, body BLOB NOT NULL, mark BLOB NOT NULL",
                hasIndex: false),
            Table(
                name: "tile",
                columns:
                    "level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY(level, number)",
                hasIndex: true),
        ])

    /// `gate.db`: cells sealed under GK, except the slots, each of which is sealed under a supervisor's key.
    static let gate = Schema(
        applicationID: 0x4741_5445, version: 1,
        tables: [
            Table(
                name: "meta", columns: "version INTEGER NOT NULL, vault BLOB NOT NULL, epoch BLOB NOT NULL",
                hasIndex: false),
            Table(
                name: "slot", columns: "name BLOB PRIMARY KEY NOT NULL, slot BLOB NOT NULL", hasIndex: true),
            Table(
                name: "cell", columns: "name BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL", hasIndex: true),
        ])

    /// One row of `sqlite_schema`.
    private struct Object: Equatable {
        let type: String
        let name: String
        let table: String
        let sql: String?
    }

    private var objects: [Object] {
        tables.flatMap { table in
            let made = Object(type: "table", name: table.name, table: table.name, sql: table.sql)
            let index = Object(
                type: "index", name: "sqlite_autoindex_\(table.name)_1", table: table.name, sql: nil)
            return table.hasIndex ? [made, index] : [made]
        }
    }

    /// Makes the tables of an empty file, before which the settings that a file keeps for good are set.
    func create(on connection: Connection) throws(SQLError) {
        try connection.execute("PRAGMA page_size = \(Self.pageByteCount)")
        try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        try connection.execute("PRAGMA application_id = \(applicationID)")
        try connection.execute("PRAGMA user_version = \(version)")
        try connection.execute("BEGIN")
        for table in tables { try connection.execute(table.sql) }
        try connection.execute("COMMIT")
    }

    /// Compares settings and every object of an open file.
    /// - Returns: false when anything differs, is missing or is there besides.
    func matches(_ connection: Connection) throws(SQLError) -> Bool {
        guard try connection.integerAnswer("PRAGMA application_id") == applicationID,
            try connection.integerAnswer("PRAGMA user_version") == version,
            try connection.integerAnswer("PRAGMA page_size") == Int64(Self.pageByteCount),
            try connection.integerAnswer("PRAGMA auto_vacuum") == 2
        else { return false }
        var found: [Object] = []
        let rows = try connection.prepare(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid LIMIT 32")
        try rows.forEach { row throws(SQLError) in
            found.append(
                Object(
                    type: try row.text(0) ?? "", name: try row.text(1) ?? "", table: try row.text(2) ?? "",
                    sql: try row.text(3)))
            return true
        }
        return found == objects
    }

    /// Looks at the first 100 bytes of a file before SQLite does: magic, page size, version and application.
    /// - Parameter header: the first 100 bytes (SQLite file format, section 1.3).
    func accepts(header: [UInt8]) -> Bool { isOurs(header) && Self.number(header, at: 60, 4) == version }

    /// Whether the header is that of a later version of this file.
    func isOlder(than header: [UInt8]) -> Bool { isOurs(header) && Self.number(header, at: 60, 4) > version }

    private func isOurs(_ header: [UInt8]) -> Bool {
        guard header.count == 100, header[0..<16].elementsEqual("SQLite format 3\0".utf8) else {
            return false
        }
        return Self.number(header, at: 16, 2) == Int64(Self.pageByteCount)
            && header[20] == 0  // no bytes reserved at the end of a page
            && Self.number(header, at: 56, 4) == 1  // UTF-8
            && Self.number(header, at: 68, 4) == applicationID
    }

    private static func number(_ header: [UInt8], at offset: Int, _ count: Int) -> Int64 {
        header[offset..<offset + count].reduce(0) { $0 << 8 | Int64($1) }
    }
}
