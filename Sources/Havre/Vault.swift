import HavreAccess
import HavreCodec
import HavreLedger
import HavreSecrets
import HavreStore
public import HavreSystem

/// One vault with its gate: everything that can be done in the house starts here.
///
/// Acts stand in `Acts/`, one file each. Each of them looks up the session, asks the policy, builds one change,
/// commits it with its entry in the ledger, and only then opens or answers anything.
///
/// Lock order: house, then session, then case file; none is held while the store commits, except a case's
/// write lock and, behind it, a session's lock for its mail.
public final class Vault: Sendable {
    let store: Store
    let journal: LedgerJournal
    /// Where acts read the time.
    public let clock: Clock
    let house: Guarded<House>
    let areas: [HouseArea: Area]
    let sessions = Guarded(Sessions())
    let files = Guarded(CaseFiles())
    /// One Argon2id at a time: each takes 256 MiB.
    let hashing = Guarded<Void>(())
    let attempts = Guarded(Attempts())
    let guesses = Guarded(GuessAllowance())
    /// One look of the identifier guard at a time is written down.
    let looking = Guarded<Void>(())
    let diary = Guarded(Diary())
    /// One case at a time is made, so that no two choose the same code name.
    let naming = Guarded<Void>(())
    /// One link of the directory at a time is made: each says how many there are before it.
    let entering = Guarded<Void>(())

    /// 16 random bytes that are in every context of this vault.
    var id: Identifier { store.vault }

    init(store: Store, journal: LedgerJournal, clock: Clock) {
        self.store = store
        self.journal = journal
        self.clock = clock
        house = Guarded(House())
        areas = Self.areas(of: store.vault)
    }

    /// Opens an existing vault, serving if `auto.key` opens, closed otherwise.
    ///
    /// - Parameters:
    ///   - vault: folder of ciphertext.
    ///   - gate: folder of the gate, elsewhere.
    ///   - deviceKey: where the device key is, if not in the gate folder.
    ///   - gateMirror: folder of a second copy of the gate that is kept at once; it has to be there.
    /// - Throws: `rolledBack` also when the mirror knows more than the gate.
    public convenience init(
        vault: String, gate: String, deviceKey: String?, gateMirror: String? = nil, clock: Clock = .system
    ) throws(HavreError) {
        try Self.requireSoundConstructions()
        let journal = LedgerJournal()
        let store: Store
        do throws(StoreError) {
            store = try Store.open(
                StorePlaces(vault: vault, gate: gate, deviceKey: deviceKey, mirror: gateMirror),
                journal: journal)
        } catch {
            // Nobody has said a passphrase yet: key files that do not belong together are not what was stored.
            throw error == .wrongKey ? .tampered : HavreError(error)
        }
        self.init(store: store, journal: journal, clock: clock)
        do throws(HavreError) {
            try indexHouse()
            if isServing { try logStart() }
        } catch {
            store.close()
            switch error {
            // Without the device key, on a medium that was taken out perhaps, not even a name can be looked up.
            case .wrongPassphrase: throw .gateClosed
            // The house has no areas or rows that may be missing.
            case .notFound: throw .tampered
            default: throw error
            }
        }
    }

    /// Whether a vault that could not be opened says that a newer version of these programs has written it.
    package static func isOfNewerVersion(vault: String, gate: String) -> Bool {
        Store.isOfNewerVersion(StorePlaces(vault: vault, gate: gate))
    }

    /// Asks known answers of every construction, once a process: a libsodium that takes keys of small order for good
    /// ones opens no vault.
    ///
    /// - Throws: `HavreError.failed` naming the construction.
    static func requireSoundConstructions() throws(HavreError) {
        if case .selfTest(let construction) = selfTest { throw .failed("self-test: \(construction)") }
    }

    private static let selfTest: SecretError? = {
        do throws(SecretError) { try SelfTest.run() } catch { return error }
        return nil
    }()

    var now: Instant { Instant(seconds: clock.now()) }

    /// The vault's day, for what lasts "until" a day; by UTC beyond the years that the C library counts.
    var today: Day { now.day(offsetSeconds: (try? LocalTime(seconds: now.seconds))?.offsetSeconds ?? 0) }
}

extension Vault {
    /// How often a change is built anew when somebody else was faster.
    private static let attemptCountMax = 8

    /// Builds a change and commits it with its entry; builds it anew when the state it was built on has moved.
    ///
    /// - Parameter build: makes the draft and what the act answers; may run several times. Rows that it reads and
    ///   writes over it reads after `Draft.rest`, so that nothing which is put there meanwhile gets lost. It throws
    ///   `busy` when what it reads does not fit together yet.
    func commit<Answer>(
        _ event: Event, roster: AreaSecrets? = nil,
        _ build: (inout Draft, inout Event) throws(HavreError) -> Answer
    ) throws(HavreError) -> (answer: Answer, receipt: Receipt) {
        for _ in 0..<Self.attemptCountMax {
            var draft = Draft(store)
            var event = event
            let answer: Answer
            do throws(HavreError) { answer = try build(&draft, &event) } catch {
                guard error == .busy else { throw error }
                try indexHouse()
                continue
            }
            let entry = try seal(event, roster: draft.roster ?? roster).encoded
            let change = draft.change(entry: entry, time: event.time)
            do throws(StoreError) {
                let receipt = try store.submit(change)
                for (area, rows) in draft.added { takeIn(rows, of: area.id) }
                return (answer, receipt)
            } catch {
                // The change stands: a case that it made has a name, and a row in custody, that are not known yet.
                if error == .storageFull(decided: true) {
                    house.with { $0.codes = nil }
                    // Rows that cannot be read now are looked for again by whoever needs them.
                    _ = try? indexHouse()
                }
                guard error == .stale else { throw HavreError(error) }
                try indexHouse()
            }
        }
        throw .busy
    }

