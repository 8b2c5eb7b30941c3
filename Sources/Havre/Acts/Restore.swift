import HavreAccess
import HavreCodec
import HavreLedger
public import HavreSecrets
import HavreStore
public import HavreSystem

/// What a restore needs to know.
public struct RestorePlan {
    /// Folder of the vault's half of the backup, or the folder of a vault that nobody serves.
    public let vaultHalf: String
    /// Folder of the gate's half, which may have been kept elsewhere.
    public let gateHalf: String
    /// Where the vault is made: a new or an empty folder.
    public let vault: String
    /// Where its gate is made: another new or empty folder.
    public let gate: String
    /// Where the device key is, if not in the gate folder; the file must be there.
    public let deviceKey: String?
    /// A state of the log that whoever restores remembers, by the vault's fingerprint.
    public let known: (_ fingerprint: String) -> Era.Known?

    /// Names the places.
    public init(
        vaultHalf: String, gateHalf: String, vault: String, gate: String, deviceKey: String?,
        known: @escaping (_ fingerprint: String) -> Era.Known? = { _ in nil }
    ) {
        self.vaultHalf = vaultHalf
        self.gateHalf = gateHalf
        self.vault = vault
        self.gate = gate
        self.deviceKey = deviceKey
        self.known = known
    }
}

/// A vault that was restored; it lies closed in its folders.
public struct Restored: Sendable {
    /// 64 hex digits.
    public let fingerprint: String
    /// What the restore says of itself; its six words go to everybody.
    public let era: Era
    /// Erasures that were done again.
    public let erasedAgain: Int
    /// Cases that nobody opens any more, because the gate's half is older than their key.
    public let lostCases: [LostCase]
    /// Names of those whose keyring is lost for the same reason: they need new keys (`staff reset`).
    public let lostPeople: [String]
}

extension Vault {
    /// The names of the files without which a folder is no half of a backup.
    private static let halves = (vault: BackupName.vault, gate: BackupName.gate)

    /// Compares every file of a backup with its sum. A backup that passes is whole; whether somebody changed it and
    /// its sums is for the restore itself to find.
    ///
    /// - Parameter progress: called with the bytes of each piece.
    public static func verify(
        backup plan: RestorePlan, progress: (Int) -> Void = { _ in }
    ) throws(RestoreRefusal) {
        try BackupHalf.verify(plan.gateHalf, holding: halves.gate, progress: progress)
        // A vault folder that was spared has no sums: what it holds is compared with the gate.
        if try !BackupHalf.isVaultFolder(plan.vaultHalf) {
            try BackupHalf.verify(plan.vaultHalf, holding: halves.vault, progress: progress)
        }
        _ = try bearer(plan)
    }

    /// Makes a vault and its gate from a backup, opened by the founder's passphrase as it was then: new device key, GK,
    /// log key and host key, a gate brought forward to the vault, erasures done again, everything checked, and a new
    /// era whose first entry says what was restored.
    ///
    /// - Throws: `RestoreRefusal`; nothing is left then.
    public static func restore(
        _ plan: RestorePlan, passphrase: borrowing SecretBytes, keyFile: Key<Role.KeyFile>?,
        clock: Clock = .system
    ) throws(RestoreRefusal) -> Restored {
        let (label, bearer) = try bearer(plan)
        let (seed, root) = try bearer.open(vault: label.vault, passphrase, keyFile)
        let first = { era in RecoveryKeys.firstBackupKey(seed, era: era) }
        let underWay: RestoreUnderWay
        do throws(StoreError) {
            underWay = try Store.restore(
                from: BackupPlaces(vault: plan.vaultHalf, gate: plan.gateHalf),
                to: StorePlaces(vault: plan.vault, gate: plan.gate, deviceKey: plan.deviceKey), first: first)
        } catch { throw RestoreRefusal(error) }
        do throws(RestoreRefusal) {
            let restored = try goOn(underWay, plan, (bearer.founder.person, root), seed, first, clock)
            do throws(StoreError) { try underWay.finish() } catch { throw RestoreRefusal(error) }
            return restored
        } catch {
            underWay.abandon()
            throw error
        }
    }

    private static func bearer(
        _ plan: RestorePlan
    ) throws(RestoreRefusal) -> (label: BackupLabel, bearer: FounderBearer) {
        let label: BackupLabel
        do throws(StoreError) {
            label = try Store.label(ofBackup: BackupPlaces(vault: plan.vaultHalf, gate: plan.gateHalf))
        } catch { throw error == .notFound ? .unfinished : RestoreRefusal(error) }
        guard !label.bearer.isEmpty else { throw .needsShares }
        return (label, try FounderBearer(decoding: label.bearer))
    }

