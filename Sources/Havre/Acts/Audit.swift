import HavreAccess
public import HavreCodec
import HavreLedger
import HavreSecrets
import HavreStore

/// One line of the audit log.
public struct LogLine: Sendable {
    /// The number of the entry in the ledger, from 0.
    public let index: UInt64
    /// When it was written.
    public let time: Instant
    /// Who acted; nil where nobody had proven to be anybody.
    public let actor: String?
    /// What was done.
    public let act: String
    /// The code name of the case, where there was one.
    public let code: String?
    /// How it ended.
    public let outcome: String
    /// Why, as it was said at opening.
    public let purpose: String?
    /// Whom or what the act was about, such as the person who was granted access.
    public let subject: String?
    /// The user of the machine who was refused.
    public let uid: UInt32?
    /// How many refusals one entry stands for, or how many entries a start brought forward.
    public let count: UInt64?
    /// Since when the house was not awake before a start.
    public let since: Instant?
    /// The records it touched.
    public let records: [Identifier]
}

/// What the whole ledger looks like.
public struct LogVerdict: Sendable {
    /// Whether every entry, tile and the tree's root are what the newest checkpoint says, and continue the older one.
    public let ok: Bool
    /// How many entries there are.
    public let size: UInt64
    /// 64 hex digits.
    public let root: String
    /// Times in which not even the daily entry was written: the house was down, or its clock was set.
    public let gaps: [Gap]

    /// A time without an entry.
    public struct Gap: Sendable, Equatable {
        /// The entry before it.
        public let since: Instant
        /// The entry after it.
        public let until: Instant
    }
}

extension Vault {
    /// Entries of the ledger, opened with the auditors' key; asking is itself an entry.
    public func auditLog(
        case code: String?, since: Instant?, _ session: Session
    ) throws(HavreError) -> [LogLine] {
        guard Policy.decide(.auditLog, role: session.role) == .allowed else { throw .notGranted }
        let audit = try auditKey(session)
        var event = event("audit log", session)
        event.caseID = try code.flatMap { code throws(HavreError) in try caseID(code, session) }
        event.code = code
        try log(event)
        // No case of that name: no entries, and the question is one all the same.
        guard code == nil || event.caseID != nil else { return [] }
        var auditor = Auditor(vault: id, key: audit)
        return try events(of: event.caseID, since: since) { sealed throws(HavreError) in
            try auditor.open(sealed)
        }.map { line($0.index, $0.event) }
    }

    /// Who opened a case: for auditors and supervisors, and for its owner with the roster's key.
    public func whoOpened(case code: String, _ session: Session) throws(HavreError) -> [LogLine] {
        guard let caseID = try caseID(code, session) else { throw .notFound }
        let lines: [(index: UInt64, event: Event)]
        var event = event("audit who-opened", session)
        event.caseID = caseID
        event.code = code
        if Policy.decide(.whoOpened, role: session.role) == .allowed {
            var auditor = Auditor(vault: id, key: try auditKey(session))
            try log(event)
            lines = try events(of: caseID) { sealed throws(HavreError) in try auditor.open(sealed) }
        } else {
            let inside = try enter(event.act, code, session) { inside, _ throws(HavreError) in
                guard Policy.decide(.whoOpened, role: session.role, standing: inside.standing) == .allowed
                else { throw .notGranted }
            }.inside
            lines = try events(of: caseID) { sealed throws(HavreError) in
                try sealed.open(vault: id, roster: inside.secrets)
            }
        }
        let acts: Set<String> = ["open", "show", "read", "history", "export", "fetch", "find", "found"]
        return lines.filter { acts.contains($0.event.act) }.map { line($0.index, $0.event) }
    }

