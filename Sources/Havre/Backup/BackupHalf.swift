import HavreCodec
import HavreSecrets
package import HavreSystem

/// One half of a backup while it is written down: a folder of its own, 0700, whose files nobody else can read.
///
/// `SHA256SUMS` is written last, when everything else is on disk, in the form of `sha256sum`: a half without it was not
/// finished. The two halves may be kept in different places.
package struct BackupHalf: ~Copyable {
    /// The name of the list of sums.
    package static let sums = "SHA256SUMS"
    static let blobs = "blobs"

    private let folder: HavreSystem.Directory
    private let parent: HavreSystem.Directory
    private let name: String
    private var lines: [String: Digest] = [:]
    private var hasBlobs = false

    /// Makes the folder; it must not be there.
    package init(_ name: String, in parent: borrowing HavreSystem.Directory) throws(SystemError) {
        try parent.makeDirectory(name)
        let folder = try parent.directory(name)
        let above = HavreSystem.Directory(owning: try parent.descriptor.duplicate())
        self.folder = folder
        self.parent = above
        self.name = name
    }

    /// Where the half lies.
    package func path() throws(SystemError) -> String { try folder.path() }

    /// Copies a file from its beginning and waits until it is on disk.
    /// - Parameter progress: called with the bytes of each piece.
    package mutating func add(
        _ name: String, from source: borrowing Descriptor, progress: (Int) -> Void = { _ in }
    ) throws(SystemError) {
        lines[name] = try Self.copy(source, to: try folder.create(name), progress)
    }

    /// The same for an attachment's ciphertext.
    package mutating func add(
        blob: String, from source: borrowing Descriptor, progress: (Int) -> Void = { _ in }
    ) throws(SystemError) {
        if !hasBlobs {
            try folder.makeDirectory(Self.blobs)
            hasBlobs = true
        }
        let file = try folder.directory(Self.blobs).create(blob)
        lines["\(Self.blobs)/\(blob)"] = try Self.copy(source, to: file, progress)
    }

    private static func copy(
        _ source: borrowing Descriptor, to file: borrowing Descriptor, _ progress: (Int) -> Void
    ) throws(SystemError) -> Digest {
        var hash = SHA256()
        // A log may grow meanwhile; what is behind its end now belongs to later changes.
        let size = try source.statSize()
        var offset: UInt64 = 0
        while offset < size {
            let piece = try source.read(count: Int(min(1 << 20, size - offset)), at: offset)
            offset += UInt64(piece.count)
            hash.update(piece)
            try file.write(piece)
            progress(piece.count)
        }
        try file.sync()
        return hash.finish()
    }

    /// Writes the sums: from here on the half is whole.
    package mutating func finish() throws(SystemError) {
        if hasBlobs { try folder.directory(Self.blobs).sync() }
        try folder.sync()
        let text = lines.sorted { $0.key < $1.key }.map { "\($0.value.hex)  \($0.key)\n" }.joined()
        try folder.write(Array(text.utf8), to: Self.sums)
        try parent.sync()
    }

    /// Removes what was written, as far as it can be: without its sums the rest is no backup.
    package func abandon() {
        _ = try? folder.unlinkIfPresent(Self.sums)
        for path in lines.keys where !path.contains("/") { _ = try? folder.unlinkIfPresent(path) }
        // Files that were begun and not finished have no line yet.
        for name in (try? folder.list()) ?? [] where name != Self.blobs {
            _ = try? folder.unlinkIfPresent(name)
        }
        if hasBlobs, let blobs = try? folder.directory(Self.blobs) {
            for name in (try? blobs.list()) ?? [] { _ = try? blobs.unlinkIfPresent(name) }
            _ = try? folder.removeDirectory(Self.blobs)
        }
        _ = try? parent.removeDirectory(name)
    }
}

extension BackupHalf {
    private static let sumsByteCountMax = 256 << 20

