package import HavreCodec
package import HavreSecrets
import HavreSystem

extension Store {
    /// Makes an empty store: both folders (0700, new or empty), their files (0600), every key, and the areas of the
    /// users and of the house without rows.
    /// - Parameters:
    ///   - vault: the vault's id, random.
    ///   - firstBackupKey: BK_0, which the recovery key can make again.
    ///   - places: with a `deviceKey` path, that file must exist and hold 32 random bytes; without, `device.key` is
    ///     made.
    /// - Throws: `.occupied` for a folder that is not empty, `.foreign` for one that is not ours, or the same twice.
    package static func create(
        _ places: StorePlaces, vault: Identifier, firstBackupKey: Key<Role.Backup>
    ) throws(StoreError) {
        let vaultFolder = try StoreFolder.create(places.vault, .vaultFolder)
        let gateFolder: StoreFolder
        do throws(StoreError) {
            gateFolder = try StoreFolder.create(places.gate, .gateFolder)
        } catch {
            // The same folder twice holds our own lock by now.
            let isSame = (try? StoreFolder.isSame(vaultFolder, as: places.gate)) ?? false
            throw isSame ? .foreign(.gateFolder) : error
        }
        let files = KeyFiles(folder: gateFolder, vault: vault, devicePath: places.deviceKey)
        if places.deviceKey == nil { try files.write(Key<Role.Device>(), as: StoreName.deviceKey) }
        let device = try files.deviceKey()
        let epoch = Random.bytes(KeyFiles.epochByteCount)
        let gate = Key<Role.Gate>()
        let login = Key<Role.Login>()
        try BlobFolder.create(in: vaultFolder)
        try createVault(vault, in: vaultFolder)
        let keys = GateKeys(
            vault: vault, gate: gate, login: LoginKeys(vault: vault, key: login), tag: Key(), head: Key(),
            mark: Key(),
            ledger: Key(), log: SigningKey(), host: SigningKey())
        try createGate(keys, epoch, firstBackupKey, in: gateFolder)
        try files.writeLogin(login, device, epoch: epoch)
        // Last: a store that was made half never serves.
        try files.writeAuto(gate, device, epoch: epoch)
    }

    private static func createVault(_ vault: Identifier, in folder: StoreFolder) throws(StoreError) {
        try DatabaseFile.create(.vault, StoreName.vaultFile, in: folder, .vaultFile) {
            connection throws(SQLError) in
            let meta = try connection.prepare("INSERT INTO meta(version, vault) VALUES(?1, ?2)")
            try meta.bind(1, Schema.vault.version)
            try meta.bind(2, vault.bytes)
            try meta.run()
        }
    }

    private static func createGate(
        _ keys: GateKeys, _ epoch: [UInt8], _ backup: Key<Role.Backup>, in folder: StoreFolder
    ) throws(StoreError) {
        try DatabaseFile.create(.gate, StoreName.gateFile, in: folder, .gateFile) {
            connection throws(SQLError) in
            let meta = try connection.prepare("INSERT INTO meta(version, vault, epoch) VALUES(?1, ?2, ?3)")
            try meta.bind(1, Schema.gate.version)
            try meta.bind(2, keys.vault.bytes)
            try meta.bind(3, epoch)
            try meta.run()
            let file = try GateFile(connection)
            try file.begin()
            try file.put(houseOf: keys)
            try file.put(chain: StepLog.Chain(era: 0, first: backup), keys)
            try file.put(AreaState.empty(.login, gate: keys.login.sealer.gate, keys: keys), keys)
            try file.put(AreaState.empty(.house, gate: Key(), keys: keys), keys)
            try file.put(restrictions: [], keys)
            try file.put(
                checkpoint: StoredCheckpoint(size: 0, root: Memory.noRoot, text: []), instant: 0, keys)
            try file.commit()
        }
    }
}

extension GateFile {
    /// The independent keys of the house, each in a cell of its own.
    func put(houseOf keys: GateKeys) throws(SQLError) {
        for name in HouseKey.allCases {
            switch name {
            case .tag: try put(name, keys.tag, keys)
            case .head: try put(name, keys.head, keys)
            case .mark: try put(name, keys.mark, keys)
            case .ledger: try put(name, keys.ledger, keys)
            case .log: try put(name, keys.log.seed(), keys)
            case .host: try put(name, keys.host.seed(), keys)
            }
        }
    }

    /// One key of the house.
    func put<R>(_ name: HouseKey, _ key: Key<R>, _ keys: GateKeys) throws(SQLError) {
        var cell = GateCell(.house, name: Array(name.rawValue.utf8), data: [])
        cell.append(key, keys.sealing)
        try put(cell, keys.sealing)
    }
}
