/// The labels and values of `bag-info.txt`, in order; a label may come again.
package struct BagInfo: Sendable, Equatable {
    /// One line.
    package struct Element: Sendable, Equatable {
        /// Without colon and line end.
        package let label: String
        /// One line of text.
        package fileprivate(set) var value: String
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
            if let first = line.first, BagText.isSpace(first), !elements.isEmpty {
                // In place: a value of a million lines is read in the time of its bytes.
                elements[elements.count - 1].value += " "
                elements[elements.count - 1].value += BagText.text(line.drop(while: BagText.isSpace))
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), let first = line.first,
                colon > line.startIndex, !BagText.isSpace(first)
            else { throw .malformed(field: "bag-info", rule: "label: value") }
            let value = line[(colon + 1)...].drop(while: BagText.isSpace)
            elements.append(Element(label: BagText.text(line[..<colon]), value: BagText.text(value)))
        }
    }
}
