package import HavreCodec
import HavreForms

extension Samples {
    /// Plausible fictional cases, for benchmarks, tests and decoys: every form of a case filled in, statements of
    /// more than 30 sentences in French or English, names from ten regions. No attachments.
    ///
    /// The same seed, count and day give the same cases; case `n` is the same whatever the count.
    /// - Parameters:
    ///   - seed: where the choices start.
    ///   - count: how many cases, numbered from 1 in their keys.
    ///   - today: the last day that anything in them may have happened.
    package static func generate(
        seed: UInt64, count: Int, today: Day = Day(epochDays: 20_758) /* 2026-11-01 */
    ) -> [SampleCase] {
        (0..<count).map { number in
            var random = SampleRandom(seed: seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
            let person = GeneratedPerson(&random, today: today)
            return generated(person, number: number + 1, today: today, random)
        }
    }

    private static func generated(
        _ person: GeneratedPerson, number: Int, today: Day, _ random: SampleRandom
    ) -> SampleCase {
        var filler = FormFiller(person: person, today: today, random: random)
        var records: [SampleRecord] = []
        for form in Catalogue.shared.forms where Catalogue.shared.compartment(form.compartment) != nil {
            let copies = form.id == "note" ? filler.random.from(2...5) : form.id == "evidence" ? 2 : 1
            for copy in 1...copies {
                let fields = filler.fill(form, fixed: fixed(form.id, person, today: today, &filler.random))
                let key = copies == 1 ? form.id : "\(form.id)-\(copy)"
                records.append(SampleRecord(key: key, form: form.id, fields: fields))
            }
        }
        let words = Vocabulary.shared
        var stories: [Language: String] = [:]
        // In the order of the languages: a dictionary's own order changes from run to run, and with it the choices.
        for language in Language.allCases {
            guard let texts = words.texts[language] else { continue }
            stories[language] = person.filled(texts.story, texts, &filler.random)
        }
        let risk = records.first { $0.form == "case" }?.fields["risk_level"]?.string ?? "low"
        return SampleCase(
            key: "generated-\(number)", person: person.given, language: person.language,
            owner: number % 3 == 0 ? "tom" : "naima", backup: number % 3 == 0 ? "naima" : "tom", risk: risk,
            contact: SampleContact(
                name: person.recipient, organisation: filler.random.one(of: words.organisations),
                kind: "lawyer",
                language: .fr),
            records: records, attachments: [], export: export(records),
            identifiers: identifiers(records).map(\.value), stories: stories)
    }

    /// What the facts of the person decide in a form.
    private static func fixed(
        _ form: String, _ person: GeneratedPerson, today: Day, _ random: inout SampleRandom
    ) -> [String: JSON] {
        let isChild = person.age < 18
        switch form {
        case "case":
            let programmes = [
                "asylum_seeker", "protection_beneficiary", "specialised_shelter", "return", "integration",
            ]
            return [
                "status": .string(random.percent(80) ? "Active" : "FollowUp"),
                "programme": [.string(isChild ? "child" : random.one(of: programmes))],
                "opened": .string(person.ended.description),
                "risk_level": .string(random.one(of: ["medium", "low"])),
                "closed": nil, "closure_reason": nil, "closure_details": nil,
            ]
        case "identity":
            return [
                "citizenship": [.string(person.region.country)],
                "primary_language": .string(person.region.language),
                "gender": .string(person.isFeminine ? "Feminine" : "Masculine"),
                "sex_registered": .string(person.isFeminine ? "female" : "male"),
                "birthdate_precision": "day", "age_disputed": .bool(isChild),
            ]
        case "identification":
            let means: [String] = ["deception", "threat", "coercion", "abuse_of_vulnerability"]
            return [
                "age_when_trafficked": .int(Int64(person.ageThen)),
                "debt_amount": .int(Int64(random.from(20...600)) * 10_000), "debt_currency": "EUR",
                "means": .array(
                    person.ageThen < 18
                        ? ["none_required_child"] : random.some(2, of: means).map { .string($0) }),
            ]
        case "consent":
            return
                ([
                    "recipient": .string(person.recipient), "form_groups": ["identification", "evidence"],
                    "status": "active", "valid_from": .string(today.adding(days: -30).description),
                    "valid_until": .string(today.adding(days: 335).description),
                    "given_by": .string(isChild ? "both" : "person"),
                    "age_band": .string(isChild ? "from_15_to_17" : "adult"),
                    "withdrawn_at": nil, "withdrawn_how": nil,
                ] as [String: JSON]).merging(isChild ? [:] : notOfAdults) { _, none in none }
        case "risk": return ["residual_level": .string(random.one(of: ["medium", "low"]))]
        case "statement":
            return [
                "language": .string(person.language == .fr ? "fra" : "eng"),
                "original_language": .string(person.region.language),
            ]
        default: return [:]
        }
    }

    /// What only a child's consent has.
    private static let notOfAdults: [String: JSON] = [
        "child_assent": nil, "child_assent_on": nil, "guardian_consent": nil, "guardian_consent_on": nil,
    ]

    private static func identifiers(_ records: [SampleRecord]) -> [IdentifyingValue] {
        var seen: Set<String> = []
        return records.flatMap { Catalogue.shared.form($0.form)?.identifiers(in: $0.fields) ?? [] }
            .filter { seen.insert($0.value).inserted }
    }

    /// An export of identification and statement that withholds every leaf with an identifier in it.
    private static func export(_ records: [SampleRecord]) -> SampleExport {
        let writings = Set(identifiers(records).flatMap(\.variants))
        let longest = writings.reduce(0) { max($0, $1.count) }
        var withheld: [SampleLeaf] = []
        let sent = records.filter { ["identification", "statement"].contains($0.form) }
        for record in sent {
            for leaf in Catalogue.shared.form(record.form)?.leaves(record.fields) ?? [] {
                let words = Fold.words(leaf.value.string ?? "")
                let isNaming = words.indices.contains { start in
                    (1...max(longest, 1)).contains { length in
                        start + length <= words.count
                            && writings.contains(Array(words[start..<(start + length)]))
                    }
                }
                if isNaming { withheld.append(SampleLeaf(record: record.key, field: leaf.name, n: leaf.n)) }
            }
        }
        return SampleExport(purpose: "appeal", records: sent.map(\.key), withheld: withheld)
    }
}
