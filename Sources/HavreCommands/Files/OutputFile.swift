import HavreSystem
import HavreWire

/// A new file that the daemon writes through a descriptor. It gets its name only when everything is in it; until then
/// it has none, so that nothing is left of it however this program ends. Nothing that exists is replaced, no link is
/// followed, nobody else can read it.
struct OutputFile: ~Copyable {
    private let folder: Directory
    private let name: String
    /// The name that it has in the meantime where the file system has no files without one; removed after an error.
    private let temporary: String?
    /// Opened for writing only, to be lent to the daemon.
    let handle: SharedDescriptor
    private var isFinished = false

    /// - Throws: `Usage` when there is a file of that name or the folder cannot be written.
    init(_ path: String) throws(Failure) {
        do throws(SystemError) {
            let (parent, name) = try Files.split(path)
            let folder = try Directory(path: parent)
            guard try folder.status(name) == nil else { throw SystemError("open", SystemError.exists) }
            (handle, temporary) = try Self.create(for: name, in: folder)
            self.name = name
            self.folder = folder
        } catch {
            throw error.isFull ? Failure(.storageFull) : Input.failure(error, path)
        }
    }

    /// Standard output, to be lent to the daemon; never a terminal.
    static func standard(_ desk: Desk) throws(Failure) -> SharedDescriptor {
        guard !desk.world.output.isTerminal else { throw .usage("usage.noBytesOnTerminal") }
        do throws(SystemError) {
            return try Lent.use(1) { output throws(SystemError) in SharedDescriptor(try output.duplicate()) }
        } catch {
            throw Screen.failure(error)
        }
    }

    deinit {
        // One that cannot be removed is for its owner alone, and never bears the name that was asked for.
        if let temporary, !isFinished { _ = try? folder.unlinkIfPresent(temporary) }
    }

    /// A file without a name or, where there is no such thing, under another one.
    private static func create(
        for name: String, in folder: borrowing Directory
    ) throws(SystemError) -> (SharedDescriptor, temporary: String?) {
        do throws(SystemError) { return (SharedDescriptor(try folder.createNameless()), nil) } catch {
            let temporary = ".\(name).\(Process.pid).part"
            let file = try folder.open(temporary, [.write, .create, .exclusive], mode: 0o600)
            try file.setMode(0o600)
            return (SharedDescriptor(file), temporary)
        }
    }

    /// Flushes the file and gives it its name.
    mutating func finish() throws(Failure) {
        do throws(SystemError) {
            try handle.descriptor.sync()
            if let temporary {
                try folder.rename(temporary, to: name, replacing: false)
            } else {
                try folder.name(handle.descriptor, name)
            }
            isFinished = true
            try folder.sync()
        } catch {
            throw Screen.failure(error)
        }
    }
}

/// A file that is lent to the daemon to read.
enum InputFile {
    /// What standard input may measure when it is no file: it is collected in memory first.
    private static let pipeByteCountMax = 256 << 20

    /// Opens a plain file for reading only; `-` is standard input.
    static func open(_ path: String) throws(Failure) -> SharedDescriptor {
        do throws(SystemError) {
            guard path == "-" else {
                let file = try Descriptor.open(path, [.read, .nonBlocking])
                guard try file.isRegular() else { throw SystemError("open", SystemError.invalid) }
                return SharedDescriptor(file)
            }
            return try Lent.use(0) { input throws(SystemError) in
                if try input.isRegular(), try input.isReadOnly() {
                    return SharedDescriptor(try input.duplicate())
                }
                let file = try MemoryFile(named: "havre-input")
                try copy(input, to: file.descriptor)
                return SharedDescriptor(try file.descriptor.reopenedReadOnly())
            }
        } catch {
            throw Input.failure(error, path)
        }
    }

    private static func copy(
        _ input: borrowing Descriptor, to file: borrowing Descriptor
    ) throws(SystemError) {
        var total = 0
        while true {
            let part = try input.read(byteCountMax: 64 * 1024)
            if part.isEmpty { return }
            total += part.count
            guard total <= pipeByteCountMax else { throw SystemError("read", SystemError.tooBig) }
            try file.write(part)
        }
    }
}
