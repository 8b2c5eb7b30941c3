import Foundation
import Testing

@testable import HavreStore

/// A store's file in the hands of somebody who may write to it: rows as they lie there, and any SQL.
final class RawDatabase {
    /// One value of a row.
    enum Value: Equatable {
        case bytes([UInt8])
        case number(Int64)

        var bytes: [UInt8]? {
            if case .bytes(let bytes) = self { bytes } else { nil }
        }
    }

    typealias Row = [String: Value]

    /// Columns of each table; the first `keyCount` find a row.
    struct Table {
        let name: String
        let columns: [String]
        let keyCount: Int
    }

    static let tables = [
        Table(name: "meta", columns: ["version", "vault"], keyCount: 0),
        Table(name: "item", columns: ["tag", "wrap"], keyCount: 1),
        Table(name: "body", columns: ["tag", "body"], keyCount: 1),
        Table(name: "entry", columns: ["number", "body", "mark"], keyCount: 1),
        Table(name: "tile", columns: ["level", "number", "hashes"], keyCount: 2),
    ]

    private static let numbers: Set<String> = ["version", "number", "level"]
    private let connection: Connection

    init(_ path: String) throws { connection = try Connection(path: path) }

    func run(_ sql: String) throws { try connection.execute(sql) }

    func rows(_ table: String) throws -> [Row] {
        let columns = try #require(Self.tables.first { $0.name == table }).columns
        var rows: [Row] = []
        let list = columns.joined(separator: ", ")
        let found = try connection.prepare("SELECT \(list) FROM \(table) ORDER BY rowid")
        try found.forEach { statement throws(SQLError) in
            var row: Row = [:]
            for (place, column) in columns.enumerated() {
                row[column] =
                    Self.numbers.contains(column)
                    ? .number(try statement.integer(Int32(place))) : .bytes(try statement.bytes(Int32(place)))
            }
            rows.append(row)
            return true
        }
        return rows
    }

    func set(_ column: String, _ value: Value, of row: Row, in table: Table) throws {
        let update = try connection.prepare(
            "UPDATE \(table.name) SET \(column) = ?1\(condition(row, table, from: 2))")
        try bind(update, 1, value)
        try bindKeys(update, row, table, from: 2)
        try update.run()
    }

    func delete(_ row: Row, in table: Table) throws {
        let delete = try connection.prepare("DELETE FROM \(table.name)\(condition(row, table, from: 1))")
        try bindKeys(delete, row, table, from: 1)
        try delete.run()
    }

    func insert(_ row: Row, in table: Table) throws {
        let places = (1...table.columns.count).map { "?\($0)" }.joined(separator: ", ")
        let insert = try connection.prepare("INSERT INTO \(table.name) VALUES (\(places))")
        for (place, column) in table.columns.enumerated() {
            try bind(insert, Int32(place + 1), try #require(row[column]))
        }
        try insert.run()
    }

    private func condition(_ row: Row, _ table: Table, from first: Int) -> String {
        let terms = table.columns.prefix(table.keyCount).enumerated().map { "\($1) = ?\(first + $0)" }
        return terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ")
    }

    private func bindKeys(_ statement: Statement, _ row: Row, _ table: Table, from first: Int) throws {
        for (place, column) in table.columns.prefix(table.keyCount).enumerated() {
            try bind(statement, Int32(first + place), try #require(row[column]))
        }
    }

    private func bind(_ statement: Statement, _ place: Int32, _ value: Value) throws {
        switch value {
        case .bytes(let bytes): try statement.bind(place, bytes)
        case .number(let number): try statement.bind(place, number)
        }
    }
}
