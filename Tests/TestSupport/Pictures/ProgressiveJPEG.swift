/// One block of eight by eight points in four progressive scans (ITU-T T.81, G): the first coefficient, the others, and
/// one more bit for each of both.
public enum ProgressiveJPEG {
    /// - Parameter refinement: the coded bits of the last scan. Its codes are 00 (the block ends), 01 (the next
    ///   coefficient that was zero, by one bit), 10 (the one after it, by two bits, which no refinement has).
    public static func block(refinement: [UInt8] = [0b0111_0001]) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xD8]
        bytes += JPEGEncoder.segment(0xDB, [0] + Array(repeating: 1, count: 64))
        bytes += JPEGEncoder.segment(0xC2, [8, 0, 8, 0, 8, 1, 1, 0x11, 0])
        bytes += table(0x00, [0, 3]) + table(0x10, [0x00, 0x01, 0x12])
        bytes += scan(0, 0, bits: 0x01, [0b0110_1111])
        bytes += scan(1, 63, bits: 0x01, [0b0110_0111])
        bytes += scan(0, 0, bits: 0x10, [0b1111_1111, 0x00])
        bytes += scan(1, 63, bits: 0x10, refinement)
        return bytes + [0xFF, 0xD9]
    }

    /// A table with codes of two bits for up to three symbols.
    private static func table(_ place: UInt8, _ symbols: [UInt8]) -> [UInt8] {
        JPEGEncoder.segment(
            0xC4, [place, 0, UInt8(symbols.count)] + Array(repeating: 0, count: 14) + symbols)
    }

    private static func scan(_ first: UInt8, _ last: UInt8, bits: UInt8, _ data: [UInt8]) -> [UInt8] {
        JPEGEncoder.segment(0xDA, [1, 1, 0, first, last, bits]) + data
    }
}
