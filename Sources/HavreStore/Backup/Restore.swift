package import HavreCodec
package import HavreSecrets
import HavreSystem

/// Where the two halves of a backup lie; they may have been kept in different places.
package struct BackupPlaces: Sendable {
    /// Folder of `vault.db` and, as far as there are any, `blobs/`.
    package var vault: String
    /// Folder of `gate.backup` and, as far as there are any, `gate.journal` and `erasures.log`.
    package var gate: String

    package init(vault: String, gate: String) {
        self.vault = vault
        self.gate = gate
    }
}

/// What anybody can read of the gate's half of a backup.
package struct BackupLabel: Sendable {
    package let vault: Identifier
    /// How often the vault had been restored when it was made.
    package let era: UInt32
    /// What `backup(bearer:)` was given.
    package let bearer: [UInt8]
}

/// An erasure that was certified after the gate's half of a backup was made: to be done again.
package struct LoggedErasure: Sendable, Equatable {
    package let operation: Identifier
    /// Areas that ended.
    package let areas: [Area]
    /// Rows that were emptied.
    package let rows: [RowPlace]
    package let certificate: [UInt8]
}

extension Store {
    /// Reads who may open a backup, before anybody has opened it.
    package static func label(ofBackup places: BackupPlaces) throws(StoreError) -> BackupLabel {
        let source = try folder(places.gate)
        let header = try GateContents.header(source)
        return BackupLabel(vault: header.vault, era: header.era, bearer: header.bearer)
    }

    /// Makes a store from the two halves of a backup: a new device key, a new GK, everything else as the backup holds
    /// it. Until `RestoreUnderWay.finish` nobody else opens it, and a restore that was cut short is started again.
    ///
    /// - Parameters:
    ///   - places: folders that do not exist yet, or are empty, or hold what an earlier restore to them has left.
    ///   - first: BK_0 of an era, from the recovery seed.
    /// - Throws: `.wrongKey` when the key opens nothing, `.tampered(.backup)`, `.foreign`, `.occupied`. Nothing is left
    ///   then.
    package static func restore(
        from backup: BackupPlaces, to places: StorePlaces, first: (UInt32) -> Key<Role.Backup>
    ) throws(StoreError) -> RestoreUnderWay {
        let vault = try folder(backup.vault)
        let gate = try folder(backup.gate)
        // Opened whole before a byte is written.
        let contents = try GateContents(gate, first)
        let underWay = try RestoreUnderWay(places, contents.vault)
        do throws(StoreError) {
            try copyVault(from: vault, into: underWay.vaultFolder)
            for name in [StoreName.journal, StoreName.erasures] {
                try copy(name, from: gate, into: underWay.gateFolder.directory)
            }
            try contents.write(into: underWay.gateFolder, deviceKey: places.deviceKey)
            underWay.erasures = try erasures(in: underWay.gateFolder, contents.vault, contents.chain)
        } catch {
            underWay.abandon()
            throw error
        }
        underWay.release()
        return underWay
    }

    private static func folder(_ path: String) throws(StoreError) -> Directory {
        do throws(SystemError) { return try Directory(path: path) } catch {
            throw error.code == SystemError.noEntry || error.code == SystemError.notADirectory
                ? .notFound : StoreError(error)
        }
    }

    private static func copyVault(from source: borrowing Directory, into folder: StoreFolder)
        throws(StoreError)
    {
        // The vault folder itself: nobody may serve it meanwhile, and what its write-ahead log holds counts.
        let lock = try exists(StoreName.lock, in: source) ? try lock(source) : nil
        defer { withExtendedLifetime(lock) {} }
        try BlobFolder.create(in: folder)
        guard try exists(StoreName.vaultFile, in: source) else { throw .notFound }
        try copy(StoreName.vaultFile, from: source, into: folder.directory)
        if lock != nil { try copy(StoreName.vaultFile + "-wal", from: source, into: folder.directory) }
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

    private static func lock(_ source: borrowing Directory) throws(StoreError) -> FileLock {
        do throws(SystemError) { return try FileLock(StoreName.lock, in: source, andFolder: true) } catch {
            throw error.code == SystemError.wouldBlock ? .inUse : StoreError(error)
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

    /// Lines of `erasures.log` behind the backup.
    private static func erasures(
        in folder: StoreFolder, _ vault: Identifier, _ chain: StepLog.Chain
    ) throws(StoreError) -> [LoggedErasure] {
        var found: [LoggedErasure] = []
        let log = StepLog(StoreName.erasures, in: folder, .erasures, vault: vault)
        try log.forEachLine(from: chain) { line, _ throws(StoreError) in
            found.append(try LoggedErasure(decoding: line.data))
        }
        return found
    }
}

extension LoggedErasure {
    private static let countMax = 1 << 20

    /// What an erasing change writes into `erasures.log`.
    init?(_ change: Change) {
        guard let step = change.gate, let certificate = step.certificate else { return nil }
        self.init(
            operation: change.operation, areas: step.erased, rows: change.tombstones, certificate: certificate
        )
    }

    /// `operation 16 || areas {area 16} || rows {area 16, n u64} || certificate`.
    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: certificate.count + 64)
        writer.append(operation.bytes)
        writer.list(areas) { $0.append($1.id.bytes) }
        writer.list(rows) { writer, row in
            writer.append(row.area.id.bytes)
            writer.u64(row.n)
        }
        writer.append(certificate)
        return writer.bytes
    }

    init(decoding bytes: [UInt8]) throws(StoreError) {
        self = try decoding(.erasures) { () throws(CodecError) in
            var reader = ByteReader(bytes, field: "erasure")
            return LoggedErasure(
                operation: try reader.identifier(),
                areas: try reader.list(max: Self.countMax) { reader throws(CodecError) in
                    Area(try reader.identifier())
                },
                rows: try reader.list(max: Self.countMax) { reader throws(CodecError) in
                    RowPlace(Area(try reader.identifier()), try reader.u64())
                }, certificate: reader.rest())
        }
    }
}
