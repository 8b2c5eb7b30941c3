import CSystem

/// An open folder: everything in it is reached by one name from here, so that nobody can swap a folder for a
/// link in between.
package struct Directory: ~Copyable, Sendable {
    package let descriptor: Descriptor

    /// Opens a folder; a link in the last part of the path is refused.
    package init(path: String) throws(SystemError) {
        descriptor = try Descriptor.open(path, [.read, .directory])
    }

    /// Takes over the descriptor of a folder.
    package init(owning descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Opens the folder at `path`, made with `mode` when it is missing (its parent is not).
    /// - Throws: `notPermitted` when it belongs to somebody else or more people may enter than `mode` says.
    package init(private path: String, mode: UInt32 = 0o700) throws(SystemError) {
        let (parent, name) = try Files.split(path)
        let above = try Directory(path: parent)
        do throws(SystemError) {
            try above.makeDirectory(name, mode: mode)
        } catch {
            guard error.code == SystemError.exists else { throw error }
        }
        let folder = try above.directory(name)
        let status = try folder.descriptor.status()
        guard status.ownerUID == csys_uid(), status.mode & 0o777 & ~mode == 0 else {
            throw SystemError("folder owner or mode", SystemError.notPermitted)
        }
        self = folder
    }

    /// Opens a file in this folder.
    package borrowing func open(
        _ name: String, _ flags: OpenFlags, mode: UInt32 = 0o600
    ) throws(SystemError) -> Descriptor {
        try checkName(name)
        return try Descriptor.open(at: descriptor.raw, name, flags, mode: mode)
    }

    /// Makes a file without a name, for writing: it vanishes unless it is given one, however this process ends.
    ///
    /// - Throws: `SystemError`, also where the file system has no such files or there is no `/proc` to name it by.
    package borrowing func createNameless(mode: UInt32 = 0o600) throws(SystemError) -> Descriptor {
        let file = Descriptor(owning: try check("open", csys_open_nameless(descriptor.raw, mode)))
        try file.setMode(mode)
        _ = try file.reopenedReadOnly()
        return file
    }

    /// Gives a nameless file its name in this folder; what is there is never replaced.
    package borrowing func name(_ file: borrowing Descriptor, _ name: String) throws(SystemError) {
        try checkName(name)
        let (number, folder) = (file.raw, descriptor.raw)
        try check("link", unsafe name.withCString { unsafe csys_give_name(number, folder, $0) })
    }

    /// Opens a folder in this folder.
    package borrowing func directory(_ name: String) throws(SystemError) -> Directory {
        Directory(owning: try open(name, [.read, .directory]))
    }

    /// Makes a folder whose mode is exact from its first moment, or wider only afterwards.
    package borrowing func makeDirectory(_ name: String, mode: UInt32 = 0o700) throws(SystemError) {
        try checkName(name)
        let number = descriptor.raw
        try check("mkdir", unsafe name.withCString { unsafe csys_mkdirat(number, $0, mode) })
        // A strict umask may have taken away what the group needs.
        let made = try directory(name)
        try made.descriptor.setMode(mode)
    }

    /// Renames within this folder, atomically.
    /// - Parameter replacing: false refuses when the target exists.
    package borrowing func rename(
        _ name: String, to target: String, replacing: Bool = true
    ) throws(SystemError) {
        try checkName(name)
        try checkName(target)
        let number = descriptor.raw
        let answer = unsafe name.withCString { from in
            unsafe target.withCString { to in
                unsafe csys_renameat(number, from, number, to, replacing ? 1 : 0)
            }
        }
        try check("rename", answer)
    }

    /// Renames into another folder of the same file system, atomically.
    package borrowing func rename(
        _ name: String, into other: borrowing Directory, as target: String, replacing: Bool = false
    ) throws(SystemError) {
        try checkName(name)
        try checkName(target)
        let (source, sink) = (descriptor.raw, other.descriptor.raw)
        let answer = unsafe name.withCString { from in
            unsafe target.withCString { to in
                unsafe csys_renameat(source, from, sink, to, replacing ? 1 : 0)
            }
        }
        try check("rename", answer)
    }

    /// Removes a file.
    package borrowing func unlink(_ name: String) throws(SystemError) {
        try checkName(name)
        let number = descriptor.raw
        try check("unlink", unsafe name.withCString { unsafe csys_unlinkat(number, $0, 0) })
    }

    /// Removes a file; it is no error when there is none.
    /// - Returns: Whether there was one.
    @discardableResult
    package borrowing func unlinkIfPresent(_ name: String) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try unlink(name)
            return true
        } catch {
            guard error.code == SystemError.noEntry else { throw error }
            return false
        }
    }

    /// Removes an empty folder.
    package borrowing func removeDirectory(_ name: String) throws(SystemError) {
        try checkName(name)
        let number = descriptor.raw
        try check("rmdir", unsafe name.withCString { unsafe csys_unlinkat(number, $0, 1) })
    }

    /// Makes renames and removals in this folder survive a power cut.
    package borrowing func sync() throws(SystemError) { try descriptor.sync() }

    /// What the kernel says about an entry, links not followed; nil when there is none.
    package borrowing func status(_ name: String) throws(SystemError) -> FileStatus? {
        try checkName(name)
        let number = descriptor.raw
        var found = csys_status()
        let answer = unsafe name.withCString { unsafe csys_fstatat(number, $0, &found) }
        if answer == -SystemError.noEntry { return nil }
        try check("fstatat", answer)
        return FileStatus(found)
    }

    /// Names of the entries, sorted, without `.` and `..`.
    /// - Throws: `tooBig` beyond `countMax` entries; `badMessage` for a name that is not UTF-8.
    package borrowing func list(countMax: Int = 1_000_000) throws(SystemError) -> [String] {
        let copy = try Descriptor.open(at: descriptor.raw, ".", [.read, .directory], mode: 0)
        var list: UnsafeMutableRawPointer?
        try check("opendir", unsafe csys_opendir(copy.raw, &list))
        _ = copy.release()
        guard let open = unsafe list else { throw SystemError("opendir", SystemError.noMemory) }
        defer { unsafe csys_closedir(open) }
        var names: [String] = []
        while true {
            var next: UnsafePointer<CChar>?
            try check("readdir", unsafe csys_readdir(open, &next))
            guard let name = unsafe next else { return names.sorted() }
            guard let text = unsafe String(validatingCString: name) else {
                throw SystemError("readdir", SystemError.badMessage)
            }
            if text == "." || text == ".." { continue }
            guard names.count < countMax else { throw SystemError("readdir", SystemError.tooBig) }
            names.append(text)
        }
    }

    /// Where the folder lies now, without a link anywhere in it: for libraries that open by path.
    /// - Throws: `nameTooLong` for 4,096 bytes or more.
    package borrowing func path() throws(SystemError) -> String {
        let number = descriptor.raw
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = try retrying("readlink") {
            unsafe bytes.withUnsafeMutableBytes { room in
                unsafe csys_path(number, room.baseAddress!.assumingMemoryBound(to: CChar.self), room.count)
            }
        }
        guard count < bytes.count else { throw SystemError("readlink", SystemError.nameTooLong) }
        guard let path = String(validating: bytes.prefix(count), as: UTF8.self) else {
            throw SystemError("readlink", SystemError.badMessage)
        }
        return path
    }

    /// Who owns the folder.
    package borrowing func ownerUID() throws(SystemError) -> UInt32 { try descriptor.status().ownerUID }

    /// Its permission bits, for example 0o700.
    package borrowing func mode() throws(SystemError) -> UInt32 { try descriptor.status().mode }

    /// How many bytes may still be written where the folder lies.
    package borrowing func freeByteCount() throws(SystemError) -> UInt64 {
        let count = csys_free_bytes(descriptor.raw)
        guard count >= 0 else { throw SystemError("fstatvfs", Int32(clamping: -count)) }
        return UInt64(count)
    }

    /// Whether what lies in it lies in memory (tmpfs) and never on a disk; swap aside.
    package borrowing func isInMemory() throws(SystemError) -> Bool {
        try check("fstatfs", csys_is_in_memory(descriptor.raw)) == 1
    }

    /// Whether both folders lie on the same file system.
    package borrowing func sharesFileSystem(with other: borrowing Directory) throws(SystemError) -> Bool {
        try check("fstat", csys_same_file_system(descriptor.raw, other.descriptor.raw)) == 1
    }
}
