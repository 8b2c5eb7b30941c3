import HavreCodec

/// Rows and their bodies, found by tag, through either kind of connection.
final class RowStatements {
    private let selectWrap: Statement
    private let selectBoth: Statement

    init(_ connection: Connection) throws(SQLError) {
        selectWrap = try connection.prepare("SELECT wrap FROM item WHERE tag = ?1")
        selectBoth = try connection.prepare(
            "SELECT wrap, body FROM item LEFT JOIN body USING(tag) WHERE item.tag = ?1")
    }

    func wrap(_ tag: Identifier) throws(SQLError) -> [UInt8]? {
        try selectWrap.bind(1, tag.bytes)
        return try selectWrap.first { row throws(SQLError) in try row.bytes(0) }
    }

    /// A row and its body as of one moment, in one look at the file.
    func both(_ tag: Identifier) throws(SQLError) -> (wrap: [UInt8], body: [UInt8]?)? {
        try selectBoth.bind(1, tag.bytes)
        return try selectBoth.first { row throws(SQLError) in
            (try row.bytes(0), try row.isNull(1) ? nil : row.bytes(1))
        }
    }
}
