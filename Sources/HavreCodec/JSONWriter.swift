extension JSON {
    /// The one text of this value: UTF-8, keys in the order of their UTF-8 bytes, no white space; escapes only
    /// where RFC 8259 demands them (`\"`, `\\`, the short forms, else `\u00xx` in lower case).
    ///
    /// Numbers must be below 2^53 in magnitude; a larger one is a mistake of the programmer and traps, for no
    /// reader would take the text back.
    public func encoded() -> [UInt8] { encoded(followedBy: nil) }

    /// ``encoded()`` with one more byte behind it: what ends a message, without another copy of it.
    package func encoded(followedBy last: UInt8?) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(byteCountAbout + 1)
        write(to: &out)
        if let last { out.append(last) }
        return out
    }

    /// About how long the text gets: exact but for what has to be escaped, which makes it longer.
    private var byteCountAbout: Int {
        switch self {
        case .null, .bool: 5
        case .int: 17
        case .string(let value): value.utf8.count + 2
        case .array(let items): items.reduce(2) { $0 + $1.byteCountAbout + 1 }
        case .object(let members): members.reduce(2) { $0 + $1.key.utf8.count + 4 + $1.value.byteCountAbout }
        }
    }

    /// No text of this value is longer: what a list may count on without writing it twice.
    package var byteCountMax: Int {
        // A control character takes six bytes.
        6 * byteCountAbout
    }

    /// ``encoded()`` as text.
    public var text: String { String(decoding: encoded(), as: UTF8.self) }

    private func write(to out: inout [UInt8]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .int(let value):
            precondition(value.magnitude <= JSON.intMax.magnitude, "a JSON number below 2^53")
            out.append(contentsOf: String(value).utf8)
        case .string(let value): JSON.write(value, to: &out)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                item.write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            var first = true
            for (key, value) in members.sorted(by: { Text.precedes($0.key, $1.key) }) {
                if !first { out.append(UInt8(ascii: ",")) }
                first = false
                JSON.write(key, to: &out)
                out.append(UInt8(ascii: ":"))
                value.write(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        if hasEscapes(text) {
            for byte in Array(text.utf8) { write(byte, to: &out) }
        } else {
            out.append(contentsOf: text.utf8)
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Looks at every byte without a branch, which takes a fraction of looking for the first one.
    private static func hasEscapes(_ text: String) -> Bool {
        let bytes = text.utf8.span
        var found = false
        for index in bytes.indices { found = mustBeEscaped(bytes[index]) || found }
        return found
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func write(_ byte: UInt8, to out: inout [UInt8]) {
        guard mustBeEscaped(byte) else {
            out.append(byte)
            return
        }
        out.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: out.append(UInt8(ascii: "b"))
        case 0x09: out.append(UInt8(ascii: "t"))
        case 0x0A: out.append(UInt8(ascii: "n"))
        case 0x0C: out.append(UInt8(ascii: "f"))
        case 0x0D: out.append(UInt8(ascii: "r"))
        case 0..<0x20: out.append(contentsOf: ("u00" + Hex.encode([byte])).utf8)
        default: out.append(byte)
        }
    }
}
