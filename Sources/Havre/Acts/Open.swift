import HavreAccess
public import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

extension Vault {
    /// How long an opened case stays open (seconds).
    static let openSeconds: Int64 = 60 * 60

    /// Why somebody opens a case or gives access to it.
    public static let purposes = [
        "visit", "call", "appeal", "complaint", "placement", "health", "review", "handover", "request",
        "other",
    ]

    /// Loads one case's keys into a session for an hour, with a purpose that the ledger keeps.
    ///
    /// - Returns: until when, and how many living people can open all of it.
    public func open(
        case code: String, purpose: String, _ session: Session
    ) throws(HavreError) -> (code: String, until: Instant, waysIn: Int) {
        try Self.check(purpose: purpose)
        guard Policy.decide(.open, role: session.role) == .allowed else { throw .notFound }
        guard let caseID = try caseID(code, session) else { throw .notFound }
        // Somebody else's removal while it opens makes it begin again, with the new secrets.
        let inside = try following(caseID, session) { () throws(HavreError) in
            let inside = try requirePlace(on: caseID, purpose: purpose, session)
            try storing { () throws(StoreError) in try store.verify(Area(caseID)) }
            try log(event("open", session), in: inside)
            return inside
        }
        let until = clock.boot() + Self.openSeconds
        let open = OpenCase(
            file: inside.file, secrets: inside.secrets, purpose: purpose, until: until)
        let isAlive = session.opened.with { state in
            guard !state.ended else { return false }
            state.cases[caseID] = open
            return true
        }
        guard isAlive else { throw .locked }
        try writeCaseRecord(inside.chain.code, inside)
        let grants = inside.chain.grants.values.map(\.grant)
        let waysIn = waysIn(inside.chain.owner, try directory(session), grants)
        return (inside.chain.code, now.adding(seconds: Self.openSeconds), waysIn)
    }

    /// Forgets one case's keys in a session.
    public func close(case code: String, _ session: Session) throws(HavreError) {
        guard let caseID = try caseID(code, session) else { throw .notFound }
        let wasOpen = session.opened.with { state in
            // A case whose secrets were renewed meanwhile would open again with the next act.
            let reopening = state.reopening.removeValue(forKey: caseID) != nil
            return state.cases.removeValue(forKey: caseID) != nil || reopening
        }
        if !wasOpen { _ = try inside(code, session) }
    }

    /// A purpose is one of the codes or, from scripts, a short text.
    static func check(purpose: String) throws(HavreError) {
        guard (1...64).contains(purpose.count), !purpose.contains(where: \.isNewline) else {
            throw .invalid(
                field: "purpose",
                rule: "must be one of \(purposes.joined(separator: ", ")), or up to 64 characters on one line"
            )
        }
        try requireVisible(purpose, "purpose")
    }

    /// - Throws: `HavreError.invalid` for control characters, marks of direction and spaces of no width: who reads the
    ///   text in a list or in the log must see all of it, in its order.
    static func requireVisible(_ text: String, _ field: String) throws(HavreError) {
        guard !Text.hasHidden(text) else {
            throw .invalid(field: field, rule: "must not hold characters that nobody sees")
        }
    }
}
