import HavreCodec
import HavreSecrets
import HavreSystem

/// `device.key`, `auto.key`, `login.key` and their `*.next`.
///
/// `device.key` = 32 bytes. The other two = epoch (16 bytes, in clear) || Seal(device key, key) = 120 bytes. The epoch
/// names a set of files; `gate.db` holds the epoch of the set that belongs to it. So a start can tell, without any
/// key, whether the `*.next` files of a renewal were decided (the transaction of `gate.db` wrote their epoch) or not.
struct KeyFiles: Sendable {
    let folder: StoreFolder
    let vault: Identifier
    /// Where the device key lies when not in the gate folder.
    let devicePath: String?

    static let epochByteCount = 16
    private static let fileByteCount = epochByteCount + Seal.overhead + 32
    /// The files of a set in the order in which a decided set is put in place.
    private static let inOrder = [StoreName.deviceKey, StoreName.loginKey, StoreName.autoKey]

    // MARK: device key

    /// - Throws: `.notFound` when the file (or the medium) is not there, `.foreign` when others may read it or it has
    ///   not 32 bytes.
    func deviceKey() throws(StoreError) -> Key<Role.Device> {
        var bytes = SecretBytes(zeroed: 32)
        do throws(SystemError) {
            let file = try openDeviceFile()
            let status = try file.status()
            guard status.kind == .regular, status.mode & 0o077 == 0, status.size == 32 else {
                throw SystemError("device key", SystemError.invalid)
            }
            let count = try bytes.withMutableBytes { span throws(SystemError) in
                try file.readToEnd(into: &span)
            }
            guard count == 32 else { throw SystemError("device key", SystemError.invalid) }
        } catch {
            switch error.code {
            case SystemError.noEntry: throw .notFound
            case SystemError.invalid, SystemError.tooManyLinks: throw .foreign(.keyFile)
            default: throw StoreError(error)
            }
        }
        do throws(SecretError) { return try Key(bytes) } catch { throw .foreign(.keyFile) }
    }

    private func openDeviceFile() throws(SystemError) -> Descriptor {
        guard let devicePath else {
            return try folder.directory.open(StoreName.deviceKey, [.read, .nonBlocking])
        }
        return try Descriptor.open(devicePath, [.read, .nonBlocking])
    }

    /// Writes a fresh device key into the gate folder under `name`.
    func write(_ key: Key<Role.Device>, as name: String) throws(StoreError) {
        try system { () throws(SystemError) in
            let file = try folder.directory.create(name)
            try key.withBytes { span throws(SystemError) in try file.write(span) }
            try file.sync()
        }
    }

    // MARK: sealed keys

    /// - Throws: `.wrongKey` when the device key does not open the file, `.notFound` when it is missing.
    func openAuto(_ device: Key<Role.Device>, _ name: String = StoreName.autoKey) throws(StoreError) -> Key<
        Role.Gate
    > {
        try open(name, device, Context(.gateAuto, .id(vault)))
    }

    /// - Throws: `.wrongKey`, `.notFound`.
    func openLogin(_ device: Key<Role.Device>) throws(StoreError) -> Key<Role.Login> {
        try open(StoreName.loginKey, device, Context(.login, .id(vault)))
    }

    func writeAuto(
        _ gate: Key<Role.Gate>, _ device: Key<Role.Device>, epoch: [UInt8],
        as name: String = StoreName.autoKey
    ) throws(StoreError) {
        let sealed = Seal.seal(key: gate, under: device, Context(.gateAuto, .id(vault)))
        try system { () throws(SystemError) in try folder.directory.write(epoch + sealed, to: name) }
    }

    func writeLogin(
        _ login: Key<Role.Login>, _ device: Key<Role.Device>, epoch: [UInt8],
        as name: String = StoreName.loginKey
    ) throws(StoreError) {
        let sealed = Seal.seal(key: login, under: device, Context(.login, .id(vault)))
        try system { () throws(SystemError) in try folder.directory.write(epoch + sealed, to: name) }
    }

    /// Whether `auto.key` is there: without it a start ends closed.
    func hasAuto() throws(StoreError) -> Bool { try folder.status(of: StoreName.autoKey) != nil }

    /// Whether the key files that are there belong to the set that `gate.db` names.
    func areOf(epoch: [UInt8]) throws(StoreError) -> Bool {
        for name in [StoreName.autoKey, StoreName.loginKey] {
            guard let bytes = try folder.read(name, byteCountMax: 4_096) else { continue }
            if !bytes.starts(with: epoch) { return false }
        }
        return true
    }

    /// Whether `auto.key` holds nothing but what a panic overwrites it with.
    func isAutoWiped() throws(StoreError) -> Bool {
        try folder.read(StoreName.autoKey, byteCountMax: 4_096)?.allSatisfy { $0 == 0 } ?? true
    }

    private func open<R>(
        _ name: String, _ device: Key<Role.Device>, _ context: Context
    ) throws(StoreError) -> Key<R> {
        guard let bytes = try folder.read(name, byteCountMax: 4_096) else { throw .notFound }
        guard bytes.count == Self.fileByteCount else { throw .wrongKey }
        do throws(SecretError) {
            return try Seal.openKey(Array(bytes.dropFirst(Self.epochByteCount)), under: device, context)
        } catch {
            throw .wrongKey
        }
    }

    // MARK: sets

    /// Finishes or drops the `*.next` files that a crash left behind.
    /// - Parameter epoch: what `gate.db` says.
    func settle(epoch: [UInt8]) throws(StoreError) {
        var left: [String] = []
        for name in Self.inOrder where try folder.status(of: name + StoreName.nextSuffix) != nil {
            left.append(name)
        }
        guard !left.isEmpty else { return }
        var isDecided = false
        for name in left where name != StoreName.deviceKey {
            let bytes = try folder.read(name + StoreName.nextSuffix, byteCountMax: 4_096) ?? []
            if bytes.starts(with: epoch), bytes.count == Self.fileByteCount { isDecided = true }
        }
        if isDecided { try putInPlace() } else { try dropNext() }
    }

    /// Renames a decided set over the old one. `device.key.next` goes first: what is left then still says by its epoch
    /// that the set was decided.
    func putInPlace() throws(StoreError) {
        for name in Self.inOrder where try folder.status(of: name + StoreName.nextSuffix) != nil {
            try system { () throws(SystemError) in
                try folder.directory.rename(name + StoreName.nextSuffix, to: name)
                try folder.directory.sync()
            }
            CrashPoint.reach(.renewalPlaced)
        }
    }

    /// Removes a set that was not decided, the marker of its epoch last.
    func dropNext() throws(StoreError) {
        for name in Self.inOrder { try folder.remove(name + StoreName.nextSuffix) }
    }

    // MARK: panic

    /// Overwrites and removes `auto.key`, also one that is just being written. What is overwritten first is gone from
    /// most disks at once; what is removed is gone from the folder in any case.
    func removeAuto() throws(StoreError) {
        let names = [StoreName.autoKey, StoreName.autoKey + StoreName.nextSuffix]
        for name in names { try removeOverwritten(name) }
        try system { () throws(SystemError) in try folder.directory.removeUnfinished(names) }
    }

    /// Overwrites and removes one key file, if it is there.
    func removeOverwritten(_ name: String) throws(StoreError) {
        // A file that cannot be overwritten is removed all the same.
        _ = try? folder.directory.overwrite(name)
        try folder.remove(name)
    }
}
