import HavreCodec
import HavreSecrets
import Testing

@testable import HavreEvidence
@testable import HavreForms

struct SelectionTests {
    private let scene: BundleScene

    init() throws { scene = try BundleScene() }

    private func fields(_ parts: [Part], of index: Int) -> Set<String> {
        Set(parts.filter { $0.record == scene.records[index].record }.map(\.field))
    }

    @Test(
        "Names, places and files stay without being asked for, and what was noted in confidence, and references"
    )
    func alwaysWithheld() throws {
        let selection = try scene.select()
        #expect(fields(selection.disclosed, of: 0) == ["kind", "date", "text"])
        #expect(
            fields(selection.withheld, of: 0) == [
                "place", "present.person", "support_person", "contradictions_note", "disclosed_to.recipient",
                "disclosed_to.redaction_profile",
            ])
        #expect(fields(selection.disclosed, of: 2) == ["kind", "title", "relevance"])
        #expect(fields(selection.withheld, of: 2) == ["sealed_copy", "obtained_from"])
    }

    @Test("Values of L4 leave only from statements and evidence that are named")
    func sensitivity() throws {
        #expect(!fields(try scene.select().disclosed, of: 1).contains("relationship"))
        let unnamed = try Selection(
            scene.records, profile: .court, named: [], withhold: [], namesPerson: false)
        #expect(unnamed.chosen.map(\.source.form.id) == ["identification"])
        #expect(fields(unnamed.withheld, of: 0).contains("text"))
        #expect(!fields(unnamed.withheld, of: 1).contains("act"))
    }

    @Test("Forms that the profile does not name never leave, nor fields that a form does not know")
    func foreign() throws {
        for form in Catalogue.shared.forms where !Profile.court.forms.contains(form.id) {
            for field in form.fields {
                let leaf = Leaf(
                    field: field.key, sub: nil, n: nil, value: "x", sensitivity: .l1, identifying: nil)
                #expect(!Profile.court.allows(leaf, of: form, isNamed: true), "\(form.id).\(field.key)")
            }
        }
        for id in [
            "identity", "safe-contact", "risk", "network", "note", "night", "case", "consent", "needs",
        ] {
            #expect(!Profile.court.forms.contains(id))
        }
        let form = try #require(Catalogue.shared.form("statement"))
        let unknown = Leaf(
            field: "from_elsewhere", sub: nil, n: nil, value: "x", sensitivity: .l4, identifying: nil)
        #expect(!Profile.court.allows(unknown, of: form, isNamed: true))
    }

    @Test("A field, a sentence, a row and a value of a row are withheld by their names")
    func names() throws {
        let (statement, identification) = (scene.records[0].record, scene.records[1].record)
        let selection = try scene.select(withhold: [
            Part(record: statement, field: "text", n: 1), Part(record: statement, field: "date", n: nil),
            Part(record: identification, field: "decisions", n: 0),
            Part(record: identification, field: "decisions.status", n: 1),
            Part(record: identification, field: "act", n: nil),
        ])
        let withheld = Set(selection.withheld)
        for part in [
            Part(record: statement, field: "text", n: 1), Part(record: statement, field: "date", n: nil),
            Part(record: identification, field: "decisions.date", n: 0),
            Part(record: identification, field: "decisions.status", n: 0),
            Part(record: identification, field: "decisions.decided_by", n: 0),
            Part(record: identification, field: "decisions.status", n: 1),
            Part(record: identification, field: "act", n: nil),
        ] { #expect(withheld.contains(part), "\(part.field)") }
        let disclosed = Set(selection.disclosed)
        #expect(disclosed.isDisjoint(with: withheld))
        #expect(disclosed.contains(Part(record: identification, field: "decisions.date", n: 1)))
        let all = scene.records.flatMap { source in
            source.form.leaves(source.values).map { Part(record: source.record, field: $0.name, n: $0.n) }
        }
        #expect(disclosed.union(withheld) == Set(all) && disclosed.count + withheld.count == all.count)
    }

    @Test("A misspelt choice is refused: it never passes for one")
    func misspelt() throws {
        let statement = scene.records[0].record
        for part in [
            Part(record: statement, field: "txt", n: nil), Part(record: statement, field: "text", n: 5),
            Part(record: statement, field: "text", n: -1), Part(record: statement, field: "kind", n: 0),
            Part(record: statement, field: "", n: nil),
            Part(record: Random.identifier(), field: "text", n: 0),
            Part(record: scene.records[1].record, field: "decisions", n: 2),
        ] {
            #expect(throws: EvidenceError.self) { try scene.select(withhold: [part]) }
        }
    }

    @Test("Withholding everything leaves nothing to send, and says so")
    func nothing() throws {
        let all = Set(try scene.select().disclosed)
        #expect(throws: EvidenceError.self) { try scene.select(withhold: all) }
    }

    @Test("Her own name leaves when that is meant, nobody else's")
    func ownName() throws {
        let record = try BundleScene.record(
            "statement",
            [
                "kind": "first_account", "date": "2026-11-02", "text": ["x"], "place": "Lyon",
                "signature": [["by": "Blessing Okafor"]], "present": [["person": "Me Roux"]],
            ], by: scene.amina)
        for namesPerson in [false, true] {
            let selection = try Selection(
                [record], profile: .court, named: [record.record], withhold: [], namesPerson: namesPerson)
            let fields = Set(selection.disclosed.map(\.field))
            #expect(fields.contains("signature.by") == namesPerson)
            #expect(!fields.contains("place") && !fields.contains("present.person"))
        }
    }
}

