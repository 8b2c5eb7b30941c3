/// Reads a ustar archive piece by piece and refuses what an attacker would put into one.
///
/// Regular files and empty folders only: no links, devices, extended headers or sparse files; plain paths, each
/// once; padding and everything after the end zero; counts within limits.
package struct TarReader: Sendable {
    /// How much an archive may hold.
    package struct Limits: Sendable {
        /// Files and folders.
        package var entryCountMax = 20_000
        /// Bytes of one file.
        package var fileByteCountMax = 1 << 32
        /// Bytes of all files.
        package var byteCountMax = 1 << 34
        /// Zero bytes behind its end: a record of 20 blocks, as tar writes.
        package var trailingByteCountMax = 10_240

        /// The limits above.
        package init() {}
    }

    /// What was found.
    package enum Event: Sendable, Equatable {
        /// A file begins; its bytes follow.
        case file(path: String, byteCount: Int)
        /// Bytes of the file that began last.
        case content([UInt8])
        /// The file that began last is complete.
        case end
    }

    private enum Place {
        case header
        case content(missing: Int, padding: Int)
        case padding(missing: Int)
        /// After one block of zeroes.
        case ending
        /// After both.
        case ended(byteCount: Int)
    }

    private let limits: Limits
    private var paths = ArchivePaths()
    private var place: Place = .header
    private var pending: [UInt8] = []
    private var entryCount = 0
    private var byteCount = 0

    /// A reader at the start of an archive.
    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Takes bytes of any count; gives what they complete, in order. Throws `malformed` or `tooLarge`.
    package mutating func update(_ bytes: [UInt8]) throws(FormatError) -> [Event] {
        var events: [Event] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            switch place {
            case .header, .ending:
                let count = min(TarHeader.blockByteCount - pending.count, rest.count)
                pending += rest.prefix(count)
                rest = rest.dropFirst(count)
                guard pending.count == TarHeader.blockByteCount else { continue }
                try takeBlock(&events)
                pending = []
            case .content(let missing, let padding):
                let piece = rest.prefix(missing)
                rest = rest.dropFirst(piece.count)
                events.append(.content(Array(piece)))
                place = .content(missing: missing - piece.count, padding: padding)
                if piece.count == missing { finishFile(padding, &events) }
            case .padding(let missing):
                let piece = rest.prefix(missing)
                rest = rest.dropFirst(piece.count)
                try checkZero(piece)
                place = piece.count == missing ? .header : .padding(missing: missing - piece.count)
            case .ended(let count):
                try checkZero(rest)
                guard count + rest.count <= limits.trailingByteCountMax else {
                    throw .tooLarge(field: "end of tar", max: limits.trailingByteCountMax)
                }
                place = .ended(byteCount: count + rest.count)
                return events
            }
        }
        return events
    }

    /// The end of the bytes; throws `malformed` when the archive was cut.
    package func finish() throws(FormatError) {
        guard case .ended = place, pending.isEmpty else { throw .malformed(field: "tar", rule: "complete") }
    }

    private mutating func takeBlock(_ events: inout [Event]) throws(FormatError) {
        let isZero = pending.allSatisfy { $0 == 0 }
        if case .ending = place {
            guard isZero else { throw .malformed(field: "tar", rule: "two blocks of zeroes at its end") }
            place = .ended(byteCount: 0)
            return
        }
        guard !isZero else {
            place = .ending
            return
        }
        let header = try TarHeader(parsing: pending)
        entryCount += 1
        guard entryCount <= limits.entryCountMax else {
            throw .tooLarge(field: "files", max: limits.entryCountMax)
        }
        guard header.kind == .file else {
            guard ArchivePaths.isPlain(header.path) else {
                throw .malformed(field: "path", rule: "relative and plain")
            }
            return
        }
        guard header.byteCount <= limits.fileByteCountMax else {
            throw .tooLarge(field: "file", max: limits.fileByteCountMax)
        }
        byteCount += header.byteCount
        guard byteCount <= limits.byteCountMax else {
            throw .tooLarge(field: "tar", max: limits.byteCountMax)
        }
        try paths.insert(header.path)
        events.append(.file(path: header.path, byteCount: header.byteCount))
        let padding = TarHeader.paddingByteCount(header.byteCount)
        place = .content(missing: header.byteCount, padding: padding)
        if header.byteCount == 0 { finishFile(padding, &events) }
    }

    private mutating func finishFile(_ padding: Int, _ events: inout [Event]) {
        events.append(.end)
        place = padding == 0 ? .header : .padding(missing: padding)
    }

    private func checkZero(_ bytes: ArraySlice<UInt8>) throws(FormatError) {
        guard bytes.allSatisfy({ $0 == 0 }) else { throw .malformed(field: "tar", rule: "nothing hidden") }
    }
}