    /// The same for a change that adds a link to the directory. One at a time is built: six people who enrol in the
    /// same minute wait for each other, and nobody of them is sent away.
    func commitLink<Answer>(
        _ event: Event, _ build: (inout Draft, inout Event) throws(HavreError) -> Answer
    ) throws(HavreError) -> Answer {
        try entering.with { _ throws(HavreError) in try commit(event, build).answer }
    }

    /// Writes an entry and nothing else; what it speaks of may be opened afterwards.
    @discardableResult
    func log(_ event: Event, roster: AreaSecrets? = nil) throws(HavreError) -> Receipt {
        try commit(event, roster: roster) { _, _ in () }.receipt
    }

    /// Writes the entry of an act that opens something of a case, decided by `choose`, before any of it is opened.
    ///
    /// The entry rests on the generation of secrets on which it was decided: when somebody is removed meanwhile it is
    /// decided anew, so that no read stands in the ledger, or opens anything, behind the removal of its reader.
    func enter<Answer>(
        _ act: String, _ code: String, _ session: Session,
        _ choose: (Inside, inout Event) throws(HavreError) -> Answer
    ) throws(HavreError) -> (inside: Inside, chosen: Answer) {
        try commit(event(act, session)) { draft, event throws(HavreError) in
            let inside = try self.inside(code, session)
            self.fill(&event, &draft, inside)
            return (inside, try choose(inside, &event))
        }.answer
    }

    /// The same for an act that was decided before: `busy` when secrets were renewed since.
    ///
    /// - Parameter with: what else the change does.
    func log(
        _ event: Event, in inside: Inside, with more: (inout Draft) -> Void = { _ in }
    ) throws(HavreError) {
        _ = try commit(event) { draft, event throws(HavreError) in
            self.fill(&event, &draft, inside)
            more(&draft)
        }
    }

    private func fill(_ event: inout Event, _ draft: inout Draft, _ inside: Inside) {
        event.caseID = inside.file.caseID
        event.code = inside.chain.code
        event.purpose = inside.purpose
        draft.roster = inside.secrets
        draft.rest(on: inside.area, generation: inside.generation)
    }

    private func seal(_ event: Event, roster: AreaSecrets?) throws(HavreError) -> SealedEvent {
        let pulse = try pulse(event.time)
        return try SealedEvent(event, vault: id, pulse: pulse, roster: roster?.newestKey("roster"))
    }

    /// The auditors' key of this second; their public half lies in the gate, so that entries need no session.
    private func pulse(_ time: Instant) throws(HavreError) -> Pulse {
        let second = UInt64(max(0, time.seconds))
        let known = house.with { $0.pulse }
        if let known, known.second == second { return known }
        // A closed gate has thrown already.
        guard let bytes = try fact("audit/half") else { throw .tampered }
        let half: BoxPublicKey
        do { half = try BoxPublicKey(bytes: bytes) } catch { throw .tampered }
        let pulse = Pulse(second: second, to: half)
        house.with { $0.pulse = pulse }
        return pulse
    }

    /// A value that only the gate holds.
    func fact(_ key: String) throws(HavreError) -> [UInt8]? {
        try storing { () throws(StoreError) in try store.fact(key) }
    }

    /// One row with its facts.
    func row(_ number: UInt64, in area: Area) throws(HavreError) -> (row: Row, facts: RowFacts?) {
        let row = try storing { () throws(StoreError) in try store.read(area, number) }
        return (row, row.isEmptied ? nil : try RowFacts(row.payload))
    }

    /// The same with its body, as of one moment: another call may empty the row in between.
    func rowWithBody(
        _ number: UInt64, in area: Area
    ) throws(HavreError) -> (facts: RowFacts?, body: [UInt8]) {
        let found = try storing { () throws(StoreError) in try store.readWithBody(area, number) }
        return (found.row.isEmptied ? nil : try RowFacts(found.row.payload), found.body ?? [])
    }

    func body(_ number: UInt64, in area: Area) throws(HavreError) -> [UInt8] {
        try storing { () throws(StoreError) in try store.body(area, number) }
    }

    /// How many rows an area has, 0 when there is none.
    func count(_ area: Area) throws(HavreError) -> UInt64 {
        try storing { () throws(StoreError) in try store.area(area) }?.count ?? 0
    }
}

/// Runs a call of the store and says what went wrong in the library's terms.
func storing<Value>(_ body: () throws(StoreError) -> Value) throws(HavreError) -> Value {
    do throws(StoreError) { return try body() } catch { throw HavreError(error) }
}

extension HavreError {
    init(_ error: StoreError) {
        self =
            switch error {
            case .stale, .busy, .inUse: .busy
            case .closed: .gateClosed
            case .notFound: .notFound
            case .storageFull(let isDecided): .storageFull(decided: isDecided)
            case .outcomeUnknown: .outcomeUnknown
            case .tampered, .foreign: .tampered
            case .rolledBack: .rolledBack
            case .occupied(.mirror):
                .usage(
                    "--gate-mirror names a folder that holds something else than the copy of this gate; nothing in it was touched: name an empty folder"
                )
            case .occupied(let part):
                .invalid(
                    field: part == .vaultFolder ? "vault" : "gate", rule: "must be a new or an empty folder")
            case .unfinished: .usage("a restore into this gate was not finished: start havre restore again")
            case .wrongKey: .wrongPassphrase
            case .invalid(let rule): .failed(rule)
            case .system(let error): .failed("\(error.call): errno \(error.code)")
            case .database(let code): .failed("the database answered \(code)")
            }
    }
}
