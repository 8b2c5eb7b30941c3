import Foundation
import TestSupport
import Testing

@testable import HavreForms

/// The Human Trafficking Case Data Standard of IOM, as `../shared/data/htcds` has it.
@Suite struct HTCDSTests {
    /// Codes of ours beside those of the standard: no schooling; two purposes of the Palermo Protocol that it counts
    /// under others; two methods of control that stand in its definitions and not in its list.
    private static let ours: [String: Set<String>] = [
        "prs_HighestLevelOfEducation": ["None"],
        "vic_TypeOfExploitation": ["forced_criminality", "domestic_servitude"],
        "vic_MethodsOfControl": ["RestrictsMovement", "UsesChildren"],
    ]

    @Test("Every field that names one of the standard names one that exists, with exactly its codes")
    func codes() throws {
        guard let folder = SharedVectors.folder("htcds", count: 1) else { return }
        let text = try String(
            contentsOf: folder.appending(path: "htcds_fields_v2.0.csv"), encoding: .utf8)
        let rows = Self.rows(text)
        let header = try #require(rows.first)
        let name = try #require(header.firstIndex(of: "Field Name including Prefix"))
        let values = try #require(header.firstIndex(of: "Value Names (if picklist)"))
        var standard: [String: Set<String>] = [:]
        for row in rows.dropFirst() where row.count > values && !row[name].isEmpty {
            let codes = row[values].split { $0.isNewline || $0 == ";" || $0 == "," }
            standard[row[name]] = Set(codes.map { $0.trimmingCharacters(in: .whitespaces) })
        }
        var compared = 0
        for field in Catalogue.shared.forms.flatMap(\.fields).flatMap({ [$0] + $0.sub }) {
            guard let htcds = field.htcds else { continue }
            let wanted = try #require(standard[htcds], "\(field.path): \(htcds)")
            // Countries and languages are lists of ISO.
            guard let list = field.codes, !wanted.isEmpty, !wanted.contains(where: { $0.contains("ISO") })
            else { continue }
            let own = Self.ours[htcds] ?? []
            let given = Set(list.codes).subtracting([CodeList.unknown, CodeList.declined])
            #expect(given == wanted.union(own), "\(field.path)")
            compared += 1
        }
        #expect(compared >= 13)
    }

    /// The cells of a CSV file (RFC 4180).
    private static func rows(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = ""
        var isQuoted = false
        for character in text {
            switch (character, isQuoted) {
            case ("\"", _): isQuoted.toggle()
            case (",", false):
                row.append(cell)
                cell = ""
            case ("\n", false), ("\r\n", false):
                rows.append(row + [cell])
                row = []
                cell = ""
            default: cell.append(character)
            }
        }
        return cell.isEmpty && row.isEmpty ? rows : rows + [row + [cell]]
    }
}
