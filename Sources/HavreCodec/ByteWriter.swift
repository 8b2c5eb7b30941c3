/// Writes the packed structures that ``ByteReader`` reads. Integers are little endian. For public bytes only:
/// the buffer grows by copying and is not wiped.
package struct ByteWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    /// An empty writer; `capacity` bytes are reserved.
    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// One byte.
    package mutating func u8(_ value: UInt8) { bytes.append(value) }
    /// One byte: 1 for true, 0 for false.
    package mutating func flag(_ value: Bool) { u8(value ? 1 : 0) }
    /// Two bytes, little endian.
    package mutating func u16(_ value: UInt16) { word(UInt64(value), 2) }
    /// Four bytes, little endian.
    package mutating func u32(_ value: UInt32) { word(UInt64(value), 4) }
    /// Eight bytes, little endian.
    package mutating func u64(_ value: UInt64) { word(value, 8) }

    /// The bytes as they are.
    package mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    /// A byte count (u32 little endian), then the bytes. 4 GiB or more is a mistake of the programmer and traps.
    package mutating func prefixed(_ more: [UInt8]) {
        u32(UInt32(more.count))
        append(more)
    }

    /// The text's UTF-8 behind its byte count, see ``prefixed(_:)``.
    package mutating func prefixed(_ text: String) {
        u32(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// A flag whether there is a value, then the value behind its byte count.
    package mutating func optional(_ value: [UInt8]?) {
        flag(value != nil)
        if let value { prefixed(value) }
    }

    /// A count (u32 little endian), then the items.
    package mutating func list<Item>(
        _ items: some Collection<Item>, _ write: (inout ByteWriter, Item) -> Void
    ) {
        u32(UInt32(items.count))
        for item in items { write(&self, item) }
    }

    private mutating func word(_ value: UInt64, _ count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }
}
