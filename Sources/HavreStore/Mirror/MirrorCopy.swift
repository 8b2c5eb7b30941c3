import HavreCodec
import HavreSecrets
import HavreSystem

/// A mirror as files, used by the thread that keeps it: `gate.db` row by row, both logs byte by byte, `login.key`, and
/// `device.key` where the gate has it. Never `auto.key`: put in the gate's place it opens as after a panic, with a
/// supervisor's passphrase, so that neither a panic nor a thief finds more in it than in the gate after one.
final class MirrorCopy {
    let file: GateFile
    private let path: String
    private let folder: StoreFolder
    private let gate: StoreFolder
    private let keyFiles: KeyFiles
    /// Which file `gate.db` was when it was opened.
    private let inode: UInt64
    /// Whether it began empty.
    let isNew: Bool
    /// Bytes of each log that are on disk here.
    private var logs: [String: UInt64] = [:]

    private static let logNames = [StoreName.journal, StoreName.erasures]

    /// Opens the copy of a gate, or begins one in an empty folder.
    /// - Throws: `.notFound`, `.inUse`, `.foreign(.mirror)` for a folder that cannot be used; `.occupied(.mirror)` for
    ///   one that holds something else.
    init(_ path: String, of gate: StoreFolder, _ vault: Identifier, epoch: [UInt8]) throws(StoreError) {
        let isEmpty = try Self.look(path)
        self.path = path
        self.gate = gate
        folder = try StoreFolder(path, .mirror)
        keyFiles = KeyFiles(folder: folder, vault: vault, devicePath: nil)
        isNew = isEmpty
        let connection: Connection
        if isEmpty {
            try Self.begin(folder, vault, epoch)
            connection = try DatabaseFile.again(StoreName.gateFile, in: folder, .gateFile)
        } else {
            connection = try Self.open(folder, vault, epoch)
        }
        file = try database(.gateFile) { () throws(SQLError) in try GateFile(connection) }
        guard let status = try folder.status(of: StoreName.gateFile) else { throw .notFound }
        inode = status.inode
        for name in Self.logNames { logs[name] = try folder.status(of: name)?.size ?? 0 }
    }

    // MARK: looking

    /// Looks at a folder without touching it.
    /// - Returns: whether it is empty, or was not filled to its end.
    private static func look(_ path: String) throws(StoreError) -> Bool {
        let names: [String]
        do throws(SystemError) {
            let directory = try Directory(path: path)
            let status = try directory.descriptor.status()
            guard status.ownerUID == Process.uid, status.mode & 0o077 == 0 else {
                throw SystemError("folder owner or mode", SystemError.notPermitted)
            }
            names = try directory.list(countMax: 64)
        } catch {
            switch error.code {
            case SystemError.tooBig: throw .occupied(.mirror)
            case SystemError.noEntry: throw .notFound
            default: throw StoreError(error)
            }
        }
        if names.contains(StoreName.filling) { return true }
        guard !names.contains(StoreName.gateFile) else { return false }
        // What a file system has in its topmost folder is nobody's.
        guard names.allSatisfy({ $0 == StoreName.lock || $0 == "lost+found" }) else {
            throw .occupied(.mirror)
        }
        return true
    }

    /// Whether a mirror that was named can be one: asked before the gate is open.
    /// - Throws: `.occupied(.mirror)`; what is missing may come later.
    static func require(
        _ path: String, apartFrom folders: [StoreFolder], _ vault: Identifier, epoch: [UInt8]
    ) throws(StoreError) {
        // A path that leads nowhere now is looked at again later.
        for folder in folders where (try? StoreFolder.isSame(folder, as: path)) == true {
            throw .occupied(.mirror)
        }
        do throws(StoreError) {
            guard try !look(path) else { return }
            _ = try open(StoreFolder(path, .mirror), vault, epoch)
        } catch {
            guard condition(after: error) == .foreign else { return }
            throw .occupied(.mirror)
        }
    }

