import HavreCodec

/// Rows in columns for people; what is stored is escaped here, once.
struct Table: Sendable {
    private let heads: [String]
    private var rows: [[String]] = []

    init(_ heads: [String]) { self.heads = heads }

    /// Adds a row; a cell that is missing is empty.
    mutating func add(_ cells: [String?]) {
        rows.append(cells.map { Text.escapedForTerminal($0 ?? "") })
    }

    var isEmpty: Bool { rows.isEmpty }

    /// The table as lines: padded columns for a person, tab-separated without heads in a pipe.
    func text(_ screen: Screen) -> String {
        guard screen.isForPerson else {
            return rows.map { $0.joined(separator: "\t") }.joined(separator: "\n")
        }
        let widths = heads.indices.map { column in
            ([heads] + rows).map { column < $0.count ? Self.width($0[column]) : 0 }.max() ?? 0
        }
        let lines = rows.map { Self.line($0, widths) }
        return ([screen.strong(Self.line(heads, widths))] + lines).joined(separator: "\n")
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (column, cell) in cells.enumerated() {
            text += cell
            if column + 1 < cells.count {
                text += String(repeating: " ", count: max(0, widths[column] - width(cell)) + 2)
            }
        }
        return text
    }

    /// Cells of the screen that a text takes: two for the wide scripts of East Asia (Unicode UAX 11, roughly).
    static func width(_ text: String) -> Int {
        text.reduce(0) { sum, character in
            let value = character.unicodeScalars.first?.value ?? 0
            let isWide =
                (0x1100...0x115F).contains(value) || (0x2E80...0xA4CF).contains(value)
                || (0xAC00...0xD7A3).contains(value) || (0xF900...0xFAFF).contains(value)
                || (0xFE30...0xFE6F).contains(value) || (0xFF00...0xFF60).contains(value)
                || (0x1F300...0x1FAFF).contains(value) || (0x20000...0x3FFFD).contains(value)
            return sum + (isWide ? 2 : 1)
        }
    }
}
