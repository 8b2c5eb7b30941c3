import HavreAccess
import HavreCodec
import HavreEvidence
import HavreFormats
import HavreForms
import HavreSecrets

/// What an export reads, and whether it may leave at all.
extension Vault {
    /// The versions that an export opens: the newest of the records that may be drawn from, and the consents.
    ///
    /// Decided from rows alone: nothing is opened for it.
    func rows(
        _ request: ExportRequest, _ profile: Profile, _ inside: Inside
    ) throws(HavreError) -> [CaseIndex.Version] {
        let named = Set(request.records)
        guard named.isSubset(of: inside.index.records.keys) else { throw .notFound }
        let parts = Set(
            Catalogue.shared.forms.filter { profile.forms.contains($0.id) }.compactMap {
                Compartment(rawValue: $0.compartment)
            })
        var found: [CaseIndex.Version] = []
        for row in inside.index.newest {
            guard let compartment = row.compartment else { throw .tampered }
            if named.contains(row.record) {
                try inside.require(.export, compartment)
                guard !hides(row, inside) else { throw .notFound }
                guard parts.contains(compartment) else {
                    throw .invalid(
                        field: "records",
                        rule: "the profile \(profile.rawValue) never lets \(compartment.rawValue) leave")
                }
            }
            guard parts.contains(compartment), named.isEmpty || named.contains(row.record),
                inside.allows(.export, compartment), reads(row, inside)
            else { continue }
            found.append(row)
        }
        guard !found.isEmpty || parts.contains(where: { inside.allows(.export, $0) }) else {
            throw .notGranted
        }
        guard inside.allows(.read, .consent) else {
            throw .consentMissing(
                "the consent part of the case is needed to export: ask a supervisor of the case")
        }
        return found + inside.index.newest(in: .consent)
    }

    /// The records that may be drawn from, verified, narrowed by profile and redaction; complete.
    func select(
        _ request: ExportRequest, _ profile: Profile, _ rows: [CaseIndex.Version], _ inside: Inside
    ) throws(HavreError) -> Selection {
        let named = Set(request.records)
        var sources: [SourceRecord] = []
        for row in rows where row.compartment != .consent {
            let (record, text) = try readWithText(row, inside)
            guard profile.forms.contains(record.form) else {
                guard !named.contains(row.record) else {
                    throw .invalid(
                        field: "records",
                        rule: "the profile \(profile.rawValue) never lets the form \(record.form) leave")
                }
                continue
            }
            sources.append(try source(record, text, inside))
        }
        let withhold = Set(request.withhold.map { Part(record: $0.record, field: $0.field, n: $0.n) })
        let selection = try evidence { () throws(EvidenceError) in
            try Selection(
                sources, profile: profile, named: named, withhold: withhold, namesPerson: request.namesPerson)
        }
        for source in selection.chosen.map(\.source) {
            guard let missing = source.form.missingRequired(source.values).first else { continue }
            throw .invalid(
                field: missing,
                rule: "is required in \(source.form.id) before it may leave (record \(source.record.hex))")
        }
        return selection
    }

    /// The signature is verified each time something leaves, whatever was checked before.
    private func source(
        _ record: RecordText, _ text: [UInt8], _ inside: Inside
    ) throws(HavreError) -> SourceRecord {
        do {
            let sdjwt = try SDJWT(parsing: text)
            guard
                let key = inside.chain.authors.keys.first(where: {
                    JWK.thumbprint($0) == sdjwt.header.keyID
                })
            else { throw HavreError.tampered }
            return SourceRecord(
                record: record.record, form: try Self.form(record.form), values: record.fields,
                content: try sdjwt.verify(key: key))
        } catch { throw .tampered }
    }

    /// An active consent that names this recipient, these parts of the file, this purpose and today, and that nothing
    /// has taken back since.
    ///
    /// - Returns: what the person asked to be kept back.
    func requireConsent(
        _ selection: Selection, _ profile: Profile, _ contact: Contact, _ inside: Inside
    ) throws(HavreError) -> [ConsentRule.Wish] {
        let others = inside.directory.contacts.values.filter {
            !$0.isRetired && $0.contact != contact.contact
        }
        let question = ConsentRule.Question(
            name: contact.details["name"]?.string ?? "", contact: contact.contact,
            others: others.flatMap { [$0.contact.hex, $0.details["name"]?.string ?? $0.contact.hex] },
            purposes: profile.purposes, today: today)
        let form = try Self.form("consent")
        var wishes: [ConsentRule.Wish] = []
        var words: [(fields: JSON, row: UInt64, isOwn: Bool)] = []
        for row in inside.index.newest(in: .consent) {
            let record = try read(row, inside)
            guard record.form == form.id else { continue }
            wishes += ConsentRule.wishes(of: record.fields)
            // Rows are numbered as they were written. A no counts from when it was said; a yes that was corrected since
            // is no newer than it was.
            let versions = inside.index.records[row.record] ?? [row]
            let first = versions[0].row
            // A no that was only corrected is still a decision of its own.
            var isOwn = true
            for older in versions.dropLast() where try read(older, inside).fields["status"] == "active" {
                isOwn = false
            }
            let isNo = ConsentRule.closes(record.fields, question, isOwn: isOwn)
            words.append((record.fields, isNo ? row.row : first, isOwn))
        }
        var decisions = ConsentDecisions(question)
        for word in words.sorted(by: { $0.row < $1.row }) {
            decisions.take(
                word.fields, isComplete: form.missingRequired(word.fields).isEmpty, isOwn: word.isOwn)
        }
        let missing = Set(selection.chosen.map(\.source.form.group)).subtracting(decisions.groups)
        guard missing.isEmpty else {
            throw .consentMissing(
                "no active consent lets this contact have: " + missing.sorted().joined(separator: ", ")
                    + " (purpose: " + profile.purposes.sorted().joined(separator: ", ") + ")")
        }
        return wishes
    }
}
