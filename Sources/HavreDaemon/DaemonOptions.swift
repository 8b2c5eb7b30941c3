import HavreSystem

/// What the keeper tells the daemon on its command line. No secret and no personal data is among it.
package struct DaemonOptions: Equatable, Sendable {
    /// Folder of `vault.db` and `blobs/`.
    package let vault: String
    /// Folder of the gate.
    package let gate: String
    /// A device key elsewhere than in the gate, for example on a removable medium.
    package let deviceKey: String?
    /// Folder of a second copy of the gate.
    package let gateMirror: String?
    /// Where clients connect.
    package let socket: String

    /// A command line that makes no sense, with what to do instead.
    package struct Mistake: Error, Equatable, Sendable {
        package let rule: String
    }

    /// - Parameter arguments: Without the program's name.
    package init(parsing arguments: [String]) throws(Mistake) {
        var values: [String: String] = [:]
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard Self.names.contains(name) else { throw Mistake(rule: "unknown argument; see --help") }
            guard values[name] == nil else { throw Mistake(rule: "\(name) only once") }
            guard let value = rest.popFirst(), !value.isEmpty, !value.hasPrefix("--") else {
                throw Mistake(rule: "\(name) needs a path")
            }
            values[name] = value
        }
        guard let vault = values["--vault"], let gate = values["--gate"] else {
            throw Mistake(rule: "--vault DIR and --gate DIR are needed")
        }
        guard vault != gate else { throw Mistake(rule: "--vault and --gate are two folders") }
        self.vault = vault
        self.gate = gate
        deviceKey = values["--device-key"]
        gateMirror = values["--gate-mirror"]
        socket = values["--socket"] ?? Self.usualSocket
    }

    private static let names = ["--vault", "--gate", "--device-key", "--gate-mirror", "--socket"]

    /// Name of the system user under whom offices run the daemon.
    package static let systemUser = "havre"

    /// Whether this process is that user: then the group of the staff reaches the socket.
    package static var isSystemUser: Bool { Process.userName(of: Process.uid) == systemUser }

    /// The socket's path when none is named.
    package static var usualSocket: String {
        guard !isSystemUser, let folder = Process.environment("XDG_RUNTIME_DIR") else {
            return "/run/havre/havred.sock"
        }
        return folder + "/havre/havred.sock"
    }

    /// What `--help` says.
    package static let help = """
        havred --vault DIR --gate DIR [--device-key PATH] [--gate-mirror DIR]
               [--socket PATH]

        Serves a vault made by `havre init`, in the foreground; prints "ready" when it serves. SIGTERM ends it cleanly.
        Takes its socket from the service manager when there is one, and tells it when it serves.

          --vault DIR         folder of the stored files (ciphertext)
          --gate DIR          folder of the gate; on another disk or in another place than the vault
          --device-key PATH   the device key, when it does not lie in the gate
          --gate-mirror DIR   a second copy of the gate, on another disk, kept at once: an empty folder that is yours
                              alone (mode 0700). If the gate is lost, put this folder in its place. Without it work
                              goes on, and `havre status` says so.
          --socket PATH       where clients connect (default: /run/havre/havred.sock, or below $XDG_RUNTIME_DIR)

        Exit status: 0 ended cleanly, 1 failed, 2 the command line makes no sense, 5 the stores were tampered with
        or rolled back.

        """
}
