import HavreAccess
package import HavreCodec
import HavreSecrets
import HavreStore
package import HavreSystem

/// A backup as it is lent to whoever writes it down: both halves of one moment, in files that have no name.
package struct Backup: Sendable {
    /// `vault.db`: ciphertext.
    package let vault: SharedDescriptor
    /// `gate.backup`: the gate's contents, under the backup key.
    package let gate: SharedDescriptor
    /// `gate.journal` and `erasures.log`; missing while nothing was written to them.
    package let journal: SharedDescriptor?
    package let erasures: SharedDescriptor?
    /// Attachments' files, to be asked for one by one.
    package let blobs: [Identifier]
    /// Entries of the log in both halves.
    package let size: UInt64
}

extension Vault {
    /// Until when a backup counts as recent (seconds).
    private static let backupSeconds: Int64 = 7 * 86_400

    /// Takes a backup. The entry is on disk before anything is lent.
    ///
    /// - Throws: `storageFull` when the vault's disk has no room for a copy of `vault.db` beside it.
    package func backup(_ session: Session) throws(HavreError) -> Backup {
        try requireKeeping(session)
        try log(event("backup", session))
        let bearer = try bearer(session)
        let taken = try storing { () throws(StoreError) in try store.backup(bearer: bearer.encoded) }
        return Backup(
            vault: taken.vault, gate: taken.gate, journal: taken.journal, erasures: taken.erasures,
            blobs: taken.blobs, size: taken.checkpoint.size)
    }

    /// Takes a backup and writes both halves into a folder, `vault` and `gate`, each whole when its `SHA256SUMS` is
    /// there.
    ///
    /// - Parameter path: an existing folder that holds neither.
    /// - Throws: `busy` when an attachment was erased meanwhile, `storageFull`; what was written is removed then.
    public func backup(into path: String, _ session: Session) throws(HavreError) {
        let taken = try backup(session)
        try Self.writing { () throws(SystemError) in
            let folder = try HavreSystem.Directory(path: path)
            var vault = try BackupHalf("vault", in: folder)
            var gate: BackupHalf
            do throws(SystemError) { gate = try BackupHalf("gate", in: folder) } catch {
                vault.abandon()
                throw error
            }
            do throws(SystemError) {
                try vault.add(BackupName.vault, from: taken.vault.descriptor)
                for blob in taken.blobs {
                    try vault.add(blob: blob.hex, from: try self.blob(blob).descriptor)
                }
                try gate.add(BackupName.gate, from: taken.gate.descriptor)
                if let journal = taken.journal { try gate.add(BackupName.journal, from: journal.descriptor) }
                if let log = taken.erasures { try gate.add(BackupName.erasures, from: log.descriptor) }
                try vault.finish()
                try gate.finish()
            } catch {
                vault.abandon()
                gate.abandon()
                throw error
            }
        }
        try backupKept(size: taken.size, session)
    }

    private func blob(_ blob: Identifier) throws(SystemError) -> SharedDescriptor {
        do throws(StoreError) { return SharedDescriptor(try store.openForBackup(blob)) } catch {
            throw SystemError("blob", SystemError.wouldBlock)
        }
    }

    private static func writing(_ body: () throws(SystemError) -> Void) throws(HavreError) {
        do throws(SystemError) { try body() } catch {
            if error.code == SystemError.wouldBlock { throw .busy }
            throw error.isFull ? .storageFull(decided: false) : .failed(error.description)
        }
    }

    /// Lends one attachment's ciphertext for a backup.
    ///
    /// - Throws: `busy` when it was erased since the backup was taken: take it again.
    package func backup(blob: Identifier, _ session: Session) throws(HavreError) -> SharedDescriptor {
        try requireKeeping(session)
        do throws(StoreError) { return SharedDescriptor(try store.openForBackup(blob)) } catch {
            throw error == .notFound ? .busy : HavreError(error)
        }
    }

    /// Notes that a backup is written down, so that `status` knows how old the last one is.
    ///
    /// - Parameter size: entries of the log in it.
    package func backupKept(size: UInt64, _ session: Session) throws(HavreError) {
        try requireKeeping(session)
        guard size <= journal.checkpoint().size else {
            throw .invalid(field: "size", rule: "must be the one of a backup of this vault")
        }
        _ = try commit(event("backup kept", session)) { draft, event throws(HavreError) in
            let kept = KeptBackup(time: event.time.seconds, size: size)
            draft.step { $0.facts[KeptBackup.fact] = .some(kept.encoded) }
        }
    }

    private func requireKeeping(_ session: Session) throws(HavreError) {
        try requireActive(session)
        guard Policy.decide(.backup, role: session.role) == .allowed else { throw .notGranted }
    }

    private func bearer(_ session: Session) throws(HavreError) -> FounderBearer {
        guard let sealedSeed = try fact("recovery/founder") else { throw .failed("no recovery key") }
        let founder = try directory(session).founder
        try indexHouse()
        for row in house.with({ Array($0.accounts.values) }) {
            guard case .account(let account) = try self.row(row, in: .login).facts else { continue }
            if account.person == founder { return FounderBearer(founder: account, sealedSeed: sealedSeed) }
        }
        throw .failed("no founder")
    }

    /// What `status` says about backups, nil when all is well.
    var backupWarning: String? {
        guard store.state == .serving else { return nil }
        guard let kept = keptBackup else { return "backup-never" }
        return now.seconds - kept.time > Self.backupSeconds ? "backup-old" : nil
    }

    /// Rather one warning too many: what cannot be read counts as none.
    private var keptBackup: KeptBackup? {
        guard let bytes = try? fact(KeptBackup.fact) else { return nil }
        return try? KeptBackup(decoding: bytes)
    }

    /// How many cases nobody could open any more if the gate were lost now: their key is in no backup that was kept and
    /// not in the gate's mirror. Nil while the gate is closed. Beyond 1,024 it counts no further.
    public var casesWithoutCopy: Int? {
        guard isServing, let areas = try? store.areasWithoutCopy(kept: keptBackup?.size ?? 0) else {
            return nil
        }
        // Without a backup of this era nothing is known to be safe.
        if keptBackup == nil, !store.isMirrored { return try? custodyRows().count }
        guard !areas.isEmpty else { return 0 }
        // Whatever has a key of its own and is neither a room of the house nor somebody's ring is a case.
        var others = Set(HouseArea.allCases.map { area($0) })
        // A row that cannot be read now counts its ring among the cases: rather one too many.
        for row in house.with({ Array($0.accounts.values) }) {
            guard case .account(let account)? = try? self.row(row, in: .login).facts else { continue }
            others.insert(ring(of: account.person))
        }
        return areas.count { !others.contains($0) }
    }
}
