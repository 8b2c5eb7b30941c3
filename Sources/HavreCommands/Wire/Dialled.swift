import HavreDaemon
import HavreSystem
import HavreWire

/// A connection to a server that lies where a server of ours may lie.
struct Dialled {
    let line: any Line
    /// Absolute path of the socket, without links in its folder.
    let socket: String
    /// Whether a socket's path in a server's greeting is that of this connection.
    let isHere: (_ path: String) -> Bool
    /// How long the line waits for an answer.
    let patience: Patience

    init(
        line: any Line, socket: String, patience: Patience = Patience { _ in true },
        isHere: @escaping (String) -> Bool
    ) {
        self.line = line
        self.patience = patience
        self.socket = socket
        self.isHere = isHere
    }

    /// Name of the system user who may serve besides root and oneself.
    private static let systemUser = "havre"

    /// Connects, after a look at whose folder the socket lies in and, when connected, at who serves.
    /// - Throws: `Unreachable` when nobody answers; `WrongServer` when somebody else could have put the socket there.
    static func connect(_ path: String) throws(Failure) -> Dialled {
        let trusted: Set<UInt32?> = [0, Process.uid, Process.userID(of: systemUser)]
        let place: (folder: String, name: String)
        let patience = Patience { answers(path, withinMilliseconds: $0) }
        let channel: PatientChannel
        do throws(SystemError) {
            let (parent, name) = try Files.split(path)
            let folder = try Directory(path: parent)
            let status = try folder.descriptor.status()
            guard trusted.contains(status.ownerUID), status.mode & 0o022 == 0 else {
                throw SystemError("socket folder", SystemError.notPermitted)
            }
            let connection = try Connection(
                name, in: folder, withinMilliseconds: patience.limitMilliseconds)
            guard trusted.contains(try Peer(of: connection.descriptor).uid) else {
                throw SystemError("socket peer", SystemError.notPermitted)
            }
            place = (try folder.path(), name)
            channel = try PatientChannel(SocketChannel.Socket(connection), patience)
        } catch {
            if error.code == SystemError.notPermitted {
                throw Failure(.wrongServer, "fail.foreignSocket", next: "next.stop")
            }
            if error.code == SystemError.accessDenied {
                throw Failure(.unreachable, "fail.socketClosed", ["socket": path], next: "next.group")
            }
            if error.code == SystemError.wouldBlock {
                throw Failure(.unreachable, "fail.silent", next: "next.silent")
            }
            throw Failure(.unreachable, nil, ["socket": path, "why": error.reason])
        }
        let socket = place.folder + "/" + place.name
        return Dialled(line: ChannelLine(channel), socket: socket, patience: patience) { said in
            said == socket || said == path || isSame(said, place.folder, place.name)
        }
    }

    /// Whether the server says a word to somebody who asks what anybody may ask. What keeps the question from being
    /// asked says nothing of the server, and is none.
    static func answers(_ path: String, withinMilliseconds milliseconds: Int) -> Bool {
        do throws(SystemError) {
            let (parent, name) = try Files.split(path)
            let connection = try Connection(
                name, in: try Directory(path: parent), withinMilliseconds: milliseconds)
            try connection.send(Call(Protocol.vault + ".Status").encoded())
            return try connection.descriptor.waitReadable(milliseconds: milliseconds)
        } catch { return error.code != SystemError.wouldBlock }
    }

    /// Whether a path leads to a name in a folder, whatever links lie on the way to the folder.
    private static func isSame(_ path: String, _ folder: String, _ name: String) -> Bool {
        guard path.hasPrefix("/"), let parts = try? Files.split(path), parts.name == name,
            let there = try? Directory(path: parts.parent)
        else { return false }
        return (try? there.path()) == folder
    }
}
