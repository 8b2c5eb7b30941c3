import HavreAccess
package import HavreCodec
import HavreEvidence
import HavreFormats
import HavreForms
package import HavreSecrets
import HavreStore
import HavreSystem

/// What an adviser wants to send to whom.
package struct ExportRequest: Sendable {
    package let profile: String
    package let contact: String
    /// A key other than the contact's own; needs approval.
    package let to: String?
    package let records: [Identifier]
    package let withhold: [(record: Identifier, field: String, n: Int?)]
    /// Her own name is disclosed on purpose.
    package let namesPerson: Bool

    package init(
        profile: String, contact: String, to: String?, records: [Identifier],
        withhold: [(record: Identifier, field: String, n: Int?)], namesPerson: Bool
    ) {
        self.profile = profile
        self.contact = contact
        self.to = to
        self.records = records
        self.withhold = withhold
        self.namesPerson = namesPerson
    }
}

/// What an export gives, or would give.
package struct Exported: Sendable {
    package let disclosed: [(record: Identifier, field: String, n: Int?)]
    package let withheld: [(record: Identifier, field: String, n: Int?)]
    /// The age file; nil for a preview.
    package let bundle: [UInt8]?
    /// SHA-256 of it.
    package let digest: Digest?
}

extension Vault {
    /// Prepares redacted evidence for one recipient. The entry is on disk before anybody gets a byte of it.
    ///
    /// - Parameter passphrase: for a recipient without a key.
    /// - Throws: `consentMissing`, `identified`, `needsApproval`, `invalid`; nothing was sent then.
    package func export(
        case code: String, _ request: ExportRequest, passphrase: consuming SecretBytes?, isPreview: Bool,
        _ session: Session
    ) throws(HavreError) -> Exported {
        let inside = try inside(code, session)
        guard let profile = Profile(rawValue: request.profile) else {
            throw .invalid(
                field: "profile",
                rule: "must be one of: " + Profile.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard let contact = Self.find(request.contact, in: inside.directory) else {
            throw .invalid(field: "contact", rule: "must be a contact of the house; contact list shows them")
        }
        let selection = try select(request, profile, inside)
        try requireConsent(selection, profile, contact, inside)
        let builder = try builder(selection, profile, contact, request, inside)
        let draft = try evidence { () throws(EvidenceError) in try builder.draft() }
        try requireHarmless(selection, draft, contact, request, inside)
        try requireApproved(contact, request)
        let parts = (
            selection.disclosed.map { ($0.record, $0.field, $0.n) },
            selection.withheld.map { ($0.record, $0.field, $0.n) }
        )
        guard !isPreview else {
            return Exported(disclosed: parts.0, withheld: parts.1, bundle: nil, digest: nil)
        }
        let bundle = try seal(draft, builder, contact, passphrase, inside)
        let digest = Hash.sha256(bundle)
        var event = event("export", session)
        event.caseID = inside.file.caseID
        event.code = inside.chain.code
        event.purpose = inside.purpose
        event.records = selection.chosen.map(\.source.record)
        event.contact = contact.details["name"]?.string
        event.bundle = digest.hex
        try log(event, in: inside)
        return Exported(disclosed: parts.0, withheld: parts.1, bundle: bundle, digest: digest)
    }

    private func evidence<Value>(_ body: () throws(EvidenceError) -> Value) throws(HavreError) -> Value {
        do throws(EvidenceError) { return try body() } catch {
            switch error {
            case .selection(let rule): throw .invalid(field: "records", rule: rule)
            case .page(let rule), .picture(let rule): throw .failed(rule)
            }
        }
    }

    /// The records that may be drawn from, verified, narrowed by profile and redaction.
    private func select(
        _ request: ExportRequest, _ profile: Profile, _ inside: Inside
    ) throws(HavreError) -> Selection {
        let named = Set(request.records)
        var sources: [SourceRecord] = []
        var found: Set<Identifier> = []
        for row in inside.index.newest {
            guard let compartment = row.compartment else { throw .tampered }
            if named.contains(row.record) { try inside.require(.export, compartment) }
            guard inside.allows(.export, compartment), inside.allows(.read, compartment) else { continue }
            let text = try body(row, inside)
            let record = try read(row, inside, text)
            guard profile.forms.contains(record.form) else {
                guard !named.contains(row.record) else {
                    throw .invalid(field: "records", rule: "this profile never lets \(record.form) leave")
                }
                continue
            }
            found.insert(row.record)
            sources.append(try source(record, text))
        }
        guard named.isSubset(of: found) else { throw .notFound }
        let withhold = Set(request.withhold.map { Part(record: $0.record, field: $0.field, n: $0.n) })
        let selection = try evidence { () throws(EvidenceError) in
            try Selection(sources, profile: profile, named: named, withhold: withhold)
        }
        for source in selection.chosen.map(\.source) {
            guard let missing = source.form.missingRequired(source.values).first else { continue }
            throw .invalid(
                field: missing,
                rule: "is required in \(source.form.id) before it may leave (record \(source.record.hex))")
        }
        return selection
    }

    private func source(_ record: RecordText, _ text: [UInt8]) throws(HavreError) -> SourceRecord {
        let form = try Self.form(record.form)
        do {
            return SourceRecord(
                record: record.record, form: form, values: record.fields,
                content: try SDJWT(parsing: text).contentWithoutSignature())
        } catch { throw .tampered }
    }

    /// An active consent that names this recipient, these parts of the file, this purpose and today.
    private func requireConsent(
        _ selection: Selection, _ profile: Profile, _ contact: Contact, _ inside: Inside
    ) throws(HavreError) {
        guard inside.allows(.read, .consent) else {
            throw .consentMissing(
                "the consent part of the case is needed to export: ask a supervisor of the case")
        }
        let name = Fold.fold(contact.details["name"]?.string ?? "")
        let groups = Set(selection.chosen.map(\.source.form.group))
        var covered: Set<String> = []
        for row in inside.index.newest where row.compartment == .consent {
            let fields = try read(row, inside).fields
            let recipient = fields["recipient"]?.string ?? ""
            guard fields["status"]?.string == "active",
                Fold.fold(recipient) == name || recipient == contact.contact.hex,
                profile.purposes.contains(fields["purpose"]?.string ?? ""),
                fields["valid_from"]?.string ?? "0000" <= today.description,
                today.description <= fields["valid_until"]?.string ?? "9999"
            else { continue }
            covered.formUnion((fields["form_groups"]?.array ?? []).compactMap(\.string))
        }
        guard groups.isSubset(of: covered) else {
            let missing = groups.subtracting(covered).sorted().joined(separator: ", ")
            throw .consentMissing("no active consent lets this contact have: \(missing)")
        }
    }

    private func builder(
        _ selection: Selection, _ profile: Profile, _ contact: Contact, _ request: ExportRequest,
        _ inside: Inside
    ) throws(HavreError) -> BundleBuilder {
        let details = contact.details
        let language = try Self.language(details["language"]?.string)
        let recipient = [details["name"]?.string, details["organisation"]?.string]
            .compactMap { $0 }.joined(separator: ", ")
        let signers = Set(selection.chosen.compactMap(\.source.content.source.header.keyID))
        return BundleBuilder(
            selection: selection, profile: profile, language: language, recipient: recipient, date: today,
            fingerprint: inside.directory.fingerprint, person: language == .fr ? "Personne A" : "Person A",
            opening: details["key"] == nil ? .passphrase : .key,
            authors: inside.chain.authors.keys.filter { signers.contains(JWK.thumbprint($0)) })
    }

    /// The identifier guard over everything that leaves, also against what the exporter herself may not read.
    private func requireHarmless(
        _ selection: Selection, _ draft: BundleBuilder.Draft, _ contact: Contact, _ request: ExportRequest,
        _ inside: Inside
    ) throws(HavreError) {
        let identifierGuard = try identifierGuard(inside.file.caseID)
        var kinds: [Identifier: Set<IdentifierKind>] = [:]
        for sets in inside.index.fingerprints.values {
            for fingerprint in sets.joined() {
                if let kind = IdentifierGuard.kind(fingerprint.classification) {
                    kinds[fingerprint.tag, default: []].insert(kind)
                }
            }
        }
        let scan = OutputScan(
            wordCountMax: IdentifierGuard.wordCountMax, allowed: request.namesPerson ? [.name] : []
        ) { kinds[identifierGuard.tag($0)] ?? [] }
        let known = ["name", "organisation"].compactMap { contact.details[$0]?.string }
        let hits = scan.hits(in: selection).union(scan.hits(in: draft.texts, besides: known))
        let places = Set(hits.filter { $0.part != nil }.map(Self.place)).sorted()
        guard hits.isEmpty else {
            let spots = places.isEmpty ? "the page" : places.joined(separator: ", ")
            if hits.contains(where: \.kind.needsSecondPerson) {
                throw .needsApproval(
                    "says where somebody is, who testifies or a protected name: withhold \(spots)")
            }
            throw .identified("says who somebody is: withhold \(spots)")
        }
    }

    private static func place(_ hit: OutputScan.Hit) -> String {
        guard let part = hit.part else { return "" }
        return part.record.hex + ":" + part.field + (part.n.map { ":\($0)" } ?? "")
    }

    private func requireApproved(_ contact: Contact, _ request: ExportRequest) throws(HavreError) {
        guard contact.confirmedBy != nil else {
            throw .needsApproval("the contact is not confirmed: another person runs contact confirm")
        }
        guard request.to == nil || request.to == contact.details["key"]?.string else {
            throw .needsApproval("the key is not the contact's")
        }
    }

    /// The signed, encrypted bundle.
    private func seal(
        _ draft: BundleBuilder.Draft, _ builder: BundleBuilder, _ contact: Contact,
        _ passphrase: borrowing SecretBytes?, _ inside: Inside
    ) throws(HavreError) -> [UInt8] {
        let key = try exportKey(inside)
        let archive = try evidence { () throws(EvidenceError) in try builder.archive(draft, key: key) }
        do {
            if let text = contact.details["key"]?.string {
                return try Age.encrypt(archive, to: [try AgeRecipient(parsing: text)])
            }
            switch passphrase {
            case .some(let phrase): return try Age.encrypt(archive, passphrase: phrase)
            case .none: break
            }
        } catch { throw .failed("the bundle could not be encrypted") }
        throw .invalid(field: "passphrase", rule: "is needed for a contact without a key")
    }

    /// The exporter's author key of the case; certified in the chain now if she never wrote there.
    private func exportKey(_ inside: Inside) throws(HavreError) -> SigningKey {
        if let seed = try ringKey(inside.file.caseID, inside.session)?.authorSeed {
            let key = SigningKey(seed: seed)
            if inside.chain.authors[key.publicKey] == inside.session.person.person { return key }
        }
        return try inside.file.writing.with { _ throws(HavreError) in
            try commit(event("author key", inside.session), roster: inside.secrets) {
                draft, event throws(HavreError) in
                event.caseID = inside.file.caseID
                event.code = inside.chain.code
                let now = try self.inside(
                    inside.file, inside.secrets, purpose: inside.purpose, inside.session)
                let place = WritingPlace(
                    area: now.area, chain: now.chain, secrets: now.secrets, directory: now.directory)
                return try self.author(place, &draft, inside.session, time: event.time).key
            }.answer
        }
    }
}
