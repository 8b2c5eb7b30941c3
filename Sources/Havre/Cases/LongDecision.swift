import HavreAccess
import HavreCodec
import HavreStore
import HavreSystem

/// What a long act on a case was decided on, to be asked again between its pieces: who is removed while a large file
/// is on its way to her gets no more of it.
struct LongDecision {
    fileprivate var inside: Inside
    fileprivate var day: Day

    /// - Parameter day: today, as it was when `inside` was decided.
    init(_ inside: Inside, _ day: Day) {
        self.inside = inside
        self.day = day
    }
}

extension Vault {
    /// Decides anew when anything that the last decision rests on has changed: the session, the case being open in
    /// it, the rows of the case and their secrets, a removal under way, the day. Otherwise a few look-ups.
    ///
    /// - Throws: what the act itself would throw if it began now.
    func requireStill(
        _ decision: inout LongDecision, _ code: String, _ verb: Verb, _ compartment: Compartment,
        _ session: Session
    ) throws(HavreError) {
        try requireAlive(session)
        let inside = decision.inside
        let caseID = inside.file.caseID
        let area = try storing { () throws(StoreError) in try store.area(inside.area) }
        let now = clock.boot()
        let isOpen = session.opened.with { state in state.cases[caseID].map { $0.until > now } ?? false }
        if isOpen, area?.generation == inside.generation, area?.count == inside.index.count,
            today == decision.day,
            !isRestricted(session.person.person, on: caseID)
        {
            return
        }
        let day = today
        let anew = try self.inside(code, session)
        try anew.require(verb, compartment)
        decision = LongDecision(anew, day)
    }
}
