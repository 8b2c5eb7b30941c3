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
        /// Withheld by the redactor: the page shows a mark.
        package let marked: [Leaf]
        /// Withheld by the profile: nothing tells that it exists.
        package let unmentioned: [Leaf]
    }

    package let chosen: [Chosen]

    /// Applies profile and redaction.
    ///
    /// - Parameters:
    ///   - named: records named in `--records`; empty takes every record that the profile allows.
    ///   - withhold: leaves that the redactor keeps back; one without `n` means the whole field.
    /// - Throws: `EvidenceError.selection` for a leaf that does not exist: a misspelt one never passes for a choice.
    package init(
        _ records: [SourceRecord], profile: Profile, named: Set<Identifier>, withhold: Set<Part>
    ) throws(EvidenceError) {
        var unused = withhold
        chosen = records.compactMap { source -> Chosen? in
            guard profile.forms.contains(source.form.id), named.isEmpty || named.contains(source.record)
            else {
                return nil
            }
            var disclosed: [Leaf] = []
            var marked: [Leaf] = []
            var unmentioned: [Leaf] = []
            for leaf in source.form.leaves(source.values) {
                let exact = Part(record: source.record, field: leaf.name, n: leaf.n)
                let whole = Part(record: source.record, field: leaf.name, n: nil)
                let field = Part(record: source.record, field: leaf.field, n: nil)
                let isWithheld = !withhold.isDisjoint(with: [exact, whole, field])
                unused.subtract([exact, whole, field])
                // Attachments are withheld whole in this form of the export.
                let isFile = source.form.field(leaf.field)?.type == .file
                if isWithheld {
                    marked.append(leaf)
                } else if isFile
                    || !profile.allows(leaf, of: source.form, isNamed: named.contains(source.record))
                {
                    unmentioned.append(leaf)
                } else {
                    disclosed.append(leaf)
                }
            }
            guard !disclosed.isEmpty else { return nil }
            return Chosen(source: source, disclosed: disclosed, marked: marked, unmentioned: unmentioned)
        }
        guard unused.isEmpty else {
            throw .selection(rule: "withhold must name fields or sentences of the exported records")
        }
        guard !chosen.isEmpty else {
            throw .selection(
                rule: "nothing may leave under this profile; statements and evidence are named with --records"
            )
        }
    }

    /// Everything that leaves.
    package var disclosed: [Part] {
        chosen.flatMap { one in one.disclosed.map { one.part($0) } }
    }

    /// Everything of these records that stays.
    package var withheld: [Part] {
        chosen.flatMap { one in (one.marked + one.unmentioned).map { one.part($0) } }
    }
}

extension Selection.Chosen {
    package func part(_ leaf: Leaf) -> Part {
        Part(record: source.record, field: leaf.name, n: leaf.n)
    }

    /// The presentation: form and the disclosed leaves, nothing that names a record, a case or a person of the house.
    func presentation() throws(EvidenceError) -> SDJWT {
        var paths: Set<ClaimPath> = [ClaimPath([.member("form")])]
        for leaf in disclosed { paths.insert(Self.path(leaf)) }
        do throws(FormatError) { return try source.content.presenting(paths) } catch {
            throw .selection(rule: "the signed record does not hold these fields")
        }
    }

    private static func path(_ leaf: Leaf) -> ClaimPath {
        var path = ClaimPath([.member("fields"), .member(leaf.field)])
        if let n = leaf.n { path = path.element(n) }
        if let sub = leaf.sub { path = path.member(sub) }
        return path
    }

    /// What the page shows of the record.
    func blocks(in language: Language) -> [Exhibit.Block] {
        let shown = Set(disclosed.map(\.path))
        let marks = Set(marked.map(\.path))
        return Exhibit.blocks(of: source.form, source.values, in: language) { leaf in
            shown.contains(leaf.path) ? .shown : marks.contains(leaf.path) ? .withheld : .unmentioned
        }
    }
}
