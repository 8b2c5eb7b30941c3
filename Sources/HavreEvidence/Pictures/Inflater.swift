/// A bounded reader of zlib streams (RFC 1950, RFC 1951) that hands out bytes one by one and keeps only the
/// window of 32 KiB.
struct Inflater {
    /// The first byte that the stream did not use.
    private(set) var end = 0

    private let source: [UInt8]
    private let byteCountMax: Int
    private var buffer: UInt32 = 0
    private var bitCount = 0
    private var window = [UInt8](repeating: 0, count: 32_768)
    private var written = 0
    private var sums: (a: UInt32, b: UInt32) = (1, 0)

    /// `byteCountMax` bounds what comes out.
    init(source: [UInt8], byteCountMax: Int) {
        self.source = source
        self.byteCountMax = byteCountMax
    }

    /// Reads header, blocks and checksum; `accept` sees each byte and returns false to refuse it.
    mutating func zlib(_ accept: (UInt8) -> Bool) throws(EvidenceError) {
        guard source.count >= 6, source[0] & 0x0F == 8, source[0] >> 4 <= 7, source[1] & 0x20 == 0,
            (Int(source[0]) << 8 | Int(source[1])) % 31 == 0
        else { throw Self.broken }
        end = 2
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try stored(accept)
            case 1: try coded(Self.fixedLiterals, Self.fixedDistances, accept)
            case 2:
                let (literals, distances) = try dynamicCodes()
                try coded(literals, distances, accept)
            default: throw Self.broken
            }
        }
        // Adler-32 stands on a byte's edge, most significant byte first.
        bitCount = 0
        guard end + 4 <= source.count,
            source[end..<(end + 4)].reduce(0, { $0 << 8 | UInt32($1) }) == sums.b << 16 | sums.a
        else { throw .picture(rule: "PNG: points with their checksum") }
        end += 4
    }

    private mutating func stored(_ accept: (UInt8) -> Bool) throws(EvidenceError) {
        bitCount = 0
        guard end + 4 <= source.count else { throw Self.broken }
        let length = Int(source[end]) | Int(source[end + 1]) << 8
        let complement = Int(source[end + 2]) | Int(source[end + 3]) << 8
        end += 4
        guard length ^ complement == 0xFFFF, end + length <= source.count else { throw Self.broken }
        for _ in 0..<length {
            try put(source[end], accept)
            end += 1
        }
    }

    private mutating func coded(
        _ literals: DeflateCode, _ distances: DeflateCode, _ accept: (UInt8) -> Bool
    ) throws(EvidenceError) {
        while true {
            let symbol = try symbol(literals)
            if symbol < 256 {
                try put(UInt8(symbol), accept)
                continue
            }
            if symbol == 256 { return }
            guard symbol <= 285 else { throw Self.broken }
            let length = try Self.lengths[symbol - 257] + take(Self.lengthBits[symbol - 257])
            let code = try self.symbol(distances)
            guard code <= 29 else { throw Self.broken }
            let distance = try Self.distances[code] + take(code < 2 ? 0 : code / 2 - 1)
            guard distance <= written else { throw Self.broken }
            for _ in 0..<length { try put(window[(written - distance) & 32_767], accept) }
        }
    }

    private mutating func dynamicCodes() throws(EvidenceError) -> (DeflateCode, DeflateCode) {
        let (literalCount, distanceCount, orderCount) = (try take(5) + 257, try take(5) + 1, try take(4) + 4)
        guard literalCount <= 286, distanceCount <= 30 else { throw Self.broken }
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        var lengths = [Int](repeating: 0, count: 19)
        for place in order.prefix(orderCount) { lengths[place] = try take(3) }
        let code = try DeflateCode(lengths: lengths)
        var all: [Int] = []
        while all.count < literalCount + distanceCount {
            let symbol = try symbol(code)
            switch symbol {
            case 0..<16: all.append(symbol)
            case 16:
                guard let last = all.last else { throw Self.broken }
                all += [Int](repeating: last, count: try take(2) + 3)
            case 17: all += [Int](repeating: 0, count: try take(3) + 3)
            default: all += [Int](repeating: 0, count: try take(7) + 11)
            }
        }
        guard all.count == literalCount + distanceCount, all[256] > 0 else { throw Self.broken }
        return try (
            DeflateCode(lengths: Array(all.prefix(literalCount))),
            DeflateCode(lengths: Array(all.dropFirst(literalCount)))
        )
    }

    private mutating func symbol(_ code: DeflateCode) throws(EvidenceError) -> Int {
        var (value, first, place) = (0, 0, 0)
        for length in 1...15 {
            value |= try take(1)
            let count = code.counts[length]
            if value - first < count { return code.symbols[place + value - first] }
            place += count
            first = (first + count) << 1
            value <<= 1
        }
        throw Self.broken
    }

    /// Takes 0 to 13 bits, least significant first.
    private mutating func take(_ count: Int) throws(EvidenceError) -> Int {
        while bitCount < count {
            guard end < source.count else { throw Self.broken }
            buffer |= UInt32(source[end]) << UInt32(bitCount)
            end += 1
            bitCount += 8
        }
        let value = buffer & (1 << UInt32(count) - 1)
        buffer >>= UInt32(count)
        bitCount -= count
        return Int(value)
    }

    private mutating func put(_ byte: UInt8, _ accept: (UInt8) -> Bool) throws(EvidenceError) {
        guard written < byteCountMax, accept(byte) else { throw .picture(rule: "PNG: rows of its size") }
        window[written & 32_767] = byte
        written += 1
        sums.a += UInt32(byte)
        if sums.a >= 65_521 { sums.a -= 65_521 }
        sums.b += sums.a
        if sums.b >= 65_521 { sums.b -= 65_521 }
    }

    private static let broken = EvidenceError.picture(rule: "PNG: a zlib stream")
    private static let lengths = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163,
        195, 227, 258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distances = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
        4097, 6145, 8193, 12_289, 16_385, 24_577,
    ]
    private static let fixedLiterals = DeflateCode(
        unchecked: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
    private static let fixedDistances = DeflateCode(unchecked: [Int](repeating: 5, count: 30))
}

/// A canonical code of RFC 1951, 3.2.2.
struct DeflateCode {
    /// Codes of length 0 to 15.
    private(set) var counts = [Int](repeating: 0, count: 16)
    /// Symbols in the order of their codes.
    private(set) var symbols: [Int] = []

    /// `lengths` are the code lengths by symbol, 0 for none. A code with too many words is refused, one with
    /// too few is met only when a missing word is read.
    init(lengths: [Int]) throws(EvidenceError) {
        self.init(unchecked: lengths)
        var left = 1
        for length in 1...15 {
            left = left << 1 - counts[length]
            guard left >= 0 else { throw .picture(rule: "PNG: a zlib stream") }
        }
    }

    /// For codes known to be whole.
    init(unchecked lengths: [Int]) {
        for length in lengths { counts[length] += 1 }
        counts[0] = 0
        symbols = (1...15).flatMap { length in lengths.indices.filter { lengths[$0] == length } }
    }
}