    private static func open(
        _ folder: StoreFolder, _ vault: Identifier, _ epoch: [UInt8]
    ) throws(StoreError) -> Connection {
        let connection = try DatabaseFile.open(.gate, StoreName.gateFile, in: folder, .gateFile)
        guard try DatabaseFile.vault(connection, .gate) == vault,
            try database(.gateFile, { () throws(SQLError) in try GateFile(connection).epoch() }) == epoch
        else { throw .occupied(.mirror) }
        return connection
    }

    /// What an error says of the mirror.
    static func condition(after error: StoreError) -> MirrorCondition {
        switch error {
        // What was read and is not what was written is written anew.
        case .tampered(.mirror): .behind
        case .occupied, .foreign(.gateFile), .foreign(.meta), .foreign(.keyFile), .tampered: .foreign
        case .notFound, .inUse, .foreign: .missing
        case .rolledBack: .ahead
        case .system(let error):
            [
                SystemError.noEntry, SystemError.notADirectory, SystemError.notPermitted,
                SystemError.accessDenied, SystemError.tooManyLinks,
            ].contains(error.code) ? .missing : .behind
        default: .behind
        }
    }

    /// Whether what is written still arrives where the path leads.
    private func requireThere() throws(StoreError) {
        let isSame = try StoreFolder.isSame(folder, as: path)
        guard isSame, try folder.status(of: StoreName.gateFile)?.inode == inode else { throw .notFound }
    }

    /// Whether it lies on the file system of one of these folders.
    func sharesFileSystem(with others: [StoreFolder]) throws(StoreError) -> Bool {
        for other in others
        where try system({ () throws(SystemError) in
            try folder.directory.sharesFileSystem(with: other.directory)
        }) {
            return true
        }
        return false
    }

    // MARK: filling

    /// Marks the folder, clears it, and makes an empty `gate.db`.
    private static func begin(
        _ folder: StoreFolder, _ vault: Identifier, _ epoch: [UInt8]
    ) throws(StoreError) {
        try mark(folder)
        try system { () throws(SystemError) in
            for name in StoreName.files(of: .gateFolder) where name != StoreName.lock {
                try folder.directory.unlinkIfPresent(name)
            }
            try folder.directory.sync()
        }
        try DatabaseFile.create(.gate, StoreName.gateFile, in: folder, .gateFile) {
            connection throws(SQLError) in
            let meta = try connection.prepare("INSERT INTO meta(version, vault, epoch) VALUES(?1, ?2, ?3)")
            try meta.bind(1, Schema.gate.version)
            try meta.bind(2, vault.bytes)
            try meta.bind(3, epoch)
            try meta.run()
        }
    }

    /// Says that what is here is not whole; no store opens it as a gate.
    private static func mark(_ folder: StoreFolder) throws(StoreError) {
        guard try folder.status(of: StoreName.filling) == nil else { return }
        try system { () throws(SystemError) in
            _ = try folder.directory.create(StoreName.filling)
            try folder.directory.sync()
        }
    }

    /// Takes over everything, whatever was here of the same gate.
    func fill(_ contents: MirrorContents) throws(StoreError) {
        try requireThere()
        try keyFiles.removeAuto()
        for (name, byteCount) in contents.logs { try compareLog(name, byteCount) }
        for (name, byteCount) in contents.logs { try extendLog(name, to: byteCount) }
        for name in [StoreName.deviceKey, StoreName.loginKey] {
            guard let bytes = contents.files[name] else {
                try keyFiles.removeOverwritten(name)
                continue
            }
            guard try folder.read(name, byteCountMax: 4_096) != bytes else { continue }
            try system { () throws(SystemError) in try folder.directory.write(bytes, to: name) }
        }
        try write(contents.rows)
        try scrub()
        if isNew { try folder.remove(StoreName.filling) }
    }

