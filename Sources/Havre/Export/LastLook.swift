import HavreAccess
import HavreCodec
import HavreEvidence
import HavreForms
import HavreStore
import HavreSystem

/// The identifier guard over everything that leaves.
extension Vault {
    /// The most values that one refusal names.
    private static let spotCountMax = 64

    /// - Throws: `HavreError.tooManyAttempts` for whoever met too many refusals.
    func requirePatience(_ session: Session) throws(HavreError) {
        let person = session.person.person
        try recallGuesses(of: person)
        let wait = guesses.with { $0.wait(person, boot: clock.boot()) }
        guard wait == 0 else { throw .tooManyAttempts(waitSeconds: wait) }
    }

    /// What the gate has kept of somebody's looks, the first time she looks after a start.
    private func recallGuesses(of person: Identifier) throws(HavreError) {
        guard !guesses.with({ $0.isKnown(person) }) else { return }
        let kept = try fact(Self.guessesName(person))
        try guesses.with { guesses throws(HavreError) in
            try guesses.take(kept, of: person, boot: clock.boot(), now: clock.now())
        }
    }

    private static func guessesName(_ person: Identifier) -> String { "guesses/" + person.hex }

    /// The entry of a look, and in the same change what is left of the day's allowance. Nothing is written for a look
    /// that told nothing new and refused nothing.
    private func logLook(_ event: Event, isRefusal: Bool, in inside: Inside) throws(HavreError) {
        let person = inside.session.person.person
        // One at a time: an older number must not overtake a newer one.
        try looking.with { _ throws(HavreError) in
            let owed = guesses.with { $0.owed(person, boot: clock.boot(), now: clock.now()) }
            guard isRefusal || owed != nil else { return }
            try log(event, in: inside) { draft in
                guard let owed else { return }
                draft.step { $0.facts[Self.guessesName(person)] = .some(owed.value) }
            }
            if let owed { guesses.with { $0.kept(owed.numbers, of: person) } }
        }
    }

    /// Looks at every sequence of words of a bundle, also for what the exporter herself may not read.
    ///
    /// - Throws: `tooManyAttempts` for more words or numbers in a day than anybody's file holds; `identified`, or
    ///   `needsApproval` where a place, somebody else or a protected name is told; both name
    ///   the values to withhold and never a text.
    func requireHarmless(
        _ draft: BundleBuilder.Draft, _ request: ExportRequest, _ contact: Contact,
        _ wishes: [ConsentRule.Wish], _ inside: Inside
    ) throws(HavreError) {
        let known = try identifiers(inside)
        let identifierGuard = try identifierGuard(inside.file.caseID)
        let (ours, colleagues) = Self.namesOfTheHouse(inside)
        let wished = Self.words(of: wishes)
        var looked: Set<String> = []
        let scan = OutputScan(
            wordCountMax: IdentifierGuard.wordCountMax, namesPerson: request.namesPerson,
            colleagues: colleagues
        ) {
            looked.insert($0)
            return (known[identifierGuard.tag($0)] ?? []).union(ours[$0] ?? []).union(
                wished.contains($0) ? [.wish] : [])
        }
        let hits = scan.hits(in: draft)
        let person = inside.session.person.person
        try recallGuesses(of: person)
        let wait = guesses.with { guesses in
            let wait = guesses.count(looked, of: person, boot: clock.boot())
            if wait == 0, !hits.isEmpty { guesses.refused(person, boot: clock.boot()) }
            return wait
        }
        guard wait == 0 else { throw .tooManyAttempts(waitSeconds: wait) }
        let isForTwo = hits.contains(where: \.kind.needsSecondPerson)
        var event = event(hits.isEmpty ? "guard" : "export", inside.session)
        event.records = Set(hits.compactMap(\.part?.record)).sorted()
        if !hits.isEmpty { event.outcome = isForTwo ? "needs-approval" : "identified" }
        event.contact = contact.details["name"]?.string
        try logLook(event, isRefusal: !hits.isEmpty, in: inside)
        guard !hits.isEmpty else { return }
        guard isForTwo else {
            throw .identified(Self.leak(hits.allSatisfy { $0.kind == .wish } ? .wish : .person, hits, draft))
        }
        let leak = Self.leak(.protected, hits, draft)
        throw .needsApproval(leak.words, of: leak)
    }

    /// What is looked for of the person's wishes.
    private static func words(of wishes: [ConsentRule.Wish]) -> Set<String> {
        Set(
            wishes.flatMap { Identifiers.variants(.wish, $0.what ?? "") }.map { $0.joined(separator: " ") })
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

    /// What the house calls the case, and who works in it: no bundle says either. Whole names are looked for however
    /// they are written; a first or last name by itself, and a name of one word, may be a word and counts with a
    /// capital.
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

    /// The values that hits lie in, each once.
    private static func leak(
        _ kind: Leak.Kind, _ hits: Set<OutputScan.Hit>, _ draft: BundleBuilder.Draft
    ) -> Leak {
        let forms = Dictionary(
            draft.selection.chosen.map { ($0.source.record, $0.source.form.id) }, uniquingKeysWith: { $1 })
        let spots = Set(
            hits.map { hit in
                Spot(
                    record: hit.part?.record, form: hit.part.flatMap { forms[$0.record] },
                    field: hit.part?.field, n: hit.part?.n)
            }
        ).sorted { Text.precedes($0.name, $1.name) }
        return Leak(
            kind: kind, spots: Array(spots.prefix(spotCountMax)), more: max(0, spots.count - spotCountMax))
    }
}
