import HavreAccess
public import HavreCodec
import HavreEvidence
import HavreFormats
import HavreForms
public import HavreSecrets
import HavreStore
import HavreSystem

/// What an adviser wants to send to whom.
public struct ExportRequest: Sendable {
    /// `court`, until there are more.
    public let profile: String
    /// Name or id of a contact.
    public let contact: String
    /// The key to encrypt to, when it is said; another than the contact's own needs approval.
    public let to: String?
    /// The records to draw from; empty takes every one that the profile allows.
    public let records: [Identifier]
    /// What to leave out: whole fields, or single sentences by their number from 0.
    public let withhold: [(record: Identifier, field: String, n: Int?)]
    /// Her own name is disclosed on purpose.
    public let namesPerson: Bool
    /// Whether each record comes with the proof that it is in the ledger. The proofs tell the recipient how many
    /// entries the ledger has, and in which order the records were written.
    public let hasReceipts: Bool

    /// Nothing is checked before `Vault.export`.
    public init(
        profile: String, contact: String, to: String?, records: [Identifier],
        withhold: [(record: Identifier, field: String, n: Int?)], namesPerson: Bool, hasReceipts: Bool = true
    ) {
        self.profile = profile
        self.contact = contact
        self.to = to
        self.records = records
        self.withhold = withhold
        self.namesPerson = namesPerson
        self.hasReceipts = hasReceipts
    }
}

/// What an export gives, or would give.
public struct Exported: Sendable {
    /// What the recipient can read; `n` numbers sentences from 0.
    public let disclosed: [(record: Identifier, field: String, n: Int?)]
    /// What was kept back, of the records chosen.
    public let withheld: [(record: Identifier, field: String, n: Int?)]
    /// What the person asked to be kept back, as she consented: for the eyes of whoever redacts. What can be found of
    /// it word by word is refused; the rest is hers to judge.
    public let wishes: [(fromWhom: String?, what: String?, reason: String?)]
    /// The age file; nil for a preview.
    public let bundle: [UInt8]?
    /// SHA-256 of it.
    public let digest: Digest?
    /// On what a bundle goes its way, and the compartments whose records are in it.
    fileprivate let decision: LongDecision
    fileprivate let compartments: Set<Compartment>
}

extension Vault {
    /// Prepares redacted evidence for one recipient.
    ///
    /// Entries in the ledger, each on disk before what it speaks of: that these records were read, that the last look
    /// told something new of them, or refused, and that this bundle goes to this recipient.
    ///
    /// - Parameter passphrase: for a recipient without a key.
    /// - Throws: `notGranted` without the right to redact and export; `consentMissing`, `identified`, `needsApproval`,
    ///   `invalid`: nothing leaves then.
    public func export(
        case code: String, _ request: ExportRequest, passphrase: consuming SecretBytes?, isPreview: Bool,
        _ session: Session
    ) throws(HavreError) -> Exported {
        let phrase: Parcel.Phrase? =
            switch consume passphrase {
            case .some(let secret): Parcel.Phrase(secret)
            case .none: nil
            }
        do throws(HavreError) {
            // Nobody waits for this one, and in a quiet case it is the only one.
            let ready = try prepare(code, request, phrase, isPreview, session)
            return try ready.inside.file.alone { () throws(HavreError) in try finish(ready) }
        } catch {
            guard error == .busy else { throw error }
        }
        // Colleagues go on writing, and what they add has to be looked at as well: now they wait until it was, though
        // not for the key, which takes a second, or for those of others before it.
        let inside = try inside(code, session)
        if !isPreview, let contact = Self.find(request.contact, in: inside.directory) {
            _ = try fileKey(for: contact, phrase)
        }
        return try inside.file.alone { () throws(HavreError) in
            try finish(prepare(code, request, phrase, isPreview, session))
        }
    }

    /// What was read and looked at, and may go as long as the case stays as it is.
    private struct Ready {
        let inside: Inside
        let selection: Selection
        let wishes: [ConsentRule.Wish]
        /// nil for a preview.
        let parcel: Parcel?
        let decision: LongDecision
        let compartments: Set<Compartment>
    }

