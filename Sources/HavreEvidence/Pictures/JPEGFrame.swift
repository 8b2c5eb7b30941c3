/// The frame of a JPEG: size, components, and what its scans have shown so far (T.81, B.2.2).
struct JPEGFrame {
    /// One component and its blocks of 8 by 8 samples.
    struct Component {
        let id: UInt8
        /// Blocks of a minimum coded unit, across and down, 1 to 4.
        let across: Int
        let down: Int
        /// Blocks of the component when it is scanned alone.
        var blocksAcross = 0
        var blocksDown = 0
        /// Blocks from one row to the next in `nonzero`.
        var stride = 0
        /// A scan has shown it.
        var isSeen = false
        /// For progressive frames: per block, which coefficients (bit n = nth in zigzag order) are not zero.
        var nonzero: [UInt64] = []
    }

    let width: Int
    let height: Int
    let isProgressive: Bool
    /// Minimum coded units of an interleaved scan.
    let unitsAcross: Int
    let unitsDown: Int
    var components: [Component] = []

    /// Reads the body of an SOF segment.
    init(_ body: [UInt8], progressive: Bool) throws(EvidenceError) {
        guard body.count >= 6, body[0] == 8 else { throw .picture(rule: "JPEG: samples of 8 bits") }
        height = Int(body[1]) << 8 | Int(body[2])
        width = Int(body[3]) << 8 | Int(body[4])
        isProgressive = progressive
        let count = Int(body[5])
        guard (1...4).contains(count), body.count == 6 + 3 * count else {
            throw .picture(rule: "JPEG: 1 to 4 components")
        }
        // A height of 0 would be told later by a DNL segment, which no camera writes.
        guard width > 0, height > 0, width * height <= Derivative.pointCountMax else {
            throw .picture(rule: "JPEG: 1 to \(Derivative.pointCountMax) points")
        }
        for index in 0..<count {
            let (id, sampling, table) = (body[6 + 3 * index], body[7 + 3 * index], body[8 + 3 * index])
            let component = Component(id: id, across: Int(sampling >> 4), down: Int(sampling & 15))
            guard (1...4).contains(component.across), (1...4).contains(component.down), table <= 3,
                !components.contains(where: { $0.id == id })
            else { throw .picture(rule: "JPEG: components apart, sampled 1 to 4 times") }
            components.append(component)
        }
        let acrossMax = components.reduce(1) { max($0, $1.across) }
        let downMax = components.reduce(1) { max($0, $1.down) }
        unitsAcross = Self.share(width, of: 8 * acrossMax)
        unitsDown = Self.share(height, of: 8 * downMax)
        for index in 0..<count {
            let (across, down) = (components[index].across, components[index].down)
            components[index].blocksAcross = Self.share(Self.share(width * across, of: acrossMax), of: 8)
            components[index].blocksDown = Self.share(Self.share(height * down, of: downMax), of: 8)
            components[index].stride = unitsAcross * across
            if progressive {
                components[index].nonzero = [UInt64](
                    repeating: 0, count: unitsAcross * across * unitsDown * down)
            }
        }
    }

    /// Every component was shown by a scan.
    var isComplete: Bool { components.allSatisfy(\.isSeen) }

    /// Minimum coded units of a scan, across and down. A component that is scanned alone has no blocks that only fill up a
    /// unit (T.81, A.2.2).
    func units(of header: JPEGScanHeader) -> (across: Int, down: Int) {
        guard header.parts.count == 1 else { return (unitsAcross, unitsDown) }
        let lead = components[header.parts[0].component]
        return (lead.blocksAcross, lead.blocksDown)
    }

    /// Blocks that a scan goes through.
    func blockCount(of header: JPEGScanHeader) -> Int {
        let units = units(of: header)
        guard header.parts.count > 1 else { return units.across * units.down }
        let blocks = header.parts.reduce(0) {
            $0 + components[$1.component].across * components[$1.component].down
        }
        return units.across * units.down * blocks
    }

    /// How many shares of `size` cover `count`.
    private static func share(_ count: Int, of size: Int) -> Int { (count + size - 1) / size }
}

/// The header of a scan: which components, which tables, which part of the coefficients (T.81, B.2.3).
struct JPEGScanHeader {
    /// Indices into the frame's components, with their Huffman tables, 0 to 3.
    let parts: [(component: Int, dc: Int, ac: Int)]
    /// First and last coefficient in zigzag order.
    let first: Int
    let last: Int
    /// A scan that adds one bit to coefficients of an earlier one.
    let isRefinement: Bool

    /// Reads the body of an SOS segment and marks its components as seen.
    init(_ body: [UInt8], frame: inout JPEGFrame) throws(EvidenceError) {
        guard let count = body.first.map({ Int($0) }), (1...4).contains(count), body.count == 4 + 2 * count
        else {
            throw .picture(rule: "JPEG: a scan of 1 to 4 components")
        }
        var parts: [(component: Int, dc: Int, ac: Int)] = []
        for index in 0..<count {
            let (id, choice) = (body[1 + 2 * index], body[2 + 2 * index])
            guard let component = frame.components.firstIndex(where: { $0.id == id }), choice >> 4 <= 3,
                choice & 15 <= 3, !parts.contains(where: { $0.component == component })
            else { throw .picture(rule: "JPEG: scans of known components") }
            parts.append((component, Int(choice >> 4), Int(choice & 15)))
        }
        self.parts = parts
        first = Int(body[1 + 2 * count])
        last = Int(body[2 + 2 * count])
        let (high, low) = (body[3 + 2 * count] >> 4, body[3 + 2 * count] & 15)
        isRefinement = high > 0
        let blocks = parts.reduce(0) {
            $0 + frame.components[$1.component].across * frame.components[$1.component].down
        }
        guard count == 1 || blocks <= 10 else { throw .picture(rule: "JPEG: units of at most 10 blocks") }
        if frame.isProgressive {
            let isShape = first == 0 ? last == 0 : (first <= last && last <= 63 && count == 1)
            guard isShape, low <= 13, high == 0 || high == low + 1 else {
                throw .picture(rule: "JPEG: progressive scans in order")
            }
        } else {
            guard first == 0, last == 63, high == 0, low == 0,
                !parts.contains(where: { frame.components[$0.component].isSeen })
            else { throw .picture(rule: "JPEG: one sequential scan a component") }
        }
        if first == 0 {
            for part in parts { frame.components[part.component].isSeen = true }
        }
    }
}