    /// What somebody has seen and sent of one case: said at her removal, because it cannot be undone.
    func disclosures(
        to person: Identifier, on caseID: Identifier, _ roster: AreaSecrets, _ session: Session
    ) throws(HavreError) -> (
        opened: [(record: Identifier, time: Instant)],
        exported: [(time: Instant, contact: String, bundle: String)]
    ) {
        var auditor = Auditor(vault: id, key: try auditKey(session))
        var opened: [(record: Identifier, time: Instant)] = []
        var exported: [(time: Instant, contact: String, bundle: String)] = []
        let who = SealedEvent.everyWho(person, roster)
        let entries = try events(of: caseID, by: who) { sealed throws(HavreError) in
            // What she did inside the case opens without the auditors' key, at a tenth of the cost.
            if let event = try sealed.open(vault: id, roster: roster) { return event }
            return try auditor.open(sealed)
        }
        for (_, event) in entries where event.person == person && event.outcome == "done" {
            switch event.act {
            case "show", "read", "history", "fetch", "found": opened += event.records.map { ($0, event.time) }
            case "export": exported.append((event.time, event.contact ?? "", event.bundle ?? ""))
            default: break
            }
        }
        return (opened, exported)
    }

    /// The code name of the case that an entry is about.
    func code(ofEntry number: UInt64, _ session: Session) throws(HavreError) -> String? {
        var auditor = Auditor(vault: id, key: try auditKey(session))
        let entry = try storing { () throws(StoreError) in try store.entry(number) }
        return try auditor.open(SealedEvent(entry.body)).code
    }

    private func auditKey(_ session: Session) throws(HavreError) -> BoxKey {
        guard let half = try secrets(of: .audit, session).half(HouseArea.audit.rawValue) else {
            throw .notGranted
        }
        return half
    }

    /// Entries of the ledger, opened by `open`: all of them, or only those about one case.
    private func events(
        of caseID: Identifier? = nil, by who: Set<UInt32>? = nil, since: Instant? = nil,
        _ open: (SealedEvent) throws(HavreError) -> Event?
    ) throws(HavreError) -> [(index: UInt64, event: Event)] {
        let second = UInt64(clamping: since?.seconds ?? 0)
        let numbers: any Sequence<UInt64>
        if let caseID {
            numbers = try storing { () throws(StoreError) in
                try journal.entries(about: caseID, by: who, StoredLedger(store: store))
            }
        } else if since != nil {
            numbers = try storing { () throws(StoreError) in
                try journal.entries(since: second) { numbers throws(StoreError) in
                    UInt64(clamping: try store.latestInstant(ofEntries: numbers))
                }
            }.joined()
        } else {
            numbers = 0..<journal.checkpoint().size
        }
        var found: [(index: UInt64, event: Event)] = []
        for number in numbers {
            let entry = try storing { () throws(StoreError) in try store.entry(number) }
            let sealed = try SealedEvent(entry.body)
            guard caseID == nil || sealed.caseID == caseID, sealed.second >= second else { continue }
            if let event = try open(sealed) { found.append((number, event)) }
        }
        return found
    }

    private func line(_ index: UInt64, _ event: Event) -> LogLine {
        LogLine(
            index: index, time: event.time, actor: event.actor, act: event.act, code: event.code,
            outcome: event.outcome, purpose: event.purpose, subject: event.subject, uid: event.uid,
            count: event.count, since: event.since, records: event.records)
    }

    /// The newest signed checkpoint, C2SP text.
    public func auditCheckpoint() throws(HavreError) -> String {
        guard store.state == .serving else { throw .gateClosed }
        return String(decoding: journal.checkpoint().text, as: UTF8.self)
    }

    /// How many entries the log has.
    public var logSize: UInt64 { journal.checkpoint().size }

    /// The newest checkpoint and, for a size that somebody remembers, the proof that it only grew since.
    public func log(since size: UInt64?) throws(HavreError) -> (checkpoint: String, consistency: [String]?) {
        let now = journal.checkpoint()
        let proof = try size.map { size throws(HavreError) in try consistency(since: size, to: now) }
        return (String(decoding: now.text, as: UTF8.self), proof)
    }

