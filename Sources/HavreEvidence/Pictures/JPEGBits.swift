/// A Huffman table of a JPEG (T.81, annex C), for reading.
struct HuffmanTable {
    /// For codes of at most 8 bits, by the next 8 bits: length << 8 | symbol, 0 for none.
    private var short = [UInt16](repeating: 0, count: 256)
    /// By length 1-16: first code, first symbol's place, number of codes.
    private var first = [Int](repeating: 0, count: 17)
    private var place = [Int](repeating: 0, count: 17)
    private var counts: [Int]
    private let symbols: [UInt8]

    /// `counts` are the 16 numbers of codes of length 1 to 16, `symbols` as many as they sum up to.
    init(counts: [Int], symbols: [UInt8]) throws(EvidenceError) {
        self.counts = [0] + counts
        self.symbols = symbols
        var (code, next) = (0, 0)
        for length in 1...16 {
            let count = self.counts[length]
            first[length] = code
            place[length] = next
            guard code + count <= 1 << length else { throw .picture(rule: "JPEG: Huffman codes that fit") }
            for index in 0..<count where length <= 8 {
                let from = (code + index) << (8 - length)
                for entry in from..<(from + 1 << (8 - length)) {
                    short[entry] = UInt16(length << 8) | UInt16(symbols[next + index])
                }
            }
            code = (code + count) << 1
            next += count
        }
    }

    /// The symbol whose code starts `window`, 16 bits left-aligned, and the code's length; nil if none does.
    func match(_ window: Int) -> (symbol: UInt8, length: Int)? {
        let entry = short[window >> 8]
        if entry != 0 { return (UInt8(truncatingIfNeeded: entry), Int(entry >> 8)) }
        for length in 9...16 {
            let offset = (window >> (16 - length)) - first[length]
            if offset >= 0, offset < counts[length] { return (symbols[place[length] + offset], length) }
        }
        return nil
    }
}

/// Reads the bits of a scan, most significant first, dropping the zero byte after each FF (T.81, F.1.2.3).
struct JPEGBits {
    private let source: [UInt8]
    /// The next byte to take into `buffer`.
    private var at: Int
    private var buffer: UInt64 = 0
    private var count = 0

    init(source: [UInt8], at: Int) {
        self.source = source
        self.at = at
    }

    /// The first byte that no bit was taken from. Whole bytes that wait in the buffer are given back.
    var end: Int {
        var end = at
        for _ in 0..<(count / 8) {
            end -= 1
            // A byte given back that was a stuffed zero takes its FF with it.
            if source[end] == 0, end > 0, source[end - 1] == 0xFF { end -= 1 }
        }
        return end
    }

    /// Takes one coded symbol.
    mutating func symbol(_ table: HuffmanTable?) throws(EvidenceError) -> UInt8 {
        guard let table else { throw .picture(rule: "JPEG: tables before they are used") }
        fill()
        // Beyond the data the window reads as zeros; a code that would need them is refused below.
        let aligned = count >= 16 ? buffer >> UInt64(count - 16) : buffer << UInt64(16 - count)
        let window = Int(aligned & 0xFFFF)
        guard let (symbol, length) = table.match(window), length <= count else {
            throw .picture(rule: "JPEG: whole scans")
        }
        count -= length
        return symbol
    }

    /// Takes 0 to 16 bits as a number.
    mutating func take(_ bitCount: Int) throws(EvidenceError) -> Int {
        guard bitCount > 0 else { return 0 }
        fill()
        guard bitCount <= count else { throw .picture(rule: "JPEG: whole scans") }
        count -= bitCount
        return Int(buffer >> UInt64(count) & (1 << UInt64(bitCount) - 1))
    }

    /// Takes the restart marker with this number, which must be next.
    mutating func restart(_ number: Int) throws(EvidenceError) {
        at = end
        (buffer, count) = (0, 0)
        guard at + 2 <= source.count, source[at] == 0xFF, source[at + 1] == 0xD0 + UInt8(number) else {
            throw .picture(rule: "JPEG: restarts in order")
        }
        at += 2
    }

    private mutating func fill() {
        while count <= 48, at < source.count {
            let byte = source[at]
            if byte == 0xFF {
                guard at + 1 < source.count, source[at + 1] == 0 else { return }
                at += 1
            }
            at += 1
            buffer = buffer << 8 | UInt64(byte)
            count += 8
        }
    }
}
