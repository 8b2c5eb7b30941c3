package import HavreCodec
import HavreSecrets
package import HavreSystem

/// `blobs/`: the attachments' ciphertext, one file each, named by its id in hex.
///
/// A file is written and flushed in `blobs/incoming/`; the commit of the change that names it first writes its name
/// into the gate and then moves it, so that a crash at any moment leaves either a file that a row names or one that
/// the next start removes.
package final class BlobFolder: Sendable {
    private let blobs: Directory
    private let incoming: Directory

    init(_ folder: StoreFolder) throws(StoreError) {
        blobs = try Self.open(StoreName.blobs, in: folder.directory)
        incoming = try Self.open(StoreName.incoming, in: blobs)
    }

    private static func open(_ name: String, in folder: borrowing Directory) throws(StoreError) -> Directory {
        do throws(SystemError) {
            let directory = try folder.directory(name)
            let status = try directory.descriptor.status()
            guard status.ownerUID == Process.uid, status.mode & 0o077 == 0 else {
                throw SystemError("blobs", SystemError.notADirectory)
            }
            return directory
        } catch {
            switch error.code {
            case SystemError.noEntry, SystemError.notADirectory, SystemError.tooManyLinks:
                throw .foreign(.vaultFolder)
            default: throw StoreError(error)
            }
        }
    }

    static func create(in folder: StoreFolder) throws(StoreError) {
        do throws(SystemError) {
            try folder.directory.makeDirectory(StoreName.blobs)
            let blobs = try folder.directory.directory(StoreName.blobs)
            try blobs.makeDirectory(StoreName.incoming)
            try blobs.sync()
            try folder.directory.sync()
        } catch {
            throw StoreError(error)
        }
    }

    // MARK: for the library

    /// Starts a new file. Write all of its bytes, then `finish` it and name it in a change; what is never named is
    /// removed by `discard` or at the next start.
    package func incomingBlob(_ id: Identifier) throws(StoreError) -> IncomingBlob {
        do throws(SystemError) {
            return IncomingBlob(id: id, file: try incoming.create(id.hex))
        } catch {
            throw error.code == SystemError.exists
                ? .invalid(rule: "a blob's id is used once") : StoreError(error)
        }
    }

    /// Opens a file that a row names, for reading.
    /// - Throws: `.tampered(.blob)` when it is missing, no plain file, or of another size.
    package func open(_ blob: BlobReference) throws(StoreError) -> Descriptor {
        do throws(SystemError) {
            let file = try blobs.open(blob.id.hex, [.read, .nonBlocking])
            let status = try file.status()
            guard status.kind == .regular, status.size == blob.byteCount else {
                throw SystemError("blob", SystemError.noEntry)
            }
            return file
        } catch {
            throw error.code == SystemError.noEntry || error.code == SystemError.tooManyLinks
                ? .tampered(.blob) : StoreError(error)
        }
    }

    /// Reads a file whole and compares its digest.
    /// - Parameter read: called with each piece of at most 64 KiB; what it got is only true when no error follows.
    /// - Throws: `.tampered(.blob)` when the bytes are not those that the row names.
    package func read(
        _ blob: BlobReference, _ read: ([UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        let file = try open(blob)
        var hash = Blake2b()
        while true {
            let piece = try next(of: file)
            if piece.isEmpty { break }
            hash.update(piece)
            try read(piece)
        }
        guard hash.finish() == blob.digest else { throw .tampered(.blob) }
    }

    /// Removes a file, or the part of one, that no change will name after all.
    package func discard(_ id: Identifier) throws(StoreError) {
        try remove([id], from: .incoming)
    }

    private func next(of file: borrowing Descriptor) throws(StoreError) -> [UInt8] {
        do throws(SystemError) { return try file.read(byteCountMax: 64 << 10) } catch {
            throw StoreError(error)
        }
    }

    // MARK: for the commit

    enum Place { case incoming, settled }

    /// Moves finished files to where rows name them, before the decision.
    /// - Throws: `.notFound` when one of them is not there.
    func settle(_ ids: [Identifier]) throws(StoreError) {
        do throws(SystemError) {
            for id in ids { try incoming.rename(id.hex, into: blobs, as: id.hex) }
            try blobs.sync()
            try incoming.sync()
        } catch {
            throw error.code == SystemError.noEntry ? .notFound : StoreError(error)
        }
    }

    /// Moves files back to where they waited, as far as they were moved.
    func unsettle(_ ids: [Identifier]) throws(StoreError) {
        do throws(SystemError) {
            for id in ids where try blobs.status(id.hex) != nil {
                try blobs.rename(id.hex, into: incoming, as: id.hex)
            }
            try incoming.sync()
            try blobs.sync()
        } catch {
            throw StoreError(error)
        }
    }

    /// Removes files, as far as they are there.
    func remove(_ ids: [Identifier], from place: Place) throws(StoreError) {
        guard !ids.isEmpty else { return }
        do throws(SystemError) {
            switch place {
            case .incoming:
                for id in ids { try incoming.unlinkIfPresent(id.hex) }
                try incoming.sync()
            case .settled:
                for id in ids { try blobs.unlinkIfPresent(id.hex) }
                try blobs.sync()
            }
        } catch {
            throw StoreError(error)
        }
    }

    // MARK: for backups

    /// Refuses a copy of a file for which there is no room, before others run out of it.
    func requireRoom(for folder: StoreFolder, _ name: String) throws(StoreError) {
        do throws(SystemError) {
            var need = Self.roomLeftByteCount
            for suffix in ["", "-wal"] { need += try folder.directory.status(name + suffix)?.size ?? 0 }
            if try incoming.freeByteCount() < need { throw SystemError("backup", SystemError.noSpace) }
        } catch {
            throw StoreError(error)
        }
    }

    /// What a copy leaves to the work that goes on.
    private static let roomLeftByteCount: UInt64 = 2 << 20

    /// Opens a file for copying, whatever is in it.
    func openUnchecked(_ id: Identifier) throws(StoreError) -> Descriptor {
        do throws(SystemError) {
            return try blobs.open(id.hex, [.read, .nonBlocking])
        } catch {
            throw error.code == SystemError.noEntry ? .notFound : StoreError(error)
        }
    }

    /// A file that a backup fills; what a crash leaves of it is removed at the next start.
    func temporary(_ name: String) throws(StoreError) -> Descriptor {
        do throws(SystemError) { return try incoming.create(name) } catch { throw StoreError(error) }
    }

    /// Opens it again, for reading only.
    func reopenTemporary(_ name: String) throws(StoreError) -> Descriptor {
        do throws(SystemError) { return try incoming.open(name, [.read]) } catch { throw StoreError(error) }
    }

    func removeTemporary(_ name: String) throws(StoreError) {
        do throws(SystemError) {
            for suffix in ["", "-journal", "-wal", "-shm"] { try incoming.unlinkIfPresent(name + suffix) }
        } catch {
            throw StoreError(error)
        }
    }

    /// Removes everything that waits: at start nothing of it is named by a row.
    func removeIncoming() throws(StoreError) {
        do throws(SystemError) {
            let names = try incoming.list()
            for name in names { try incoming.unlinkIfPresent(name) }
            if !names.isEmpty { try incoming.sync() }
        } catch {
            // A folder among them is none of ours.
            throw error.code == SystemError.isADirectory ? .foreign(.blob) : StoreError(error)
        }
    }

    /// Whether a file of this name is there.
    func isThere(_ name: String) throws(StoreError) -> Bool {
        do throws(SystemError) { return try blobs.status(name) != nil } catch { throw StoreError(error) }
    }

    /// The names of all files that rows may name, for checks.
    func names() throws(StoreError) -> [String] {
        do throws(SystemError) {
            return try blobs.list().filter { $0 != StoreName.incoming }
        } catch {
            throw StoreError(error)
        }
    }
}

/// A new file of `blobs/` while it is written.
package struct IncomingBlob: ~Copyable {
    /// The file's name, for the context of what is sealed into it.
    package let id: Identifier
    private let file: Descriptor
    private var hash = Blake2b()
    private var byteCount: UInt64 = 0

    init(id: Identifier, file: consuming Descriptor) {
        self.id = id
        self.file = file
    }

    /// Appends bytes, which are already ciphertext.
    package mutating func write(_ bytes: [UInt8]) throws(StoreError) {
        do throws(SystemError) { try file.write(bytes) } catch { throw StoreError(error) }
        hash.update(bytes)
        byteCount += UInt64(bytes.count)
    }

    /// Waits until the file is on disk.
    /// - Returns: what the row that is going to name it holds.
    package consuming func finish() throws(StoreError) -> BlobReference {
        do throws(SystemError) { try file.sync() } catch { throw StoreError(error) }
        CrashPoint.reach(.blobWritten)
        let (id, byteCount) = (id, byteCount)
        return BlobReference(id: id, byteCount: byteCount, digest: hash.finish())
    }
}
