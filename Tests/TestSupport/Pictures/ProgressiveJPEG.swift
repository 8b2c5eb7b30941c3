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

    /// A picture of 65,535 by 1,024 points whose first scan has a bit for each of its blocks, and whose others are runs of
    /// blocks that end at once: 32,767 blocks in two bytes.
    public static func runs(scanCount: Int) -> [UInt8] {
        let blockCount = 8192 * 128
        var bytes: [UInt8] = [0xFF, 0xD8] + JPEGEncoder.segment(0xDB, [0] + Array(repeating: 1, count: 64))
        bytes += JPEGEncoder.segment(0xC2, [8, 4, 0, 0xFF, 0xFF, 1, 1, 0x11, 0])
        // One code of one bit in each table.
        for (place, symbol) in [(UInt8(0x00), UInt8(0)), (0x10, 0xE0)] {
            bytes += JPEGEncoder.segment(0xC4, [place, 1] + Array(repeating: 0, count: 15) + [symbol])
        }
        bytes += scan(0, 0, bits: 0x01, Array(repeating: 0, count: blockCount / 8))
        // The code and fourteen bits, the shortest run each: 16,384 blocks.
        let bitCount = blockCount / 16_384 * 15
        let run = Array(repeating: UInt8(0), count: bitCount / 8)
        for place in 1...scanCount { bytes += scan(UInt8(place), UInt8(place), bits: 0x01, run) }
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
