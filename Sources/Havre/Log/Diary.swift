import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// What the house remembers of the entries that it writes by itself.
struct Diary {
    /// One minute of refusals to one user of the machine.
    private struct Minute {
        let start: Int64
        var written = 0
        var beyond: UInt64 = 0
    }

    /// The day of the newest entry that shows the house awake.
    var beat: Day?
    /// The leaf of a start that a full disk held up.
    var start: Event?
    /// The entry of a panic, which had no time to write one.
    private(set) var panic: Event?
    private var refusals: [UInt32: Minute] = [:]

    /// Entries of refusals in a minute and user; whatever is beyond becomes one entry.
    private static let refusalCountMax = 10
    private static let minuteSeconds: Int64 = 60

    mutating func notePanic(at time: Instant, uid: UInt32?) {
        var event = Event(time: time, act: "panic")
        event.uid = uid
        panic = event
    }

    mutating func panicIsWritten() { panic = nil }

    /// Counts a refusal.
    ///
    /// - Returns: whether it gets an entry of its own.
    mutating func admits(_ uid: UInt32, boot: Int64) -> Bool {
        var minute = refusals[uid] ?? Minute(start: boot)
        defer { refusals[uid] = minute }
        guard minute.written < Self.refusalCountMax else {
            minute.beyond += 1
            return false
        }
        minute.written += 1
        return true
    }

    /// Ends the minutes that are over, or all of them.
    ///
    /// - Returns: how many refusals beyond were counted, by user.
    mutating func takeOver(boot: Int64, all: Bool) -> [UInt32: UInt64] {
        let over = refusals.filter { all || boot >= $0.value.start + Self.minuteSeconds }
        for uid in over.keys { refusals[uid] = nil }
        return over.mapValues(\.beyond).filter { $0.value > 0 }
    }
}

/// The entries of the house itself: that it began, that it is awake, whom it refused.
extension Vault {
    /// The leaf after a time in which the house was not awake: since when, and how many entries the gate was behind.
    ///
    /// Written when the gate opens, before anything else.
    func logStart() throws(HavreError) {
        let status = try storing { () throws(StoreError) in try store.status() }
        var event = Event(time: now, act: "start")
        if status.highestInstant > 0 { event.since = Instant(seconds: status.highestInstant) }
        event.count = status.broughtForward
        if event.time.seconds < status.highestInstant { event.outcome = "clock-set-back" }
        diary.with { $0.start = event }
        do throws(HavreError) { try logOwedStart() } catch {
            // A house without room opens all the same; the leaf follows.
            guard case .storageFull = error else { throw error }
        }
    }

    private func logOwedStart() throws(HavreError) {
        if let event = diary.with({ $0.start }) {
            try log(event)
            diary.with { diary in
                diary.start = nil
                diary.beat = event.time.day
            }
        }
        // Behind the start, with the time at which it was: who closed the house, and when.
        guard let panic = diary.with({ $0.panic }) else { return }
        var event = Event(time: now, act: panic.act)
        event.since = panic.time
        event.uid = panic.uid
        try log(event)
        diary.with { $0.panicIsWritten() }
    }

    /// The entry of somebody who locked everybody out: anybody may, and nobody does it unseen. Like refusals, more than
    /// ten in a minute are one entry.
    public func noteLockOfAll(uid: UInt32) throws(HavreError) {
        guard isServing else { return }
        try logRefusal(Event(time: now, act: "lock all"), uid: uid)
    }

    /// What is due by now: a leaf for each day, one entry for the refusals that had none. Called every few seconds.
    public func tend() throws(HavreError) {
        guard isServing else { return }
        try logOwedStart()
        try logRefusals(all: false)
        let time = now
        let isDue = diary.with { diary in
            defer { diary.beat = time.day }
            return diary.beat != time.day
        }
        guard isDue else { return }
        var event = Event(time: time, act: "heartbeat")
        let highest = try storing { () throws(StoreError) in try store.status() }.highestInstant
        if time.seconds < highest { event.outcome = "clock-set-back" }
        do throws(HavreError) { try log(event) } catch {
            diary.with { $0.beat = nil }
            throw error
        }
    }

    /// One entry a user of the machine for what was refused beyond ten times in a minute.
    func logRefusals(all: Bool) throws(HavreError) {
        let over = diary.with { $0.takeOver(boot: clock.boot(), all: all) }
        for (uid, count) in over.sorted(by: { $0.key < $1.key }) {
            var event = Event(time: now, act: "refusals")
            event.outcome = "refused"
            event.uid = uid
            event.count = count
            try log(event)
        }
    }

    /// The entry of a refusal, while there are not too many of them.
    func logRefusal(_ event: Event, uid: UInt32) throws(HavreError) {
        try logRefusals(all: false)
        guard diary.with({ $0.admits(uid, boot: clock.boot()) }) else { return }
        var event = event
        event.uid = uid
        try log(event)
    }

    /// A call that the daemon refused, as the auditors see it: who tried what on which case.
    ///
    /// - Parameters:
    ///   - code: the case as it was typed; written only if there is such a case.
    ///   - outcome: the name of the error.
    public func noteRefusal(
        _ act: String, case code: String?, outcome: String, uid: UInt32, _ session: Session?
    ) throws(HavreError) {
        guard isServing else { return }
        var event = Event(time: now, act: act)
        event.outcome = outcome
        if let session {
            event.person = session.person.person
            event.actor = session.name
            if let code, let caseID = try caseID(code, session) {
                event.caseID = caseID
                event.code = Fold.fold(code)
            }
        }
        try logRefusal(event, uid: uid)
    }
}
