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
            guard status.kind == .directory else { throw SystemError("folder", SystemError.notADirectory) }
            guard try Directory(private: path).list(countMax: 1).isEmpty else {
                throw SystemError("folder", SystemError.tooBig)
            }
        } catch {
            switch error.code {
            case SystemError.tooBig: throw .usage("usage.folderNotEmpty", ["folder": path])
            case SystemError.notPermitted, SystemError.notADirectory, SystemError.tooManyLinks:
                throw .usage("usage.folderNotPrivate", ["folder": path])
            default: throw error.isFull ? Failure(.storageFull) : Input.failure(error, path)
            }
        }
    }

    /// Makes the folders above a folder that are missing.
    static func makeAbove(_ path: String) throws(Failure) {
        do throws(SystemError) { try makeParents(try Files.split(path).parent) } catch {
            throw error.isFull ? Failure(.storageFull) : Input.failure(error, path)
        }
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
