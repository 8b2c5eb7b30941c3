import HavreCodec
import TestSupport
import Testing

@testable import HavreForms

@Suite struct CatalogueTests {
    @Test("The forms of the contract are there") func formsContract() {
        #expect(
            Catalogue.shared.forms.map(\.id) == [
                "case", "identity", "safe-contact", "consent", "identification", "needs", "risk", "statement",
                "evidence", "note", "night",
            ])
    }

    @Test("Every form lies in its compartment") func everyForm() throws {
        let homes = [
            "case": "core", "identity": "identity", "safe-contact": "location",
            "identification": "assessment",
            "needs": "assessment", "risk": "risk", "statement": "evidence", "evidence": "evidence",
            "consent": "consent", "note": "notes", "night": "night",
        ]
        for (id, compartment) in homes { #expect(try form(id).compartment == compartment) }
    }

    @Test("The compartments are those of a case") func compartmentsCase() {
        #expect(
            Catalogue.shared.compartments.map(\.id) == [
                "roster", "core", "identity", "location", "night", "consent", "assessment", "risk", "asylum",
                "health", "psych", "legal", "evidence", "network", "plan", "notes", "child",
            ])
    }

    @Test("A form is needed only by roles that its compartment is proposed to") func formNeeded() throws {
        for form in Catalogue.shared.forms {
            let home = try #require(Catalogue.shared.compartment(form.compartment))
            #expect(Set(form.roles).isSubset(of: home.roles), "\(form.id)")
        }
    }

    @Test("A grant proposes what the role needs and no more") func grantProposes() {
        let proposed = Catalogue.shared.proposedCompartments
        #expect(proposed("legal") == ["assessment", "asylum", "legal", "evidence", "network"])
        #expect(proposed("shelter") == ["location", "night", "risk"])
        #expect(proposed("health") == ["health", "psych"])
        #expect(proposed("trainer").isEmpty && proposed("keeper").isEmpty && proposed("nobody").isEmpty)
        for role in Catalogue.roles { #expect(!proposed(role).contains("roster")) }
    }

    @Test("Every form has the fields that all forms have") func everyFormFields() {
        for form in Catalogue.shared.forms {
            for key in ["language", "interpreter", "source", "confidence"] {
                #expect(form.field(key)?.requirement == .never || form.id == "night", "\(form.id).\(key)")
            }
        }
    }

    @Test("Every list has unknown and declined as separate codes") func everyList() {
        for list in Catalogue.shared.lists.values {
            #expect(Array(list.codes.suffix(2)) == ["unknown", "declined"], "\(list.id)")
            #expect(Set(list.codes).count == list.codes.count, "\(list.id)")
        }
    }

    @Test("The lists of the standards are complete") func listsStandards() throws {
        let lists = Catalogue.shared.lists
        #expect(try #require(lists["countries"]).codes.count == 249 + 2)
        #expect(try #require(lists["languages"]).codes.count >= 150 + 2)
        #expect(try #require(lists["industry"]).codes.count == 21 + 2)
        let official =
            "bul hrv ces dan nld eng est fin fra deu ell hun gle ita lav lit mlt pol por ron slk slv spa swe"
        for code in official.split(separator: " ") {
            #expect(lists["languages"]?.contains(String(code)) == true)
        }
        #expect(lists["yn"]?.codes == ["yes", "no", "unknown", "declined"])
        for code in ["EUR", "XOF", "NGN"] { #expect(lists["currencies"]?.contains(code) == true) }
    }

    @Test("A code is its bytes") func codeBytes() throws {
        let countries = try #require(Catalogue.shared.lists["countries"])
        #expect(countries.contains("KE"))
        #expect(!countries.contains("\u{212A}E"), "the Kelvin sign is no K")
        #expect(!countries.contains("ke") && !countries.contains("KE ") && !countries.contains(""))
    }

    @Test("Paths of fields are unique") func pathsFields() {
        let paths = Catalogue.shared.forms.flatMap { form in
            form.fields.filter { !$0.path.hasPrefix("*") }.flatMap { [$0.path] + $0.sub.map(\.path) }
        }
        #expect(Set(paths).count == paths.count)
    }

    @Test("Reading the catalogue is quick") func readingCatalogue() throws {
        let times = try (0..<3).map { _ in try threadSeconds { _ = try Catalogue.load() } }
        // Generous: a debug build.
        #expect(try #require(times.min()) < 0.25)
    }
}
