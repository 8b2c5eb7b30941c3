/// Words of 8 bytes, most significant byte first: how ``Identifier`` and ``Digest`` hold their bytes in order.
enum BigEndian {
    /// The word at `offset`; the caller has checked that 8 bytes are there.
    static func word(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in offset..<(offset + 8) { word = word << 8 | UInt64(bytes[index]) }
        return word
    }

    /// Appends the 8 bytes of a word.
    static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }
}
