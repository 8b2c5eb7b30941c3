import HavreCodec
import HavreSecrets

/// The head of an area: the sum, modulo 2^512, of one keyed 512-bit hash for each row.
///
/// A row is put, changed or removed by adding and subtracting, so a head costs the same however many rows there
/// are; without the key nobody finds another set of rows with the same sum.
struct Head: Equatable, Sendable {
    // Little-endian words.
    private var words: SIMD8<UInt64>

    /// The head of no rows.
    static let zero = Head(words: .zero)
    /// The size of a head in bytes.
    static let byteCount = 64

    private init(words: SIMD8<UInt64>) { self.words = words }

    /// Exactly 64 bytes, little endian.
    init(bytes: [UInt8]) throws(CodecError) {
        guard bytes.count == Self.byteCount else { throw .invalid(field: "head", rule: "64 bytes") }
        words = .zero
        for index in 0..<8 {
            var word: UInt64 = 0
            for offset in (0..<8).reversed() { word = word << 8 | UInt64(bytes[8 * index + offset]) }
            words[index] = word
        }
    }

    /// 64 bytes, little endian.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for index in 0..<8 {
            for offset in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: words[index] >> (8 * UInt64(offset))))
            }
        }
        return bytes
    }

    /// What one row adds: BLAKE2b-512(head key of the area, tag || digest of the wrap).
    static func element(_ key: Key<Role.Head>, tag: Identifier, wrap: Digest) -> Head {
        do {
            return try Head(bytes: key.digest512(Context(.head, .id(tag), .digest(wrap))))
        } catch {
            preconditionFailure("a 512-bit hash has 64 bytes")
        }
    }

    static func += (head: inout Head, element: Head) {
        var carry: UInt64 = 0
        for index in 0..<8 {
            let (first, over) = head.words[index].addingReportingOverflow(element.words[index])
            let (sum, more) = first.addingReportingOverflow(carry)
            head.words[index] = sum
            carry = over || more ? 1 : 0
        }
    }

    static func -= (head: inout Head, element: Head) {
        var borrow: UInt64 = 0
        for index in 0..<8 {
            let (first, under) = head.words[index].subtractingReportingOverflow(element.words[index])
            let (rest, more) = first.subtractingReportingOverflow(borrow)
            head.words[index] = rest
            borrow = under || more ? 1 : 0
        }
    }
}
