/// Rebuilds a JPEG (ITU-T T.81) from the segments that its points need: quantisation, frame, Huffman tables,
/// restart interval, scans. Everything else is left out, everything not understood is refused.
///
/// Sequential and progressive Huffman coding of 8-bit samples, 1 to 4 components. Each scan is walked code by
/// code, so that it ends where its last point ends and nothing rides behind it.
struct JPEG {
    private let source: [UInt8]
    private var at = 2
    private var kept: [UInt8] = []
    private var result = Rebuilt()
    private var frame: JPEGFrame?
    private var tables = [HuffmanTable?](repeating: nil, count: 8)  // DC 0-3, then AC 0-3
    private var restartInterval = 0
    private var scanCount = 0
    private var blockCount = 0
    private var isJFIF = false
    private var adobeTransform: UInt8?

    /// More scans than any encoder writes would only waste time.
    private static let scanCountMax = 128
    /// Blocks of all scans together: four times what 50 megapixels in ten scans have. A run of blocks takes no bytes, so
    /// that the length of a file does not bound the time for it.
    private static let blockCountMax = 1 << 25

    /// Reads `source`, which starts with SOI, to its EOI.
    static func rebuild(_ source: [UInt8]) throws(EvidenceError) -> Rebuilt {
        var reader = Self(source: source)
        while try reader.segment() {}
        return reader.finished()
    }

    private init(source: [UInt8]) { self.source = source }

    /// Reads one segment; false at EOI.
    private mutating func segment() throws(EvidenceError) -> Bool {
        let marker = try nextMarker()
        if marker == 0xD9 {
            try end()
            return false
        }
        let body = try segmentBody()
        switch marker {
        case 0xDB: try quantisation(body)
        case 0xC4: try huffman(body)
        case 0xC0, 0xC1, 0xC2: try startFrame(body, progressive: marker == 0xC2)
        case 0xDD: try restart(body)
        case 0xDA:
            keep(marker, body)
            try scan(body)
            return true
        case 0xE0...0xEF, 0xFE:
            note(marker, body)
            return true
        default: throw .picture(rule: "JPEG: a segment that Huffman-coded pictures do not have")
        }
        keep(marker, body)
        return true
    }

    /// The code of the next marker, any number of fill bytes before it (T.81, B.1.1.2).
    private mutating func nextMarker() throws(EvidenceError) -> UInt8 {
        guard at < source.count, source[at] == 0xFF else { throw .picture(rule: "JPEG: a marker") }
        while at < source.count, source[at] == 0xFF { at += 1 }
        guard at < source.count else { throw .picture(rule: "JPEG: an end") }
        at += 1
        return source[at - 1]
    }

    private mutating func segmentBody() throws(EvidenceError) -> ArraySlice<UInt8> {
        guard at + 2 <= source.count else { throw .picture(rule: "JPEG: a segment's length") }
        let length = Int(source[at]) << 8 | Int(source[at + 1])
        guard length >= 2, at + length <= source.count else {
            throw .picture(rule: "JPEG: a segment inside the file")
        }
        let body = source[(at + 2)..<(at + length)]
        at += length
        return body
    }