    /// Whether a folder is that of a vault, not of a half of a backup: what was spared when only the gate was lost.
    static func isVaultFolder(_ path: String) throws(RestoreRefusal) -> Bool {
        do throws(SystemError) {
            guard try Files.exists(path) else { return false }
            let folder = try HavreSystem.Directory(path: path)
            if try folder.status(sums) != nil { return false }
            for name in ["lock", "vault.db"] where try folder.status(name) == nil { return false }
            return true
        } catch {
            // What is no folder is no vault's folder either: as a half of a backup it is refused by name.
            guard error.code != SystemError.notADirectory, error.code != SystemError.tooManyLinks else {
                return false
            }
            throw .other(.failed(error.description))
        }
    }

    /// Compares every file of a half with its sum.
    /// - Parameter wanted: the file without which it is no such half.
    static func verify(
        _ path: String, holding wanted: String, progress: (Int) -> Void
    ) throws(RestoreRefusal) {
        do throws(SystemError) {
            guard try Files.exists(path) else { throw SystemError("open", SystemError.noEntry) }
            let folder = try HavreSystem.Directory(path: path)
            guard try folder.status(sums) != nil else { throw SystemError("open", SystemError.noEntry) }
            guard let sums = try sums(folder), sums[wanted] != nil else {
                throw SystemError("sums", SystemError.badMessage)
            }
            for (name, sum) in sums {
                guard try digest(name, in: folder, progress) == sum else {
                    throw SystemError("sums", SystemError.badMessage)
                }
            }
        } catch {
            switch error.code {
            case SystemError.noEntry: throw .unfinished
            // A pipe, a folder or a link in the place of a file.
            case SystemError.invalid, SystemError.badMessage, SystemError.tooManyLinks,
                SystemError.notADirectory, SystemError.isADirectory, SystemError.tooBig,
                SystemError.inputOutput:
                throw .damaged
            default: throw .other(.failed(error.description))
            }
        }
    }

    private static func sums(_ folder: borrowing HavreSystem.Directory) throws(SystemError) -> [String:
        Digest]?
    {
        let bytes = try folder.read(sums, byteCountMax: sumsByteCountMax)
        guard let text = String(validating: bytes, as: UTF8.self), text.utf8.last == UInt8(ascii: "\n")
        else { return nil }
        var found: [String: Digest] = [:]
        for line in text.utf8.dropLast().split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        {
            guard line.count > 66, let line = String(line),
                let sum = try? Digest(hex: String(line.prefix(64))),
                line.dropFirst(64).hasPrefix("  ")
            else { return nil }
            let name = String(line.dropFirst(66))
            guard found.updateValue(sum, forKey: name) == nil else { return nil }
        }
        return found
    }

    private static func file(
        _ parts: [String], in folder: borrowing HavreSystem.Directory
    ) throws(SystemError) -> Descriptor {
        do throws(SystemError) {
            if parts.count == 2 {
                return try folder.directory(blobs).open(parts[1], [.read, .nonBlocking])
            }
            return try folder.open(parts[0], [.read, .nonBlocking])
        } catch {
            // A file that the sums name was there once.
            throw error.code == SystemError.noEntry ? SystemError("sums", SystemError.badMessage) : error
        }
    }

    private static func digest(
        _ name: String, in folder: borrowing HavreSystem.Directory, _ progress: (Int) -> Void
    ) throws(SystemError) -> Digest {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 1 || (parts.count == 2 && parts[0] == blobs), !parts.contains(""),
            !parts.contains(".."), !parts.contains(".")
        else { throw SystemError("sums", SystemError.badMessage) }
        let file = try self.file(parts, in: folder)
        guard try file.isRegular() else { throw SystemError("sums", SystemError.badMessage) }
        var hash = SHA256()
        while true {
            let piece = try file.read(byteCountMax: 1 << 20)
            if piece.isEmpty { return hash.finish() }
            hash.update(piece)
            progress(piece.count)
        }
    }
}