struct ConsentRuleTests {
    private let contact = Random.identifier()
    private let good: [String: JSON] = [
        "status": "active", "recipient": "Maître Martin", "form_groups": ["evidence", "identification"],
        "purpose": "asylum_claim", "given_by": "person",
    ]

    private func groups(_ change: (inout [String: JSON]) -> Void = { _ in }) throws -> Set<String> {
        var fields = good
        change(&fields)
        return ConsentRule.groups(
            of: .object(fields),
            ConsentRule.Question(
                name: "maitre  MARTIN", contact: contact, others: [], purposes: Profile.court.purposes,
                today: try Day(parsing: "2026-11-21")))
    }

    @Test("An active consent opens its groups for its recipient, by name or id")
    func opens() throws {
        #expect(try groups() == ["evidence", "identification"])
        #expect(try groups { $0["recipient"] = .string(contact.hex) } == ["evidence", "identification"])
        #expect(try groups { $0["purpose"] = "criminal_complaint" }.count == 2)
    }

    @Test("It opens from its first to its last day, both included")
    func dates() throws {
        for (from, until, isOpen) in [
            ("2026-11-21", "2026-11-21", true), ("2026-11-22", "2027-01-01", false),
            ("2026-01-01", "2026-11-20", false), ("2026-01-01", "2027-01-01", true),
            ("soon", "2027-01-01", false),
        ] {
            let found = try groups {
                $0["valid_from"] = .string(from)
                $0["valid_until"] = .string(until)
            }
            #expect(found.isEmpty != isOpen, "\(from) \(until)")
        }
    }

    @Test("The last word counts: a later no takes back what an earlier record gave, and nothing else")
    func lastWord() throws {
        let question = ConsentRule.Question(
            name: "Maître Martin", contact: contact, others: ["Maître Roux"],
            purposes: Profile.court.purposes,
            today: try Day(parsing: "2026-11-21"))
        func groups(_ decisions: [[String: JSON]]) -> Set<String> {
            var all = ConsentDecisions(question)
            for fields in decisions {
                all.take(.object(fields), isComplete: fields["given_by"] != nil, isOwn: true)
            }
            return all.groups
        }
        let no = good.merging(["status": "withdrawn"]) { $1 }
        #expect(groups([good, no]).isEmpty && groups([no, good]) == ["evidence", "identification"])
        #expect(groups([good, ["status": "withdrawn"]]).isEmpty, "for everybody, everything")
        #expect(groups([good, ["status": "active", "guardian_consent": "refused"]]).isEmpty)
        #expect(groups([good, no.merging(["form_groups": ["evidence"]]) { $1 }]) == ["identification"])
        #expect(groups([good, no.merging(["purpose": "criminal_complaint"]) { $1 }]).count == 2)
        let vague: [String: JSON] = ["purpose": "unknown", "form_groups": ["declined"]]
        #expect(groups([good, no.merging(vague) { $1 }]).isEmpty)
        #expect(groups([good, no.merging(["recipient": "Maître Roux"]) { $1 }]).count == 2)
        #expect(groups([good, no.merging(["recipient": "Me Martin"]) { $1 }]).isEmpty, "whoever that is")
        #expect(groups([good, no.merging(["status": "declined"]) { $1 }]).isEmpty)
        #expect(groups([good, ["status": "superseded"]]).count == 2)
        #expect(groups([good.filter { $0.key != "given_by" }]).isEmpty, "incomplete")
    }

    @Test("Anything that speaks against it closes it")
    func closes() throws {
        let changes: [(inout [String: JSON]) -> Void] = [
            { $0["status"] = "withdrawn" }, { $0["status"] = "refused" }, { $0["status"] = nil },
            { $0["withdrawn_at"] = "2026-11-20" }, { $0["recipient"] = "Maître Martinet" },
            { $0["recipient"] = "" }, { $0["recipient"] = nil }, { $0["purpose"] = "research" },
            { $0["purpose"] = nil }, { $0["form_groups"] = [] }, { $0["form_groups"] = nil },
            { $0["capacity"] = "none" }, { $0["child_assent"] = "refused" },
            { $0["guardian_consent"] = "refused" },
            { $0["age_band"] = "under_15" },
            {
                $0["age_band"] = "from_15_to_17"
                $0["child_assent"] = "given"
            },
        ]
        for (index, change) in changes.enumerated() { #expect(try groups(change).isEmpty, "\(index)") }
        let child = try groups {
            $0["age_band"] = "under_15"
            $0["child_assent"] = "given"
            $0["guardian_consent"] = "given"
        }
        #expect(child.count == 2)
    }
}
