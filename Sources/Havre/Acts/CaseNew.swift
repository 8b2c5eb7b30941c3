import HavreAccess
import HavreCodec
import HavreForms
import HavreSecrets
import HavreStore
import HavreSystem

extension Vault {
    /// Makes a case with all its compartments: chain, card, custody copy, first record.
    ///
    /// A caseworker owns what she creates; a supervisor names the owner.
    ///
    /// - Returns: the code name.
    public func newCase(
        owner: String?, backup: String?, risk: String?, lang: String?, _ session: Session
    ) throws(HavreError) -> String {
        let verb: Verb = session.role == .supervisor || owner != nil ? .caseNewFor : .caseNew
        guard Policy.decide(verb, role: session.role) == .allowed else { throw .notGranted }
        let language = try Self.language(lang)
        let risk = risk ?? "low"
        guard ["low", "medium", "high", "critical"].contains(risk) else {
            throw .invalid(field: "risk", rule: "must be low, medium, high or critical")
        }
        guard ["low", "medium"].contains(risk) else {
            throw .invalid(
                field: "risk",
                rule:
                    "high and critical risk need two-person cases, which are not made yet: choose medium or low"
            )
        }
        let directory = try directory(session)
        guard directory.active(session.person.person) != nil else { throw .notGranted }
        let founder = try ownerOf(owner, session, directory)
        let stand = try backup.map { name throws(HavreError) in
            try colleague(name, directory, field: "backup")
        }
        guard stand?.person != founder.person else {
            throw .invalid(field: "backup", rule: "must be another person than the owner")
        }
        let plan = CasePlan(
            caseID: Random.identifier(), owner: founder, backup: stand?.person, risk: risk, language: language
        )
        let code = try naming.with { _ throws(HavreError) in
            let code = try commit(event("case new", session)) { draft, event throws(HavreError) in
                try self.lay(plan, &draft, &event, session)
            }.answer
            house.with {
                $0.codes?.insert(code, plan.caseID)
                $0.codesEpoch += 1
            }
            return code
        }
        try indexHouse()
        try readRing(session)
        return code
    }

    /// Somebody confirmed who works on cases, by name.
    /// - Parameter field: the parameter that names her.
    func colleague(
        _ name: String, _ directory: Directory, field: String = "name"
    ) throws(HavreError) -> Member {
        let name = try accessing { () throws(AccessError) in try StaffName(name) }
        guard let member = directory.member(named: name) else { throw .notFound }
        guard member.state == .active else {
            throw .invalid(field: field, rule: "must be confirmed staff; staff list shows who is")
        }
        guard member.role.worksOnCases else {
            throw .invalid(field: field, rule: "this role never works on cases")
        }
        return member
    }

    private func ownerOf(
        _ owner: String?, _ session: Session, _ directory: Directory
    ) throws(HavreError) -> Member {
        if let owner { return try colleague(owner, directory, field: "owner") }
        guard session.role == .caseworker, let member = directory.active(session.person.person) else {
            throw .invalid(field: "owner", rule: "a supervisor names the owner: --owner NAME")
        }
        return member
    }

    private func lay(
        _ plan: CasePlan, _ draft: inout Draft, _ event: inout Event, _ session: Session
    ) throws(HavreError) -> String {
        let directory = try directory(session)
        let area = Area(plan.caseID)
        let secrets = AreaSecrets(
            fresh: Compartment.allCases.map(\.rawValue), vault: id, area: plan.caseID)
        let code = CodeName.propose(
            plan.language, random: Random.below, avoiding: try CodeNames.all(in: self, session).taken)
        let founding = CaseLink.founding(
            CaseLink.Founding(
                code: code, threshold: 1, owner: plan.owner.person, backup: plan.backup,
                sealings: try secrets.compartmentSealings()))
        let place = Link(
            vault: id, number: 0, previous: Digest.zero, time: event.time, by: session.person.person)
        let statement = try session.person.say(
            founding.kind, founding.body(place, caseID: plan.caseID, directory: directory.count))
        let chain = try accessing { () throws(AccessError) in
            try Chain(founding: statement, directory: directory)
        }
        draft.create(plan.caseID)
        try draft.rest(on: self.area(.directory))
        try draft.put(
            link: statement, number: 0, in: area, secret: Compartment.roster.rawValue, secrets, vault: self)
        let card = Card(
            code: code, status: "Active", risk: plan.risk, owner: plan.owner.person, backup: plan.backup)
        try draft.put(
            try card.sealed(vault: id, caseID: plan.caseID, secrets), in: area, isPinned: true)
        try draft.put(custodyOf: secrets, directory: directory, vault: self)
        let guardKey = Key<Role.Guard>()
        let codes = try CodeNames.adding(code, plan.caseID, in: self, session)
        draft.step { step in
            step.keys["guard/" + plan.caseID.hex] = .some(guardKey)
            step.facts[codes.key] = .some(codes.value)
        }
        // An owner who founds her own case gets the secrets with her first record.
        if plan.owner.person != session.person.person {
            try deliver(
                secrets.newest, of: plan.caseID, with: statement.digest, to: plan.owner, &draft,
                from: session,
                directory)
        }
        event.caseID = plan.caseID
        event.code = code
        event.subject = plan.owner.name.shown
        try writeFirstRecord(plan, chain, secrets, &draft, session, guardKey)
        return code
    }
}

/// What a new case is to be.
struct CasePlan {
    let caseID: Identifier
    let owner: Member
    let backup: Identifier?
    let risk: String
    let language: Language
}

extension AreaSecrets {
    /// The sealings of a case's compartments, as its chain names them.
    func compartmentSealings() throws(HavreError) -> [Compartment: CaseLink.Sealing] {
        var result: [Compartment: CaseLink.Sealing] = [:]
        for (name, sealing) in sealings {
            guard let compartment = Compartment(rawValue: name) else { throw .tampered }
            result[compartment] = sealing
        }
        return result
    }
}
