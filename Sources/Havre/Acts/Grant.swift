import HavreAccess
public import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// What a supervisor gives to somebody on a case.
public struct GrantRequest: Sendable {
    /// Who gets access.
    public let name: String
    /// Names of compartments; `roster` is always given with them.
    public let compartments: [String]
    /// `read`, `write`, `redact-export`, `refer`.
    public let rights: [String]
    /// The last day included; nil is 90 days from today.
    public let until: Day?
    /// A purpose code or, from scripts, a short text.
    public let purpose: String

    /// Nothing is checked before `Vault.grant`.
    public init(name: String, compartments: [String], rights: [String], until: Day?, purpose: String) {
        self.name = name
        self.compartments = compartments
        self.rights = rights
        self.until = until
        self.purpose = purpose
    }
}

/// One person on a case.
public struct Holder: Sendable {
    /// Her name as the directory shows it; `?` for somebody the directory does not know.
    public let name: String
    /// Her role in the house.
    public let role: String
    /// Names of the compartments that she has, without `roster`, which everybody on the case has.
    public let compartments: [String]
    /// `read`, `write`, `redact-export`, `refer`.
    public let rights: [String]
    /// The last day on which it holds; nil for the owner.
    public let until: Day?
    /// Whether the case is hers.
    public let isOwner: Bool
    /// Whether she is kept out already, by a freeze or by a removal that was begun and never decided: asking for the
    /// removal again decides it.
    public let isKeptOut: Bool
}

extension Vault {
    /// How long a grant lasts unless said otherwise (days), and at most.
    private static let grantDays = 90
    private static let grantDaysMax = 3653

    /// Gives somebody compartments of a case; a new grant replaces her older one.
    ///
    /// - Returns: the grant's link, 64 hex digits, and its last day.
    public func grant(
        case code: String, _ request: GrantRequest, _ session: Session
    ) throws(HavreError) -> (grant: String, until: Day) {
        let caseID = try requireSupervisor(.grant, code, session)
        try Self.check(purpose: request.purpose)
        let compartments = try Self.compartments(request.compartments)
        let rights = try Self.rights(request.rights)
        let until = try until(request.until)
        return try file(caseID).alone { () throws(HavreError) in
            let known = try custody(caseID, session)
            try requireNoConflict(try colleague(request.name, try directory(session)), known)
            return try commit(event("grant", session), roster: known.secrets) {
                draft, event throws(HavreError) in
                let member = try self.colleague(request.name, try self.directory(session))
                guard let keys = member.keys else { throw .tampered }
                let grant = CaseLink.Grant(
                    person: member.person, keys: keys, compartments: compartments, rights: rights,
                    until: until, purpose: request.purpose)
                let statement = try self.put(grant, on: caseID, to: member, &draft, &event, session)
                draft.step { step in
                    step.lifted += [
                        Restriction(.freeze, area: Area(caseID), person: member.person),
                        Restriction(.removal, area: Area(caseID), person: member.person),
                    ]
                }
                event.purpose = request.purpose
                return (statement.digest.hex, until)
            }.answer
        }
    }

    /// The link of a grant, with the box of what it gives.
    func put(
        _ grant: CaseLink.Grant, on caseID: Identifier, to member: Member, _ draft: inout Draft,
        _ event: inout Event, _ session: Session
    ) throws(HavreError) -> Statement {
        let (secrets, chain, _) = try custody(caseID, session)
        let directory = try directory(session)
        let statement = try append(
            .grant(grant), to: chain, secrets, directory, &draft, session, event.time)
        let given = Set(grant.compartments).union([.roster]).map(\.rawValue)
        try deliver(
            secrets.newest.filter { given.contains($0.key) }, of: caseID, with: statement.digest, to: member,
            &draft, from: session, directory)
        event.caseID = caseID
        event.code = chain.code
        event.subject = member.name.shown
        return statement
    }

    /// A link by a supervisor: checked against the chain before it is put.
    func append(
        _ matter: CaseLink, to chain: Chain, _ secrets: AreaSecrets, _ directory: Directory,
        _ draft: inout Draft, _ session: Session, _ time: Instant
    ) throws(HavreError) -> Statement {
        let statement = try session.person.say(
            matter.kind,
            matter.body(
                chain.next(by: session.person.person, at: time), caseID: chain.caseID,
                directory: directory.count))
        var next = chain
        try accessing { () throws(AccessError) in try next.append(statement, directory: directory) }
        // What the directory said of people has to be what it says when this is committed.
        guard try draft.nextRow(in: area(.directory)) == directory.count else { throw .busy }
        try draft.put(
            link: statement, number: chain.count, in: Area(chain.caseID), secret: Compartment.roster.rawValue,
            secrets, vault: self)
        return statement
    }

