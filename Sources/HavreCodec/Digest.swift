/// 32 bytes of a BLAKE2b-256 or SHA-256 hash. A public value: compared in variable time.
public struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The size of a digest in bytes.
    public static let byteCount = 32
    /// All bytes zero: stands where there is none.
    public static let zero = Digest()

    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    private init() { (first, second, third, fourth) = (0, 0, 0, 0) }

    /// Exactly 32 bytes.
    public init(bytes: [UInt8]) throws(CodecError) {
        guard bytes.count == Self.byteCount else { throw .invalid(field: "digest", rule: "32 bytes") }
        first = BigEndian.word(bytes, at: 0)
        second = BigEndian.word(bytes, at: 8)
        third = BigEndian.word(bytes, at: 16)
        fourth = BigEndian.word(bytes, at: 24)
    }

    /// Exactly 64 lower-case hex digits.
    public init(hex: String) throws(CodecError) {
        guard hex.utf8.count == 2 * Self.byteCount else {
            throw .invalid(field: "digest", rule: "64 hex digits")
        }
        try self.init(bytes: Hex.decode(hex))
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 32 bytes.
    package func append(to bytes: inout [UInt8]) {
        BigEndian.append(first, to: &bytes)
        BigEndian.append(second, to: &bytes)
        BigEndian.append(third, to: &bytes)
        BigEndian.append(fourth, to: &bytes)
    }

    /// The first 16 bytes, as words.
    var half: (UInt64, UInt64) { (first, second) }

    /// 64 lower-case hex digits.
    public var hex: String { Hex.encode(bytes) }
    /// 64 lower-case hexadecimal digits.
    public var description: String { hex }

    /// In the order of their bytes.
    public static func < (one: Digest, other: Digest) -> Bool {
        (one.first, one.second, one.third, one.fourth) < (
            other.first, other.second, other.third, other.fourth
        )
    }
}
