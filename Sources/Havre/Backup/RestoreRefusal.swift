/// Why a restore ended without a vault. Nothing is left of it then.
public enum RestoreRefusal: Error, Sendable, Equatable {
    /// The folder holds no backup, or one that was not finished.
    case unfinished
    /// A byte of the backup is not what was written.
    case damaged
    /// The halves are of two vaults.
    case twoVaults
    /// The gate's half is newer than the vault's, or its journal does not reach up to the vault's moment.
    case notTogether
    /// There is no device key where one was said to be, or it is no file of 32 bytes that is ours alone.
    case deviceKey
    /// Nobody's passphrase leads to this backup: its recovery key was dealt to trustees.
    case needsShares
    /// The passphrase (or the key file) is not the founder's at the time of the backup.
    case wrongPassphrase
    /// The folder for the vault, or for the gate, holds something.
    case occupied(isGate: Bool)
    /// The folder is somebody else's, others may enter it, it is a link, or it is both the vault's and the gate's.
    case notPrivate(isGate: Bool)
    /// Another process works in these folders.
    case busy
    /// Anything else, for example a full disk.
    case other(HavreError)
}
