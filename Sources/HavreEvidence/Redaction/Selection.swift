package import HavreCodec
package import HavreFormats
package import HavreForms

/// One record that an export may draw from: its verified signed text and its values.
package struct SourceRecord: Sendable {
    package let record: Identifier
    package let form: Form
    package let values: JSON
    package let content: SDJWTContent

    package init(record: Identifier, form: Form, values: JSON, content: SDJWTContent) {
        self.record = record
        self.form = form
        self.values = values
        self.content = content
    }
}

/// One leaf of one record, as `disclosed`, `withheld` and `--withhold` name it.
package struct Part: Hashable, Sendable {
    package let record: Identifier
    /// `text`, `documents.number`.
    package let field: String
    /// The sentence or row, from 0.
    package let n: Int?

    package init(record: Identifier, field: String, n: Int?) {
        self.record = record
        self.field = field
        self.n = n
    }
}

/// What leaves and what stays, leaf by leaf.
package struct Selection: Sendable {
    /// One record with something to disclose.
    package struct Chosen: Sendable {
        package let source: SourceRecord
        package let disclosed: [Leaf]
        /// The page shows a mark.
        package let marked: [Leaf]
        /// Nothing tells that it exists.
        package let unmentioned: [Leaf]
    }

    /// What becomes of a leaf.
    private enum Fate {
        case disclosed, marked, unmentioned
    }

    package let chosen: [Chosen]
    /// Everything of the records in question that stays, also of those of which nothing leaves.
    package let withheld: [Part]

    /// Applies profile and redaction.
    ///
    /// Files, and values that name somebody or a place, stay without being asked for: names are pseudonyms, unless
    /// `namesPerson` discloses her own.
    /// - Parameters:
    ///   - named: records named in `--records`; empty takes every record that the profile allows.
    ///   - withhold: leaves that the redactor keeps back; one without `n` means the whole field, one of a `sub` with
    ///     `n` and without the inner field the whole row.
    /// - Throws: `EvidenceError.selection` for a leaf that does not exist: a misspelt one never passes for a choice.
    package init(
        _ records: [SourceRecord], profile: Profile, named: Set<Identifier>, withhold: Set<Part>,
        namesPerson: Bool
    ) throws(EvidenceError) {
        var unused = withhold
        var stays: [Part] = []
        chosen = records.compactMap { source -> Chosen? in
            guard profile.forms.contains(source.form.id), named.isEmpty || named.contains(source.record)
            else { return nil }
            var leaves: [Fate: [Leaf]] = [:]
            for leaf in source.form.leaves(source.values) {
                let names = source.names(of: leaf)
                unused.subtract(names)
                let isAllowed = profile.allows(
                    leaf, of: source.form, isNamed: named.contains(source.record))
                let fate = Self.fate(
                    leaf, of: source.form, isAllowed: isAllowed,
                    isWithheld: !withhold.isDisjoint(with: names), namesPerson: namesPerson)
                leaves[fate, default: []].append(leaf)
                if fate != .disclosed { stays.append(source.part(leaf)) }
            }
            guard let disclosed = leaves[.disclosed] else { return nil }
            return Chosen(
                source: source, disclosed: disclosed, marked: leaves[.marked] ?? [],
                unmentioned: leaves[.unmentioned] ?? [])
        }
        withheld = stays
        guard unused.isEmpty else {
            throw .selection(
                field: "withhold", rule: "must name fields or sentences that the exported records have")
        }
        guard !chosen.isEmpty else {
            throw .selection(
                rule:
                    "nothing would leave under this profile; statements and evidence are named with --records"
            )
        }
    }

    private static func fate(
        _ leaf: Leaf, of form: Form, isAllowed: Bool, isWithheld: Bool, namesPerson: Bool
    ) -> Fate {
        guard isAllowed else { return .unmentioned }
        if isWithheld || leaf.type(in: form) == .file { return .marked }
        guard let kind = leaf.identifying else { return .disclosed }
        return namesPerson && kind.isOwnName ? .disclosed : .marked
    }

    /// Everything that leaves.
    package var disclosed: [Part] {
        chosen.flatMap { one in one.disclosed.map(one.source.part) }
    }

    /// The same selection with every value behind a mark: what an export says whoever the person is.
    var blank: Selection {
        Selection(
            chosen: chosen.map { one in
                Chosen(
                    source: one.source, disclosed: [], marked: one.disclosed + one.marked,
                    unmentioned: one.unmentioned)
            })
    }

    private init(chosen: [Chosen]) {
        self.chosen = chosen
        withheld = []
    }
}

extension SourceRecord {
    /// The name of a leaf in lists.
    func part(_ leaf: Leaf) -> Part { Part(record: record, field: leaf.name, n: leaf.n) }

    /// Every name under which a leaf can be withheld: itself, its field, its row.
    fileprivate func names(of leaf: Leaf) -> Set<Part> {
        [
            part(leaf), Part(record: record, field: leaf.name, n: nil),
            Part(record: record, field: leaf.field, n: nil),
            Part(record: record, field: leaf.field, n: leaf.n),
        ]
    }
}

extension Selection.Chosen {
    /// The presentation: form and the disclosed leaves, nothing that names a record, a case or a person of the house.
    func presentation() throws(EvidenceError) -> SDJWT {
        let all = source.content.paths
        var shown: Set<ClaimPath> = [ClaimPath([.member("form")])]
        let leaves = Set(disclosed.map(Self.path))
        guard leaves.isSubset(of: all) else { throw Self.incomplete }
        // A value of several parts, such as a list of codes, is shown with all of them.
        for path in all where path.steps.indices.contains(where: { leaves.contains(path.prefix($0 + 1)) }) {
            shown.insert(path)
        }
        do throws(FormatError) { return try source.content.presenting(shown) } catch { throw Self.incomplete }
    }

    private static let incomplete = EvidenceError.selection(
        rule: "the signed record does not hold these fields")

    private static func path(_ leaf: Leaf) -> ClaimPath {
        var path = ClaimPath([.member("fields"), .member(leaf.field)])
        if let n = leaf.n { path = path.element(n) }
        if let sub = leaf.sub { path = path.member(sub) }
        return path
    }

    /// The title that the record itself discloses.
    var title: String? { disclosed.first { $0.name == "title" }?.value.string }

    /// What the page shows of the record.
    func blocks(in language: Language) -> [Exhibit.Block] {
        let shown = Set(disclosed.map(\.path))
        let marks = Set(marked.map(\.path))
        return Exhibit.blocks(of: source.form, source.values, in: language) { leaf in
            shown.contains(leaf.path) ? .shown : marks.contains(leaf.path) ? .withheld : .unmentioned
        }
    }
}

extension ClaimPath {
    fileprivate func prefix(_ count: Int) -> ClaimPath { ClaimPath(Array(steps.prefix(count))) }
}
