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
        _ draft: BundleBuilder.Draft, _ request: ExportRequest, _ contact: Contact,
        _ wishes: [ConsentRule.Wish], _ inside: Inside
    ) throws(HavreError) {
        let known = try identifiers(inside)
        let identifierGuard = try identifierGuard(inside.file.caseID)
        let (ours, colleagues) = Self.namesOfTheHouse(inside)
        let wished = Self.words(of: wishes)
        let scan = OutputScan(
            wordCountMax: IdentifierGuard.wordCountMax, namesPerson: request.namesPerson,
            colleagues: colleagues
        ) {
            (known[identifierGuard.tag($0)] ?? []).union(ours[$0] ?? []).union(
                wished.contains($0) ? [.wish] : [])
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
        guard isForTwo else {
            let what =
                hits.allSatisfy { $0.kind == .wish }
                ? "tells what the person asked to keep back" : "says who somebody is"
            throw .identified("\(what): withhold \(spots)")
        }
        throw .needsApproval("says where somebody is, who testifies or a protected name: withhold \(spots)")
    }

    /// What is looked for of the person's wishes.
    private static func words(of wishes: [ConsentRule.Wish]) -> Set<String> {
        Set(
            wishes.flatMap { Identifiers.variants(.wish, $0.what ?? "") }.map { $0.joined(separator: " ") })
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

    /// What the house calls the case, and who works in it: no bundle says either. Whole names are looked for however they
    /// are written; a first or last name by itself, and a name of one word, may be a word and counts with a capital.
    private static func namesOfTheHouse(
        _ inside: Inside
    ) -> (whole: [String: Set<IdentifierKind>], colleagues: Set<String>) {
        var whole: [String: Set<IdentifierKind>] = [Fold.key(inside.chain.code): [.codename]]
        var colleagues: Set<String> = []
        for member in inside.directory.members.values {
            for words in Identifiers.variants(.person, member.name.shown) {
                let key = words.joined(separator: " ")
                if words.count > 1 { whole[key] = [.person] } else { colleagues.insert(key) }
            }
        }
        return (whole, colleagues)
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
