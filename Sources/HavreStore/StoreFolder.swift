import HavreCodec
import HavreSystem

/// Where the two halves of a store lie. The folders must be different ones, better on different file systems.
package struct StorePlaces: Sendable {
    /// Folder of `vault.db`, `blobs/` and `lock`; its parent exists.
    package var vault: String
    /// Folder of `gate.db`, the key files, the logs and `lock`; its parent exists.
    package var gate: String
    /// The device key when it is not `device.key` in the gate folder: 32 bytes, for example a systemd credential or
    /// a file on a medium that is taken away at night.
    package var deviceKey: String?
    /// Folder of a second copy of the gate that is kept at once; it has to be there.
    package var mirror: String?

    package init(vault: String, gate: String, deviceKey: String? = nil, mirror: String? = nil) {
        self.vault = vault
        self.gate = gate
        self.deviceKey = deviceKey
        self.mirror = mirror
    }
}

/// The names in the two folders.
enum StoreName {
    static let vaultFile = "vault.db"
    static let gateFile = "gate.db"
    static let blobs = "blobs"
    static let incoming = "incoming"
    static let lock = "lock"
    static let autoKey = "auto.key"
    static let loginKey = "login.key"
    static let deviceKey = "device.key"
    static let erasures = "erasures.log"
    static let journal = "gate.journal"
    /// In a gate folder while a restore fills it.
    static let restoring = "restoring"
    /// In a mirror's folder until it was filled for the first time.
    static let filling = "filling"
    /// Behind the name of a key file that a renewal has written and not decided yet.
    static let nextSuffix = ".next"
}

/// One of the two folders, held open and locked against other processes as long as the store lives.
final class StoreFolder: Sendable {
    let directory: Directory
    /// Without a symbolic link in it: SQLite opens by path and refuses links.
    let path: String
    private let lock: Guarded<FileLock?>
    private let status: FileStatus

    /// Opens a folder that belongs to us and that nobody else may enter.
    /// - Throws: `.foreign` for another owner, a wider mode or a link, `.inUse` when another process has it.
    init(_ path: String, _ part: StorePart) throws(StoreError) {
        directory = try Self.open(path, part)
        status = try Self.status(of: directory)
        guard status.ownerUID == Process.uid, status.mode & 0o077 == 0 else { throw .foreign(part) }
        do throws(SystemError) {
            lock = Guarded(try FileLock(StoreName.lock, in: directory, andFolder: true))
        } catch {
            switch error.code {
            case SystemError.wouldBlock: throw .inUse
            // A pipe, a folder or a link in the place of the lock.
            case SystemError.invalid, SystemError.isADirectory, SystemError.tooManyLinks: throw .foreign(part)
            default: throw StoreError(error)
            }
        }
        self.path = try Self.path(of: directory)
        try system { () throws(SystemError) in try directory.removeUnfinished(StoreName.files(of: part)) }
    }

    private static func open(_ path: String, _ part: StorePart) throws(StoreError) -> Directory {
        do throws(SystemError) {
            return try Directory(path: path)
        } catch {
            throw error.code == SystemError.tooManyLinks || error.code == SystemError.notADirectory
                ? .foreign(part) : StoreError(error)
        }
    }

    private static func status(of directory: borrowing Directory) throws(StoreError) -> FileStatus {
        do throws(SystemError) { return try directory.descriptor.status() } catch { throw StoreError(error) }
    }

    private static func path(of directory: borrowing Directory) throws(StoreError) -> String {
        do throws(SystemError) { return try directory.path() } catch { throw StoreError(error) }
    }

    /// Makes the folder, 0700, or takes an empty one, and opens it.
    static func create(_ path: String, _ part: StorePart) throws(StoreError) -> StoreFolder {
        do throws(SystemError) {
            let folder = try Directory(private: path)
            guard try folder.list(countMax: 16).isEmpty else {
                throw SystemError("folder", SystemError.exists)
            }
        } catch {
            switch error.code {
            case SystemError.exists, SystemError.tooBig: throw .occupied(part)
            case SystemError.notPermitted: throw .foreign(part)
            default: throw StoreError(error)
            }
        }
        return try StoreFolder(path, part)
    }

    /// Lets others open the folder.
    func unlock() { lock.with { $0 = nil } }

    /// Whether both names lead to the same folder.
    func isSame(as other: StoreFolder) -> Bool {
        status.device == other.status.device && status.inode == other.status.inode
    }

