import HavreCodec
import HavreSecrets
import HavreSystem
import HavreWire

/// A folder for one half of a new vault, looked at before anybody types a passphrase.
enum NewFolder {
    /// Makes the folders above it that are missing, and looks whether the folder itself can be taken.
    /// - Throws: `Usage` for a folder that holds something, a link, or one that others may enter.
    static func prepare(_ path: String) throws(Failure) {
        do throws(SystemError) {
            let (parent, name) = try Files.split(path)
            try makeParents(parent)
            let above = try Directory(path: parent)
            guard let status = try above.status(name) else { return }
            try requireFolder(status)
            _ = try empty(path)
        } catch {
            throw failure(error, path)
        }
    }

    /// - Throws: `notADirectory` for anything but a folder.
    static func requireFolder(_ status: FileStatus) throws(SystemError) {
        guard status.kind == .directory else { throw SystemError("folder", SystemError.notADirectory) }
    }

    /// The folder, made if it is missing, when it is one's own, closed to others and holds nothing.
    /// - Throws: `tooBig` for one that holds something, `notPermitted` for one that others may enter.
    static func empty(_ path: String) throws(SystemError) -> Directory {
        let folder = try Directory(private: path)
        guard try folder.list(countMax: 1).isEmpty else { throw SystemError("folder", SystemError.tooBig) }
        return folder
    }

    /// What a person is told of a folder that cannot be taken.
    static func failure(_ error: SystemError, _ path: String) -> Failure {
        switch error.code {
        case SystemError.tooBig: .usage("usage.folderNotEmpty", ["folder": path])
        case SystemError.notPermitted, SystemError.notADirectory, SystemError.tooManyLinks:
            .usage("usage.folderNotPrivate", ["folder": path])
        default: error.isFull ? Failure(.storageFull) : Input.failure(error, path)
        }
    }

    /// Makes the folders above a folder that are missing, and looks whether it can be made there, or is one's own.
    /// - Throws: `Usage` where this account may not write: told before a passphrase is typed.
    static func makeAbove(_ path: String) throws(Failure) {
        do throws(SystemError) {
            let (parent, name) = try Files.split(path)
            try makeParents(parent)
            let above = try Directory(path: parent)
            if let status = try above.status(name) {
                // What is in it is judged with the backup: a restore that was interrupted is done again.
                guard status.ownerUID == Process.uid else {
                    throw SystemError("folder", SystemError.accessDenied)
                }
                return
            }
            let probe = ".havre-" + Hex.encode(Random.bytes(6))
            try above.makeDirectory(probe, mode: 0o700)
            try above.removeDirectory(probe)
        } catch { throw failure(error, path) }
    }

    /// Others may pass through these: what is closed is the folder itself.
    private static func makeParents(_ path: String) throws(SystemError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") where part != "." {
            let folder = made + "/" + part
            if try !Files.exists(folder) {
                try Directory(path: made.isEmpty ? "/" : made).makeDirectory(String(part), mode: 0o755)
            }
            made = folder
        }
    }
}
