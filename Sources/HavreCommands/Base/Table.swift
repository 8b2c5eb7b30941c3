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

    /// The table as lines: padded columns for a person, or one paragraph a row where her screen is too narrow for them;
    /// tab-separated without heads in a pipe.
    func text(_ screen: Screen) -> String {
        guard screen.isForPerson else {
            return rows.map { $0.joined(separator: "\t") }.joined(separator: "\n")
        }
        // A column in which nothing stands says nothing.
        let columns = heads.indices.filter { column in
            rows.contains { column < $0.count && !$0[column].isEmpty }
        }
        let shown = ([heads] + rows).map { row in columns.map { $0 < row.count ? row[$0] : "" } }
        let widths = columns.indices.map { column in shown.map { Layout.width($0[column]) }.max() ?? 0 }
        guard widths.reduce(0, +) + 2 * (widths.count - 1) <= screen.columns else {
            return paragraphs(screen)
        }
        let lines = shown.map { Self.line($0, widths) }
        return ([screen.strong(lines[0])] + lines.dropFirst()).joined(separator: "\n")
    }

    /// Each row as lines `head: cell` under its first cell; empty cells are left out.
    private func paragraphs(_ screen: Screen) -> String {
        rows.map { row in
            let cells = zip(heads, row).dropFirst().filter { !$0.1.isEmpty }
            return ([screen.strong(row[0])] + cells.map { "  \($0)\(screen.colon) \($1)" }).joined(
                separator: "\n")
        }.joined(separator: "\n")
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (column, cell) in cells.enumerated() {
            text += cell
            if column + 1 < cells.count {
                text += String(repeating: " ", count: max(0, widths[column] - Layout.width(cell)) + 2)
            }
        }
        return text
    }
}
