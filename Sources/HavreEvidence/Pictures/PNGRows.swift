/// The rows of a PNG after inflation: how many bytes each has, and the filter byte it starts with.
struct PNGRows {
    /// Bytes of a row with its filter byte, and how many such rows follow each other.
    private var runs: [(byteCount: Int, rowCount: Int)] = []

    /// The rows in the order they are stored; seven passes when interlaced (section 8).
    init(_ header: PNG.Header) {
        let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][header.colourType] ?? 4
        let pointBitCount = samples * header.depth
        func add(_ width: Int, _ height: Int) {
            guard width > 0, height > 0 else { return }
            runs.append((1 + (width * pointBitCount + 7) / 8, height))
        }
        guard header.isInterlaced else {
            add(header.width, header.height)
            return
        }
        let passes = [
            (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
        ]
        for (x, y, across, down) in passes {
            add((header.width - x + across - 1) / across, (header.height - y + down - 1) / down)
        }
    }

    /// Inflates a zlib stream that must hold exactly these rows. Returns how many bytes of it were used.
    /// - Throws: `EvidenceError.picture` when it holds less, more, or a filter that does not exist.
    func check(_ stream: [UInt8]) throws(EvidenceError) -> Int {
        var inflater = Inflater(
            source: stream, byteCountMax: runs.reduce(0) { $0 + $1.byteCount * $1.rowCount })
        var (run, row, column) = (0, 0, 0)
        try inflater.zlib { byte in
            if column == 0, byte > 4 { return false }
            column += 1
            if column == runs[run].byteCount {
                (column, row) = (0, row + 1)
                if row == runs[run].rowCount { (row, run) = (0, run + 1) }
            }
            return true
        }
        guard run == runs.count else { throw .picture(rule: "PNG: all its rows") }
        return inflater.end
    }
}
