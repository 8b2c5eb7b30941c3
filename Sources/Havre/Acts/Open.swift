import HavreAccess
package import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

extension Vault {
    /// How long an opened case stays open (seconds).
    static let openSeconds: Int64 = 60 * 60

    /// Why somebody opens a case or gives access to it.
    package static let purposes = [
        "visit", "call", "appeal", "complaint", "placement", "health", "review", "handover", "request",
        "other",
    ]

    /// Loads one case's keys into a session for an hour, with a purpose that the ledger keeps.
    ///
    /// - Returns: until when, UTC seconds.
    package func open(
        case code: String, purpose: String, _ session: Session
    ) throws(HavreError) -> (code: String, until: Instant) {
        try Self.check(purpose: purpose)
        guard Policy.decide(.open, role: session.role) == .allowed else { throw .notFound }
        try readMail(session)
        guard let caseID = try caseID(code) else { throw .notFound }
        guard let key = try ringKey(caseID, session), !isRestricted(session.person.person, on: caseID) else {
            throw try stranger(caseID, session)
        }
        try storing { () throws(StoreError) in try store.verify(Area(caseID)) }
        let secrets = AreaSecrets(vault: id, area: caseID, newest: key.secrets)
        let file = file(caseID)
        let inside = try inside(file, secrets, purpose: purpose, session)
        var event = event("open", session)
        event.caseID = caseID
        event.code = inside.chain.code
        event.purpose = purpose
        try log(event, roster: inside.secrets)
        let until = clock.boot() + Self.openSeconds
        session.opened.with {
            $0.cases[caseID] = OpenCase(file: file, secrets: inside.secrets, purpose: purpose, until: until)
        }
        return (inside.chain.code, now.adding(seconds: Self.openSeconds))
    }

    /// Forgets one case's keys in a session.
    package func close(case code: String, _ session: Session) throws(HavreError) {
        guard let caseID = try caseID(code), session.opened.with({ $0.cases[caseID] }) != nil else {
            _ = try inside(code, session)
            return
        }
        session.opened.with { $0.cases[caseID] = nil }
    }

    /// A purpose is one of the codes or, from scripts, a short text.
    static func check(purpose: String) throws(HavreError) {
        guard (1...64).contains(purpose.count), !purpose.contains(where: \.isNewline) else {
            throw .invalid(
                field: "purpose",
                rule: "must be one of \(purposes.joined(separator: ", ")), or up to 64 characters on one line"
            )
        }
    }
}
