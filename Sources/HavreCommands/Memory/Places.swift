import HavreSystem
import HavreWire

/// Where the client keeps what it remembers: sessions while the machine runs, checkpoints for good.
struct Places {
    private let environment: (String) -> String?
    private let uid: UInt32

    init(_ world: World) {
        environment = world.environment
        uid = world.uid
    }

    /// The folder of the session files, 0700 and one's own: `$XDG_RUNTIME_DIR/havre`, else `/run/user/UID/havre`,
    /// else `havre-UID` under the temporary folder.
    /// - Throws: `Internal` for a folder of somebody else's; a session is not left where others may read it.
    func runtime() throws(Failure) -> Directory {
        let (base, name) = runtimePlace()
        return try own(base + "/" + name) { () throws(SystemError) in
            try checkBase(base)
            return try Directory(private: base + "/" + name)
        }
    }

    private func runtimePlace() -> (base: String, name: String) {
        if let base = environment("XDG_RUNTIME_DIR"), !base.isEmpty { return (base, "havre") }
        let usual = "/run/user/\(uid)"
        // Where systemd has not made one that is ours alone, there is none.
        if let folder = try? Directory(path: usual), (try? folder.ownerUID()) == uid,
            (try? folder.mode()).map({ $0 & 0o777 }) == 0o700
        {
            return (usual, "havre")
        }
        let temporary = environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        return (temporary, "havre-\(uid)")
    }

    /// A folder of one's own that lies in memory: that of the sessions where it does (as systemd makes it), else one
    /// below `/dev/shm`.
    /// - Throws: `Internal` when there is none: what is looked at is not put on a disk.
    func memory() throws(Failure) -> Directory {
        let sessions = try runtime()
        if (try? sessions.isInMemory()) == true { return sessions }
        if let shared = try? Directory(private: shared), (try? shared.isInMemory()) == true { return shared }
        throw Failure(.internal, "fail.noMemory", next: "next.memoryFolder")
    }

    /// The same where it is there already; nothing is made.
    func memoryIfAny() -> Directory? {
        if let sessions = try? runtime(), (try? sessions.isInMemory()) == true { return sessions }
        guard (try? Files.exists(shared)) == true else { return nil }
        return try? Directory(private: shared)
    }

    private var shared: String { "/dev/shm/havre-\(uid)" }

    /// Nobody else may be able to swap our folder for one of theirs.
    private func checkBase(_ path: String) throws(SystemError) {
        let base = try Directory(path: path)
        let owner = try base.ownerUID()
        let mode = try base.mode()
        guard owner == uid || owner == 0, mode & 0o022 == 0 || mode & 0o1000 != 0 else {
            throw SystemError("folder owner or mode", SystemError.notPermitted)
        }
    }

    /// The path of the folder of checkpoints: `$XDG_STATE_HOME/havre`, else `~/.local/state/havre`.
    func statePath() throws(Failure) -> String {
        if let base = environment("XDG_STATE_HOME"), base.hasPrefix("/") { return base + "/havre" }
        guard let home = environment("HOME"), home.hasPrefix("/") else {
            throw Failure(.internal, "fail.noHome", next: "next.home")
        }
        return home + "/.local/state/havre"
    }

    /// The folder of the checkpoints, made with its parents where they are missing.
    func state() throws(Failure) -> Directory {
        let path = try statePath()
        return try own(path) { () throws(SystemError) in
            var made = ""
            for part in path.split(separator: "/").dropLast() {
                made += "/" + part
                if try !Files.exists(made) {
                    let (parent, name) = try Files.split(made)
                    try Directory(path: parent).makeDirectory(name)
                }
            }
            return try Directory(private: path)
        }
    }

    private func own(
        _ path: String, _ body: () throws(SystemError) -> Directory
    ) throws(Failure) -> Directory {
        do throws(SystemError) { return try body() } catch {
            guard error.code == SystemError.notPermitted else { throw Screen.failure(error) }
            throw Failure(.internal, "fail.folder", ["folder": path], next: "next.folder")
        }
    }
}
