import HavreCodec
import Testing

@testable import HavreForms

@Suite struct FieldDecodingTests {
    private func decode(_ fields: [JSON]) throws -> [Field] {
        try Field.decode(fields, in: "test", sensitivity: .l2, lists: Catalogue.shared.lists)
    }

    /// Fields that no catalogue file may hold.
    static let refused: [(String, [JSON])] = [
        ("a key that is not snake_case", [["key": "Name", "type": "text"]]),
        ("an unknown type", [["key": "a", "type": "string"]]),
        ("an unknown property", [["key": "a", "type": "text", "labels": "A"]]),
        ("a code without a list", [["key": "a", "type": "code"]]),
        ("a list that does not exist", [["key": "a", "type": "code", "codes": "nothing"]]),
        ("a list for a text", [["key": "a", "type": "text", "codes": "yn"]]),
        ("an unknown sensitivity", [["key": "a", "type": "text", "sensitivity": "L5"]]),
        ("an unknown kind of identifier", [["key": "a", "type": "text", "identifying": "face"]]),
        ("rows without fields", [["key": "a", "type": "sub"]]),
        ("fields of a text", [["key": "a", "type": "text", "fields": []]]),
        (
            "rows within rows",
            [["key": "a", "type": "sub", "fields": [["key": "b", "type": "sub", "fields": []]]]]
        ),
        (
            "sentences within rows",
            [["key": "a", "type": "sub", "fields": [["key": "b", "type": "sentences"]]]]
        ),
        ("a key twice", [["key": "a", "type": "text"], ["key": "a", "type": "int"]]),
        (
            "after a field that is no date",
            [["key": "a", "type": "date", "after": "b"], ["key": "b", "type": "text"]]
        ),
        ("a past number", [["key": "a", "type": "int", "past": true]]),
        ("a telephone that is a date", [["key": "a", "type": "date", "check": "phone"]]),
        ("min above max", [["key": "a", "type": "int", "min": 2, "max": 1]]),
        (
            "unless a field that is no number",
            [["key": "a", "type": "text", "required": ["unless": "b", "below": 1]]]
        ),
    ]

    @Test("A broken catalogue is refused") func brokenCatalogue() {
        for (what, fields) in Self.refused {
            #expect(throws: CodecError.self, "\(what)") { try decode(fields) }
        }
    }

    @Test("A field has the sensitivity of what it stands in") func fieldSensitivity() throws {
        let rows = try decode([
            ["key": "a", "type": "sub", "sensitivity": "L4", "fields": [["key": "b", "type": "text"]]],
            ["key": "c", "type": "text"],
        ])
        #expect(rows[0].sub[0].sensitivity == .l4 && rows[1].sensitivity == .l2)
        #expect(rows[0].sub[0].path == "test.a.b")
    }

    @Test("A list cannot name a code twice") func listName() {
        #expect(throws: CodecError.self) { try CodeList(id: "x", codes: ["a", "a"]) }
        #expect(throws: CodecError.self) { try CodeList(id: "x", codes: ["unknown"]) }
        #expect(throws: CodecError.self) { try CodeList(id: "x", codes: ["é"]) }
        #expect(throws: CodecError.self) { try CodeList(id: "x", codes: []) }
    }
}
