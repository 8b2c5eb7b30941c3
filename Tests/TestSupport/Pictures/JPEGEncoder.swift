import Foundation

/// A baseline JPEG encoder (ITU-T T.81: three components, no subsampling, the tables of its annex K), enough
/// to make pictures of our own. Integer arithmetic only: the same canvas gives the same bytes everywhere.
public struct JPEGEncoder {
    private var bytes: [UInt8] = []
    private var bitBuffer: UInt32 = 0
    private var bitCount = 0

    /// Encodes a canvas. `segments` are whole marker segments (marker, length, body) put right after SOI.
    /// `quality` is 1 to 100, scaled as the usual encoders do.
    public static func encode(
        _ canvas: Canvas, quality: Int = 60, segments: [[UInt8]] = [], restartInterval: Int = 0
    ) -> [UInt8] {
        var encoder = JPEGEncoder()
        encoder.write(canvas, quality: quality, segments: segments, restartInterval: restartInterval)
        return encoder.bytes
    }

    /// A marker segment: FF, marker, big-endian length of body + 2, body.
    public static func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
        [0xFF, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 0xFF)] + body
    }

    private mutating func write(_ canvas: Canvas, quality: Int, segments: [[UInt8]], restartInterval: Int) {
        let scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
        let quantisers = [Tables.luminance, Tables.chrominance].map { table in
            table.map { min(max(($0 * scale + 50) / 100, 1), 255) }
        }
        bytes = [0xFF, 0xD8]
        for segment in segments { bytes += segment }
        for (id, table) in quantisers.enumerated() {
            bytes += Self.segment(0xDB, [UInt8(id)] + Tables.zigzag.map { UInt8(table[$0]) })
        }
        let size = [canvas.height >> 8, canvas.height & 0xFF, canvas.width >> 8, canvas.width & 0xFF]
        bytes += Self.segment(
            0xC0, [8] + size.map { UInt8($0) } + [3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1])
        for (id, table) in Tables.huffman {
            bytes += Self.segment(0xC4, [id] + table.counts.map { UInt8($0) } + table.symbols)
        }
        if restartInterval > 0 {
            bytes += Self.segment(0xDD, [UInt8(restartInterval >> 8), UInt8(restartInterval & 0xFF)])
        }
        bytes += Self.segment(0xDA, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0])
        writeScan(canvas, quantisers, restartInterval)
        bytes += [0xFF, 0xD9]
    }

    private mutating func writeScan(_ canvas: Canvas, _ quantisers: [[Int]], _ restartInterval: Int) {
        var predictors = [0, 0, 0]
        var blockCount = 0
        for top in stride(from: 0, to: canvas.height, by: 8) {
            for left in stride(from: 0, to: canvas.width, by: 8) {
                if restartInterval > 0, blockCount > 0, blockCount % restartInterval == 0 {
                    flushBits()
                    bytes += [0xFF, 0xD0 + UInt8((blockCount / restartInterval - 1) % 8)]
                    predictors = [0, 0, 0]
                }
                for component in 0..<3 {
                    let block = Self.samples(canvas, left, top, component)
                    let table = component == 0 ? 0 : 1
                    let coefficients = Self.transform(block, quantisers[table])
                    writeBlock(coefficients, table, &predictors[component])
                }
                blockCount += 1
            }
        }
        flushBits()
    }

    /// 64 samples of one component, level-shifted; the edge repeats.
    private static func samples(_ canvas: Canvas, _ left: Int, _ top: Int, _ component: Int) -> [Int] {
        var block: [Int] = []
        for y in top..<(top + 8) {
            for x in left..<(left + 8) {
                let colour = canvas[min(x, canvas.width - 1), min(y, canvas.height - 1)]
                let (r, g, b) = (Int(colour.red), Int(colour.green), Int(colour.blue))
                switch component {
                case 0: block.append((299 * r + 587 * g + 114 * b + 500) / 1000 - 128)
                case 1: block.append((-169 * r - 331 * g + 500 * b) / 1000)
                default: block.append((500 * r - 419 * g - 81 * b) / 1000)
                }
            }
        }
        return block
    }

    /// Forward DCT and quantisation, in zigzag order.
    private static func transform(_ block: [Int], _ quantiser: [Int]) -> [Int] {
        var rows = [Int](repeating: 0, count: 64)
        for y in 0..<8 {
            for u in 0..<8 {
                rows[y * 8 + u] = (0..<8).reduce(0) { $0 + block[y * 8 + $1] * Tables.cosines[u * 8 + $1] }
            }
        }
        var all = [Int](repeating: 0, count: 64)
        for u in 0..<8 {
            for v in 0..<8 {
                let sum = (0..<8).reduce(0) { $0 + rows[$1 * 8 + u] * Tables.cosines[v * 8 + $1] }
                let divisor = quantiser[v * 8 + u] << 24
                all[v * 8 + u] = (sum >= 0 ? sum + divisor / 2 : sum - divisor / 2) / divisor
            }
        }
        return Tables.zigzag.map { all[$0] }
    }

    private mutating func writeBlock(_ values: [Int], _ table: Int, _ predictor: inout Int) {
        let difference = values[0] - predictor
        predictor = values[0]
        let size = Self.size(difference)
        put(Tables.codes[table][UInt8(size)])
        put(bits: difference, count: size)
        var run = 0
        for value in values.dropFirst() {
            guard value != 0 else {
                run += 1
                continue
            }
            while run > 15 {
                put(Tables.codes[2 + table][0xF0])
                run -= 16
            }
            put(Tables.codes[2 + table][UInt8(run << 4 | Self.size(value))])
            put(bits: value, count: Self.size(value))
            run = 0
        }
        if run > 0 { put(Tables.codes[2 + table][0x00]) }
    }

    private static func size(_ value: Int) -> Int {
        Int.bitWidth - abs(value).leadingZeroBitCount
    }

    private mutating func put(_ code: (bits: Int, count: Int)?) {
        guard let code else { preconditionFailure("a symbol outside annex K") }
        put(raw: UInt32(code.bits), count: code.count)
    }

    private mutating func put(bits value: Int, count: Int) {
        guard count > 0 else { return }
        put(raw: UInt32((value >= 0 ? value : value + (1 << count) - 1) & ((1 << count) - 1)), count: count)
    }

    private mutating func put(raw: UInt32, count: Int) {
        bitBuffer = bitBuffer << UInt32(count) | raw
        bitCount += count
        while bitCount >= 8 {
            let byte = UInt8(truncatingIfNeeded: bitBuffer >> UInt32(bitCount - 8))
            bytes.append(byte)
            if byte == 0xFF { bytes.append(0) }
            bitCount -= 8
        }
    }

    private mutating func flushBits() {
        if bitCount > 0 { put(raw: (1 << UInt32(8 - bitCount)) - 1, count: 8 - bitCount) }
        bitBuffer = 0
    }
}

