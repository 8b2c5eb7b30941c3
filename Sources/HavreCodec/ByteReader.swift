/// Reads a packed structure and cannot read past its end. Integers are little endian.
///
/// Every length is checked against what is left before memory is taken; end with ``finish()``, which refuses
/// bytes left over.
package struct ByteReader: Sendable {
    private let source: [UInt8]
    private let field: String
    private var at = 0

    /// A reader at the start of `bytes`; `field` names the structure in errors.
    package init(_ bytes: [UInt8], field: String = "bytes") {
        source = bytes
        self.field = field
    }

    /// How many bytes are not read yet.
    package var remaining: Int { source.count - at }

    /// The next `count` bytes.
    package mutating func bytes(_ count: Int) throws(CodecError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw broken("ends too early") }
        defer { at += count }
        return Array(source[at..<(at + count)])
    }

    /// Whatever is left, possibly nothing.
    package mutating func rest() -> [UInt8] {
        defer { at = source.count }
        return Array(source[at...])
    }

    /// One byte.
    package mutating func u8() throws(CodecError) -> UInt8 { UInt8(try word(1)) }
    /// One byte that is 0 (false) or 1 (true).
    package mutating func flag() throws(CodecError) -> Bool {
        switch try u8() {
        case 0: false
        case 1: true
        default: throw broken("a flag of 0 or 1")
        }
    }

    /// Two bytes, little endian.
    package mutating func u16() throws(CodecError) -> UInt16 { UInt16(try word(2)) }
    /// Four bytes, little endian.
    package mutating func u32() throws(CodecError) -> UInt32 { UInt32(try word(4)) }
    /// Eight bytes, little endian.
    package mutating func u64() throws(CodecError) -> UInt64 { try word(8) }

    /// A byte count (u32 little endian), at most `max`, then that many bytes.
    package mutating func prefixed(max: Int) throws(CodecError) -> [UInt8] {
        let count = try u32()
        guard count <= max else { throw broken("a part of at most \(max) bytes") }
        return try bytes(Int(count))
    }

    /// Stream-safe UTF-8 (see ``Text``) behind a byte count (u32 little endian) of at most `max`.
    package mutating func prefixedText(max: Int) throws(CodecError) -> String {
        guard let text = String(validating: try prefixed(max: max), as: UTF8.self) else {
            throw broken("UTF-8")
        }
        guard Text.isStreamSafe(text) else { throw broken("at most \(Text.markCountMax) marks on a letter") }
        return text
    }

    /// What ``ByteWriter/optional(_:)`` wrote: nil, or at most `max` bytes.
    package mutating func optional(max: Int) throws(CodecError) -> [UInt8]? {
        try flag() ? prefixed(max: max) : nil
    }

    /// A count (u32 little endian) of at most `max`, then that many items.
    package mutating func list<Item>(
        max: Int, _ item: (inout ByteReader) throws(CodecError) -> Item
    ) throws(CodecError) -> [Item] {
        let count = try u32()
        guard count <= max else { throw broken("a list of at most \(max) items") }
        var items: [Item] = []
        for _ in 0..<count { items.append(try item(&self)) }
        return items
    }

    /// 16 bytes.
    package mutating func identifier() throws(CodecError) -> Identifier {
        try Identifier(bytes: bytes(Identifier.byteCount))
    }

    /// 32 bytes.
    package mutating func digest() throws(CodecError) -> Digest { try Digest(bytes: bytes(Digest.byteCount)) }

    /// Refuses bytes left over.
    package func finish() throws(CodecError) {
        guard remaining == 0 else { throw broken("nothing after the end") }
    }

    private mutating func word(_ count: Int) throws(CodecError) -> UInt64 {
        guard count <= remaining else { throw broken("ends too early") }
        var word: UInt64 = 0
        for index in (at..<(at + count)).reversed() { word = word << 8 | UInt64(source[index]) }
        at += count
        return word
    }

    private func broken(_ rule: String) -> CodecError { .invalid(field: field, rule: rule) }
}
