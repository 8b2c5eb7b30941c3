/// The reader behind ``JSON``: one pass over the bytes, each byte looked at once, no unsafe code.
///
/// Recursion is bounded by `depthMax`, which is checked before a level is entered.
struct JSONParser {
    /// Bytes of a key: bounds the cost of comparing keys by canonical equivalence.
    static let keyByteCountMax = 1024

    private let bytes: [UInt8]
    private let depthMax: Int
    private var at = 0

    init(_ bytes: [UInt8], depthMax: Int) {
        self.bytes = bytes
        self.depthMax = depthMax
    }

    /// The single value of the document, with nothing but white space around it.
    mutating func document() throws(CodecError) -> JSON {
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        guard at == bytes.count else { throw broken("nothing after the value") }
        return value
    }

    private func broken(_ rule: String) -> CodecError { .invalid(field: "json", rule: rule) }

    /// The byte at the cursor; 0, which is legal nowhere, at the end.
    private var peek: UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(CodecError) -> JSON {
        switch peek {
        case UInt8(ascii: "\""):
            at += 1
            return .string(try string())
        case UInt8(ascii: "{"):
            guard depth < depthMax else { throw broken("at most \(depthMax) levels") }
            at += 1
            return .object(try members(depth: depth + 1))
        case UInt8(ascii: "["):
            guard depth < depthMax else { throw broken("at most \(depthMax) levels") }
            at += 1
            return .array(try items(depth: depth + 1))
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .int(try number())
        default: throw broken("a value")
        }
    }

    private mutating func word(_ expected: StaticString, _ value: JSON) throws(CodecError) -> JSON {
        for byte in expected.description.utf8 {
            guard peek == byte else { throw broken("true, false or null") }
            at += 1
        }
        return value
    }

    private mutating func items(depth: Int) throws(CodecError) -> [JSON] {
        var items: [JSON] = []
        skipSpace()
        if peek == UInt8(ascii: "]") {
            at += 1
            return items
        }
        while true {
            skipSpace()
            items.append(try value(depth: depth))
            skipSpace()
            switch peek {
            case UInt8(ascii: ","): at += 1
            case UInt8(ascii: "]"):
                at += 1
                return items
            default: throw broken("a comma or the end of the array")
            }
        }
    }

    private mutating func members(depth: Int) throws(CodecError) -> [String: JSON] {
        var members: [String: JSON] = [:]
        skipSpace()
        if peek == UInt8(ascii: "}") {
            at += 1
            return members
        }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw broken("a key in quotes") }
            at += 1
            let key = try string()
            guard key.utf8.count <= Self.keyByteCountMax else {
                throw broken("keys of at most \(Self.keyByteCountMax) bytes")
            }
            skipSpace()
            guard peek == UInt8(ascii: ":") else { throw broken("a colon after the key") }
            at += 1
            skipSpace()
            let value = try value(depth: depth)
            // Also refuses keys that Swift holds for equal though their bytes differ: one dictionary could not
            // keep both, and which of the two a reader gets must not depend on the reader.
            guard members.updateValue(value, forKey: key) == nil else { throw broken("no key twice") }
            skipSpace()
            switch peek {
            case UInt8(ascii: ","): at += 1
            case UInt8(ascii: "}"):
                at += 1
                return members
            default: throw broken("a comma or the end of the object")
            }
        }
    }

    private mutating func number() throws(CodecError) -> Int64 {
        let negative = peek == UInt8(ascii: "-")
        if negative { at += 1 }
        let start = at
        var value: Int64 = 0
        while case let byte = peek, byte &- UInt8(ascii: "0") <= 9 {
            // 16 digits fit in 63 bits, so neither the product nor the sum can overflow.
            guard at - start < 16 else { throw broken("whole numbers below 2^53") }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            at += 1
        }
        let count = at - start
        guard count > 0 else { throw broken("a digit") }
        guard count == 1 || bytes[start] != UInt8(ascii: "0") else { throw broken("no leading zero") }
        switch peek {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            throw broken("whole numbers without fraction or exponent")
        default: break
        }
        guard value <= JSON.intMax else { throw broken("whole numbers below 2^53") }
        guard !(negative && value == 0) else { throw broken("no minus zero") }
        return negative ? -value : value
    }

    /// The rest of a string; the opening quote is behind the cursor.
    private mutating func string() throws(CodecError) -> String {
        let start = at
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                let text = try decoded(bytes[start..<at])
                at += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw broken("no control character in a string") }
            at += 1
        }
        throw broken("the end of the string")
    }

    private func decoded(_ part: ArraySlice<UInt8>) throws(CodecError) -> String {
        guard let text = String(validating: part, as: UTF8.self) else { throw broken("UTF-8") }
        guard Text.isStreamSafe(text) else { throw broken("at most \(Text.markCountMax) marks on a letter") }
        return text
    }

    /// As ``string()`` once an escape has been met: collects the bytes, then validates them all.
    private mutating func escapedString(from start: Int) throws(CodecError) -> String {
        var text = Array(bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return try decoded(text[...])
            case UInt8(ascii: "\\"): try unescape(into: &text)
            case 0..<0x20: throw broken("no control character in a string")
            default: text.append(byte)
            }
        }
        throw broken("the end of the string")
    }

    private mutating func unescape(into text: inout [UInt8]) throws(CodecError) {
        let byte = peek
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try escapedScalar()
            text.append(contentsOf: scalar.utf8)
        default: throw broken("a known escape")
        }
    }

    /// The scalar of `\uXXXX`, or of a surrogate pair of two such escapes; `\u` is behind the cursor.
    private mutating func escapedScalar() throws(CodecError) -> Unicode.Scalar {
        let unit = try fourHexDigits()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard (0xD800..<0xDC00).contains(unit), peek == UInt8(ascii: "\\") else {
            throw broken("no lone surrogate")
        }
        at += 1
        guard peek == UInt8(ascii: "u") else { throw broken("no lone surrogate") }
        at += 1
        let low = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw broken("no lone surrogate") }
        return scalar
    }

    private mutating func fourHexDigits() throws(CodecError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Hex.value(of: peek, upperCase: true) else { throw broken("four hex digits") }
            unit = unit << 4 | UInt32(digit)
            at += 1
        }
        return unit
    }
}
