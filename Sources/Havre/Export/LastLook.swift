import HavreAccess
import HavreCodec
import HavreEvidence
import HavreForms
import HavreStore
import HavreSystem

/// The identifier guard over everything that leaves.
extension Vault {
    /// How many refusals by the guard somebody may meet within an hour: each one answers a guess.
    private static let refusalCountMax = 60
    private static let refusalSeconds: Int64 = 3600
    /// The most places that one refusal names.
    private static let placeCountMax = 64

    /// - Throws: `HavreError.tooManyAttempts` for whoever met too many refusals.
    func requirePatience(_ session: Session) throws(HavreError) {
        let key = Self.patienceKey(session)
        let isOver = attempts.with {
            $0.exceeds(Self.refusalCountMax, key, seconds: Self.refusalSeconds, now: clock.boot())
        }
        if isOver { throw .tooManyAttempts }
    }

    /// Looks at every sequence of words of a bundle, also for what the exporter herself may not read.
    ///
    /// - Throws: `identified`, or `needsApproval` where a place, somebody else or a protected name is told; both name
    ///   the values to withhold and never a text.
    func requireHarmless(
        _ draft: BundleBuilder.Draft, _ request: ExportRequest, _ contact: Contact, _ inside: Inside
    ) throws(HavreError) {
        let known = try identifiers(inside)
        let identifierGuard = try identifierGuard(inside.file.caseID)
        let ours = Self.namesOfTheHouse(inside)
        let scan = OutputScan(wordCountMax: IdentifierGuard.wordCountMax, namesPerson: request.namesPerson) {
            (known[identifierGuard.tag($0)] ?? []).union(ours[$0] ?? [])
        }
        let hits = scan.hits(in: draft)
        guard !hits.isEmpty else { return }
        attempts.with {
            $0.count(Self.patienceKey(inside.session), seconds: Self.refusalSeconds, now: clock.boot())
        }
        let isForTwo = hits.contains(where: \.kind.needsSecondPerson)
        var event = event("export", inside.session)
        event.records = Set(hits.compactMap(\.part?.record)).sorted()
        event.outcome = isForTwo ? "needs-approval" : "identified"
        event.contact = contact.details["name"]?.string
        try log(event, in: inside)
        let spots = Self.spots(hits)
        guard isForTwo else { throw .identified("says who somebody is: withhold \(spots)") }
        throw .needsApproval("says where somebody is, who testifies or a protected name: withhold \(spots)")
    }

    private static func patienceKey(_ session: Session) -> String {
        "export/" + session.person.person.hex
    }

    /// The fingerprints of a case, of every version of every record, with their kinds.
    private func identifiers(_ inside: Inside) throws(HavreError) -> [Identifier: Set<IdentifierKind>] {
        var kinds: [Identifier: Set<IdentifierKind>] = [:]
        for fingerprint in inside.index.fingerprints.values.joined().joined() {
            // A kind that this version does not know was written by a newer one: nothing may leave unseen.
            guard let kind = IdentifierGuard.kind(fingerprint.classification) else { throw .tampered }
            kinds[fingerprint.tag, default: []].insert(kind)
        }
        return kinds
    }

    /// What the house calls the case, and who works in it: no bundle says either. A name of one word is not looked for,
    /// since it may be a word.
    private static func namesOfTheHouse(_ inside: Inside) -> [String: Set<IdentifierKind>] {
        var names: [String: Set<IdentifierKind>] = [Fold.key(inside.chain.code): [.codename]]
        for member in inside.directory.members.values {
            let key = Fold.key(member.name.shown)
            if key.contains(" ") { names[key] = [.person] }
        }
        return names
    }

    /// The places of hits, as `--withhold` names them.
    private static func spots(_ hits: Set<OutputScan.Hit>) -> String {
        let places = Set(
            hits.map { hit in
                guard let part = hit.part else { return "what stands side by side on the page" }
                return part.record.hex + ":" + part.field + (part.n.map { ":\($0)" } ?? "")
            }
        ).sorted()
        let rest = places.count - placeCountMax
        return places.prefix(placeCountMax).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}
