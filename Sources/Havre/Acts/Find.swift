import HavreAccess
public import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// A record in which the searched words stand.
public struct Hit: Sendable {
    /// The code name of the case.
    public let code: String
    /// The record.
    public let record: Identifier
    /// The name of its form.
    public let form: String
    /// The field in which the words stand.
    public let field: String
}

extension Vault {
    /// Where words stand, in the cases that the session has open: each word begins some word of the field.
    ///
    /// Searching is one entry a case, without the words; what was found is a second one that names the records, since
    /// who is told that a word stands in a record has opened so much of it. Each is on disk before what it speaks of.
    public func find(
        _ text: String, case code: String?, _ session: Session
    ) throws(HavreError) -> [Hit] {
        let query = Fold.words(text)
        guard !query.isEmpty, query.count <= 16 else {
            throw .invalid(field: "text", rule: "must hold 1 to 16 words")
        }
        var hits: [Hit] = []
        for code in try openCodes(code, session) {
            let inside = try enter("find", code, session) { _, _ in () }.inside
            let rows = inside.index.newest.filter { row in
                row.compartment.map { inside.allows(.find, $0) } ?? false && !self.hides(row, inside)
            }
            let found = try self.hits(rows, query, inside)
            try note(found, code, session)
            hits += found
        }
        return hits
    }

    /// The entry of what was found in one case, decided anew: a grant that ended during the search tells nothing.
    private func note(_ hits: [Hit], _ code: String, _ session: Session) throws(HavreError) {
        let records = Set(hits.map(\.record))
        guard !records.isEmpty else { return }
        _ = try enter("found", code, session) { inside, event throws(HavreError) in
            for record in records {
                guard let compartment = inside.index.records[record]?.last?.compartment else {
                    throw .tampered
                }
                try inside.require(.find, compartment)
            }
            event.records = records.sorted()
        }
    }

    /// Below so many rows a second thread costs more than it saves.
    private static let parallelRowCountMin = 64

    /// Where the words stand in some records of one case; both cores open gists.
    private func hits(
        _ rows: [CaseIndex.Version], _ query: [String], _ inside: Inside
    ) throws(HavreError) -> [Hit] {
        let middle = rows.count < Self.parallelRowCountMin ? 0 : rows.count / 2
        let (back, front) = try Threads.both(
            beside: { [self] in Result { () throws(HavreError) in try search(rows[middle...], query, inside) }
            },
            here: { () throws(HavreError) in try search(rows[..<middle], query, inside) })
        return front + (try back.get())
    }

    private func search(
        _ rows: ArraySlice<CaseIndex.Version>, _ query: [String], _ inside: Inside
    ) throws(HavreError) -> [Hit] {
        var hits: [Hit] = []
        var keys = inside.secrets.keys
        for row in rows {
            let text = try gistText(row, inside, &keys)
            // Most gists hold no such word, and need not be taken apart.
            guard query.allSatisfy({ Gist.mayHold($0, in: text) }) else { continue }
            let gist = try Gist(text)
            for field in gist.fields(matching: query) {
                hits.append(
                    Hit(code: inside.chain.code, record: row.record, form: gist.form, field: field))
            }
        }
        return hits
    }

    private func openCodes(_ code: String?, _ session: Session) throws(HavreError) -> [String] {
        if let code { return [code] }
        let open = livingCases(session).values
        guard !open.isEmpty else { throw .notOpen }
        return open.compactMap { $0.file.state.with { $0.chain?.code } }.sorted()
    }

    /// Codes of the cases that a session has open.
    public func openCases(_ session: Session) -> [String] {
        livingCases(session).values.compactMap { $0.file.state.with { $0.chain?.code } }
            .sorted()
    }

    /// The parts of an open case in which the session may write now: for who wants to know before she types.
    ///
    /// - Throws: `notOpen`, `notFound` or `notGranted` as every act inside a case.
    public func writableCompartments(case code: String, _ session: Session) throws(HavreError) -> [String] {
        let inside = try inside(code, session)
        return Compartment.grantable.filter { inside.allows(.write, $0) }.map(\.rawValue)
    }
}
