package import HavreCodec
package import HavreSecrets
internal import HavreSystem

/// What a restore found.
package struct RestoredStore: Sendable {
    package let vault: Identifier
    /// Certificates of erasures that were made after the backup, in order, with their operations: to be done again.
    package let erasures: [(operation: Identifier, certificate: [UInt8])]
}

extension Store {
    /// Makes a store from a backup's folder: a new device key, a new GK, everything else as the backup holds it. Opening
    /// it afterwards brings the gate forward where the vault is newer, and refuses a vault that is older.
    /// - Parameters:
    ///   - path: holds `vault.db`, `gate.backup`, and as far as there are any `blobs/`, `gate.journal`, `erasures.log`.
    ///   - places: folders that do not exist yet, or are empty.
    ///   - first: BK_0, from the recovery seed.
    /// - Throws: `.wrongKey` when the key opens nothing, `.tampered(.backup)`, `.foreign`.
    package static func restore(
        from path: String, to places: StorePlaces, first: Key<Role.Backup>
    ) throws(StoreError) -> RestoredStore {
        let source = try system { () throws(SystemError) in try Directory(path: path) }
        let contents = try GateContents(source, first)
        let vaultFolder = try StoreFolder.create(places.vault, .vaultFolder)
        let gateFolder = try StoreFolder.create(places.gate, .gateFolder)
        try copyVault(from: source, into: vaultFolder)
        for name in [StoreName.journal, StoreName.erasures] {
            try copy(name, from: source, into: gateFolder.directory)
        }
        try contents.write(into: gateFolder, deviceKey: places.deviceKey)
        return RestoredStore(
            vault: contents.vault, erasures: try erasures(in: gateFolder, contents.vault, contents.chain))
    }

    private static func copyVault(from source: borrowing Directory, into folder: StoreFolder)
        throws(StoreError)
    {
        try BlobFolder.create(in: folder)
        try copy(StoreName.vaultFile, from: source, into: folder.directory)
        guard try exists(StoreName.blobs, in: source) else { return }
        do throws(SystemError) {
            let from = try source.directory(StoreName.blobs)
            let to = try folder.directory.directory(StoreName.blobs)
            for name in try from.list() where (try? Identifier(hex: name)) != nil {
                try copyFile(name, from: from, into: to)
            }
            try to.sync()
        } catch {
            throw StoreError(error)
        }
    }

    private static func exists(_ name: String, in folder: borrowing Directory) throws(StoreError) -> Bool {
        do throws(SystemError) { return try folder.status(name) != nil } catch { throw StoreError(error) }
    }

    /// Copies a file if it is there, 0600, and waits until it is on disk.
    private static func copy(
        _ name: String, from source: borrowing Directory, into target: borrowing Directory
    ) throws(StoreError) {
        guard try exists(name, in: source) else { return }
        do throws(SystemError) {
            try copyFile(name, from: source, into: target)
            try target.sync()
        } catch {
            throw StoreError(error)
        }
    }

    private static func copyFile(
        _ name: String, from source: borrowing Directory, into target: borrowing Directory
    ) throws(SystemError) {
        let input = try source.open(name, [.read, .nonBlocking])
        let output = try target.create(name)
        while true {
            let piece = try input.read(byteCountMax: 1 << 20)
            if piece.isEmpty { break }
            try output.write(piece)
        }
        try output.sync()
    }

    /// Lines of `erasures.log` behind the backup: `operation 16 || certificate`.
    private static func erasures(
        in folder: StoreFolder, _ vault: Identifier, _ chain: StepLog.Chain
    ) throws(StoreError) -> [(operation: Identifier, certificate: [UInt8])] {
        var found: [(Identifier, [UInt8])] = []
        let log = StepLog(StoreName.erasures, in: folder, .erasures, vault: vault)
        try log.forEachLine(from: chain) { line, _ throws(StoreError) in
            let operation = try decoding(.erasures) { () throws(CodecError) in
                try Identifier(bytes: Array(line.data.prefix(Identifier.byteCount)))
            }
            found.append((operation, Array(line.data.dropFirst(Identifier.byteCount))))
        }
        return found
    }
}

/// The gate's half of a backup, opened.
private struct GateContents {
    let vault: Identifier
    /// Where the backup key's chain goes on.
    let chain: StepLog.Chain
    private let login: Key<Role.Login>
    private let cells: [(table: GateCell.Table, name: [UInt8], data: [UInt8], keys: [Key<NextStep.Carried>])]

    init(_ source: borrowing Directory, _ first: Key<Role.Backup>) throws(StoreError) {
        let input = try Self.open(source)
        let next = { (count: Int) throws(StoreError) -> [UInt8] in
            try Self.read(count, from: input.descriptor)
        }
        var file = try BackupFile(first: StepLog.Chain(step: 0, key: first), next: next)
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
        vault = file.ofVault
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
