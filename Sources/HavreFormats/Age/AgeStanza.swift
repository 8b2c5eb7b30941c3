import HavreCodec

/// One recipient stanza of an age header: who could open the file key, and how.
struct AgeStanza: Equatable {
    /// Columns of a full line of the body.
    static let columnCount = 64

    /// At least one; the first names the kind.
    let arguments: [String]
    let body: [UInt8]

    var kind: String { arguments[0] }

    /// `-> kind arguments` and the body in lines of 64 columns, the last one shorter, perhaps empty.
    var encoded: [UInt8] {
        var text = "-> " + arguments.joined(separator: " ") + "\n"
        let digits = Array(Base64.standard(body, padded: false).utf8)
        for start in stride(from: 0, through: digits.count, by: AgeStanza.columnCount) {
            let end = min(start + AgeStanza.columnCount, digits.count)
            text += String(decoding: digits[start..<end], as: UTF8.self) + "\n"
        }
        return Array(text.utf8)
    }

    /// The arguments of a first line, without `-> `: visible ASCII, separated by one space.
    static func arguments(_ line: ArraySlice<UInt8>) throws(FormatError) -> [String] {
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ part in !part.isEmpty && part.allSatisfy { 0x21...0x7E ~= $0 } }) else {
            throw AgeHeader.malformed("arguments of visible characters")
        }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }
}
