import HavreCodec
import Testing

@testable import HavreForms

@Suite struct RequirementTests {
    private let adult: JSON = [
        "status": "PossibleVictimOfTrafficking", "act": ["recruitment"], "purpose": ["SexualExploitation"],
    ]

    private func with(_ key: String, _ value: JSON) -> JSON {
        var values = adult.object ?? [:]
        values[key] = value
        return .object(values)
    }

    @Test("The means are not required of a child") func meansRequired() throws {
        let identification = try form("identification")
        #expect(identification.missingRequired(adult) == ["means"])
        #expect(identification.missingRequired(with("age_when_trafficked", 18)) == ["means"])
        #expect(identification.missingRequired(with("age_when_trafficked", 17)).isEmpty)
        #expect(identification.missingRequired(with("means", ["unknown"])).isEmpty)
        #expect(identification.field("means")?.required == false, "no list of questions demands it")
    }

    @Test("Missing fields are named with their row") func missingFields() throws {
        let identity = try form("identity")
        #expect(identity.missingRequired([:]) == ["given_name"])
        let documents: JSON = ["given_name": "A", "documents": [["type": "id"], ["country": "ML"]]]
        #expect(identity.missingRequired(documents) == ["documents[1].type"])
    }

    @Test("What an export rests on is required of a consent") func exportRests() throws {
        let missing = try form("consent").missingRequired([:])
        #expect(missing == ["given_by", "recipient", "form_groups", "purpose", "status"])
    }

    @Test("No service depends on cooperation with the police") func serviceDepends() {
        for form in Catalogue.shared.forms {
            #expect(!form.fields.contains { $0.required && $0.key.contains("police") })
        }
    }

    @Test("A raised note moves to its compartment at the highest level") func raisedNote() throws {
        let note = try form("note")
        let summary = try #require(note.field("summary"))
        #expect(note.compartment(for: ["summary": "x"]) == "notes")
        #expect(note.sensitivity(of: summary, in: ["summary": "x"]) == .l2)
        for code in ["location", "risk", "health"] {
            let values: JSON = ["summary": "x", "raised_to": .string(code)]
            #expect(note.compartment(for: values) == code)
            #expect(note.sensitivity(of: summary, in: values) == .l4)
            #expect(note.leaves(values).allSatisfy { $0.sensitivity == .l4 })
        }
        #expect(note.compartment(for: ["raised_to": "unknown"]) == "notes")
    }
}
