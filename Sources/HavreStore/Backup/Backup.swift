package import HavreCodec
import HavreSecrets
package import HavreSystem

/// A backup as it is lent to whoever writes it down: open files that have no name any more, both of one moment.
package struct StoreBackup: Sendable {
    /// `vault.db`, whole; nothing in it is readable without the gate.
    package let vault: SharedDescriptor
    /// The gate's contents, sealed under the backup key of its step.
    package let gate: SharedDescriptor
    /// `gate.journal` and `erasures.log`; missing while nothing was written to them.
    package let journal: SharedDescriptor?
    package let erasures: SharedDescriptor?
    /// Size, root and text of the ledger in both halves.
    package let checkpoint: StoredCheckpoint
    /// The files of `blobs/`, to be copied beside under their names in hex; one of them may be gone when it is asked
    /// for.
    package let blobs: [Identifier]
}

/// The names in a backup's folder.
package enum BackupName {
    package static let vault = "vault.db"
    package static let gate = "gate.backup"
    package static let journal = "gate.journal"
    package static let erasures = "erasures.log"
    package static let blobs = "blobs"
}

extension Store {
    /// Takes a backup. The vault is copied for a few milliseconds at a time while commits go on, and what they change with it; when
    /// the copy is whole, commits wait while the gate's contents of the same moment are sealed. The backup key steps on,
    /// so that this machine cannot open what it has just made.
    /// - Parameter bearer: what leads somebody to the backup key, as the library understands it; at most 4,096 bytes,
    ///   readable by whoever holds the gate's half.
    package func backup(bearer: [UInt8]) throws(StoreError) -> StoreBackup {
        guard bearer.count <= BackupFile.bearerByteCountMax else {
            throw .invalid(rule: "a bearer has at most \(BackupFile.bearerByteCountMax) bytes")
        }
        try blobs.requireRoom(for: vaultFolder, StoreName.vaultFile)
        let name = "backup-\(Random.identifier().hex)"
        _ = try blobs.temporary(name)
        // What cannot be removed now the next start removes.
        defer { _ = try? blobs.removeTemporary(name) }
        let moment = try copyVault(to: name, bearer)
        let vault = SharedDescriptor(try blobs.reopenTemporary(name))
        let journal = try openLog(StoreName.journal)
        let erasures = try openLog(StoreName.erasures)
        return StoreBackup(
            vault: vault, gate: moment.gate, journal: journal, erasures: erasures,
            checkpoint: moment.checkpoint,
            blobs: moment.blobs)
    }

    /// Opens an attachment's file for a backup.
    package func openForBackup(_ blob: Identifier) throws(StoreError) -> Descriptor {
        try blobs.openUnchecked(blob)
    }

    /// How long commits wait for the copy at once.
    private static let turnMilliseconds: Int64 = 5

    private struct Moment {
        let gate: SharedDescriptor
        let checkpoint: StoredCheckpoint
        let blobs: [Identifier]
    }

    /// Copies the vault into a file.
    /// - Returns: the rest of the backup, of the moment in which the copy was whole.
    private func copyVault(to name: String, _ bearer: [UInt8]) throws(StoreError) -> Moment {
        let path = "\(vaultFolder.path)/\(StoreName.blobs)/\(StoreName.incoming)/\(name)"
        let target = try database(.vaultFile) { () throws(SQLError) in
            let target = try Connection(path: path)
            // If this machine goes down, the backup is taken again.
            try target.execute("PRAGMA synchronous = OFF")
            return target
        }
        let copy = try lead { leader throws(StoreError) in
            let copy = try database(.vaultFile) { () throws(SQLError) in
                try leader.vault.connection.copy(into: target)
            }
            leader.copies.append(copy)
            return copy
        }
        defer {
            lead { leader in
                leader.copies.removeAll { $0 === copy }
                copy.end()
            }
        }
        while true {
            let moment = try lead { leader throws(StoreError) -> Moment? in
                let keys = try servingKeys()
                let end = Clock.milliseconds() + Self.turnMilliseconds
                repeat {
                    let isWhole = try database(.vaultFile) { () throws(SQLError) in try copy.step() }
                    if isWhole { return try prepareBackup(leader, keys, bearer) }
                } while Clock.milliseconds() < end
                return nil
            }
            if let moment { return moment }
        }
    }

    private func servingKeys() throws(StoreError) -> GateKeys {
        try memory.with { memory throws(StoreError) in
            guard memory.state == .serving else { throw memory.state == .failed ? .outcomeUnknown : .closed }
            return try memory.openKeys()
        }
    }

    /// While nobody commits: the gate catches up and is sealed.
    private func prepareBackup(
        _ leader: Leader, _ keys: GateKeys, _ bearer: [UInt8]
    ) throws(StoreError) -> Moment {
        try leader.requireGate(keys)
        if leader.lag.isUrgent || leader.lag.checkpoint { try leader.follow(keys) }
        let gate = try sealGate(leader, keys, bearer)
        // A file of any other name is nobody's, and `check` says so.
        let names = try blobs.names().compactMap { try? Identifier(hex: $0) }
        return Moment(gate: gate, checkpoint: memory.with { $0.checkpoint }, blobs: names)
    }

    private func sealGate(
        _ leader: Leader, _ keys: GateKeys, _ bearer: [UInt8]
    ) throws(StoreError) -> SharedDescriptor {
        let chain = try leader.gate.chain(keys)
        let sealing = keys.sealing
        let name = "backup-\(Random.identifier().hex)"
        var file = BackupFile(vault: vault, chain: chain, bearer: bearer)
        let output = try blobs.temporary(name)
        // What cannot be removed now the next start removes.
        defer { _ = try? blobs.removeTemporary(name) }
        try write(file.headerBytes, to: output)
        try write(file.record(.login, [], keys: [keys.login.key.carried()]), to: output)
        try leader.gate.forEachCell(sealing) { cell throws(StoreError) in
            // Its own key is what the backup lies under, and chores are done by whoever is there.
            guard cell.table != .backup, cell.table != .chores else { return }
            var data = ByteWriter(capacity: cell.data.count + cell.name.count + 8)
            data.u8(cell.table.rawValue)
            data.prefixed(cell.name)
            data.append(cell.data)
            var carried: [Key<NextStep.Carried>] = []
            for index in cell.sealedKeys.indices { carried.append(try cell.key(index, sealing)) }
            try write(file.record(.cell, data.bytes, keys: carried), to: output)
        }
        try write(file.end(), to: output)
        do throws(SQLError) {
            try leader.gate.begin()
            try leader.gate.put(chain: chain.following, keys)
            try leader.gate.commit()
        } catch {
            leader.gate.rollback()
            throw StoreError(error, in: .gateFile)
        }
        return SharedDescriptor(try blobs.reopenTemporary(name))
    }

    private func openLog(_ name: String) throws(StoreError) -> SharedDescriptor? {
        guard try gateFolder.status(of: name) != nil else { return nil }
        do throws(SystemError) {
            return SharedDescriptor(try gateFolder.directory.open(name, [.read]))
        } catch {
            throw StoreError(error)
        }
    }

    private func write(_ bytes: [UInt8], to file: borrowing Descriptor) throws(StoreError) {
        do throws(SystemError) { try file.write(bytes) } catch { throw StoreError(error) }
    }
}
