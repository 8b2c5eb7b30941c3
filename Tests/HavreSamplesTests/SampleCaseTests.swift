import HavreCodec
import HavreForms
import Testing

@testable import HavreSamples

@Suite("The sample people")
struct SampleCaseTests {
    private let today = Day(epochDays: 20_758)  // 2026-11-01

    @Test("Three cases and four colleagues ship, and every name used among them exists")
    func cast() throws {
        #expect(Samples.cases.map(\.key) == ["asylum", "shelter", "child"])
        #expect(Samples.staff.map(\.role) == ["supervisor", "caseworker", "legal", "caseworker"])
        for sample in Samples.cases {
            #expect(Samples.colleague(sample.owner)?.role == "caseworker")
            #expect(Samples.colleague(sample.backup)?.role == "caseworker")
            #expect(sample.owner != sample.backup)
            #expect(["medium", "low"].contains(sample.risk), "no risk that needs two people")
            for language in Language.allCases { #expect(!sample.story(in: language).isEmpty) }
            #expect(sample.record("consent")?.fields["recipient"]?.string == sample.contact.name)
        }
        #expect(
            Samples.cases.contains { $0.owner != Samples.cases[0].owner }, "somebody else's case to refuse")
        for colleague in Samples.staff {
            #expect(Catalogue.roles.contains(colleague.role))
            for language in Language.allCases { #expect(!colleague.duty(in: language).isEmpty) }
        }
    }

    @Test("Every form of the first catalogue is filled in for each person, completely and by its rules")
    func records() throws {
        for sample in Samples.cases {
            let expected: Set = [
                "case", "identity", "safe-contact", "identification", "needs", "risk", "statement",
                "evidence",
                "consent", "note", "night",
            ]
            #expect(Set(sample.records.map(\.form)) == expected)
            for record in sample.records {
                let form = try #require(Catalogue.shared.form(record.form))
                let checked = try form.check(record.fields, today: today)
                #expect(checked == record.fields, "already normalised: \(sample.key) \(record.key)")
                #expect(form.missingRequired(checked) == [], "\(sample.key) \(record.key)")
            }
        }
    }

    @Test("Statements have 30 sentences or more, each cut as the catalogue would cut them")
    func statements() throws {
        for sample in Samples.cases {
            let sentences = sample.record("statement")?.fields["text"]?.array?.compactMap(\.string) ?? []
            #expect(sentences.count >= 30)
            #expect(Set(sentences).count == sentences.count)
            #expect(sample.sentencesShown.count >= 25, "enough is left to tell the story")
            #expect(Sentences.split(sentences.joined(separator: " ")) == sentences, "\(sample.key)")
        }
    }

    @Test("Telephone numbers come from the ranges kept for fiction")
    func telephones() throws {
        for sample in Samples.cases {
            for value in try identifyingValues(sample) where value.kind == .phone {
                let digits = value.value.filter(\.isNumber)
                let isFiction =
                    digits.hasPrefix("063998") || digits.hasPrefix("3363998") || digits.hasPrefix("447700900")
                #expect(isFiction, "\(sample.key)")
            }
        }
    }

    @Test("Each planted identifier is known to the catalogue's own guard words")
    func guardKnows() throws {
        for sample in Samples.cases {
            let writings = try identifyingValues(sample).flatMap(\.variants)
            for identifier in sample.identifiers {
                let words = Fold.words(identifier)
                #expect(writings.contains { Self.contains(words, $0) }, "\(sample.key): \(identifier)")
            }
        }
    }

    @Test("Some of the sentences hold identifiers, and what the demo sends holds none")
    func redaction() throws {
        for sample in Samples.cases {
            let writings =
                try identifyingValues(sample).flatMap(\.variants) + sample.identifiers.map(Fold.words)
            let shown = try shownTexts(sample)
            for text in shown {
                let words = Fold.words(text)
                for writing in writings where Self.contains(words, writing) {
                    Issue.record("\(sample.key) shows \(writing) in: \(text)")
                }
            }
            let hidden = (sample.record("statement")?.fields["text"]?.array ?? []).compactMap(\.string)
                .filter { !sample.sentencesShown.contains($0) }
            for sentence in hidden {
                let words = Fold.words(sentence)
                #expect(writings.contains { Self.contains(words, $0) }, "withheld for nothing: \(sentence)")
            }
            #expect(hidden.count >= 8)
        }
    }

    @Test("What is withheld exists")
    func withheldLeaves() throws {
        for sample in Samples.cases {
            for leaf in sample.export.withheld {
                let record = try #require(sample.record(leaf.record))
                let form = try #require(Catalogue.shared.form(record.form))
                #expect(sample.export.records.contains(leaf.record))
                #expect(
                    form.leaves(record.fields).contains { $0.name == leaf.field && $0.n == leaf.n },
                    "\(sample.key) \(leaf.record) \(leaf.field) \(leaf.n ?? -1)")
            }
        }
    }

    private func identifyingValues(_ sample: SampleCase) throws -> [IdentifyingValue] {
        try sample.records.flatMap { try #require(Catalogue.shared.form($0.form)).identifiers(in: $0.fields) }
    }

    /// The texts that the profile `court` shows of the exported records: everything of a statement and of
    /// evidence that is not withheld, and the rest up to L3.
    private func shownTexts(_ sample: SampleCase) throws -> [String] {
        try sample.export.records.flatMap { key in
            let record = try #require(sample.record(key))
            let form = try #require(Catalogue.shared.form(record.form))
            return form.leaves(record.fields).filter { leaf in
                (form.compartment == "evidence" || leaf.sensitivity < .l4)
                    && !sample.export.withheld.contains(SampleLeaf(record: key, field: leaf.name, n: leaf.n))
            }.compactMap(\.value.string)
        }
    }

    private static func contains(_ words: [String], _ writing: [String]) -> Bool {
        guard !writing.isEmpty, writing.count <= words.count else { return false }
        return (0...(words.count - writing.count)).contains {
            Array(words[$0..<($0 + writing.count)]) == writing
        }
    }
}
