/// A JSON value under the strict rules of the house (a subset of RFC 8259 and of I-JSON, RFC 7493), so that a
/// signed text has one reading only.
///
/// UTF-8 without byte order mark; no key twice; integers below 2^53 in magnitude and nothing else as number
/// (no fraction, exponent or `-0`); at most 32 levels; no lone surrogate; nothing after the value.
///
/// Swift compares `String` by canonical equivalence ("é" composed equals "é" decomposed, the Kelvin sign
/// equals "K"). JSON does not. Therefore two keys that are equal to Swift but differ in bytes are refused as
/// one key twice, and ``subscript(_:)``, `==` and the order of keys all go by UTF-8 bytes.
public enum JSON: Sendable {
    case null
    case bool(Bool)
    /// |n| < 2^53, see ``intMax``.
    case int(Int64)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// The largest magnitude of a number: 2^53 - 1, what every JSON reader represents exactly.
    public static let intMax: Int64 = (1 << 53) - 1

    /// Reads one document; `byteCountMax` is checked before anything else, `depthMax` counts nested
    /// arrays and objects (`[1]` has depth 1).
    /// - Throws: `CodecError` with field "json".
    public init(parsing bytes: [UInt8], byteCountMax: Int = 1 << 20, depthMax: Int = 32) throws(CodecError) {
        guard bytes.count <= byteCountMax else {
            throw .invalid(field: "json", rule: "at most \(byteCountMax) bytes")
        }
        var parser = JSONParser(bytes, depthMax: depthMax)
        self = try parser.document()
    }

    /// Reads one document from text, see ``init(parsing:byteCountMax:depthMax:)-([UInt8],_,_)``.
    public init(parsing text: String, byteCountMax: Int = 1 << 20, depthMax: Int = 32) throws(CodecError) {
        guard text.utf8.count <= byteCountMax else {
            throw .invalid(field: "json", rule: "at most \(byteCountMax) bytes")
        }
        try self.init(parsing: Array(text.utf8), byteCountMax: byteCountMax, depthMax: depthMax)
    }

    /// The value under exactly these key bytes, nil when absent or when this is no object.
    public subscript(key: String) -> JSON? {
        guard case .object(let members) = self, let at = members.index(forKey: key),
            Text.sameBytes(members[at].key, key)
        else { return nil }
        return members[at].value
    }

    /// The text, when this is a string.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The number, when this is one.
    public var int: Int64? { if case .int(let value) = self { value } else { nil } }
    /// The truth value, when this is one.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The items, when this is an array.
    public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    /// The members, when this is an object. Look-ups in it go by Swift equality; prefer the subscript.
    public var object: [String: JSON]? { if case .object(let value) = self { value } else { nil } }
}

extension JSON: Equatable {
    /// Equal when both would be written as the same bytes.
    public static func == (one: JSON, other: JSON) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.string(let a), .string(let b)): Text.sameBytes(a, b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)):
            a.count == b.count && a.allSatisfy { key, value in other[key] == value }
        default: false
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .int(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A list.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// Null.
    public init(nilLiteral: ()) { self = .null }

    /// A key twice in a literal is a mistake of the programmer and traps.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(uniqueKeysWithValues: elements))
    }
}
