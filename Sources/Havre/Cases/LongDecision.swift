import HavreAccess
import HavreCodec
import HavreStore
import HavreSystem

/// What a long act on a case was decided on, to be asked again between its pieces: who is removed while a large file,
/// a long list or a bundle is on its way to her gets no more of it.
struct LongDecision {
    fileprivate let code: String
    fileprivate var inside: Inside
    fileprivate var day: Day

    /// - Parameters:
    ///   - code: the code name of the case.
    ///   - day: today, as it was when `inside` was decided.
    init(_ code: String, _ inside: Inside, _ day: Day) {
        self.code = code
        self.inside = inside
        self.day = day
    }
}

extension Vault {
    /// How much leaves between two such questions, at most (bytes), where an act has the choice.
    static let pieceByteCount = 64 << 10

    /// Decides anew when anything that the last decision rests on has changed: the session, the case being open in
    /// it, the rows of the case and their secrets, a removal under way, the day. Otherwise a few look-ups.
    ///
    /// - Throws: what the act itself would throw if it began now.
    func requireStill(
        _ decision: inout LongDecision, _ verb: Verb, _ compartment: Compartment
    ) throws(HavreError) {
        let session = decision.inside.session
        try requireAlive(session)
        if try !stands(decision, session) {
            let day = today
            decision = LongDecision(decision.code, try inside(decision.code, session), day)
        }
        try decision.inside.require(verb, compartment)
    }

    private func stands(_ decision: LongDecision, _ session: Session) throws(HavreError) -> Bool {
        let inside = decision.inside
        let caseID = inside.file.caseID
        let area = try storing { () throws(StoreError) in try store.area(inside.area) }
        let now = clock.boot()
        let isOpen = session.opened.with { state in state.cases[caseID].map { $0.until > now } ?? false }
        return isOpen && area?.generation == inside.generation && area?.count == inside.index.count
            && today == decision.day && !isRestricted(session.person.person, on: caseID)
    }
}
