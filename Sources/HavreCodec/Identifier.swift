/// 16 random or derived bytes that name a thing: a case, a record, a person, a row.
public struct Identifier: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The size of an identifier in bytes.
    public static let byteCount = 16
    /// All bytes zero: stands where there is none.
    public static let zero = Identifier()

    // Big-endian halves: hashing and ordering cost two words, and the order is that of the bytes.
    private let high: UInt64
    private let low: UInt64

    private init() { (high, low) = (0, 0) }

    /// The first 16 bytes of a digest.
    public init(prefixOf digest: Digest) {
        (high, low) = digest.half
    }

    /// Exactly 16 bytes.
    public init(bytes: [UInt8]) throws(CodecError) {
        guard bytes.count == Self.byteCount else { throw .invalid(field: "identifier", rule: "16 bytes") }
        high = BigEndian.word(bytes, at: 0)
        low = BigEndian.word(bytes, at: 8)
    }

    /// The rule that a text breaks which is no identifier.
    package static let rule = "32 hex digits"

    /// Exactly 32 lower-case hex digits.
    public init(hex: String) throws(CodecError) {
        guard hex.utf8.count == 2 * Self.byteCount, let bytes = try? Hex.decode(hex) else {
            throw .invalid(field: "identifier", rule: Self.rule)
        }
        try self.init(bytes: bytes)
    }

    /// The 16 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 16 bytes.
    package func append(to bytes: inout [UInt8]) {
        BigEndian.append(high, to: &bytes)
        BigEndian.append(low, to: &bytes)
    }

    /// 32 lower-case hex digits.
    public var hex: String { Hex.encode(bytes) }
    /// 32 lower-case hexadecimal digits.
    public var description: String { hex }

    /// In the order of their bytes.
    public static func < (one: Identifier, other: Identifier) -> Bool {
        (one.high, one.low) < (other.high, other.low)
    }
}
