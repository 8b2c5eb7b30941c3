import HavreCodec
import HavreForms
import Testing

@testable import HavreSamples

@Suite("Generated people")
struct GeneratorTests {
    private let today = Day(epochDays: 20_758)  // 2026-11-01
    private let cases = Samples.generate(seed: 2026, count: 8)

    @Test(
        "The same seed gives the same people, another one others, and a longer list begins with the shorter one"
    )
    func deterministic() {
        func text(_ cases: [SampleCase]) -> [[UInt8]] {
            cases.flatMap { $0.records.map { $0.fields.encoded() } }
        }
        #expect(text(Samples.generate(seed: 2026, count: 8)) == text(cases))
        #expect(text(Samples.generate(seed: 2026, count: 3)) == text(Array(cases.prefix(3))))
        #expect(text(Samples.generate(seed: 2027, count: 3)) != text(Array(cases.prefix(3))))
        #expect(Set(cases.map { $0.record("identity")?.fields.encoded() ?? [] }).count == cases.count)
        #expect(Samples.generate(seed: 1, count: 0).isEmpty)
    }

    @Test("Nothing depends on the process: the first person of seed 1 is always this one")
    func known() {
        var random = SampleRandom(seed: 1)
        #expect(random.next() == 0x910A_2DEC_8902_5CC1, "SplitMix64")
        var again = SampleRandom(seed: 1)
        let person = GeneratedPerson(&again, today: today)
        #expect(
            [person.given, person.family, person.birthdate.description] == ["Yonas", "Tekleab", "1999-10-02"])
    }

    @Test("Every form of a case is filled in by its rules and lacks nothing that is required")
    func forms() throws {
        for sample in cases {
            for form in Catalogue.shared.forms where Catalogue.shared.compartment(form.compartment) != nil {
                #expect(sample.records.contains { $0.form == form.id })
            }
            #expect(Set(sample.records.map(\.key)).count == sample.records.count)
            for record in sample.records {
                let form = try #require(Catalogue.shared.form(record.form))
                let checked = try form.check(record.fields, today: today)
                #expect(checked == record.fields, "already normalised: \(record.key)")
                #expect(form.missingRequired(checked) == [], "\(record.key)")
            }
            #expect(["medium", "low"].contains(sample.risk))
        }
    }

    @Test("Statements have more than 30 sentences in correct French or English, with every fact in its place")
    func statements() throws {
        for sample in cases {
            let sentences = sample.record("statement")?.fields["text"]?.array?.compactMap(\.string) ?? []
            #expect(sentences.count > 30 && Set(sentences).count == sentences.count)
            #expect(sentences.allSatisfy { !$0.contains("{") && !$0.contains("}") && !$0.contains("  ") })
            #expect(Sentences.split(sentences.joined(separator: " ")).count == sentences.count)
            #expect(!sample.export.withheld.isEmpty && sample.sentencesShown.count > 20)
            if sample.language == .fr { #expect(sentences.joined().contains("é")) }
        }
        #expect(Set(cases.map(\.language)) == [.en, .fr])
    }

    @Test("French templates have their accents and elisions")
    func french() throws {
        let texts = try #require(Vocabulary.shared.texts[.fr])
        let all =
            texts.stages.flatMap(\.sentences) + texts.long + texts.months + texts.texts.values.flatMap(\.self)
        let unaccented = [
            " a cote", "frere", "medecin", "telephone ", "fevrier", "aout", "decembre", " ete ", "argente",
        ]
        for sentence in all {
            for word in unaccented { #expect(!sentence.contains(word), "\(sentence)") }
            #expect(
                !sentence.contains("de {") && !sentence.contains("que {"),
                "no elision depends on a name: \(sentence)")
        }
        #expect(texts.months.count == 12 && Vocabulary.shared.texts[.en]?.months.count == 12)
    }

    @Test("Every choice of a list can be drawn, and only so many")
    func choices() {
        var random = SampleRandom(seed: 5)
        var seen: Set<Int> = []
        for _ in 0..<200 {
            let some = random.some(2, of: [1, 2, 3, 4])
            #expect(some.count == 2 && some == some.sorted())
            seen.formUnion(some)
        }
        #expect(seen == [1, 2, 3, 4])
        #expect(random.some(9, of: [1, 2]) == [1, 2])
    }
}
