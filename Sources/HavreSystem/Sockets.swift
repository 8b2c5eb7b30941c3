import CSystem

/// Who is at the other end of a socket, as the kernel wrote it down when the connection was made.
package struct Peer: Sendable, Equatable {
    /// 0 when the process is not visible from here.
    package let pid: Int32
    package let uid: UInt32
    package let gid: UInt32
    /// Terminal session of the peer (getsid), proven to be that of the same process by a descriptor of it; nil
    /// when the kernel cannot prove it (before Linux 6.5) or the process has already gone.
    package let terminalSession: Int32?

    /// A peer as told, for tests and for a house without a socket.
    package init(pid: Int32, uid: UInt32, gid: UInt32, terminalSession: Int32?) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
        self.terminalSession = terminalSession
    }

    /// Asks the kernel about a connected socket. Nothing that the peer named itself is looked at.
    package init(of socket: borrowing Descriptor) throws(SystemError) {
        var found = csys_peer()
        try check("peer", unsafe csys_peer_credentials(socket.raw, &found))
        pid = found.pid
        uid = found.uid
        gid = found.gid
        terminalSession = Peer.session(of: found.pid, socket: socket)
    }

    /// Whether this kernel can prove whose terminal session a peer is in.
    package static var canProveTerminals: Bool { csys_can_prove_peers() == 1 }

    private static func session(of pid: Int32, socket: borrowing Descriptor) -> Int32? {
        let answer = csys_peer_pidfd(socket.raw)
        guard answer >= 0, pid > 0 else { return nil }
        let process = Descriptor(owning: answer)
        let session = csys_session(pid)
        // The number is taken from a pid; it counts only if that process has not ended meanwhile, for then the
        // pid may be somebody else's. A descriptor of a process becomes readable when it ends.
        // 0 stands for every session that began outside of this container: one like any other, and not ours.
        guard session >= 0, csys_poll(process.raw, 0) == 0 else { return nil }
        return session
    }
}

/// A UNIX stream socket that waits for connections.
package struct Listener: ~Copyable, Sendable {
    package let descriptor: Descriptor
    /// The path it was asked to listen on; nil when the service manager made it.
    package let path: String?

    /// Takes over a listening socket, for example from the service manager.
    /// - Throws: `invalid` when it is not a listening UNIX stream socket.
    package init(inherited descriptor: consuming Descriptor) throws(SystemError) {
        guard csys_is_listening(descriptor.raw) == 1 else {
            throw SystemError("inherited socket", SystemError.invalid)
        }
        try descriptor.closeOnExec()
        self.descriptor = descriptor
        path = nil
    }

    /// Listens at `path`. The folder is made first with its final mode when it is missing; the socket has its
    /// final mode from its first moment, whatever the umask says, so there is no time in which others connect.
    /// - Parameters:
    ///   - folderMode: 0o700 under a person's own user, 0o750 for the system user.
    ///   - socketMode: 0o600 or 0o660.
    /// - Throws: `notPermitted` when the folder is a link, belongs to somebody else (root and oneself may own it)
    ///   or others may write in it; `exists` when something that is not our own dead socket has the name;
    ///   `addressInUse` when a live server has it.
    package init(
        path: String, folderMode: UInt32 = 0o700, socketMode: UInt32 = 0o600, backlog: Int32 = 128
    ) throws(SystemError) {
        let (parent, name) = try Files.split(path)
        let folder = try Listener.folder(parent, mode: folderMode)
        try Listener.clear(name, in: folder)
        let socket = Descriptor(owning: try check("socket", csys_socket(0)))
        // On Linux the mode of a socket's own inode, narrowed by the umask, becomes the mode of the new name.
        try check("fchmod", csys_fchmod(socket.raw, socketMode))
        // Through the open folder: the name lands there and nowhere else, and long paths fit.
        let place = "/proc/self/fd/\(folder.descriptor.raw)/\(name)"
        try check(
            "bind", unsafe place.withCString { unsafe csys_bind(socket.raw, $0, place.utf8.count) })
        let number = folder.descriptor.raw
        // Only ever widens: what a strict umask took from the group.
        try check("chmod", unsafe name.withCString { unsafe csys_fchmodat(number, $0, socketMode) })
        try check("listen", csys_listen(socket.raw, backlog))
        descriptor = socket
        self.path = path
    }

    private static func folder(_ path: String, mode: UInt32) throws(SystemError) -> Directory {
        if path != ".", path != "/", try !Files.exists(path) {
            return try Directory(private: path, mode: mode)
        }
        let folder = try Directory(path: path)
        let status = try folder.descriptor.status()
        guard status.ownerUID == csys_uid() || status.ownerUID == 0 else {
            throw SystemError("socket folder owner", SystemError.notPermitted)
        }
        guard status.mode & 0o022 == 0 else {
            throw SystemError("socket folder mode", SystemError.notPermitted)
        }
        return folder
    }

    /// Removes our own dead socket of that name, and nothing else.
    private static func clear(_ name: String, in folder: borrowing Directory) throws(SystemError) {
        guard let old = try folder.status(name) else { return }
        guard old.kind == .socket, old.ownerUID == csys_uid() else {
            throw SystemError("socket path", SystemError.exists)
        }
        let probe = Descriptor(owning: try check("socket", csys_socket(0)))
        let place = "/proc/self/fd/\(folder.descriptor.raw)/\(name)"
        let answer = unsafe place.withCString { unsafe csys_connect(probe.raw, $0, place.utf8.count) }
        guard answer == -SystemError.connectionRefused else {
            throw SystemError("socket path", SystemError.addressInUse)
        }
        try folder.unlink(name)
    }

    /// Lets `accept` throw `wouldBlock` instead of waiting, for who waits for several things at once.
    package borrowing func doNotWait() throws(SystemError) {
        try check("fcntl", csys_non_waiting(descriptor.raw))
    }

    /// The next connection; waits for one.
    package borrowing func accept() throws(SystemError) -> Descriptor {
        let number = descriptor.raw
        return Descriptor(owning: Int32(try retrying("accept") { Int(csys_accept(number)) }))
    }
}