    private func prepare(
        _ code: String, _ request: ExportRequest, _ passphrase: Parcel.Phrase?, _ isPreview: Bool,
        _ session: Session
    ) throws(HavreError) -> Ready {
        let day = today
        let (inside, (profile, contact, reading)) = try enter("read", code, session) {
            inside, event throws(HavreError) in
            let profile = try Self.profile(request.profile)
            guard let contact = Self.find(request.contact, in: inside.directory) else { throw .notFound }
            if let to = request.to { try Self.check(key: to) }
            try self.requirePatience(session)
            let reading = try self.rows(request, profile, inside)
            event.records = reading.map(\.record)
            return (profile, contact, reading)
        }
        let selection = try select(request, profile, reading, inside)
        let wishes = try requireConsent(selection, profile, contact, inside)
        let builder = try builder(selection, profile, contact, request, inside)
        let draft = try evidence { () throws(EvidenceError) in try builder.draft() }
        try requireHarmless(draft, request, contact, wishes, inside)
        try requireApproved(contact, request)
        let chosen = Set(selection.chosen.map(\.source.record))
        let compartments = Set(reading.filter { chosen.contains($0.record) }.compactMap(\.compartment))
        var decision = LongDecision(code, inside, day)
        try requireStill(&decision, compartments)
        var parcel: Parcel?
        if !isPreview {
            let key = try fileKey(for: contact, passphrase)
            // Others may have waited for a key before it.
            try requireStill(&decision, compartments)
            parcel = Parcel(builder: builder, draft: draft, contact: contact, key: key)
        }
        return Ready(
            inside: inside, selection: selection, wishes: wishes, parcel: parcel, decision: decision,
            compartments: compartments)
    }

    /// While nobody else changes the case.
    private func finish(_ ready: Ready) throws(HavreError) -> Exported {
        var bundle: [UInt8]?
        if let parcel = ready.parcel { bundle = try send(parcel, ready.inside) }
        return Exported(
            disclosed: ready.selection.disclosed.map { ($0.record, $0.field, $0.n) },
            withheld: ready.selection.withheld.map { ($0.record, $0.field, $0.n) },
            wishes: ready.wishes.map { ($0.fromWhom, $0.what, $0.reason) }, bundle: bundle,
            digest: bundle.map { Hash.sha256($0) }, decision: ready.decision, compartments: ready.compartments
        )
    }

    /// Gives a bundle away. Before each piece of 64 KiB it is asked whether whoever exported may still: a bundle that
    /// is cut short opens as far as it came, and has no end.
    ///
    /// - Parameters:
    ///   - progress: called before each piece.
    ///   - write: called with each piece, in order.
    /// - Throws: what the export itself would be refused with if it began now.
    public func give(
        _ exported: Exported, progress: Progress = { _, _ in },
        write: (ArraySlice<UInt8>) throws(HavreError) -> Void
    ) throws(HavreError) {
        guard let bundle = exported.bundle else { return }
        var decision = exported.decision
        for start in stride(from: 0, to: bundle.count, by: Self.pieceByteCount) {
            try progress(UInt64(start), UInt64(bundle.count))
            try requireStill(&decision, exported.compartments)
            try write(bundle[start..<min(start + Self.pieceByteCount, bundle.count)])
        }
    }

    private func requireStill(
        _ decision: inout LongDecision, _ compartments: Set<Compartment>
    ) throws(HavreError) {
        for compartment in compartments { try requireStill(&decision, .export, compartment) }
    }

    private static func profile(_ name: String) throws(HavreError) -> Profile {
        guard let profile = Profile(rawValue: name) else {
            throw .invalid(
                field: "profile",
                rule: "must be one of: " + Profile.allCases.map(\.rawValue).joined(separator: ", ")
                    + "; other profiles are not available yet")
        }
        return profile
    }

    private static func check(key: String) throws(HavreError) {
        do throws(FormatError) { _ = try AgeRecipient(parsing: key) } catch {
            throw .invalid(field: "to", rule: "must be an age public key (age1...)")
        }
    }

    func evidence<Value>(_ body: () throws(EvidenceError) -> Value) throws(HavreError) -> Value {
        do throws(EvidenceError) { return try body() } catch {
            switch error {
            case .selection(let field, let rule): throw .invalid(field: field, rule: rule)
            case .page(let rule), .picture(let rule): throw .failed(rule)
            }
        }
    }

    private func builder(
        _ selection: Selection, _ profile: Profile, _ contact: Contact, _ request: ExportRequest,
        _ inside: Inside
    ) throws(HavreError) -> BundleBuilder {
        let details = contact.details
        let language = Language(rawValue: details["language"]?.string ?? "") ?? .en
        let recipient = [details["name"]?.string, details["organisation"]?.string]
            .compactMap { $0 }.joined(separator: ", ")
        return BundleBuilder(
            selection: selection, profile: profile, language: language, recipient: recipient, date: today,
            fingerprint: inside.directory.fingerprint, person: language == .fr ? "Personne A" : "Person A",
            opening: details["key"] == nil ? .passphrase : .key, hasReceipts: request.hasReceipts)
    }

    private func requireApproved(_ contact: Contact, _ request: ExportRequest) throws(HavreError) {
        guard contact.confirmedBy != nil else {
            throw .needsApproval("the contact is not confirmed: another person runs contact confirm")
        }
        guard request.to == nil || request.to == contact.details["key"]?.string else {
            throw .needsApproval("the key is not the contact's")
        }
    }
}
