import Havre
import HavreCodec
import HavreSystem
import HavreWire

/// The folder that a backup is written into: a new one, or an empty one of one's own that nobody else may enter.
struct BackupFolder: ~Copyable {
    let directory: Directory
    private let parent: Directory
    private let name: String
    /// Whether it was not there before.
    private let isNew: Bool

    /// - Throws: `Usage` for a folder that holds something, a link, somebody else's, or one that others may enter.
    init(_ path: String) throws(Failure) {
        let names: (parent: String, name: String)
        do throws(SystemError) { names = try Files.split(path) } catch { throw Input.failure(error, path) }
        do throws(SystemError) {
            let parent = try Directory(path: names.parent)
            let before = try parent.status(names.name)
            if let before { try NewFolder.requireFolder(before) }
            let directory = try NewFolder.empty(path)
            if before == nil { try parent.sync() }
            self.directory = directory
            self.parent = parent
            name = names.name
            isNew = before == nil
        } catch {
            throw NewFolder.failure(error, path)
        }
    }

    /// Removes the folder again if it was not there before; both halves are gone by then.
    func abandon() {
        if isNew { _ = try? parent.removeDirectory(name) }
    }

    /// Makes one half.
    func half(_ name: String) throws(Failure) -> BackupHalf {
        do throws(SystemError) { return try BackupHalf(name, in: directory) } catch {
            throw error.isFull ? Failure(.storageFull) : Screen.failure(error)
        }
    }
}
