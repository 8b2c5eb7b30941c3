import HavreAccess
public import HavreCodec
import HavreFormats
import HavreForms
import HavreLedger
import HavreSecrets
import HavreStore
import HavreSystem

/// What a write answers.
public struct Written: Sendable {
    /// The record, the same for all its versions.
    public let record: Identifier
    /// Counted from 1.
    public let version: UInt32
}

extension Vault {
    /// Adds a record to a case that the session has open.
    ///
    /// A case has one record F01 and one night sheet: adding to the first completes it, to the second renews it.
    ///
    /// - Throws: `invalid` naming field and rule; `notGranted` without the right to write the form's compartment.
    public func add(
        case code: String, form formID: String, fields: JSON, _ session: Session
    ) throws(HavreError) -> Written {
        try write(code, session, "add") { inside, today throws(HavreError) in
            let form = try Self.form(formID)
            let fields = try Self.check(fields, form, today)
            if form.id == Self.caseForm { return try self.caseRecord(with: fields, inside, today) }
            if let renewed = try self.renewed(form, fields, inside) { return renewed }
            return RecordPlan(
                form: form, record: Random.identifier(), version: 1, previous: nil, fields: fields,
                compartment: nil)
        }
    }

    /// Writes a whole new version of a record; the older ones stay.
    public func edit(
        case code: String, record: Identifier, fields: JSON, restingOn version: UInt32? = nil,
        _ session: Session
    ) throws(HavreError) -> Written {
        try write(code, session, "edit") { inside, today throws(HavreError) in
            guard let last = inside.index.records[record]?.last, let compartment = last.compartment
            else { throw .notFound }
            try inside.require(.read, compartment)
            guard !self.hides(last, inside) else { throw .notFound }
            guard version == nil || version == last.version else { throw .busy }
            let (before, text) = try self.readWithText(last, inside)
            let form = try Self.form(before.form)
            let fields = try Self.check(fields, form, today)
            if form.id == Self.caseForm { try Self.requireSameEnd(before.fields, fields) }
            return RecordPlan(
                form: form, record: record, version: last.version + 1, previous: RecordText.digest(of: text),
                fields: fields, compartment: compartment, hiddenUntil: last.until)
        }
    }

    static func form(_ id: String) throws(HavreError) -> Form {
        guard let form = Catalogue.shared.form(id) else {
            throw .invalid(field: "form", rule: "must be a form of the catalogue; forms lists them")
        }
        return form
    }

    static func check(_ fields: JSON, _ form: Form, _ today: Day) throws(HavreError) -> JSON {
        do throws(FormError) { return try form.check(fields, today: today) } catch {
            throw .invalid(field: error.field, rule: error.rule.text(in: .en))
        }
    }

    /// Plans and writes one version in one change.
    func write(
        _ code: String, _ session: Session, _ act: String,
        _ plan: (Inside, Day) throws(HavreError) -> RecordPlan
    ) throws(HavreError) -> Written {
        let (file, roster) = try caseToWrite(code, session)
        // One change of a case at a time: versions and links are numbered from what was read.
        return try file.alone { () throws(HavreError) in
            try commit(event(act, session), roster: roster) { draft, event throws(HavreError) in
                let inside = try self.inside(code, session)
                let plan = try plan(inside, today)
                try self.write(plan, inside, &draft, &event)
                return Written(record: plan.record, version: plan.version)
            }.answer
        }
    }

    /// Without the rest of what was read: an index that somebody holds is copied when a row comes to it.
    private func caseToWrite(
        _ code: String, _ session: Session
    ) throws(HavreError) -> (file: CaseFile, roster: AreaSecrets) {
        let inside = try inside(code, session)
        return (inside.file, inside.secrets)
    }

    private func write(
        _ plan: RecordPlan, _ inside: Inside, _ draft: inout Draft, _ event: inout Event
    ) throws(HavreError) {
        guard let compartment = Compartment(rawValue: plan.form.compartment(for: plan.fields)),
            plan.compartment == nil || plan.compartment == compartment
        else {
            throw .invalid(
                field: "sensitivity", rule: "a record stays in its part of the case: add a new one")
        }
        try inside.require(.write, compartment)
        let place = WritingPlace(
            area: inside.area, chain: inside.chain, secrets: inside.secrets, directory: inside.directory)
        let author = try author(place, &draft, inside.session, time: event.time)
        try put(plan, compartment, author, place, &draft, inside.session, time: event.time)
        if plan.form.id == Self.caseForm, try isCaseRecord(plan.record, inside) {
            try put(cardFrom: plan.fields, place, &draft)
        }
        event.caseID = inside.file.caseID
        event.code = inside.chain.code
        event.purpose = inside.purpose
        event.records = [plan.record]
    }

    /// Until when a version is its author's alone. The time begins with the first version and is not renewed: nobody
    /// takes away what others have read.
    private func until(_ plan: RecordPlan, _ time: Instant) throws(HavreError) -> Instant? {
        guard let days = plan.form.hidingDayCount(for: plan.fields) else { return nil }
        guard plan.version > 1 else { return time.adding(seconds: days * 86_400) }
        guard let until = plan.hiddenUntil else {
            throw .invalid(
                field: "private_to_author",
                rule: "is chosen when a note is written: what others could read stays where it is")
        }
        return until
    }

