import HavreCodec

/// The ASCII armor of age files: strict PEM (RFC 7468, figure 3) with one label.
enum AgeArmor {
    static let begin = Array("-----BEGIN AGE ENCRYPTED FILE-----".utf8)
    static let end = Array("-----END AGE ENCRYPTED FILE-----".utf8)
    static let columnCount = 64
    static let lineByteCount = 48
    /// White space allowed around the armor, in bytes on each side.
    static let spaceByteCountMax = 1024

    static func malformed(_ rule: String) -> FormatError { .malformed(field: "armor", rule: rule) }
}

/// Writes armor piece by piece: bytes of an age file in, ASCII lines out.
package struct AgeArmorWriter: Sendable {
    private var pending: [UInt8] = []
    private var hasBegun = false

    /// A writer at the start of a file.
    package init() {}

    /// Takes bytes of any count; gives the lines that are full.
    package mutating func update(_ bytes: [UInt8]) -> [UInt8] {
        pending += bytes
        return lines(upTo: pending.count / AgeArmor.lineByteCount * AgeArmor.lineByteCount)
    }

    /// The last line and the end of the armor.
    package mutating func finish() -> [UInt8] {
        lines(upTo: pending.count) + AgeArmor.end + [0x0A]
    }

    private mutating func lines(upTo count: Int) -> [UInt8] {
        var text: [UInt8] = []
        if !hasBegun { text = AgeArmor.begin + [0x0A] }
        hasBegun = true
        for start in stride(from: 0, to: count, by: AgeArmor.lineByteCount) {
            let line = Array(pending[start..<min(start + AgeArmor.lineByteCount, count)])
            text += Array(Base64.standard(line, padded: true).utf8) + [0x0A]
        }
        pending.removeFirst(count)
        return text
    }
}

/// Reads armor piece by piece: ASCII in, bytes of the age file out; one text for each file but for line ends (LF
/// or CRLF) and white space around.
package struct AgeArmorReader: Sendable {
    private enum Place {
        case before
        case inside
        /// After a line that was not full: only the end can follow.
        case short
        case after
    }

    private var place: Place = .before
    private var line: [UInt8] = []
    private var spaceByteCount = 0

    /// A reader at the start of a file.
    package init() {}

    /// Takes ASCII of any count; gives the bytes of the lines that are complete. Throws `malformed`.
    package mutating func update(_ bytes: [UInt8]) throws(FormatError) -> [UInt8] {
        var decoded: [UInt8] = []
        for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            line += part
            if line.last == 0x0D { line.removeLast() }
            try take(&decoded)
        }
        line += bytes.suffix(from: bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)
        guard line.count <= AgeArmor.spaceByteCountMax + AgeArmor.columnCount else {
            throw AgeArmor.malformed("lines of 64 columns")
        }
        return decoded
    }

    /// The end of the text; throws `malformed` when the armor has not ended.
    package mutating func finish() throws(FormatError) {
        var decoded: [UInt8] = []
        if !line.isEmpty { try take(&decoded) }
        guard case .after = place, decoded.isEmpty else { throw AgeArmor.malformed("an end line") }
    }

    /// Takes the line that is complete, without its end.
    private mutating func take(_ decoded: inout [UInt8]) throws(FormatError) {
        defer { line = [] }
        switch place {
        case .before:
            if line == AgeArmor.begin {
                place = .inside
                spaceByteCount = 0
            } else {
                try takeSpace()
            }
        case .inside, .short:
            if line == AgeArmor.end {
                place = .after
                return
            }
            guard case .inside = place, 1...AgeArmor.columnCount ~= line.count,
                let bytes = try? Base64.decodeStandard(String(decoding: line, as: UTF8.self), padded: true)
            else { throw AgeArmor.malformed("full lines of base64, then an end line") }
            decoded += bytes
            if bytes.count < AgeArmor.lineByteCount { place = .short }
        case .after:
            try takeSpace()
        }
    }

    private mutating func takeSpace() throws(FormatError) {
        spaceByteCount += line.count + 1
        let isSpace = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        guard isSpace, spaceByteCount <= AgeArmor.spaceByteCountMax else {
            throw AgeArmor.malformed("white space and nothing else around it")
        }
    }
}