    private mutating func keep(_ marker: UInt8, _ body: ArraySlice<UInt8>) {
        kept += [0xFF, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 0xFF)]
        kept += body
    }

    /// Looks at a segment that is left out, for the two facts that change how points are shown.
    private mutating func note(_ marker: UInt8, _ body: ArraySlice<UInt8>) {
        let isFirst = kept.isEmpty
        if marker == 0xE0, isFirst, body.starts(with: Array("JFIF\0".utf8)) {
            isJFIF = true
            // Its 14 bytes are written anew; what is longer carried a thumbnail.
            if body.count == 14 { return }
        }
        if marker == 0xEE, body.count == 12, body.starts(with: Array("Adobe".utf8)), let last = body.last,
            last < 3
        {
            adobeTransform = last
        }
        if marker == 0xE1, body.starts(with: Array("Exif\0\0".utf8)) {
            result.orientation = Orientation.read(tiff: Array(body.dropFirst(6))) ?? result.orientation
        }
        result.removed.insert(marker == 0xFE ? "COM" : "APP\(marker - 0xE0)")
    }

    private func quantisation(_ body: ArraySlice<UInt8>) throws(EvidenceError) {
        var rest = body
        repeat {
            guard let first = rest.popFirst(), first >> 4 <= 1, first & 15 <= 3,
                rest.count >= 64 << (first >> 4)
            else { throw .picture(rule: "JPEG: whole quantisation tables") }
            rest = rest.dropFirst(64 << Int(first >> 4))
        } while !rest.isEmpty
    }

    private mutating func huffman(_ body: ArraySlice<UInt8>) throws(EvidenceError) {
        var rest = body
        repeat {
            guard let first = rest.popFirst(), first >> 4 <= 1, first & 15 <= 3, rest.count >= 16 else {
                throw .picture(rule: "JPEG: whole Huffman tables")
            }
            let counts = rest.prefix(16).map { Int($0) }
            let symbolCount = counts.reduce(0, +)
            rest = rest.dropFirst(16)
            guard symbolCount <= 256, rest.count >= symbolCount else {
                throw .picture(rule: "JPEG: whole Huffman tables")
            }
            let table = try HuffmanTable(counts: counts, symbols: Array(rest.prefix(symbolCount)))
            tables[Int(first >> 4) * 4 + Int(first & 15)] = table
            rest = rest.dropFirst(symbolCount)
        } while !rest.isEmpty
    }

    private mutating func startFrame(_ body: ArraySlice<UInt8>, progressive: Bool) throws(EvidenceError) {
        guard frame == nil else { throw .picture(rule: "JPEG: one frame") }
        let frame = try JPEGFrame(Array(body), progressive: progressive)
        result.width = frame.width
        result.height = frame.height
        self.frame = frame
    }

    private mutating func restart(_ body: ArraySlice<UInt8>) throws(EvidenceError) {
        let bytes = Array(body)
        guard bytes.count == 2 else { throw .picture(rule: "JPEG: a restart interval of two bytes") }
        restartInterval = Int(bytes[0]) << 8 | Int(bytes[1])
    }

    /// Walks one scan, keeps its coded bytes, drops what stands between them and the next marker.
    private mutating func scan(_ body: ArraySlice<UInt8>) throws(EvidenceError) {
        guard var frame else { throw .picture(rule: "JPEG: a frame before its scans") }
        scanCount += 1
        guard scanCount <= Self.scanCountMax else {
            throw .picture(rule: "JPEG: at most \(Self.scanCountMax) scans")
        }
        self.frame = nil  // moved out while it is changed, so that its masks are not copied
        let header = try JPEGScanHeader(Array(body), frame: &frame)
        blockCount += frame.blockCount(of: header)
        guard blockCount <= Self.blockCountMax else {
            throw .picture(rule: "JPEG: at most \(Self.blockCountMax) blocks in all scans")
        }
        var walk = JPEGScan(
            source: source, at: at, header: header, tables: tables, restartInterval: restartInterval)
        let end = try walk.walk(&frame)
        self.frame = frame
        kept += source[at..<end]
        at = end
        while at + 1 < source.count, source[at] != 0xFF || source[at + 1] == 0 {
            at += 1
            result.removed.insert(Self.tail)
        }
    }

    private mutating func end() throws(EvidenceError) {
        guard let frame, frame.isComplete else { throw .picture(rule: "JPEG: a scan of every component") }
        if at < source.count { result.removed.insert(Self.tail) }
    }

    private static let tail = "data after the end"

    /// SOI, headers of our own where they decide about colour, what was kept, EOI.
    private func finished() -> Rebuilt {
        var result = result
        result.bytes = [0xFF, 0xD8]
        if isJFIF {
            // JFIF 1.02, no density, no thumbnail.
            result.bytes += [0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8) + [1, 2, 0, 0, 1, 0, 1, 0, 0]
        }
        if let adobeTransform {
            result.bytes += [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, adobeTransform]
        }
        result.bytes += kept + [0xFF, 0xD9]
        return result
    }
}
