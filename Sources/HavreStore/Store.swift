package import HavreCodec
import HavreSecrets
import HavreSystem

/// The two halves of a vault: rows in hostile storage (`vault.db`, `blobs/`) and the gate that they are sealed for.
///
/// The store knows no plaintext and no ledger. It keeps numbered rows in areas, compares every one it gives back with
/// the area's head, writes each change together with its entry, and answers a mutation only when both files know it.
/// Any number of threads may use one store.
package final class Store: Sendable {
    /// The vault's id, in clear in both files.
    package let vault: Identifier
    /// The attachments' files.
    package let blobs: BlobFolder

    let vaultFolder: StoreFolder
    let gateFolder: StoreFolder
    let keyFiles: KeyFiles
    let memory: Guarded<Memory>
    let queue = Guarded(CommitQueue())
    let readers: ReaderPool
    let gateReader: Guarded<GateReader>
    let leader: Leader
    /// A read of the whole vault that is under way.
    let longReads = LongReads()
    let journal: any Journal
    let follower: Follower
    private let mover: LogMover

    /// A connection of the gate for reading.
    // Sendable by hand: it lies behind a lock.
    struct GateReader: @unchecked Sendable {
        let file: GateFile
    }

    /// Reading connections of the vault: as many threads read at once.
    static let readerCount = 4

    private init(
        vault: Identifier, folders: (vault: StoreFolder, gate: StoreFolder),
        files: (vault: Connection, gate: Connection),
        places: StorePlaces, journal: any Journal
    ) throws(StoreError) {
        self.vault = vault
        (vaultFolder, gateFolder) = folders
        self.journal = journal
        keyFiles = KeyFiles(folder: gateFolder, vault: vault, devicePath: places.deviceKey)
        memory = Guarded(Memory())
        blobs = try BlobFolder(vaultFolder)
        var list: [VaultReader] = []
        for _ in 0..<Self.readerCount {
            let connection = try DatabaseFile.again(StoreName.vaultFile, in: vaultFolder, .vaultFile)
            list.append(try Self.reader(connection))
        }
        readers = ReaderPool(list)
        let gateConnection = try DatabaseFile.again(StoreName.gateFile, in: gateFolder, .gateFile)
        gateReader = Guarded(GateReader(file: try Self.gateFile(gateConnection)))
        mover = LogMover(
            vault: try DatabaseFile.again(StoreName.vaultFile, in: vaultFolder, .vaultFile),
            gate: try DatabaseFile.again(StoreName.gateFile, in: gateFolder, .gateFile))
        leader = try Leader(
            vault: try Self.writer(files.vault), gate: try Self.gateFile(files.gate),
            journalLog: StepLog(StoreName.journal, in: gateFolder, .journal, vault: vault),
            erasuresLog: StepLog(StoreName.erasures, in: gateFolder, .erasures, vault: vault), memory: memory,
            journal: journal, blobs: blobs, keyFiles: keyFiles, longReads: longReads,
            mover: mover, mirror: places.mirror.map(GateMirror.init),
            standing: StandingFiles([
                (vaultFolder, StoreName.vaultFile, .vaultFile), (gateFolder, StoreName.gateFile, .gateFile),
            ]), readers: readers, gateReader: gateReader)
        follower = Follower()
        leader.mirror?.belong(to: self)
        leader.followWithMirror()
    }

    deinit {
        follower.stop()
        mover.stop()
        leader.mirror?.leave()
    }

    private static func reader(_ connection: Connection) throws(StoreError) -> VaultReader {
        try database(.vaultFile) { () throws(SQLError) in try VaultReader(connection) }
    }

    private static func writer(_ connection: Connection) throws(StoreError) -> VaultWriter {
        try database(.vaultFile) { () throws(SQLError) in try VaultWriter(connection) }
    }

    private static func gateFile(_ connection: Connection) throws(StoreError) -> GateFile {
        try database(.gateFile) { () throws(SQLError) in try GateFile(connection) }
    }

    // MARK: opening

    /// Opens a store and takes its locks. It serves at once when `auto.key` and the device key open the gate, and is
    /// closed otherwise.
    /// - Throws: `.inUse`, `.foreign`, `.rolledBack`, `.tampered`; `.wrongKey` when the device key is another one;
    ///   `.unfinished` for what a restore has not finished.
    package static func open(_ places: StorePlaces, journal: any Journal) throws(StoreError) -> Store {
        try open(places, journal: journal, duringRestore: false)
    }

    /// Whether one of the two files says that a newer version has written it: what a refusal may add.
    package static func isOfNewerVersion(_ places: StorePlaces) -> Bool {
        let files = [
            (places.vault, Schema.vault, StoreName.vaultFile), (places.gate, .gate, StoreName.gateFile),
        ]
        // Only for the words of a refusal: a file that cannot be read says nothing.
        return files.contains { path, schema, name in
            guard let folder = try? Directory(path: path) else { return false }
            return (try? DatabaseFile.isNewer(schema, name, in: folder)) ?? false
        }
    }

    static func open(
        _ places: StorePlaces, journal: any Journal, duringRestore: Bool
    ) throws(StoreError) -> Store {
        let gateFolder = try StoreFolder(places.gate, .gateFolder)
        let isMarked = try gateFolder.status(of: StoreName.restoring) != nil
        guard duringRestore || !isMarked else { throw .unfinished }
        // A mirror that was never filled to its end is no gate.
        guard try gateFolder.status(of: StoreName.filling) == nil else { throw .foreign(.gateFolder) }
        guard try gateFolder.status(of: StoreName.gateFile) != nil else { throw .foreign(.gateFolder) }
        let vaultFolder = try StoreFolder(places.vault, .vaultFolder)
        let gateConnection = try DatabaseFile.open(.gate, StoreName.gateFile, in: gateFolder, .gateFile)
        let vaultConnection = try DatabaseFile.open(.vault, StoreName.vaultFile, in: vaultFolder, .vaultFile)
        let vault = try DatabaseFile.vault(gateConnection, .gate)
        guard try DatabaseFile.vault(vaultConnection, .vault) == vault else { throw .foreign(.meta) }
        let store = try Store(
            vault: vault, folders: (vaultFolder, gateFolder), files: (vaultConnection, gateConnection),
            places: places, journal: journal)
        store.leader.isRestoring = duringRestore
        if let mirror = places.mirror { try store.begin(mirror) }
        do throws(StoreError) { try store.start() } catch {
            store.leader.mirror?.stop()
            throw error
        }
        try store.follower.start { [weak store] in store?.followReads() }
        try store.mover.start { [weak store] body in
            guard let store else { return false }
            store.lead { _ in body() }
            return true
        }
        return store
    }

    /// Refuses a mirror that holds something else; one that is not there may come later.
    private func begin(_ path: String) throws(StoreError) {
        let epoch = try database(.gateFile) { () throws(SQLError) in try leader.gate.epoch() }
        try MirrorCopy.require(path, apartFrom: [gateFolder, vaultFolder], vault, epoch: epoch)
        try leader.mirror?.start()
    }

    /// Settles key files, reads the keys that lie on the disk, and opens the gate if it may.
    private func start() throws(StoreError) {
        let epoch = try database(.gateFile) { () throws(SQLError) in try leader.gate.epoch() }
        guard epoch.count == KeyFiles.epochByteCount else { throw .tampered(.meta) }
        try keyFiles.settle(epoch: epoch)
        try blobs.removeIncoming()
        let device: Key<Role.Device>
        do throws(StoreError) {
            device = try keyFiles.deviceKey()
        } catch {
            // Without its medium the store stays closed, and nobody opens it.
            if error == .notFound { return }
            throw error
        }
        let login: LoginKeys
        do throws(StoreError) {
            login = LoginKeys(vault: vault, key: try keyFiles.openLogin(device))
        } catch {
            // Burnt, with the device key elsewhere.
            if error == .notFound { return }
            throw error
        }
        memory.with { memory in
            memory.device = device
            memory.login = login
        }
        guard try keyFiles.hasAuto() else { return }
        do throws(StoreError) {
            try enter(try keyFiles.openAuto(device), login, .serving)
        } catch {
            // A panic that was cut short leaves zeros: closed, as it meant to.
            if error == .wrongKey { return }
            throw error
        }
    }

    /// Closes everything: the gate follows what was only read, then keys and locks go.
    package func close() {
        follower.stop()
        followReads()
        leader.mirror?.stop()
        closeGate(removingAuto: false)
        mover.stop()
        // What is left in the write-ahead logs goes into the files, as far as nobody else reads them.
        lead { leader in
            _ = try? leader.vault.truncateLog(isPatient: false)
            _ = try? leader.gate.truncateLog(isPatient: false)
        }
        memory.with { memory in
            memory.close(.ended)
            memory.login = nil
            memory.device = nil
        }
        vaultFolder.unlock()
        gateFolder.unlock()
    }

    // MARK: state

    /// Whether the store answers.
    package var state: StoreState { memory.with { $0.state } }

    /// Tells the follower that entries of reads wait for the gate.
    func noteLag() { follower.wake() }

    /// Lets the gate follow the entries of reads, and finishes what a full disk or another reader held up.
    private func followReads() {
        let hasChores = lead { leader in
            guard let keys = memory.with({ $0.state == .serving ? $0.keys : nil }) else { return false }
            // What fails here is still owed, and tried again with the next commit.
            if leader.lag.checkpoint || leader.lag.isUrgent { _ = try? leader.follow(keys) }
            if !leader.lag.noted.isEmpty { _ = try? leader.finishChores(keys, isPatient: false) }
            leader.lookAtLogs()
            return !leader.lag.noted.isEmpty
        }
        // A reader stood in the way: what was to be forgotten is not left lying until somebody writes again.
        if hasChores { noteLag() }
    }

    /// Runs `body` while nobody commits.
    func lead<Value: ~Copyable, Failure: Error>(_ body: (Leader) throws(Failure) -> Value) throws(Failure)
        -> Value
    {
        _ = queue.holdOff()
        // What others have written in the meantime is not taken for what this lead writes.
        _ = try? leader.lookAtFiles()
        defer {
            leader.leave()
            queue.passOn()
        }
        return try body(leader)
    }
}

/// Lets the gate follow within a second, in a thread of its own.
final class Follower: Sendable {
    private enum Wish { case nothing, follow, stop }
    private let wish = Guarded(Wish.nothing)

    /// How long entries of reads wait to be followed together.
    private static let delayMilliseconds = 400

    func start(_ follow: @escaping @Sendable () -> Void) throws(StoreError) {
        let wish = wish
        try system { () throws(SystemError) in
            try Threads.spawn {
                while wish.when({ $0 != .nothing }, { $0 }) == .follow {
                    let stops = wish.when({ $0 == .stop }, withinMilliseconds: Self.delayMilliseconds) { _ in
                        true
                    }
                    if stops == true { return }
                    wish.with { if $0 == .follow { $0 = .nothing } }
                    follow()
                }
            }
        }
    }

    func wake() {
        let isNew = wish.with { wish in
            guard wish == .nothing else { return false }
            wish = .follow
            return true
        }
        if isNew { wish.broadcast() }
    }

    func stop() {
        wish.with { $0 = .stop }
        wish.broadcast()
    }
}
