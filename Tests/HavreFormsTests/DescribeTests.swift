import HavreCodec
import Testing

@testable import HavreForms

@Suite struct DescribeTests {
    @Test("A form is described as the scripting contract says") func formDescribed() throws {
        let described = try form("identity").describe(in: .fr)
        #expect(described["form"] == "identity" && described["compartment"] == "identity")
        let fields = try #require(described["fields"]?.array)
        #expect(fields.count == (try form("identity").fields.count))
        for field in fields {
            for key in ["name", "type", "codes", "required", "sensitivity", "label"] {
                #expect(field[key] != nil)
            }
        }
        let gender = try #require(fields.first { $0["name"] == "gender" })
        #expect(gender["type"] == "code" && gender["sensitivity"] == "L4" && gender["label"] == "Genre")
        #expect(gender["codes"]?.array?.first == "Feminine" && gender["codes"]?.array?.last == "declined")
        #expect(gender["required"] == false && gender["htcds"] == "prs_Gender")
    }

    @Test("Rows are described within their field") func rowsDescribed() throws {
        let fields = try #require(try form("identity").describe(in: .en)["fields"]?.array)
        let documents = try #require(fields.first { $0["name"] == "documents" })
        #expect(documents["type"] == "sub" && documents["codes"] == [])
        #expect(
            documents["fields"]?.array?.map { $0["name"] } == [
                "type", "number", "country", "expiry", "held_by", "file",
            ])
    }

    @Test("The child rule is described") func childRule() throws {
        let fields = try #require(try form("identification").describe(in: .en)["fields"]?.array)
        let means = try #require(fields.first { $0["name"] == "means" })
        #expect(means["required"] == false)
        #expect(means["requiredUnless"] == ["field": "age_when_trafficked", "below": 18])
    }

    @Test("The whole catalogue fits into one reply") func wholeCatalogue() {
        let all = Catalogue.shared.describe(in: .fr)
        #expect(all["forms"]?.array?.count == Catalogue.shared.forms.count)
        #expect(all.encoded().count < 512 << 10)
    }

    @Test("Every type is in use") func everyType() {
        let fields = Catalogue.shared.forms.flatMap(\.fields)
        #expect(Set((fields + fields.flatMap(\.sub)).map(\.type)) == Set(FieldType.allCases))
    }

    @Test("A leaf is a field, a sentence or a value of a row") func leafField() throws {
        let values: JSON = [
            "kind": "court", "text": ["Une.", "Deux."],
            "disclosed_to": [["recipient": "Cabinet"], ["recipient": "Cour", "date": "2026-11-01"]],
        ]
        let leaves = try form("statement").leaves(values)
        #expect(
            leaves.map(\.path) == [
                "kind", "text[0]", "text[1]", "disclosed_to[0].recipient", "disclosed_to[1].recipient",
                "disclosed_to[1].date",
            ])
        #expect(leaves.map(\.name).last == "disclosed_to.date")
        #expect(leaves[2].value == "Deux." && leaves[2].n == 1 && leaves[2].sensitivity == .l4)
    }

    @Test("A field of another office is kept and never harmless") func fieldAnother() throws {
        let leaves = try form("note").leaves(["summary": "x", "zodiac": "Lion"])
        #expect(leaves.map(\.path) == ["summary", "zodiac"])
        #expect(leaves[1].sensitivity == .l4)
    }
}
