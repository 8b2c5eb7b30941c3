import HavreAccess
public import HavreCodec
import HavreFormats
import HavreForms
import HavreSecrets
import HavreStore
import HavreSystem

/// One version of a record as somebody may see it.
public struct Shown: Sendable {
    /// The record, the same for all its versions.
    public let record: Identifier
    /// The name of its form.
    public let form: String
    /// Where it lies.
    public let compartment: String
    /// Counted from 1.
    public let version: UInt32
    /// Who wrote this version.
    public let author: String
    /// When this version was written.
    public let time: Instant
    /// The SD-JWT, compact, all disclosures present; verified by the daemon.
    public let text: String
}

/// One version in the history of a record.
public struct HistoryItem: Sendable {
    /// Counted from 1.
    public let version: UInt32
    /// Who wrote this version.
    public let author: String
    /// When this version was written.
    public let time: Instant
    /// Keys of the fields that differ from the version before.
    public let changed: [String]
}

/// Records that somebody may read, opened one after the other: who takes them slowly is asked again before each.
public struct Reading: ~Copyable {
    private let vault: Vault
    private let inside: Inside
    private var rows: IndexingIterator<[CaseIndex.Version]>
    private let form: String?
    private var decision: LongDecision
    private var hasBegun = false

    fileprivate init(
        _ vault: Vault, _ code: String, _ inside: Inside, _ rows: [CaseIndex.Version], form: String?,
        day: Day
    ) {
        self.vault = vault
        self.inside = inside
        self.rows = rows.makeIterator()
        self.form = form
        decision = LongDecision(code, inside, day)
    }

    /// The next record, nil behind the last.
    ///
    /// - Throws: what beginning now would be refused with, when the right to it has ended since: `locked`, `notOpen`,
    ///   `notFound`, `notGranted`.
    public mutating func next() throws(HavreError) -> Shown? {
        while let row = rows.next() {
            guard let compartment = row.compartment else { throw .tampered }
            // The first was decided on just now.
            if hasBegun { try vault.requireStill(&decision, .read, compartment) }
            hasBegun = true
            let (text, facts) = try vault.verifiedText(row, inside)
            if let form, facts.form != form { continue }
            return Shown(
                record: row.record, form: facts.form, compartment: row.head.secret, version: row.version,
                author: vault.name(of: row.author, inside.directory), time: facts.time,
                text: String(decoding: text, as: UTF8.self))
        }
        return nil
    }
}

extension Vault {
    /// The records of a case that somebody may read, or one of them; the entry is on disk before anything opens.
    public func show(
        case code: String, record: Identifier?, version: UInt32?, form: String? = nil, _ session: Session
    ) throws(HavreError) -> [Shown] {
        var reading = try reading(case: code, record: record, version: version, form: form, session)
        var shown: [Shown] = []
        while let next = try reading.next() { shown.append(next) }
        return shown
    }

    /// The same one by one, for a long list on its way to somebody.
    public func reading(
        case code: String, record: Identifier?, version: UInt32?, form: String? = nil, _ session: Session
    ) throws(HavreError) -> Reading {
        let day = today
        let (inside, chosen) = try enter(record == nil ? "show" : "read", code, session) {
            inside, event throws(HavreError) in
            let chosen = try self.choose(record, version, form, inside)
            event.records = chosen.map(\.record)
            return chosen
        }
        return Reading(self, code, inside, chosen, form: form, day: day)
    }

    /// The record of an open case whose id begins so, among those that somebody may read: what a person types.
    ///
    /// - Parameter prefix: 4 to 32 lower-case hex digits.
    /// - Throws: `notFound` when none fits, `invalid` when several do.
    public func record(
        beginning prefix: String, case code: String, _ session: Session
    ) throws(HavreError) -> Identifier {
        let inside = try inside(code, session)
        let fitting = inside.index.newest.filter { $0.record.hex.hasPrefix(prefix) && reads($0, inside) }
        guard fitting.count <= 1 else {
            throw .invalid(field: "record", rule: "begins several records: give more of it")
        }
        guard let row = fitting.first else { throw .notFound }
        return row.record
    }

    private func choose(
        _ record: Identifier?, _ version: UInt32?, _ form: String?, _ inside: Inside
    ) throws(HavreError) -> [CaseIndex.Version] {
        guard let record else {
            if let form { return try newest(of: form, inside) }
            return inside.index.newest.filter { reads($0, inside) }
        }
        guard let versions = inside.index.records[record], let compartment = versions.first?.compartment
        else {
            throw .notFound
        }
        try inside.require(.read, compartment)
        let chosen = version.map(Int.init) ?? versions.count
        guard versions.indices.contains(chosen - 1), !hides(versions[chosen - 1], inside) else {
            throw .notFound
        }
        return [versions[chosen - 1]]
    }

    /// Whether a version is for now its author's alone, and the session is not hers.
    func hides(_ row: CaseIndex.Version, _ inside: Inside) -> Bool {
        guard let until = row.until else { return false }
        return now < until && row.author != inside.session.person.person
    }

    /// Whether the session may read a version now.
    func reads(_ row: CaseIndex.Version, _ inside: Inside) -> Bool {
        row.compartment.map { inside.allows(.read, $0) } ?? false && !hides(row, inside)
    }