    /// The case that a supervisor's verb names.
    ///
    /// - Throws: `notGranted` for somebody on the case who is no supervisor, `notFound` for everybody else.
    func requireSupervisor(
        _ verb: Verb, _ code: String, _ session: Session
    ) throws(HavreError) -> Identifier {
        guard let caseID = try caseID(code, session) else { throw .notFound }
        guard Policy.decide(verb, role: session.role) == .allowed else {
            try readMail(session)
            try requirePlace(on: caseID, session)
            throw .notGranted
        }
        try requireActive(session)
        try storing { () throws(StoreError) in try store.verify(Area(caseID)) }
        return caseID
    }

    /// Who is on a case, and with what.
    public func access(
        case code: String, _ session: Session
    ) throws(HavreError) -> (holders: [Holder], threshold: Int) {
        guard let caseID = try caseID(code, session) else { throw .notFound }
        try readMail(session)
        let directory = try directory(session)
        let chain: Chain
        if try ringKey(caseID, session) != nil, !isRestricted(session.person.person, on: caseID) {
            chain = try requirePlace(on: caseID, session).chain
        } else {
            guard session.role == .supervisor else { throw .notFound }
            chain = try following(caseID, session) { () throws(HavreError) in
                try custody(caseID, session).chain
            }
        }
        var event = event("access", session)
        event.caseID = caseID
        event.code = chain.code
        try log(event)
        var holders = [holder(chain.owner, nil, caseID, directory)]
        for (person, holding) in chain.grants.sorted(by: { $0.key < $1.key })
        where chain.standing(of: person, on: today, in: directory) != nil {
            holders.append(holder(person, holding.grant, caseID, directory))
        }
        return (holders, chain.threshold)
    }

    /// The compartments of a case that somebody has, none when she is not on it.
    public func ownCompartments(case code: String, _ session: Session) throws(HavreError) -> [String] {
        guard let caseID = try caseID(code, session), try ringKey(caseID, session) != nil else { return [] }
        let inside = try requirePlace(on: caseID, session)
        return inside.standing.compartments.filter { $0 != .roster }.map(\.rawValue).sorted()
    }

    private func holder(
        _ person: Identifier, _ grant: CaseLink.Grant?, _ caseID: Identifier, _ directory: Directory
    ) -> Holder {
        let member = directory.members[person]
        return Holder(
            name: member?.name.shown ?? "?", role: member?.role.rawValue ?? "?",
            compartments: (grant?.compartments ?? Compartment.grantable).map(\.rawValue),
            rights: (grant?.rights ?? Right.allCases).map(\.rawValue), until: grant?.until,
            isOwner: grant == nil, isKeptOut: isRestricted(person, on: caseID))
    }

    private func until(_ day: Day?) throws(HavreError) -> Day {
        let until = day ?? today.adding(days: Self.grantDays)
        guard until >= today, until <= today.adding(days: Self.grantDaysMax) else {
            throw .invalid(field: "until", rule: "must be a day from today to ten years on")
        }
        return until
    }

    private static func compartments(_ names: [String]) throws(HavreError) -> [Compartment] {
        let found = names.compactMap { Compartment(rawValue: $0) }.filter { $0 != .roster }
        guard !names.isEmpty, found.count == names.count, Set(found).count == found.count else {
            throw .invalid(
                field: "compartments",
                rule: "must name some of: " + Compartment.grantable.map(\.rawValue).joined(separator: ", "))
        }
        return found.sorted()
    }

    private static func rights(_ names: [String]) throws(HavreError) -> [Right] {
        let found = names.compactMap { Right(rawValue: $0) }
        guard found.contains(.read), found.count == names.count, Set(found).count == found.count else {
            throw .invalid(
                field: "rights",
                rule: "must hold read, and may hold: "
                    + Right.allCases.filter { $0 != .read }.map(\.rawValue).joined(separator: ", "))
        }
        return found.sorted()
    }
}
