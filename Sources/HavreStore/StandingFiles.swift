internal import HavreSystem

/// The files that the store has open, as they lay when it was opened: both databases and their write-ahead logs.
///
/// Whoever may write to the folders can remove, rename or replace them meanwhile. SQLite goes on with the files that it
/// has open, and what it acknowledges would be gone with the process: the name leads to nothing, or to another file.
struct StandingFiles: Sendable {
    private struct One: Sendable {
        let folder: StoreFolder
        let name: String
        let part: StorePart
        let device: UInt64
        let inode: UInt64
    }

    /// How one of the files was left: whoever writes into it changes this.
    struct Stamp: Sendable, Equatable {
        let part: StorePart
        fileprivate let byteCount: UInt64
        fileprivate let changed: Int64
    }

    /// Behind the name of a database, SQLite's log of what is not in it yet.
    private static let logSuffix = "-wal"
    /// What SQLite opens by itself beside a database: where something else than a plain file of ours lies there, it
    /// would wait at a pipe forever or go where a link leads.
    private static let companionSuffixes = [logSuffix, "-shm", "-journal"]

    private let files: [One]
    private let folders: [(folder: StoreFolder, part: StorePart)]

    /// Notes where the files lie now.
    /// - Parameter databases: each open, so that its log is there as well.
    /// - Throws: `.foreign` for what is no plain file of ours, `.tampered` for what is not there.
    init(_ databases: [(folder: StoreFolder, name: String, part: StorePart)]) throws(StoreError) {
        var files: [One] = []
        for (folder, database, part) in databases {
            for name in [database, database + Self.logSuffix] {
                guard let status = try folder.status(of: name) else { throw .tampered(part) }
                files.append(
                    One(folder: folder, name: name, part: part, device: status.device, inode: status.inode))
            }
        }
        self.files = files
        folders = databases.map { ($0.folder, $0.part) }
    }

    /// Looks whether every name, and that of its folder, still leads to the file that is open: six calls of the kernel,
    /// about 5 us.
    /// - Returns: how the files are now.
    /// - Throws: `.tampered` when one does not.
    func look() throws(StoreError) -> [Stamp] {
        for (folder, part) in folders {
            guard try folder.isStanding() else { throw .tampered(part) }
        }
        return try stamps()
    }

    /// How the files are now.
    /// - Throws: `.tampered` when a name leads to nothing, or to another file.
    func stamps() throws(StoreError) -> [Stamp] {
        var stamps: [Stamp] = []
        for file in files {
            let status = try system { () throws(SystemError) in try file.folder.directory.status(file.name) }
            guard let status, status.device == file.device, status.inode == file.inode else {
                throw .tampered(file.part)
            }
            // Of the log, SQLite sets the owner anew with each connection of root's.
            let isLog = file.name.hasSuffix(Self.logSuffix)
            stamps.append(
                Stamp(
                    part: file.part, byteCount: status.size,
                    changed: isLog ? status.modified : status.changed))
        }
        return stamps
    }

    /// Before a database is opened: nothing but plain files of ours beside it.
    /// - Throws: `.foreign`.
    static func lookBeside(_ database: String, in folder: StoreFolder) throws(StoreError) {
        for suffix in companionSuffixes { _ = try folder.status(of: database + suffix) }
    }
}