    /// What may be of one form: the records of its compartments, so that no other is opened or said to have been.
    ///
    /// - Throws: `notGranted` to who may read none of them.
    private func newest(of form: String, _ inside: Inside) throws(HavreError) -> [CaseIndex.Version] {
        guard let form = Catalogue.shared.form(form) else { throw .notFound }
        let readable = form.compartments.compactMap { Compartment(rawValue: $0) }
            .filter { inside.allows(.read, $0) }
        guard !readable.isEmpty else { throw .notGranted }
        return inside.index.newest.filter { row in
            row.compartment.map(readable.contains) ?? false && !hides(row, inside)
        }
    }

    /// Who wrote what when in one record, and which fields changed.
    public func history(
        case code: String, record: Identifier, _ session: Session
    ) throws(HavreError) -> [HistoryItem] {
        let (inside, versions) = try enter("history", code, session) { inside, event throws(HavreError) in
            guard let versions = inside.index.records[record], let compartment = versions.first?.compartment
            else { throw .notFound }
            try inside.require(.read, compartment)
            guard let newest = versions.last, !self.hides(newest, inside) else { throw .notFound }
            event.records = [record]
            return versions
        }
        var items: [HistoryItem] = []
        var before: [String: JSON] = [:]
        var previous: Digest?
        var decision = LongDecision(code, inside, today)
        for row in versions {
            guard let compartment = row.compartment else { throw .tampered }
            try requireStill(&decision, .read, compartment)
            let (record, text) = try readWithText(row, inside)
            guard record.previous == previous else { throw .tampered }
            previous = RecordText.digest(of: text)
            let fields = record.fields.object ?? [:]
            let changed = Set(fields.keys).union(before.keys).filter { fields[$0] != before[$0] }
            items.append(
                HistoryItem(
                    version: row.version, author: name(of: record.author, inside.directory),
                    time: record.time,
                    changed: changed.sorted()))
            before = fields
        }
        return items
    }

    /// Opens the text of one version, with the digest of the sealed text.
    private func text(
        _ row: CaseIndex.Version, _ inside: Inside
    ) throws(HavreError) -> (text: [UInt8], digest: Digest) {
        // Row by row: what is still to come when the session ends is not opened.
        try requireAlive(inside.session)
        return try text(row, in: inside.area, inside.secrets)
    }

    func text(
        _ row: CaseIndex.Version, in area: Area, _ secrets: AreaSecrets
    ) throws(HavreError) -> (text: [UInt8], digest: Digest) {
        guard let key = secrets.key(row.head.secret, generation: row.head.generation) else {
            throw .notGranted
        }
        let (stored, body) = try storing { () throws(StoreError) in try store.readWithBody(area, row.row) }
        guard let body, let digest = stored.bodyDigest else { throw .notFound }
        return (try Sheet.open(body, row.head, at: place(row, area), under: key), digest)
    }

    /// Opens the text of one version for somebody who reads it herself: only the first time is it taken apart and
    /// compared with its row, its signature and the chain.
    fileprivate func verifiedText(
        _ row: CaseIndex.Version, _ inside: Inside
    ) throws(HavreError) -> (text: [UInt8], facts: CaseFile.Verified) {
        let (text, digest) = try text(row, inside)
        if let known = inside.file.state.with({ $0.verified[row.row] }), known.body == digest {
            return (text, known)
        }
        return (text, try check(text, digest, row, inside).facts)
    }

    /// Opens and checks one version; its signature is verified the first time.
    func read(_ row: CaseIndex.Version, _ inside: Inside) throws(HavreError) -> RecordText {
        try readWithText(row, inside).record
    }

    func readWithText(
        _ row: CaseIndex.Version, _ inside: Inside
    ) throws(HavreError) -> (record: RecordText, text: [UInt8]) {
        let (text, digest) = try text(row, inside)
        return (try check(text, digest, row, inside).record, text)
    }

    private func check(
        _ text: [UInt8], _ digest: Digest, _ row: CaseIndex.Version, _ inside: Inside
    ) throws(HavreError) -> (record: RecordText, facts: CaseFile.Verified) {
        let isVerified = inside.file.state.with { $0.verified[row.row]?.body == digest }
        let record = try RecordText(
            text, row: row, caseID: inside.file.caseID, chain: inside.chain, isVerified: isVerified)
        let facts = CaseFile.Verified(body: digest, form: record.form, time: record.time)
        if !isVerified { inside.file.state.with { $0.verified[row.row] = facts } }
        return (record, facts)
    }

    func gist(_ row: CaseIndex.Version, _ inside: Inside) throws(HavreError) -> Gist {
        var keys = inside.secrets.keys
        return try Gist(try gistText(row, inside, &keys))
    }

    /// The gist of one version as it was written: unpadded JSON.
    func gistText(
        _ row: CaseIndex.Version, _ inside: Inside, _ keys: inout CompartmentKeys
    ) throws(HavreError) -> [UInt8] {
        try requireAlive(inside.session)
        guard let key = keys.key(row.head.secret, generation: row.head.generation) else { throw .notGranted }
        let place = place(row, inside.area)
        let record = try Sheet.key(row.head, at: place, under: key)
        do { return try Pad.unpad(try Seal.open(row.gist, under: record, place.gistContext)) } catch {
            throw .tampered
        }
    }

    func place(_ row: CaseIndex.Version, _ area: Area) -> Sheet.Place {
        Sheet.Place(
            vault: id, area: area.id, secret: row.head.secret, generation: row.head.generation,
            id: row.record,
            number: UInt64(row.version), author: row.thumbprint)
    }

    func name(of person: Identifier, _ directory: Directory) -> String {
        directory.members[person]?.name.shown ?? "?"
    }
}
