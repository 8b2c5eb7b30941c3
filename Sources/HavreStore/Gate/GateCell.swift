import HavreCodec
import HavreSecrets

/// One row of the table `cell`, opened: small facts, and keys that never lie in ordinary memory.
///
/// Stored as `u32 count || Seal(GK, {table u8, name, data})` and one `Seal(GK, key)` of 104 bytes for each key; the
/// row's name is a tag of table and name under GK, which both seals name in their context.
struct GateCell: Sendable {
    /// What a cell is about. Raw values are part of the format.
    enum Table: UInt8, Sendable, CaseIterable {
        /// One area: its facts and g_case. Name: the area.
        case area = 1
        /// A value of the library's. Name: its UTF-8.
        case fact = 2
        /// A key of the library's. Name: its UTF-8.
        case key = 3
        /// A slot put aside. Name: the person.
        case quarantine = 4
        /// What a change under way will make true. Name: its operation.
        case next = 5
        /// The key of somebody's slot of GK. Name: the person.
        case slotKey = 6
        /// A key of the house: `tag head mark ledger log host`.
        case house = 7
        /// BK_i. Name empty.
        case backup = 8
        /// The last checkpoint of the ledger. Name empty.
        case checkpoint = 9
        /// Freezes and removals. Name empty.
        case restrictions = 10
        /// What is left to do after a commit. Name empty.
        case chores = 11
    }

    let table: Table
    let name: [UInt8]
    var data: [UInt8]
    /// Sealed under GK for this row, in order.
    var sealedKeys: [[UInt8]] = []

    private static let sealedKeyByteCount = Seal.overhead + 32
    private static let dataByteCountMax = 6 << 20

    init(_ table: Table, name: [UInt8], data: [UInt8], keys: [[UInt8]] = []) {
        self.table = table
        self.name = name
        self.data = data
        sealedKeys = keys
    }

    /// The row's name in the file.
    static func tag(_ table: Table, _ name: [UInt8], _ gate: GateSealing) -> Identifier {
        gate.key.tag(Context(.gateTag, .id(gate.vault), .text("cell"), .bytes([table.rawValue] + name)))
    }

    /// The row's value in the file.
    func sealed(_ gate: GateSealing) -> [UInt8] {
        var inner = ByteWriter(capacity: data.count + name.count + 16)
        inner.u8(table.rawValue)
        inner.prefixed(name)
        inner.prefixed(data)
        let tag = Self.tag(table, name, gate)
        var writer = ByteWriter(capacity: data.count + name.count + 120 + 104 * sealedKeys.count)
        writer.prefixed(Seal.seal(inner.bytes, under: gate.key, gate.context("cell", tag.bytes)))
        for key in sealedKeys { writer.append(key) }
        return writer.bytes
    }

    /// - Throws: `.tampered(.cell)` for anything but the value that belongs to this name.
    static func open(_ value: [UInt8], tag: Identifier, _ gate: GateSealing) throws(StoreError) -> GateCell {
        do {
            var outer = ByteReader(value, field: "cell")
            let sealed = try outer.prefixed(max: dataByteCountMax + 2_048)
            var inner = ByteReader(
                try Seal.open(sealed, under: gate.key, gate.context("cell", tag.bytes)), field: "cell")
            guard let table = Table(rawValue: try inner.u8()) else { throw StoreError.tampered(.cell) }
            let name = try inner.prefixed(max: 1 << 10)
            let data = try inner.prefixed(max: dataByteCountMax)
            try inner.finish()
            guard outer.remaining % sealedKeyByteCount == 0, Self.tag(table, name, gate) == tag
            else { throw StoreError.tampered(.cell) }
            var keys: [[UInt8]] = []
            while outer.remaining > 0 { keys.append(try outer.bytes(sealedKeyByteCount)) }
            return GateCell(table, name: name, data: data, keys: keys)
        } catch {
            throw .tampered(.cell)
        }
    }

    /// Adds a key to the cell.
    mutating func append<R>(_ key: Key<R>, _ gate: GateSealing) {
        sealedKeys.append(Seal.seal(key: key, under: gate.key, keyContext(sealedKeys.count, gate)))
    }

    /// Opens the key at `index`.
    func key<R>(_ index: Int, _ gate: GateSealing, as role: R.Type = R.self) throws(StoreError) -> Key<R> {
        guard sealedKeys.indices.contains(index) else { throw .tampered(.cell) }
        do throws(SecretError) {
            return try Seal.openKey(sealedKeys[index], under: gate.key, keyContext(index, gate))
        } catch {
            throw .tampered(.cell)
        }
    }

    /// The same cell under another GK.
    func resealed(from old: GateSealing, to new: GateSealing) throws(StoreError) -> GateCell {
        var cell = GateCell(table, name: name, data: data)
        for index in sealedKeys.indices { cell.append(try key(index, old, as: AnyKey.self), new) }
        return cell
    }

    /// A key that is only carried from one seal to another.
    private enum AnyKey: KeyRole {}

    private func keyContext(_ index: Int, _ gate: GateSealing) -> Context {
        gate.context("key \(index)", Self.tag(table, name, gate).bytes)
    }
}

/// What seals cells: GK and the vault they belong to.
struct GateSealing: Sendable {
    let vault: Identifier
    let key: Key<Role.Gate>

    func context(_ table: String, _ row: [UInt8]) -> Context {
        Context(.gateRow, .id(vault), .text(table), .bytes(row))
    }
}
