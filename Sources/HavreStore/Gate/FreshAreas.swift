package import HavreCodec
import HavreSecrets

/// A backup that was kept, as the library notes it in the gate: `time u64 || entries u64`.
package struct KeptBackup: Sendable, Equatable {
    /// The fact's name.
    package static let fact = "backup/kept"

    /// When it was written down, UTC seconds.
    package let time: Int64
    /// Entries of the ledger in it.
    package let size: UInt64

    package init(time: Int64, size: UInt64) {
        self.time = time
        self.size = size
    }

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.u64(UInt64(max(0, time)))
        writer.u64(size)
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(CodecError) {
        var reader = ByteReader(bytes, field: "backup")
        time = Int64(clamping: try reader.u64())
        size = try reader.u64()
        try reader.finish()
    }
}

/// Areas whose key is younger than the last backup that was kept: lost with the gate, unless a mirror has it.
///
/// A fact of the store's own: `version u8 = 1 || from u64 || {area 16, number u64}`, the number being that of the entry
/// that made or renewed the area's key, and `from` the first entry from which on none is missing.
struct FreshAreas {
    static let fact = "fresh areas"

    private static let version: UInt8 = 1
    /// Whoever keeps no backup for so many new cases is warned about that.
    private static let countMax = 1_024

    private(set) var from: UInt64
    private(set) var areas: [(area: Area, number: UInt64)] = []

    init(from: UInt64) { self.from = from }

    init(decoding bytes: [UInt8]) throws(CodecError) {
        var reader = ByteReader(bytes, field: "fresh areas")
        guard try reader.u8() == Self.version else { throw .invalid(field: "fresh areas", rule: "version 1") }
        from = try reader.u64()
        areas = try reader.list(max: Self.countMax) { reader throws(CodecError) in
            (Area(try reader.identifier()), try reader.u64())
        }
        try reader.finish()
    }

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 16 + 24 * areas.count)
        writer.u8(Self.version)
        writer.u64(from)
        writer.list(areas) { writer, one in
            writer.append(one.area.id.bytes)
            writer.u64(one.number)
        }
        return writer.bytes
    }

    /// Takes in areas in the order of their entries, and drops those that a backup of `kept` entries holds.
    mutating func add(_ fresh: [(area: Area, number: UInt64)], kept: UInt64) {
        for one in fresh {
            areas.removeAll { $0.area == one.area }
            areas.append(one)
        }
        areas.removeAll { $0.number < kept }
        guard areas.count > Self.countMax else { return }
        let dropped = areas.prefix(areas.count - Self.countMax)
        from = max(from, (dropped.map(\.number).max() ?? 0) + 1)
        areas.removeFirst(dropped.count)
    }
}

extension GateFile {
    /// What the list has to be once `fresh` is decided; nil when it stays.
    func freshAreas(
        adding fresh: [(area: Area, number: UInt64)], _ keys: GateKeys
    ) throws(StoreError) -> FreshAreas? {
        guard let first = fresh.first else { return nil }
        let name = Array(FreshAreas.fact.utf8)
        var list =
            try cell(.fact, name, keys.sealing).map { cell throws(StoreError) in
                try decoding(.cell) { () throws(CodecError) in try FreshAreas(decoding: cell.data) }
            } ?? FreshAreas(from: first.number)
        let kept = try cell(.fact, Array(KeptBackup.fact.utf8), keys.sealing).map { cell throws(StoreError) in
            try decoding(.cell) { () throws(CodecError) in try KeptBackup(decoding: cell.data) }
        }
        list.add(fresh, kept: kept?.size ?? 0)
        return list
    }

    func put(_ list: FreshAreas, _ keys: GateKeys) throws(SQLError) {
        try put(GateCell(.fact, name: Array(FreshAreas.fact.utf8), data: list.encoded), keys.sealing)
    }
}

extension Store {
    /// Whether a mirror holds the gate as it was at some moment of this opening.
    package var isMirrored: Bool { leader.mirror.map { $0.size > 0 } ?? false }

    /// Areas whose key would be lost with the gate: younger than the last backup, and not in the mirror. At most the
    /// 1,024 youngest.
    /// - Parameter kept: entries of the ledger in the last backup that was kept.
    package func areasWithoutCopy(kept: UInt64) throws(StoreError) -> [Area] {
        guard let bytes = try fact(FreshAreas.fact) else { return [] }
        let list = try decoding(.cell) { () throws(CodecError) in try FreshAreas(decoding: bytes) }
        let since = max(kept, leader.mirror?.size ?? 0)
        return list.areas.filter { $0.number >= since }.map(\.area)
    }
}