/// The tables of T.81, annex K.
private enum Tables {
    static let zigzag = [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,
        7,
        14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31,
        39,
        46, 53, 60, 61, 54, 47, 55, 62, 63,
    ]
    static let luminance = [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14,
        17,
        22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64,
        78,
        87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ]
    static let chrominance = [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47,
        66,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
        99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ]
    /// Cosines of the transform times 4096, norms folded in.
    static let cosines: [Int] = (0..<64).map { i in
        let (u, x) = (Double(i / 8), Double(i % 8))
        return Int((cos((2 * x + 1) * u * .pi / 16) * 4096 * (u == 0 ? 0.5.squareRoot() : 1) / 2).rounded())
    }
    typealias Table = (counts: [Int], symbols: [UInt8])
    static let luminanceDC: Table = ([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], [UInt8](0...11))
    static let chrominanceDC: Table = ([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [UInt8](0...11))
    static let luminanceAC: Table = (
        [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
        hex(
            """
            01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a
            3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a929394
            95969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8
            e9eaf1f2f3f4f5f6f7f8f9fa
            """)
    )
    static let chrominanceAC: Table = (
        [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
        hex(
            """
            000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728
            292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92
            939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7
            e8e9eaf2f3f4f5f6f7f8f9fa
            """)
    )
    static let huffman: [(UInt8, Table)] = [
        (0x00, luminanceDC), (0x01, chrominanceDC), (0x10, luminanceAC), (0x11, chrominanceAC),
    ]
    /// Code words by symbol: DC of luminance and chrominance, then AC of both.
    static let codes: [[UInt8: (bits: Int, count: Int)]] = huffman.map { _, table in
        var codes: [UInt8: (bits: Int, count: Int)] = [:]
        var (code, next) = (0, 0)
        for (length, count) in table.counts.enumerated() {
            for _ in 0..<count {
                codes[table.symbols[next]] = (code, length + 1)
                code += 1
                next += 1
            }
            code <<= 1
        }
        return codes
    }

    private static func hex(_ text: String) -> [UInt8] {
        let digits = text.compactMap { $0.hexDigitValue }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
