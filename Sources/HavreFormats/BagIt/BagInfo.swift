/// The labels and values of `bag-info.txt`, in order; a label may come again.
package struct BagInfo: Sendable, Equatable {
    /// One line.
    package struct Element: Sendable, Equatable {
        /// Without colon and line end.
        package let label: String
        /// One line of text.
        package let value: String
    }

    /// The name of the file.
    package static let name = "bag-info.txt"
    /// The label of the line that `BagDraft` adds.
    package static let oxumLabel = "Payload-Oxum"

    /// In the order of the file.
    package private(set) var elements: [Element] = []

    /// An empty file.
    package init() {}

    /// Adds a line; throws `malformed` for a label or value that would not be read back.
    package mutating func add(_ label: String, _ value: String) throws(FormatError) {
        let isLabel =
            !label.isEmpty
            && label.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != ":" && $0.value != 0x7F }
        let isValue =
            value.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            && value.utf8.first != 0x20 && value.utf8.last != 0x20
        guard isLabel, isValue else { throw .malformed(field: "bag-info", rule: "label: one line") }
        elements.append(Element(label: label, value: value))
    }

    /// The values of a label, upper or lower case.
    package subscript(label: String) -> [String] {
        elements.filter { $0.label.lowercased() == label.lowercased() }.map(\.value)
    }

    /// The text of the file.
    package var encoded: [UInt8] {
        Array(elements.map { "\($0.label): \($0.value)\n" }.joined().utf8)
    }

    /// Reads a file; a line that begins with white space goes on with the one before. Throws `malformed`.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        for line in try BagText.lines(bytes) {
            if line.first == " " || line.first == "\t", let last = elements.popLast() {
                let rest = line.drop { $0 == " " || $0 == "\t" }
                elements.append(Element(label: last.label, value: "\(last.value) \(rest)"))
                continue
            }
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex, line.first != " ",
                line.first != "\t"
            else { throw .malformed(field: "bag-info", rule: "label: value") }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            elements.append(Element(label: String(line[..<colon]), value: String(value)))
        }
    }
}