    /// From the written files to a vault in a new era.
    private static func goOn(
        _ underWay: RestoreUnderWay, _ plan: RestorePlan,
        _ founder: (person: Identifier, root: Key<Role.Root>),
        _ seed: Key<Role.Recovery>, _ first: (UInt32) -> Key<Role.Backup>, _ clock: Clock
    ) throws(RestoreRefusal) -> Restored {
        let journal = LedgerJournal()
        do {
            let old = try underWay.open(journal: journal)
            let (fingerprint, oldLog) = (try old.fact("fingerprint") ?? [], journal.verifier?.text ?? "")
            let from = journal.checkpoint()
            let digest = try Digest(bytes: fingerprint)
            let keys = try old.beginEra(first: first) { era, checkpoint, signer throws(StoreError) in
                try sign(checkpoint, Era.origin(digest, era), signer)
            }
            let store = try underWay.open(journal: journal)
            let vault = Vault(store: store, journal: journal, clock: clock)
            defer { vault.close() }
            let known = plan.known(digest.hex).flatMap { $0.size > from.size ? $0 : nil }
            let body = Era.body(
                keys.era, fingerprint: digest, from: Era.Known(size: from.size, root: from.root), lost: known,
                lostAreas: underWay.lost.map(\.area.id),
                time: vault.now, oldLog: oldLog, log: journal.verifier?.text ?? "", host: keys.host)
            let statement = try Statement.make(Era.kind, body, by: RecoveryKeys(seed).sign)
            try vault.begin(try Era(statement.encoded()), by: founder.person)
            let losses = try vault.forget(underWay.lost, founder: founder.person, founder.root)
            let count = try vault.eraseAgain(underWay.erasures)
            // Only now: logs that reach beyond the gate's half are in order before the step of a new era.
            if !losses.cases.isEmpty { try store.dropStrayBlobs() }
            guard try store.check().isGood else { throw RestoreRefusal.damaged }
            return Restored(
                fingerprint: digest.hex, era: try Era(statement.encoded()), erasedAgain: count,
                lostCases: losses.cases, lostPeople: losses.people)
        } catch let refusal as RestoreRefusal {
            throw refusal
        } catch let error as StoreError {
            throw RestoreRefusal(error)
        } catch let error as HavreError {
            throw error == .tampered ? .damaged : .other(error)
        } catch {
            throw .damaged
        }
    }

    private static func sign(
        _ checkpoint: StoredCheckpoint, _ origin: String, _ signer: SigningKey
    ) throws(StoreError) -> [UInt8] {
        do throws(LedgerError) {
            return try Checkpoint(origin: origin, size: Int(checkpoint.size), root: checkpoint.root)
                .signed(by: signer)
        } catch { throw .tampered(.checkpoint) }
    }

    /// The first entry of an era: who restored, and, as the commitment of its leaf, the statement.
    private func begin(_ era: Era, by founder: Identifier) throws(HavreError) {
        try indexHouse()
        var event = Event(time: now, act: "restore")
        event.person = founder
        for number in house.with({ Array($0.accounts.values) }) {
            guard case .account(let account) = try row(number, in: .login).facts, account.person == founder
            else { continue }
            event.actor = account.name
        }
        _ = try commit(event) { draft, _ throws(HavreError) in
            draft.commitment = Era.commitment(era.statement)
            let eras = try self.eras(adding: era.statement)
            draft.step { step in
                step.facts[Self.erasFact] = .some(eras)
                // No backup of this era is kept yet.
                step.facts[KeptBackup.fact] = .some(nil)
            }
        }
    }

    /// Erasures that were certified after the backup was made.
    /// - Returns: how many there was something left to do for.
    private func eraseAgain(_ erasures: [LoggedErasure]) throws(HavreError) -> Int {
        var againCount = 0
        for erasure in erasures {
            var areas: [Area] = []
            for area in erasure.areas where try count(existing: area) != nil { areas.append(area) }
            var rows: [RowPlace] = []
            for place in erasure.rows where !areas.contains(place.area) {
                guard let count = try self.count(existing: place.area), place.n < count,
                    try row(place.n, in: place.area).facts != nil
                else { continue }
                rows.append(place)
            }
            guard !areas.isEmpty || !rows.isEmpty else { continue }
            againCount += 1
            _ = try commit(Event(time: now, act: "erase again")) { draft, _ throws(HavreError) in
                for area in areas { try draft.rest(on: area) }
                for place in rows { try draft.empty(place.n, in: place.area) }
                draft.step { $0.erased += areas }
            }
        }
        return againCount
    }

    /// How many rows an area has, nil when it was erased.
    private func count(existing area: Area) throws(HavreError) -> UInt64? {
        try storing { () throws(StoreError) in try store.area(area) }?.count
    }
}

extension RestoreRefusal {
    init(_ error: StoreError) {
        self =
            switch error {
            case .occupied(let part): .occupied(isGate: part == .gateFolder)
            case .foreign(.vaultFolder): .notPrivate(isGate: false)
            case .foreign(.gateFolder): .notPrivate(isGate: true)
            case .foreign(.meta): .twoVaults
            case .foreign(.keyFile), .notFound: .deviceKey
            case .foreign, .tampered, .wrongKey: .damaged
            case .rolledBack: .notTogether
            case .inUse: .busy
            default: .other(HavreError(error))
            }
    }
}
