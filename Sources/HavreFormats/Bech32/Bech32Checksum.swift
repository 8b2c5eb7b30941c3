/// The BCH code of Bech32 (BIP 173) over groups of 5 bits.
struct Bech32Checksum {
    private static let generator: [UInt32] = [
        0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3,
    ]
    private var state: UInt32 = 1

    /// Starts with the human-readable part: its high bits, a zero, its low bits.
    init(part: String) {
        for character in part.utf8 { absorb(character >> 5) }
        absorb(0)
        for character in part.utf8 { absorb(character & 31) }
    }

    /// Whether the groups absorbed ended in their own checksum.
    var isValid: Bool { state == 1 }

    mutating func absorb(_ group: UInt8) {
        let top = state >> 25
        state = (state & 0x1FF_FFFF) << 5 ^ UInt32(group)
        for bit in 0..<5 where top >> UInt32(bit) & 1 == 1 { state ^= Bech32Checksum.generator[bit] }
    }

    /// One of the six groups of the checksum, after six zeroes were absorbed.
    func group(_ place: Int) -> Int {
        Int((state ^ 1) >> UInt32(5 * (5 - place)) & 31)
    }
}

/// The 32 characters of Bech32.
enum Bech32Alphabet {
    static let characters = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

    /// The 5 bits a lower-case character stands for.
    static func group(_ character: UInt8) -> UInt8? {
        character < 0x80 ? groups[Int(character)] : nil
    }

    private static let groups: [UInt8?] = {
        var groups = [UInt8?](repeating: nil, count: 128)
        for (group, character) in characters.enumerated() { groups[Int(character)] = UInt8(group) }
        return groups
    }()
}

extension UInt8 {
    /// The ASCII letter in lower case; any other byte as it is.
    var lowered: UInt8 { 0x41...0x5A ~= self ? self | 0x20 : self }
    /// The ASCII letter in upper case; any other byte as it is.
    var raised: UInt8 { 0x61...0x7A ~= self ? self & ~0x20 : self }
}
