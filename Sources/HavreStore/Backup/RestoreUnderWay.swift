package import HavreCodec
import HavreSystem

/// An area whose key a restore found nowhere: made, or given a new key, after the gate's half was made.
package struct LostArea: Sendable, Equatable {
    package let area: Area
    /// The entry that gave the area its last key.
    package let entry: UInt64
}

/// A restore on its way. `restoring` in the gate folder, held locked, says so: no daemon opens a gate that has it, and
/// the next restore to the same folders clears away what this one leaves when it is killed.
// Sendable by hand: it belongs to the one thread that restores.
package final class RestoreUnderWay: @unchecked Sendable {
    package let vault: Identifier
    /// Erasures to be done again.
    package internal(set) var erasures: [LoggedErasure] = []
    /// What was lost with the gate.
    package private(set) var lost: [LostArea] = []

    let vaultFolder: StoreFolder
    let gateFolder: StoreFolder
    private let places: StorePlaces
    private let lock: FileLock
    /// Folders that were not there before.
    private let made: (vault: Bool, gate: Bool)
    private var isOver = false

    /// Takes both folders and marks them.
    /// - Throws: `.occupied` for a folder that holds anything else than an unfinished restore, `.inUse`, `.foreign`.
    init(_ places: StorePlaces, _ vault: Identifier) throws(StoreError) {
        self.vault = vault
        self.places = places
        made = (try !Self.isThere(places.vault), try !Self.isThere(places.gate))
        var isMarkOurs = false
        do throws(StoreError) {
            let gate = try Self.take(places.gate, .gateFolder)
            let content = try Self.list(gate)
            guard content.isEmpty || content.contains(StoreName.restoring) else {
                throw .occupied(.gateFolder)
            }
            let target = try Self.take(places.vault, .vaultFolder)
            let identity = try Self.identity(of: target)
            guard try Self.identity(of: gate) != identity else { throw .foreign(.gateFolder) }
            do throws(SystemError) { lock = try FileLock(StoreName.restoring, in: gate) } catch {
                throw error.code == SystemError.wouldBlock ? .inUse : StoreError(error)
            }
            isMarkOurs = content.isEmpty
            let marked = try Self.read(StoreName.restoring, in: gate)
            guard try Self.list(target).isEmpty || marked == identity else { throw .occupied(.vaultFolder) }
            try Self.clear(target, .vaultFolder)
            try Self.clear(gate, .gateFolder)
            try Self.mark(gate, identity)
            gateFolder = try StoreFolder(places.gate, .gateFolder)
            vaultFolder = try StoreFolder(places.vault, .vaultFolder)
        } catch {
            // The mark of a restore that never began keeps nobody from the next one: it clears it away.
            if isMarkOurs, let gate = try? Directory(path: places.gate) {
                _ = try? gate.unlinkIfPresent(StoreName.lock)
                _ = try? gate.unlinkIfPresent(StoreName.restoring)
            }
            if made.vault { Self.removeFolder(places.vault) }
            if made.gate { Self.removeFolder(places.gate) }
            throw error
        }
    }

    /// Lets go of the folders' own locks, so that the store can be opened; the mark stays.
    func release() {
        vaultFolder.unlock()
        gateFolder.unlock()
    }

    /// Opens the restored store: brings the gate forward where the vault is newer. Areas whose key is neither in the
    /// gate's half nor in the journal beside it are lost: their rows are removed.
    /// - Throws: `.rolledBack` when the vault is older than the gate, or of another vault's gate.
    package func open(journal: any Journal) throws(StoreError) -> Store {
        let store = try Store.open(places, journal: journal, duringRestore: true)
        lost += store.leader.lost
        return store
    }

    /// The restored store is whole: from here on anybody opens it.
    package func finish() throws(StoreError) {
        try system { () throws(SystemError) in
            try vaultFolder.directory.sync()
            // The folders' own names have to last before the mark goes.
            for path in [places.vault, places.gate] {
                try Directory(path: try Files.split(path).parent).sync()
            }
            try gateFolder.directory.unlink(StoreName.restoring)
            try gateFolder.directory.sync()
        }
        isOver = true
    }

    /// Removes everything that was written, and the folders if there were none before.
    package func abandon() {
        guard !isOver else { return }
        isOver = true
        release()
        // What cannot be removed now is cleared away by the next restore: the mark goes last.
        guard (try? Self.clear(vaultFolder.directory, .vaultFolder)) != nil,
            (try? Self.clear(gateFolder.directory, .gateFolder)) != nil
        else { return }
        _ = try? gateFolder.directory.unlinkIfPresent(StoreName.restoring)
        if made.vault { Self.removeFolder(places.vault) }
        if made.gate { Self.removeFolder(places.gate) }
    }

    // MARK: folders

    private static func isThere(_ path: String) throws(StoreError) -> Bool {
        do throws(SystemError) { return try Files.exists(path) } catch { throw StoreError(error) }
    }

    private static func take(_ path: String, _ part: StorePart) throws(StoreError) -> Directory {
        do throws(SystemError) { return try Directory(private: path) } catch {
            switch error.code {
            case SystemError.notPermitted, SystemError.notADirectory, SystemError.tooManyLinks:
                throw .foreign(part)
            default: throw StoreError(error)
            }
        }
    }

    private static func list(_ folder: borrowing Directory) throws(StoreError) -> [String] {
        do throws(SystemError) { return try folder.list() } catch { throw StoreError(error) }
    }

    private static func read(_ name: String, in folder: borrowing Directory) throws(StoreError) -> [UInt8] {
        do throws(SystemError) { return try folder.read(name, byteCountMax: 256) } catch {
            throw StoreError(error)
        }
    }

    /// Which folder it is, whatever it is called.
    private static func identity(of folder: borrowing Directory) throws(StoreError) -> [UInt8] {
        do throws(SystemError) {
            let status = try folder.descriptor.status()
            return Array("\(status.device) \(status.inode)\n".utf8)
        } catch {
            throw StoreError(error)
        }
    }

    private static func mark(_ gate: borrowing Directory, _ identity: [UInt8]) throws(StoreError) {
        do throws(SystemError) {
            // Into the file that is locked, not over it.
            let file = try gate.open(StoreName.restoring, [.write])
            try file.truncate(to: 0)
            try file.write(identity, at: 0)
            try file.sync()
            try gate.sync()
        } catch {
            throw StoreError(error)
        }
    }

    /// Removes what a restore makes, all but its mark.
    /// - Throws: `.occupied` when something else is left.
    private static func clear(_ folder: borrowing Directory, _ part: StorePart) throws(StoreError) {
        do throws(SystemError) {
            if part == .vaultFolder, try folder.status(StoreName.blobs) != nil {
                let blobs = try folder.directory(StoreName.blobs)
                if try blobs.status(StoreName.incoming) != nil {
                    let incoming = try blobs.directory(StoreName.incoming)
                    for name in try incoming.list() { try incoming.unlink(name) }
                    try blobs.removeDirectory(StoreName.incoming)
                }
                for name in try blobs.list() where (try? Identifier(hex: name)) != nil {
                    try blobs.unlink(name)
                }
                try folder.removeDirectory(StoreName.blobs)
            }
            let files = StoreName.files(of: part)
            for name in files { try folder.unlinkIfPresent(name) }
            try folder.removeUnfinished(files)
        } catch {
            throw StoreError(error)
        }
        guard try list(folder).allSatisfy({ $0 == StoreName.restoring }) else { throw .occupied(part) }
    }

    /// As far as it can be: a folder that stays is empty, and the next restore takes it.
    private static func removeFolder(_ path: String) {
        guard let (parent, name) = try? Files.split(path), let above = try? Directory(path: parent) else {
            return
        }
        // Only an empty folder goes.
        _ = try? above.removeDirectory(name)
    }
}

extension StoreName {
    /// The files that a store makes in one of its folders.
    static func files(of part: StorePart) -> [String] {
        let database = part == .vaultFolder ? vaultFile : gateFile
        let own = ["", "-wal", "-shm", "-journal"].map { database + $0 } + [lock]
        guard part != .vaultFolder else { return own }
        return own + [journal, erasures, autoKey, loginKey, deviceKey]
            + [autoKey, loginKey, deviceKey].map { $0 + nextSuffix }
    }
}

extension Store {
    /// Removes files that no row names: those of areas that a restore has lost.
    package func dropStrayBlobs() throws(StoreError) {
        // A name that is none of ours stays, and `check` says so.
        try blobs.remove(try check().strayBlobs.compactMap { try? Identifier(hex: $0) }, from: .settled)
    }
}
