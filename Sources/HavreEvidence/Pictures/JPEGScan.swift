/// Walks the entropy-coded data of one JPEG scan (T.81, F.2 and G.2) without making points of it, to learn where
/// it ends.
struct JPEGScan {
    private var bits: JPEGBits
    private let header: JPEGScanHeader
    private let tables: [HuffmanTable?]
    private let restartInterval: Int
    /// Blocks still to come in a run of blocks that end at once (progressive).
    private var endRun = 0

    /// `at` is the first byte after the scan's header; `tables` are DC 0-3, then AC 0-3.
    init(
        source: [UInt8], at: Int, header: JPEGScanHeader, tables: [HuffmanTable?], restartInterval: Int
    ) {
        bits = JPEGBits(source: source, at: at)
        self.header = header
        self.tables = tables
        self.restartInterval = restartInterval
    }

    /// Walks all units. Returns the position of the first byte after the scan's data.
    mutating func walk(_ frame: inout JPEGFrame) throws(EvidenceError) -> Int {
        let (across, down) = frame.units(of: header)
        let isAlone = header.parts.count == 1
        var restarts = 0
        for unit in 0..<across * down {
            if restartInterval > 0, unit > 0, unit % restartInterval == 0 {
                try bits.restart(restarts % 8)
                restarts += 1
                endRun = 0
            }
            let (row, column) = (unit / across, unit % across)
            if isAlone {
                try block(&frame, header.parts[0], row: row, column: column)
                continue
            }
            for part in header.parts {
                let (wide, high) = (
                    frame.components[part.component].across, frame.components[part.component].down
                )
                for y in 0..<high {
                    for x in 0..<wide {
                        try block(&frame, part, row: row * high + y, column: column * wide + x)
                    }
                }
            }
        }
        return bits.end
    }

    private mutating func block(
        _ frame: inout JPEGFrame, _ part: (component: Int, dc: Int, ac: Int), row: Int, column: Int
    ) throws(EvidenceError) {
        guard frame.isProgressive else {
            try first(part)
            return try sequential(part)
        }
        if header.first == 0 {
            if header.isRefinement { _ = try bits.take(1) } else { try first(part) }
            return
        }
        let place = row * frame.components[part.component].stride + column
        var nonzero = frame.components[part.component].nonzero[place]
        if header.isRefinement {
            try refine(part, &nonzero)
        } else {
            try spectral(part, &nonzero)
        }
        frame.components[part.component].nonzero[place] = nonzero
    }

    /// The first coefficient: a category, then that many bits.
    private mutating func first(_ part: (component: Int, dc: Int, ac: Int)) throws(EvidenceError) {
        let category = try bits.symbol(tables[part.dc])
        guard category <= 11 else { throw .picture(rule: "JPEG: a first coefficient of at most 11 bits") }
        _ = try bits.take(Int(category))
    }

    /// The 63 others of a sequential block.
    private mutating func sequential(_ part: (component: Int, dc: Int, ac: Int)) throws(EvidenceError) {
        var k = 1
        while k < 64 {
            let symbol = try bits.symbol(tables[4 + part.ac])
            let (run, size) = (Int(symbol >> 4), Int(symbol & 15))
            if size == 0, run < 15 { return }
            k += run
            guard k < 64 else { throw Self.beyond }
            _ = try bits.take(size)
            k += 1
        }
    }

    /// A band of coefficients, first pass.
    private mutating func spectral(
        _ part: (component: Int, dc: Int, ac: Int), _ nonzero: inout UInt64
    ) throws(EvidenceError) {
        if endRun > 0 {
            endRun -= 1
            return
        }
        var k = header.first
        while k <= header.last {
            let symbol = try bits.symbol(tables[4 + part.ac])
            let (run, size) = (Int(symbol >> 4), Int(symbol & 15))
            if size == 0, run < 15 {
                endRun = try (1 << run) + bits.take(run) - 1
                return
            }
            k += run
            guard k <= header.last else { throw Self.beyond }
            if size > 0 {
                _ = try bits.take(size)
                nonzero |= 1 << UInt64(k)
            }
            k += 1
        }
    }

    /// A band of coefficients, one more bit for each that is known and new ones between them.
    private mutating func refine(
        _ part: (component: Int, dc: Int, ac: Int), _ nonzero: inout UInt64
    ) throws(EvidenceError) {
        var k = header.first
        while endRun == 0, k <= header.last {
            let symbol = try bits.symbol(tables[4 + part.ac])
            var run = Int(symbol >> 4)
            let size = Int(symbol & 15)
            guard size <= 1 else { throw .picture(rule: "JPEG: refinement by one bit") }
            if size == 0, run < 15 {
                endRun = try (1 << run) + bits.take(run)
                break
            }
            _ = try bits.take(size)
            while k <= header.last {
                if nonzero >> UInt64(k) & 1 == 1 {
                    _ = try bits.take(1)
                } else if run == 0 {
                    break
                } else {
                    run -= 1
                }
                k += 1
            }
            guard k <= header.last else { throw Self.beyond }
            if size == 1 { nonzero |= 1 << UInt64(k) }
            k += 1
        }
        guard endRun > 0 else { return }
        endRun -= 1
        while k <= header.last {
            if nonzero >> UInt64(k) & 1 == 1 { _ = try bits.take(1) }
            k += 1
        }
    }

    private static let beyond = EvidenceError.picture(rule: "JPEG: coefficients inside their block")
}