/// A connected UNIX stream socket: bytes and, beside them, descriptors.
package struct Connection: ~Copyable, Sendable {
    package let descriptor: Descriptor

    /// Takes over a connected socket.
    package init(owning descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Connects to the server at `path`.
    package init(path: String) throws(SystemError) {
        let (parent, name) = try Files.split(path)
        self = try Connection(name, in: try Directory(path: parent))
    }

    /// Connects to the server of that name in an open folder, after the caller has looked at whose folder it is.
    /// - Parameter milliseconds: How long to wait for a server that takes nobody in; 0 waits for ever.
    /// - Throws: `wouldBlock` when it still takes nobody in.
    package init(
        _ name: String, in folder: borrowing Directory, withinMilliseconds milliseconds: Int = 0
    ) throws(SystemError) {
        try checkName(name)
        let socket = Descriptor(owning: try check("socket", csys_socket(0)))
        // For a UNIX socket the time of sending is that of connecting as well (unix(7), SO_SNDTIMEO in socket(7)).
        try check("timeout", csys_send_timeout(socket.raw, UInt32(clamping: milliseconds)))
        let place = "/proc/self/fd/\(folder.descriptor.raw)/\(name)"
        try check(
            "connect", unsafe place.withCString { unsafe csys_connect(socket.raw, $0, place.utf8.count) })
        descriptor = socket
    }

    /// Two sockets connected to each other, for tests and children.
    package static func pair() throws(SystemError) -> ConnectionPair {
        var ends: [Int32] = [-1, -1]
        let answer = unsafe ends.withUnsafeMutableBufferPointer { unsafe csys_socket_pair($0.baseAddress!) }
        try check("socketpair", answer)
        return ConnectionPair(
            first: Connection(owning: Descriptor(owning: ends[0])),
            second: Connection(owning: Descriptor(owning: ends[1])))
    }

    /// How long `receive` and `send` wait for the other end before they throw `wouldBlock`; 0 waits for ever.
    package borrowing func setTimeouts(receiveMilliseconds: Int, sendMilliseconds: Int) throws(SystemError) {
        try check("timeout", csys_receive_timeout(descriptor.raw, UInt32(clamping: receiveMilliseconds)))
        try check("timeout", csys_send_timeout(descriptor.raw, UInt32(clamping: sendMilliseconds)))
    }

    /// Ends both directions now: whoever waits in `receive`, here or there, sees the end.
    package borrowing func shutdown() { csys_shutdown(descriptor.raw, 0) }

    /// Takes nothing in any more: `receive` here sees the end, an answer under way still goes out.
    package borrowing func shutdownReading() { csys_shutdown(descriptor.raw, 1) }

    /// Sends every byte; the descriptors travel with the first one.
    /// - Throws: `brokenPipe` when the other end has gone (no signal is raised).
    package borrowing func send(
        _ bytes: [UInt8], _ descriptors: [SharedDescriptor] = []
    ) throws(SystemError) {
        var numbers = descriptors.map { $0.descriptor.raw }
        let number = descriptor.raw
        var done = 0
        while done < bytes.count {
            let (from, riding) = (done, numbers)
            done += try retrying("send") {
                unsafe bytes.withUnsafeBytes { room in
                    unsafe riding.withUnsafeBufferPointer { list in
                        unsafe csys_send(
                            number, room.baseAddress! + from, room.count - from, list.baseAddress, list.count)
                    }
                }
            }
            numbers = []
        }
        // The descriptors must outlive the call that lent their numbers.
        withExtendedLifetime(descriptors) {}
    }

    /// Receives what is there, at most `span.byteCount` bytes.
    /// - Returns: Bytes received (0 = the other end has gone) and the descriptors that came with them, each
    ///   close-on-exec.
    /// - Throws: `tooManyLinks` when more than `descriptorsMax` were sent: those that arrived are closed and the
    ///   kernel never installs the rest; the connection is of no use afterwards. `wouldBlock` after the timeout.
    package borrowing func receive(
        into span: inout MutableRawSpan, descriptorsMax: Int
    ) throws(SystemError) -> (count: Int, descriptors: [SharedDescriptor]) {
        let number = descriptor.raw
        var numbers = [Int32](repeating: -1, count: max(1, descriptorsMax))
        var numberCount = 0
        var truncated: Int32 = 0
        let count = try retrying("receive") {
            unsafe span.withUnsafeMutableBytes { room in
                unsafe numbers.withUnsafeMutableBufferPointer { list in
                    unsafe csys_receive(
                        number, room.baseAddress!, room.count, list.baseAddress!, descriptorsMax,
                        &numberCount, &truncated)
                }
            }
        }
        // Owned before anything can throw, so that they are closed whatever happens.
        let descriptors = numbers[..<numberCount].map { SharedDescriptor(Descriptor(owning: $0)) }
        guard truncated == 0 else { throw SystemError("receive", SystemError.tooManyLinks) }
        return (count, descriptors)
    }
}

/// Two ends of one connection.
package struct ConnectionPair: ~Copyable, Sendable {
    package var first: Connection
    package var second: Connection

    /// Gives up the first end and closes the other.
    package consuming func takeFirst() -> Connection { first }
}
