import CSystem

/// Whole files, by path.
package enum Files {
    /// The parent folder (`.` when there is none) and the last name of a path.
    package static func split(_ path: String) throws(SystemError) -> (parent: String, name: String) {
        try checkPath(path)
        var trimmed = Substring(path)
        while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: "/") else {
            try checkName(String(trimmed))
            return (".", String(trimmed))
        }
        let name = String(trimmed[trimmed.index(after: slash)...])
        try checkName(name)
        let parent = slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
        return (parent, name)
    }

    /// The contents of a plain file; a link, a pipe, a device or a folder is refused.
    /// - Throws: `tooBig` above `byteCountMax`, before memory is taken.
    package static func read(_ path: String, byteCountMax: Int) throws(SystemError) -> [UInt8] {
        try contents(of: try Descriptor.open(path, [.read, .nonBlocking]), byteCountMax: byteCountMax)
    }

    static func contents(
        of file: borrowing Descriptor, byteCountMax: Int
    ) throws(SystemError) -> [UInt8] {
        let status = try file.status()
        guard status.kind == .regular else { throw SystemError("read", SystemError.invalid) }
        guard status.size <= UInt64(byteCountMax) else { throw SystemError("read", SystemError.tooBig) }
        return try file.readToEnd(byteCountMax: byteCountMax)
    }

    /// Replaces a file as a whole: after a crash there is the old one or the new one, never a part.
    package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(SystemError) {
        let (parent, name) = try split(path)
        try Directory(path: parent).write(bytes, to: name, mode: mode)
    }

    /// What the kernel says about a path, a link at its end not followed; nil when there is nothing.
    package static func status(_ path: String) throws(SystemError) -> FileStatus? {
        try checkPath(path)
        var found = csys_status()
        let answer = unsafe path.withCString { unsafe csys_fstatat(csys_here, $0, &found) }
        if answer == -SystemError.noEntry { return nil }
        try check("fstatat", answer)
        return FileStatus(found)
    }

    /// Whether there is something of that name (a link counts, wherever it points).
    package static func exists(_ path: String) throws(SystemError) -> Bool {
        let (parent, name) = try split(path)
        return try Directory(path: parent).status(name) != nil
    }
}

extension Directory {
    /// The contents of a plain file of this folder.
    /// - Throws: `tooBig` above `byteCountMax`, before memory is taken.
    package borrowing func read(_ name: String, byteCountMax: Int) throws(SystemError) -> [UInt8] {
        try Files.contents(of: try open(name, [.read, .nonBlocking]), byteCountMax: byteCountMax)
    }

    /// Replaces a file as a whole: a new file is written, flushed, renamed over the old one, and the folder is
    /// flushed, in this order.
    package borrowing func write(
        _ bytes: [UInt8], to name: String, mode: UInt32 = 0o600
    ) throws(SystemError) {
        try checkName(name)
        let fresh = "\(Self.unfinishedPrefix(name))\(csys_pid()).\(csys_monotonic_nanoseconds())"
        do throws(SystemError) {
            let file = try open(fresh, [.write, .create, .exclusive], mode: mode)
            try file.setMode(mode)
            try file.write(bytes)
            try file.sync()
            try rename(fresh, to: name)
        } catch {
            _ = try? unlinkIfPresent(fresh)
            throw error
        }
        try sync()
    }

    private static func unfinishedPrefix(_ name: String) -> String { ".\(name)." }

    /// Removes what a `write` of one of these files has left when it was killed. It is overwritten first: it may be a
    /// key, and one that was meant to be gone.
    package borrowing func removeUnfinished(_ names: [String]) throws(SystemError) {
        let left = try list().filter { found in
            names.contains { name in
                found.hasPrefix(Self.unfinishedPrefix(name))
                    && found.dropFirst(name.utf8.count + 2).allSatisfy { $0.isNumber || $0 == "." }
            }
        }
        guard !left.isEmpty else { return }
        for name in left {
            // A file that cannot be overwritten is removed all the same.
            _ = try? overwrite(name)
            try unlinkIfPresent(name)
        }
        try sync()
    }

    /// Overwrites a plain file with zeros, in its place, up to 4,096 bytes.
    package borrowing func overwrite(_ name: String) throws(SystemError) {
        guard let status = try status(name), status.kind == .regular else { return }
        let file = try open(name, [.write])
        try file.write([UInt8](repeating: 0, count: Int(clamping: min(status.size, 4_096))), at: 0)
        try file.dataSync()
    }

    /// Makes a file that must not be there yet and leaves it open for writing, nobody else able to read it.
    package borrowing func create(_ name: String, mode: UInt32 = 0o600) throws(SystemError) -> Descriptor {
        let file = try open(name, [.readWrite, .create, .exclusive], mode: mode)
        try file.setMode(mode)
        return file
    }
}