    /// The proof that the ledger of `size` entries is a prefix of the ledger as it is now.
    ///
    /// - Returns: the hashes in base64; empty for equal sizes, and for a size of 0, from which everything follows.
    private func consistency(
        since size: UInt64, to now: StoredCheckpoint
    ) throws(HavreError) -> [String] {
        guard size <= now.size else { throw .rolledBack }
        guard size > 0 else { return [] }
        do {
            return try Proof.consistency(
                from: Int(size), to: Int(now.size), tiles: journal.reader(StoredLedger(store: store))
            ).map { Base64.standard($0.bytes, padded: true) }
        } catch { throw .tampered }
    }

    /// Compares the whole ledger with its tree, and with an older checkpoint if one is given.
    ///
    /// Each restore has to stand in it where it says, signed with the recovery key.
    ///
    /// - Parameters:
    ///   - against: C2SP text that somebody kept, of this era or an older one.
    ///   - session: reads in the directory whose the recovery key is; without one that is not compared.
    public func auditVerify(
        against: String?, _ session: Session? = nil
    ) throws(HavreError) -> LogVerdict {
        guard store.state == .serving, let verifier = journal.verifier else { throw .gateClosed }
        let directory = try session.map { session throws(HavreError) in try directoryOfAny(session) }
        let now = journal.checkpoint()
        let eras = try eras()
        var ok = eras.indices.allSatisfy { eras[$0].number == UInt32($0 + 1) }
        for era in eras where ok { ok = try stands(era, directory, now) }
        try storing { () throws(StoreError) in
            try journal.audit(now, StoredLedger(store: store)) { _, _ in ok = false }
        }
        if let against {
            let verifiers = eras.compactMap { try? VerifierKey(parsing: $0.oldLog) } + [verifier]
            ok = ok && verifiers.contains { continues(against, of: $0, now) }
        }
        return LogVerdict(ok: ok, size: now.size, root: now.root.hex, gaps: try gaps(below: now.size))
    }

    /// Times without an entry that were longer than a day and an hour: the house writes one every day that it is awake.
    private func gaps(below size: UInt64) throws(HavreError) -> [LogVerdict.Gap] {
        var gaps: [LogVerdict.Gap] = []
        var last: Int64?
        for number in 0..<size {
            let instant = try storing { () throws(StoreError) in try store.instant(ofEntry: number) }
            if let last, instant - last > Self.gapSeconds {
                gaps.append(LogVerdict.Gap(since: Instant(seconds: last), until: Instant(seconds: instant)))
            }
            last = max(last ?? instant, instant)
        }
        return gaps
    }

    private static let gapSeconds: Int64 = 25 * 3600

    /// Whether an era begins where its statement says, by the right hand.
    private func stands(
        _ era: Era, _ directory: Directory?, _ now: StoredCheckpoint
    ) throws(HavreError) -> Bool {
        if let directory {
            guard era.statement.signers == [directory.recovery.sign],
                era.fingerprint == directory.fingerprint
            else { return false }
        }
        guard era.statement.verifyAll(), era.size < now.size else { return false }
        let entry = try storing { () throws(StoreError) in try store.entry(era.size) }
        return entry.commitment == Era.commitment(era.statement) && continues(era.size, era.root, now)
    }

    /// Whether the log as it is now continues a checkpoint that a key has signed.
    private func continues(_ note: String, of verifier: VerifierKey, _ now: StoredCheckpoint) -> Bool {
        guard let old = try? Checkpoint.open(Array(note.utf8), key: verifier) else { return false }
        return old.size == 0 || continues(UInt64(old.size), old.root, now)
    }

    private func continues(_ size: UInt64, _ root: Digest, _ now: StoredCheckpoint) -> Bool {
        guard size > 0, size <= now.size,
            let proof = try? Proof.consistency(
                from: Int(size), to: Int(now.size), tiles: journal.reader(StoredLedger(store: store)))
        else { return false }
        return Proof.verifyConsistency(
            oldSize: Int(size), oldRoot: root, newSize: Int(now.size), newRoot: now.root, proof: proof)
    }
}
