import CSystem

/// What the kernel says about a file.
package struct FileStatus: Sendable, Equatable {
    package enum Kind: Sendable, Equatable { case regular, directory, socket, link, pipe, other }

    package let kind: Kind
    /// Bytes.
    package let size: UInt64
    /// The nine permission bits and set-id bits, for example 0o600.
    package let mode: UInt32
    package let ownerUID: UInt32
    package let ownerGID: UInt32
    package let device: UInt64
    package let inode: UInt64
    /// When its bytes changed last: nanoseconds since 1970, UTC. Its owner can set it to anything.
    package let modified: Int64
    /// When its bytes, or what is known about it, changed last: nanoseconds since 1970, UTC, as fine as the file system
    /// counts. Nobody sets it back without setting the clock.
    package let changed: Int64

    init(_ raw: csys_status) {
        switch raw.mode & 0o170000 {
        case 0o100000: kind = .regular
        case 0o040000: kind = .directory
        case 0o140000: kind = .socket
        case 0o120000: kind = .link
        case 0o010000: kind = .pipe
        default: kind = .other
        }
        size = raw.size
        mode = raw.mode & 0o7777
        ownerUID = raw.uid
        ownerGID = raw.gid
        device = raw.device
        inode = raw.inode
        modified = raw.modified
        changed = raw.changed
    }
}

/// How a file is opened. Links are never followed and the descriptor never survives an exec.
package struct OpenFlags: OptionSet, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let read = OpenFlags(rawValue: csys_read_only)
    package static let write = OpenFlags(rawValue: csys_write_only)
    package static let readWrite = OpenFlags(rawValue: csys_read_write)
    package static let create = OpenFlags(rawValue: csys_create)
    package static let exclusive = OpenFlags(rawValue: csys_exclusive)
    package static let truncate = OpenFlags(rawValue: csys_truncate)
    package static let append = OpenFlags(rawValue: csys_append)
    package static let directory = OpenFlags(rawValue: csys_directory)
    /// Opening a pipe or a device does not wait for its other end.
    package static let nonBlocking = OpenFlags(rawValue: csys_non_blocking)
}

/// A file descriptor with exactly one owner, closed when that owner goes.
public struct Descriptor: ~Copyable, Sendable {
    /// The number, for a call that only looks at it.
    public let raw: Int32

    /// Takes over a descriptor that nobody else closes.
    public init(owning raw: Int32) { self.raw = raw }

    deinit { csys_close(raw) }

    /// Gives the number away; the caller closes it.
    public consuming func release() -> Int32 {
        let number = raw
        discard self
        return number
    }

    /// Opens a file without following a link in its last part.
    /// - Parameter mode: Permission bits of a file that is created, narrowed by the umask.
    package static func open(
        _ path: String, _ flags: OpenFlags, mode: UInt32 = 0o600
    ) throws(SystemError) -> Descriptor {
        try open(at: csys_here, path, flags, mode: mode)
    }

    static func open(
        at folder: Int32, _ path: String, _ flags: OpenFlags, mode: UInt32
    ) throws(SystemError) -> Descriptor {
        try checkPath(path)
        let number = try retrying("open") {
            unsafe path.withCString { name in
                Int(unsafe csys_openat(folder, name, flags.rawValue | csys_no_follow, mode))
            }
        }
        return Descriptor(owning: Int32(number))
    }

    /// A second descriptor of the same open file.
    package borrowing func duplicate() throws(SystemError) -> Descriptor {
        Descriptor(owning: try check("dup", csys_duplicate(raw)))
    }

    /// The same file opened anew for reading only: what is lent away cannot be written through.
    package borrowing func reopenedReadOnly() throws(SystemError) -> Descriptor {
        Descriptor(owning: try check("open", csys_reopen_read_only(raw)))
    }

    /// A pipe: bytes written to `write` come out of `read`.
    package static func pipe() throws(SystemError) -> Pipe {
        var ends: [Int32] = [-1, -1]
        try check("pipe", unsafe ends.withUnsafeMutableBufferPointer { unsafe csys_pipe($0.baseAddress!) })
        return Pipe(read: Descriptor(owning: ends[0]), write: Descriptor(owning: ends[1]))
    }

    /// Keeps the descriptor from the programs that this one starts.
    package borrowing func closeOnExec() throws(SystemError) {
        try check("fcntl", csys_close_on_exec(raw))
    }

    /// What the kernel says about the open file.
    package borrowing func status() throws(SystemError) -> FileStatus {
        var found = csys_status()
        try check("fstat", unsafe csys_fstat(raw, &found))
        return FileStatus(found)
    }

    /// Size in bytes.
    package borrowing func statSize() throws(SystemError) -> UInt64 { try status().size }

    /// Whether this is a plain file, neither pipe, device, folder nor socket.
    package borrowing func isRegular() throws(SystemError) -> Bool { try status().kind == .regular }

    /// Whether reading is all that this descriptor can do.
    package borrowing func isReadOnly() throws(SystemError) -> Bool {
        try check("fcntl", csys_status_flags(raw)) & 3 == csys_read_only
    }

    /// Whether reading is what this descriptor cannot do.
    package borrowing func isWriteOnly() throws(SystemError) -> Bool {
        try check("fcntl", csys_status_flags(raw)) & 3 == csys_write_only
    }

    /// Whether a person sits at the other end.
    package borrowing func isTerminal() -> Bool { csys_is_terminal(raw) == 1 }

    /// Flushes contents and metadata to the disk.
    package borrowing func sync() throws(SystemError) { try check("fsync", csys_fsync(raw)) }

    /// Flushes contents, and metadata as far as reading them back needs.
    package borrowing func dataSync() throws(SystemError) { try check("fdatasync", csys_fdatasync(raw)) }

    /// Cuts or extends the file to `size` bytes.
    package borrowing func truncate(to size: UInt64) throws(SystemError) {
        try check("ftruncate", csys_ftruncate(raw, size))
    }

    /// Sets the permission bits.
    package borrowing func setMode(_ mode: UInt32) throws(SystemError) {
        try check("fchmod", csys_fchmod(raw, mode))
    }

    /// Waits until there is something to read or the other end is gone.
    /// - Returns: false when `milliseconds` went by (negative waits for ever).
    package borrowing func waitReadable(milliseconds: Int) throws(SystemError) -> Bool {
        let number = raw
        return try retrying("poll") { Int(csys_poll(number, Int32(clamping: milliseconds))) } > 0
    }

    /// Whether whoever was at the other end of this socket has gone; one who only sends no more is still there.
    package borrowing func isHungUp() -> Bool { csys_hung_up(raw) == 1 }
}

/// The two ends of a pipe.
package struct Pipe: ~Copyable, Sendable {
    package var read: Descriptor
    package var write: Descriptor

    /// Gives up the reading end and closes the other.
    package consuming func takeRead() -> Descriptor { read }
}

/// A descriptor with several owners, closed when the last one goes; for lists and messages.
package final class SharedDescriptor: Sendable {
    package let descriptor: Descriptor

    /// Takes the descriptor over.
    package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