    /// Cuts a log off where it begins to differ from the gate's.
    private func compareLog(_ name: String, _ byteCount: UInt64) throws(StoreError) {
        guard let count = logs[name], count > 0 else { return }
        let same = try sameByteCount(name, min(count, byteCount))
        guard same < count else { return }
        try system { () throws(SystemError) in
            let log = try folder.directory.open(name, [.write])
            try log.truncate(to: same)
            try log.sync()
        }
        logs[name] = same
    }

    /// How far a log is the gate's, in pieces of 1 MiB.
    private func sameByteCount(_ name: String, _ count: UInt64) throws(StoreError) -> UInt64 {
        guard count > 0 else { return 0 }
        return try system { () throws(SystemError) in
            let ours = try gate.directory.open(name, [.read])
            let theirs = try folder.directory.open(name, [.read])
            var same: UInt64 = 0
            while same < count {
                let piece = Int(min(1 << 20, count - same))
                guard try ours.read(count: piece, at: same) == theirs.read(count: piece, at: same) else {
                    break
                }
                same += UInt64(piece)
            }
            return same
        }
    }

    /// Compares everything here with the gate.
    /// - Throws: `.tampered(.mirror)` for any difference.
    private func compare(with rows: [GateWrite], _ lengths: [String: UInt64]) throws(StoreError) {
        let found = try database(.mirror) { () throws(SQLError) in try file.contents() }
        guard Set(found) == Set(rows), found.count == rows.count else { throw .tampered(.mirror) }
        for (name, byteCount) in lengths {
            guard logs[name] ?? 0 == byteCount, try sameByteCount(name, byteCount) == byteCount else {
                throw .tampered(.mirror)
            }
        }
        guard
            try folder.read(StoreName.loginKey, byteCountMax: 4_096)
                == gate.read(StoreName.loginKey, byteCountMax: 4_096)
        else { throw .tampered(.mirror) }
    }

    // MARK: steps

    /// Does what the gate did.
    func apply(_ step: MirrorStep) throws(StoreError) {
        try requireThere()
        for (name, byteCount) in step.logs { try extendLog(name, to: byteCount) }
        switch step.kind {
        case .rows(let writes): try write(writes)
        case .compare(let rows): try compare(with: rows, step.logs)
        case .scrub: try scrub()
        case .burn:
            for name in [StoreName.deviceKey, StoreName.loginKey] { try keyFiles.removeOverwritten(name) }
            try write([.noSlots])
            try scrub()
        case .empty:
            try Self.mark(folder)
            try write([.noCells, .noSlots])
            try scrub()
        }
    }

    /// Looks whether the mirror is still there.
    func look() throws(StoreError) { try requireThere() }

    /// Leaves one file, as far as that is possible: a write-ahead log beside it says the same.
    func close() { _ = try? file.truncateLog(isPatient: false) }

    private func write(_ writes: [GateWrite]) throws(StoreError) {
        do throws(SQLError) {
            try file.begin()
            for write in writes { try file.write(write) }
            try file.commit()
        } catch {
            file.rollback()
            throw StoreError(error, in: .gateFile)
        }
    }

    private func scrub() throws(StoreError) {
        guard try database(.gateFile, { () throws(SQLError) in try file.truncateLog(isPatient: true) }) else {
            throw .busy
        }
    }

    /// Copies what the gate's log has more, and waits until it is on disk.
    private func extendLog(_ name: String, to byteCount: UInt64) throws(StoreError) {
        var offset = logs[name] ?? 0
        guard byteCount > offset else { return }
        try system { () throws(SystemError) in
            let ours = try gate.directory.open(name, [.read])
            let isNew = try folder.directory.status(name) == nil
            let theirs = try folder.directory.open(name, [.readWrite, .create])
            while offset < byteCount {
                let piece = try ours.read(count: Int(min(1 << 20, byteCount - offset)), at: offset)
                try theirs.write(piece, at: offset)
                offset += UInt64(piece.count)
            }
            try theirs.sync()
            if isNew { try folder.directory.sync() }
        }
        logs[name] = byteCount
    }

    /// Bytes of each log here.
    func byteCount(of name: String) -> UInt64 { logs[name] ?? 0 }
}