    /// Whether the folder still lies where it was opened: one that was renamed, or in whose place another one lies, is
    /// found by no start.
    func isStanding() throws(StoreError) -> Bool {
        let found = try system { () throws(SystemError) in try Files.status(path) }
        return status.device == found?.device && status.inode == found?.inode
    }

    /// Whether a path leads to a folder.
    static func isSame(_ folder: StoreFolder, as path: String) throws(StoreError) -> Bool {
        let other = try status(of: try open(path, .gateFolder))
        return folder.status.device == other.device && folder.status.inode == other.inode
    }

    /// The contents of a small file, nil when it is missing.
    /// - Throws: `.foreign` for a file that others may read, or that is no plain file of our own.
    func read(_ name: String, byteCountMax: Int) throws(StoreError) -> [UInt8]? {
        guard try status(of: name) != nil else { return nil }
        return try system { () throws(SystemError) in
            try directory.read(name, byteCountMax: byteCountMax)
        }
    }

    /// The status of a private file of ours, nil when it is missing.
    func status(of name: String) throws(StoreError) -> FileStatus? {
        guard let found = try system({ () throws(SystemError) in try directory.status(name) }) else {
            return nil
        }
        guard found.kind == .regular, found.ownerUID == Process.uid, found.mode & 0o077 == 0 else {
            throw .foreign(
                name.hasPrefix(StoreName.gateFile)
                    ? .gateFile : name.hasPrefix(StoreName.vaultFile) ? .vaultFile : .keyFile)
        }
        return found
    }

    /// Removes a file if it is there and makes the removal last.
    func remove(_ name: String) throws(StoreError) {
        try system { () throws(SystemError) in
            if try directory.unlinkIfPresent(name) { try directory.sync() }
        }
    }
}

/// The two SQLite files as files.
enum DatabaseFile {
    private static let headerByteCount = 100

    /// Makes a file, 0600, with its tables.
    static func create(
        _ schema: Schema, _ name: String, in folder: StoreFolder, _ part: StorePart,
        fill: (Connection) throws(SQLError) -> Void
    ) throws(StoreError) {
        _ = try system { () throws(SystemError) in try folder.directory.create(name) }
        try database(part) { () throws(SQLError) in
            let connection = try Connection(path: folder.path + "/" + name)
            try connection.execute("PRAGMA synchronous = FULL")
            try schema.create(on: connection)
            try fill(connection)
            try connection.configure()
        }
        try system { () throws(SystemError) in try folder.directory.sync() }
    }

    /// Whether a file says that a newer version has written it. Nothing is opened by SQLite for that.
    static func isNewer(
        _ schema: Schema, _ name: String, in folder: borrowing Directory
    ) throws(SystemError) -> Bool {
        let header = try folder.open(name, [.read, .nonBlocking]).read(byteCountMax: headerByteCount)
        return schema.isOlder(than: header)
    }

    /// Opens a file after a look at its owner, mode, header and every object in it.
    static func open(
        _ schema: Schema, _ name: String, in folder: StoreFolder, _ part: StorePart
    ) throws(StoreError) -> Connection {
        guard try folder.status(of: name) != nil else { throw .foreign(part) }
        try StandingFiles.lookBeside(name, in: folder)
        let header = try system { () throws(SystemError) in
            try folder.directory.open(name, [.read]).read(byteCountMax: headerByteCount)
        }
        guard schema.accepts(header: header) else { throw .foreign(part) }
        return try database(part) { () throws(SQLError) in
            let connection = try Connection(path: folder.path + "/" + name)
            guard try schema.matches(connection) else { throw .settingRefused }
            try connection.configure()
            return connection
        }
    }

    /// A further connection to a file that is open and was looked at.
    static func again(_ name: String, in folder: StoreFolder, _ part: StorePart) throws(StoreError)
        -> Connection
    {
        try database(part) { () throws(SQLError) in
            let connection = try Connection(path: folder.path + "/" + name)
            try connection.configure()
            return connection
        }
    }

    /// The one row of `meta`: version and vault (and epoch in the gate).
    static func vault(_ connection: Connection, _ schema: Schema) throws(StoreError) -> Identifier {
        var found: [(version: Int64, vault: [UInt8])] = []
        try database(.meta) { () throws(SQLError) in
            try connection.prepare("SELECT version, vault FROM meta LIMIT 2").forEach {
                row throws(SQLError) in
                found.append((try row.integer(0), try row.bytes(1)))
                return true
            }
        }
        guard found.count == 1, found[0].version == schema.version else { throw .foreign(.meta) }
        return try decoding(.meta) { () throws(CodecError) in try Identifier(bytes: found[0].vault) }
    }
}
