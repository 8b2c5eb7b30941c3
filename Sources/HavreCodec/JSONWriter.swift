extension JSON {
    /// The one text of this value: UTF-8, keys in the order of their UTF-8 bytes, no white space; escapes only
    /// where RFC 8259 demands them (`\"`, `\\`, the short forms, else `\u00xx` in lower case).
    ///
    /// Numbers must be below 2^53 in magnitude; a larger one is a mistake of the programmer and traps, for no
    /// reader would take the text back.
    public func encoded() -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(256)
        write(to: &out)
        return out
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
        let start = out.count
        out.append(contentsOf: text.utf8)
        // Looked through where it lies now: a string's own view of its bytes is ten times slower.
        if let first = out[start...].firstIndex(where: mustBeEscaped) {
            let rest = Array(out[first...])
            out.removeSubrange(first...)
            for byte in rest { write(byte, to: &out) }
        }
        out.append(UInt8(ascii: "\""))
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
