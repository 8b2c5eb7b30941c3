import HavreCodec
import HavreSecrets
import HavreSystem
import HavreWire

/// One unlocked session as the client keeps it: whose it is, on which server, and the token that proves it.
struct SessionFile: Equatable {
    /// Absolute path of the socket.
    let socket: String
    /// 64 hex digits.
    let fingerprint: String
    let user: String
    let role: String
    let token: String
    /// The terminal session in which it was unlocked; the daemon serves it only there where it can tell.
    let terminal: Int32?

    private static let byteCountMax = 8192
    private static let prefix = "session."

    /// The name of its file: nothing of it tells whose it is.
    var name: String {
        let facts = [socket, Fold.fold(user), terminal.map(String.init) ?? ""].joined(separator: "\0")
        return Self.prefix + Hash.blake2b256(Array(facts.utf8)).hex.prefix(32)
    }

    /// Whether the person calls herself so: case and accents do not count.
    func isOf(_ name: String) -> Bool { Fold.fold(user) == Fold.fold(name) }

    /// Whether the name begins so: the first name will do where there is only one.
    func begins(_ name: String) -> Bool { Fold.fold(user).hasPrefix(Fold.fold(name)) && !name.isEmpty }

    private var json: JSON {
        var members: [String: JSON] = [
            "socket": .string(socket), "fingerprint": .string(fingerprint), "user": .string(user),
            "role": .string(role), "session": .string(token),
        ]
        if let terminal { members["terminal"] = .int(Int64(terminal)) }
        return .object(members)
    }

    init(
        socket: String, fingerprint: String, user: String, role: String, token: String, terminal: Int32?
    ) {
        self.socket = socket
        self.fingerprint = fingerprint
        self.user = user
        self.role = role
        self.token = token
        self.terminal = terminal
    }

    private init(parsing bytes: [UInt8]) throws(CodecError) {
        var fields = try Fields(JSON(parsing: bytes))
        socket = try fields.string("socket")
        fingerprint = try fields.digest("fingerprint").hex
        user = try fields.string("user")
        role = try fields.string("role")
        token = try fields.string("session")
        let number = try fields.optionalInt("terminal", in: 0...Int64(Int32.max))
        terminal = number.map { Int32(truncatingIfNeeded: $0) }
        try fields.finish()
    }

    /// Keeps the session, 0600, in place of an older one of the same person at the same terminal.
    func write(_ folder: borrowing Directory) throws(Failure) {
        do throws(SystemError) { try folder.write(json.encoded(), to: name) } catch {
            throw Screen.failure(error)
        }
    }

    /// Forgets the session. A token that stays behind opens nothing: its session has ended.
    func remove(_ folder: borrowing Directory) { _ = try? folder.unlinkIfPresent(name) }

    /// Refuses a folder with a session file that is not one's own or that others may read or write: it was not left
    /// there like this, and somebody may have put it there.
    static func requirePrivate(in folder: borrowing Directory) throws(Failure) {
        do {
            let owner = try folder.ownerUID()
            for name in try folder.list(countMax: 10_000) where name.hasPrefix(prefix) {
                guard let status = try folder.status(name) else { continue }
                guard status.ownerUID == owner, status.mode & 0o777 == 0o600 else {
                    let path = (try? folder.path()) ?? ""
                    throw Failure(
                        .internal, "fail.session", ["file": path + "/" + name], next: "next.session")
                }
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Screen.failure(error as? SystemError ?? SystemError("status", SystemError.inputOutput))
        }
    }

    /// All sessions of the folder; what is no session file is left alone.
    static func all(in folder: borrowing Directory) throws(Failure) -> [SessionFile] {
        do throws(SystemError) {
            var found: [SessionFile] = []
            for name in try folder.list(countMax: 10_000) where name.hasPrefix(prefix) {
                guard let bytes = try? folder.read(name, byteCountMax: byteCountMax),
                    let file = try? SessionFile(parsing: bytes), file.name == name
                else { continue }
                found.append(file)
            }
            return found
        } catch {
            throw Screen.failure(error)
        }
    }
}

/// Chooses among the sessions that there are.
enum SessionChoice {
    /// - Parameters:
    ///   - name: What `--as` says.
    ///   - terminal: The terminal session of this process. A session of another one is taken only when it is named,
    ///     and the daemon decides whether it serves it: after `lock` nobody works on unawares as a colleague who is
    ///     unlocked in the next window of the same account.
    /// - Throws: `Locked` when there is none, `Usage` when there are several and none is named.
    static func choose(
        _ all: [SessionFile], socket: String, name: String?, terminal: Int32?
    ) throws(Failure) -> SessionFile {
        var fitting = all.filter { $0.socket == socket }
        if let name {
            let exact = fitting.filter { $0.isOf(name) }
            fitting = exact.isEmpty ? fitting.filter { $0.begins(name) } : exact
        }
        let here = fitting.filter { $0.terminal == terminal }
        if name == nil || !here.isEmpty { fitting = here }
        guard let first = fitting.first else {
            throw Failure(.locked, name == nil ? nil : "fail.noSuchSession", ["name": name ?? ""])
        }
        // Of one person's sessions at other terminals any is tried; of two people's none.
        guard fitting.count == 1 || (name != nil && Set(fitting.map(\.user)).count == 1) else {
            let names = Set(fitting.map(\.user)).sorted().joined(separator: ", ")
            throw Failure(.usage, "usage.whichSession", ["names": names], next: "next.as")
        }
        return first
    }
}
