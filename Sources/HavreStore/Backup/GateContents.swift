import HavreCodec
import HavreSecrets
import HavreSystem

/// The gate's half of a backup, opened: every record of it was authenticated.
struct GateContents {
    let vault: Identifier
    /// Where the backup key's chain goes on.
    let chain: StepLog.Chain
    private let login: Key<Role.Login>
    private let cells: [(table: GateCell.Table, name: [UInt8], data: [UInt8], keys: [Key<NextStep.Carried>])]

    /// What stands at the beginning of the file, which anybody can read.
    static func header(_ source: borrowing Directory) throws(StoreError) -> BackupFile.Header {
        let input = try open(source)
        return try BackupFile.header { count throws(StoreError) in try read(count, from: input.descriptor) }
    }

    /// - Parameter first: BK_0 of an era.
    /// - Throws: `.wrongKey` when not even the first record opens.
    init(_ source: borrowing Directory, _ first: (UInt32) -> Key<Role.Backup>) throws(StoreError) {
        let input = try Self.open(source)
        let next = { (count: Int) throws(StoreError) -> [UInt8] in
            try Self.read(count, from: input.descriptor)
        }
        let header = try BackupFile.header(next: next)
        var file = try BackupFile(header, first: first(header.era))
        var login: Key<Role.Login>?
        var cells: [(table: GateCell.Table, name: [UInt8], data: [UInt8], keys: [Key<NextStep.Carried>])] = []
        try file.readRecords(next: next) { record throws(StoreError) in
            switch record.kind {
            case .end: break
            case .login:
                guard login == nil, record.keys.count == 1 else { throw .tampered(.backup) }
                login = record.keys[0].carried()
            case .cell:
                let (table, name, data) = try decoding(.backup) { () throws(CodecError) in
                    var reader = ByteReader(record.data, field: "backup")
                    return (
                        GateCell.Table(rawValue: try reader.u8()), try reader.prefixed(max: 1 << 10),
                        reader.rest()
                    )
                }
                guard let table, table != .backup else { throw .tampered(.backup) }
                cells.append((table, name, data, record.keys))
            }
        }
        guard let login else { throw .tampered(.backup) }
        self.login = login
        self.cells = cells
        vault = header.vault
        chain = file.following
    }

    private static func open(_ source: borrowing Directory) throws(StoreError) -> SharedDescriptor {
        do throws(SystemError) {
            return SharedDescriptor(try source.open(BackupName.gate, [.read, .nonBlocking]))
        } catch {
            throw error.code == SystemError.noEntry ? .notFound : StoreError(error)
        }
    }

    /// The next `count` bytes, fewer only at the end.
    private static func read(_ count: Int, from file: borrowing Descriptor) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        do throws(SystemError) {
            while bytes.count < count {
                let piece = try file.read(byteCountMax: count - bytes.count)
                if piece.isEmpty { break }
                bytes += piece
            }
        } catch {
            throw StoreError(error)
        }
        return bytes
    }

    /// Makes the gate: every cell under a new GK, the slots under a new device key.
    func write(into folder: StoreFolder, deviceKey: String?) throws(StoreError) {
        let files = KeyFiles(folder: folder, vault: vault, devicePath: deviceKey)
        if deviceKey == nil { try files.write(Key<Role.Device>(), as: StoreName.deviceKey) }
        let device = try files.deviceKey()
        let epoch = Random.bytes(KeyFiles.epochByteCount)
        let sealing = GateSealing(vault: vault, key: Key<Role.Gate>())
        let loginKeys = LoginKeys(vault: vault, key: login)
        try DatabaseFile.create(.gate, StoreName.gateFile, in: folder, .gateFile) {
            connection throws(SQLError) in
            let meta = try connection.prepare("INSERT INTO meta(version, vault, epoch) VALUES(?1, ?2, ?3)")
            try meta.bind(1, Schema.gate.version)
            try meta.bind(2, vault.bytes)
            try meta.bind(3, epoch)
            try meta.run()
            let file = try GateFile(connection)
            try file.begin()
            for one in cells {
                var cell = GateCell(one.table, name: one.name, data: one.data)
                for key in one.keys { cell.append(key, sealing) }
                try file.put(cell, sealing)
                // Cells were authenticated: the name of a slot key is a person's.
                guard one.table == .slotKey, let key = one.keys.first,
                    let person = try? Identifier(bytes: one.name)
                else { continue }
                try file.put(
                    slot: GateSlot.seal(sealing.key, key.carried(), device, vault, person),
                    loginKeys.slotName(person))
            }
            var backup = GateCell(.backup, name: [], data: stepBytes)
            backup.append(chain.key, sealing)
            try file.put(backup, sealing)
            try file.commit()
        }
        try files.writeLogin(login, device, epoch: epoch)
        try files.writeAuto(sealing.key, device, epoch: epoch)
    }

    private var stepBytes: [UInt8] {
        var writer = ByteWriter()
        writer.u64(chain.step)
        return writer.bytes
    }
}