    /// Signs, seals and puts one version with its gist and its fingerprints.
    func put(
        _ plan: RecordPlan, _ compartment: Compartment, _ author: Author, _ place: WritingPlace,
        _ draft: inout Draft, _ session: Session, time: Instant
    ) throws(HavreError) {
        guard let right = author.right, let (generation, key) = place.secrets.newestKey(compartment.rawValue)
        else {
            throw .notGranted
        }
        let text = RecordText(
            record: plan.record, form: plan.form.id, version: plan.version, caseID: place.area.id,
            compartment: compartment, previous: plan.previous, author: session.person.person, time: time,
            right: right, fields: plan.fields)
        let sdjwt = try text.signed(by: author.key)
        guard sdjwt.bytes.count <= SDJWT.byteCountMax else {
            throw .invalid(field: "fields", rule: "the record must stay below 1 MiB")
        }
        let salt = Random.bytes(LeafOpening.saltByteCount)
        do { draft.commitment = try Leaf.commitment(salt: salt, jws: sdjwt.jws) } catch {
            throw .failed("leaf")
        }
        let sheet = Sheet.Place(
            vault: id, area: place.area.id, secret: compartment.rawValue, generation: generation,
            id: plan.record,
            number: UInt64(plan.version), author: author.thumbprint)
        let sealed = try Sheet.seal(sdjwt.bytes, at: sheet, under: key)
        let gist = Gist(form: plan.form.id, time: time, fields: plan.fields)
        let until = try until(plan, time)
        try draft.put(
            .version(
                sealed.head, record: plan.record, version: plan.version, author: session.person.person,
                thumbprint: author.thumbprint,
                receipt: RowFacts.Receipt(since: journal.checkpoint().size, salt: salt),
                gist: Seal.seal(try gist.encoded(), under: sealed.key, sheet.gistContext), until: until),
            body: .sealed(sealed.body), in: place.area)
        let tags = try place.identifierGuard(self, session).fingerprints(of: plan.fields, form: plan.form)
        if !tags.isEmpty {
            try draft.put(.fingerprints(record: plan.record, version: plan.version, tags), in: place.area)
        }
    }

    /// The first record of a new case, by whoever makes it.
    func writeFirstRecord(
        _ plan: CasePlan, _ chain: Chain, _ secrets: AreaSecrets, _ draft: inout Draft, _ session: Session,
        _ guardKey: Key<Role.Guard>
    ) throws(HavreError) {
        // A supervisor who makes a case for somebody is not on it: the owner writes its first record.
        guard chain.owner == session.person.person else { return }
        let form = try Self.form(Self.caseForm)
        let fields: JSON = [
            "status": "Active", "opened": .string(today.description), "risk_level": .string(plan.risk),
        ]
        let place = WritingPlace(
            area: Area(plan.caseID), chain: chain, secrets: secrets, directory: try directory(session),
            guardKey: guardKey, freshCode: chain.code)
        let author = try author(place, &draft, session, time: now)
        try put(
            RecordPlan(
                form: form, record: Random.identifier(), version: 1, previous: nil, fields: fields,
                compartment: nil), .core, author, place, &draft, session, time: now)
    }

    /// The card follows the record F01.
    private func put(
        cardFrom fields: JSON, _ place: WritingPlace, _ draft: inout Draft
    ) throws(HavreError) {
        let risk = fields["risk_level"]?.string ?? "low"
        guard !["high", "critical"].contains(risk) else {
            throw .invalid(
                field: "risk_level",
                rule: "high and critical risk need two-person cases, which are not made yet")
        }
        var card = try card(place.area.id, place.secrets)
        card.status = fields["status"]?.string ?? card.status
        card.risk = risk
        card.due = try (fields["review_by"]?.string).map { text throws(HavreError) in
            do throws(CodecError) { return try Day(parsing: text) } catch { throw .tampered }
        }
        try draft.put(
            try card.sealed(vault: id, caseID: place.area.id, place.secrets), in: place.area,
            at: CaseIndex.cardRow, isPinned: true)
    }
}

/// One version that is to be written.
struct RecordPlan {
    let form: Form
    let record: Identifier
    let version: UInt32
    let previous: Digest?
    let fields: JSON
    /// Where the older versions lie, nil for a new record.
    let compartment: Compartment?
    /// Until when the version before is its author's alone.
    var hiddenUntil: Instant?
}

/// The case that is written to.
struct WritingPlace {
    let area: Area
    let chain: Chain
    let secrets: AreaSecrets
    let directory: Directory
    /// Of a case that is being made: not in the gate yet.
    var guardKey: Key<Role.Guard>?
    var freshCode: String?

    func identifierGuard(_ vault: Vault, _ session: Session) throws(HavreError) -> IdentifierGuard {
        if let guardKey { return IdentifierGuard(guardKey) }
        // Every write asks for it: it stays for as long as the case is open.
        let open = session.opened.with { $0.cases[area.id] }
        if let known = open?.identifierGuard.with({ $0 }) { return known }
        let found = try vault.identifierGuard(area.id)
        open?.identifierGuard.with { $0 = found }
        return found
    }
}
