import CSystem

/// "One program at a time": an exclusive lock on a file, held until this value goes. The kernel drops it when the
/// process dies, so a crash leaves nothing to clean up.
package final class FileLock: Sendable {
    private let file: Descriptor

    /// Takes the lock on `name`, made empty and 0600 when missing.
    /// - Throws: `wouldBlock` when another process (or another value in this one) holds it.
    package init(_ name: String = "lock", in folder: borrowing Directory) throws(SystemError) {
        let file = try folder.open(name, [.readWrite, .create], mode: 0o600)
        guard try file.isRegular() else { throw SystemError("lock", SystemError.invalid) }
        try check("lock", csys_flock(file.raw))
        self.file = file
    }

    // Said and not only closed: a child that was forked and is no other program yet holds the descriptor as well.
    deinit { csys_funlock(file.raw) }
}
