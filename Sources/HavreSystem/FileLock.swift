import CSystem

/// "One program at a time": an exclusive lock on a file, held until this value goes. The kernel drops it when the
/// process dies, so a crash leaves nothing to clean up.
package final class FileLock: Sendable {
    private let file: Descriptor
    /// The folder's own descriptor, where it is locked as well.
    private let folder: SharedDescriptor?

    /// Takes the lock on `name`, made empty and 0600 when missing.
    /// - Parameter andFolder: locks the folder itself too: the file may be renamed away, and a second one made in its
    ///   place. Where a file system locks no folders, the file stands alone.
    /// - Throws: `wouldBlock` when another process (or another value in this one) holds it.
    package init(
        _ name: String = "lock", in folder: borrowing Directory, andFolder: Bool = false
    ) throws(SystemError) {
        let file = try folder.open(name, [.readWrite, .create], mode: 0o600)
        guard try file.isRegular() else { throw SystemError("lock", SystemError.invalid) }
        try check("lock", csys_flock(file.raw))
        do throws(SystemError) { self.folder = andFolder ? try Self.lock(folder) : nil } catch {
            // As in `deinit`.
            csys_funlock(file.raw)
            throw error
        }
        self.file = file
    }

    private static func lock(_ folder: borrowing Directory) throws(SystemError) -> SharedDescriptor? {
        let own = try folder.descriptor.duplicate()
        do throws(SystemError) { try check("lock", csys_flock(own.raw)) } catch {
            guard error.code != SystemError.wouldBlock else { throw error }
            return nil
        }
        return SharedDescriptor(own)
    }

    // Said and not only closed: a child that was forked and is no other program yet holds the descriptor as well.
    deinit {
        if let folder { csys_funlock(folder.descriptor.raw) }
        csys_funlock(file.raw)
    }
}
