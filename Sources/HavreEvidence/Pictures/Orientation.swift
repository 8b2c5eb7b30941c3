/// How a picture is to be held, the one thing of EXIF that changes what is seen (EXIF 2.32, tag 0112).
enum Orientation {
    /// Reads it from a TIFF block: 1 to 8, nil when there is none or the block is not whole.
    static func read(tiff: [UInt8]) -> Int? {
        guard tiff.count >= 8 else { return nil }
        let isLittle = tiff[0] == 0x49
        func number(_ at: Int, _ count: Int) -> Int? {
            guard at >= 0, at + count <= tiff.count else { return nil }
            let bytes = isLittle ? Array(tiff[at..<(at + count)].reversed()) : Array(tiff[at..<(at + count)])
            return bytes.reduce(0) { $0 << 8 | Int($1) }
        }
        guard tiff[0] == tiff[1], isLittle || tiff[0] == 0x4D, number(2, 2) == 42, let start = number(4, 4),
            let entryCount = number(start, 2), entryCount <= 512
        else { return nil }
        for entry in 0..<entryCount {
            let at = start + 2 + 12 * entry
            guard number(at, 2) == 0x0112 else { continue }
            guard number(at + 2, 2) == 3, number(at + 4, 4) == 1, let value = number(at + 8, 2),
                (1...8).contains(value)
            else { return nil }
            return value
        }
        return nil
    }
}
