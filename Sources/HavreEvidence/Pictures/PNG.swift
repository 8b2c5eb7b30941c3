/// Rebuilds a PNG (W3C PNG, third edition) from the chunks that its points need: IHDR, PLTE, tRNS, IDAT, IEND.
/// Other ancillary chunks are left out; an unknown critical chunk, an animation and a wrong CRC are refused.
///
/// The compressed points are inflated once, to see that they end with the last row and nothing rides behind.
struct PNG {
    /// The eight bytes every PNG starts with.
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Facts of IHDR that decide how the rest is read.
    struct Header {
        let width: Int
        let height: Int
        let depth: Int
        let colourType: Int
        let isInterlaced: Bool
    }

    private let source: [UInt8]
    private var at = PNG.signature.count
    private var header: Header?
    private var paletteCount: Int?
    private var hasTransparency = false
    private var points: [UInt8] = []
    private var arePointsOver = false
    private var kept = PNG.signature
    private var result = Rebuilt()

    /// Reads `source`, which starts with the signature, to its IEND.
    static func rebuild(_ source: [UInt8]) throws(EvidenceError) -> Rebuilt {
        var reader = Self(source: source)
        while try reader.chunk() {}
        return reader.result
    }

    private init(source: [UInt8]) { self.source = source }

    /// Reads one chunk; false at IEND.
    private mutating func chunk() throws(EvidenceError) -> Bool {
        guard at + 12 <= source.count else { throw .picture(rule: "PNG: an IEND") }
        let length = Int(number(at))
        guard length <= source.count - at - 12 else { throw .picture(rule: "PNG: chunks inside the file") }
        let typed = source[(at + 4)..<(at + 8 + length)]
        let type = typed.prefix(4)
        let body = typed.dropFirst(4)
        guard type.allSatisfy({ (65...90).contains($0) || (97...122).contains($0) }),
            number(at + 8 + length) == Self.crc32(typed)
        else { throw .picture(rule: "PNG: chunks with their checksum") }
        at += 12 + length
        guard header != nil || type.elementsEqual(Array("IHDR".utf8)) else {
            throw .picture(rule: "PNG: IHDR first")
        }
        if !points.isEmpty, !type.elementsEqual(Array("IDAT".utf8)) { arePointsOver = true }
        switch String(decoding: type, as: UTF8.self) {
        case "IHDR": try readHeader(Array(body))
        case "PLTE": try palette(body)
        case "tRNS": try transparency(body)
        case "IDAT": try idat(body)
        case "IEND":
            try end(body)
            return false
        case "acTL", "fcTL", "fdAT": throw .picture(rule: "PNG: no animation")
        case let name:
            // Bit 5 of the first letter says "may be ignored" (section 5.4).
            guard type[type.startIndex] & 0x20 != 0 else {
                throw .picture(rule: "PNG: known critical chunks")
            }
            result.removed.insert(name)
        }
        return true
    }

    private mutating func readHeader(_ body: [UInt8]) throws(EvidenceError) {
        guard header == nil, body.count == 13 else { throw .picture(rule: "PNG: one IHDR of 13 bytes") }
        let (width, height) = (Int(Self.number(body, 0)), Int(Self.number(body, 4)))
        let (depth, colourType) = (Int(body[8]), Int(body[9]))
        let depths: [Int: [Int]] = [
            0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
        ]
        guard depths[colourType]?.contains(depth) == true, body[10] == 0, body[11] == 0, body[12] <= 1 else {
            throw .picture(rule: "PNG: a depth and colour type of the standard")
        }
        // Each side first: the product of two 32-bit numbers may not fit.
        guard (1...Derivative.pointCountMax).contains(width), (1...Derivative.pointCountMax).contains(height),
            width * height <= Derivative.pointCountMax
        else { throw .picture(rule: "PNG: 1 to \(Derivative.pointCountMax) points") }
        header = Header(
            width: width, height: height, depth: depth, colourType: colourType, isInterlaced: body[12] == 1)
        result.width = width
        result.height = height
        keep("IHDR", body[...])
    }

    /// A palette that decides colours is kept; one that only suggests them is left out.
    private mutating func palette(_ body: ArraySlice<UInt8>) throws(EvidenceError) {
        guard let header, paletteCount == nil, points.isEmpty, !hasTransparency, !body.isEmpty,
            body.count % 3 == 0, body.count <= 768, header.colourType & 2 != 0,
            header.colourType != 3 || body.count / 3 <= 1 << header.depth
        else { throw .picture(rule: "PNG: one palette in its place") }
        paletteCount = body.count / 3
        if header.colourType == 3 { keep("PLTE", body) } else { result.removed.insert("PLTE") }
    }

    private mutating func transparency(_ body: ArraySlice<UInt8>) throws(EvidenceError) {
        guard let header, !hasTransparency, points.isEmpty else {
            throw .picture(rule: "PNG: one tRNS in its place")
        }
        let isSized =
            switch header.colourType {
            case 0: body.count == 2
            case 2: body.count == 6
            case 3: !body.isEmpty && body.count <= paletteCount ?? 0
            default: false
            }
        guard isSized else { throw .picture(rule: "PNG: a tRNS of its colour type") }
        hasTransparency = true
        keep("tRNS", body)
    }

    private mutating func idat(_ body: ArraySlice<UInt8>) throws(EvidenceError) {
        guard let header, !arePointsOver, header.colourType != 3 || paletteCount != nil else {
            throw .picture(rule: "PNG: its points together, after the palette")
        }
        points += body
    }

    private mutating func end(_ body: ArraySlice<UInt8>) throws(EvidenceError) {
        guard let header, body.isEmpty else { throw .picture(rule: "PNG: an empty IEND") }
        let used = try PNGRows(header).check(points)
        if used < points.count || at < source.count { result.removed.insert("data after the end") }
        keep("IDAT", points[..<used])
        keep("IEND", [])
        result.bytes = kept
    }

    private mutating func keep(_ type: String, _ body: ArraySlice<UInt8>) {
        let typed = Array(type.utf8) + body
        kept += Self.big(UInt32(body.count)) + typed + Self.big(Self.crc32(typed[...]))
    }

    private func number(_ at: Int) -> UInt32 { Self.number(source, at) }

    private static func number(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        bytes[at..<(at + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static let crcTable: [UInt32] = (0..<256).map { (byte: UInt32) in
        (0..<8).reduce(byte) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }

    /// CRC-32 of ISO 3309 as PNG uses it (annex D).
    private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in crc >> 8 ^ crcTable[Int((crc ^ UInt32(byte)) & 0xFF)] }
    }
}
