import Testing

@testable import HavreCodec

private enum Colour: String { case kind = "Kind", red }

@Test("Each field is taken once, and what nobody took is refused without being named")
func leftOvers() throws {
    var fields = try Fields(["a": "x", "Maria Petrova": 1], at: "body")
    #expect(try fields.string("a") == "x")
    #expect(throws: CodecError.invalid(field: "body.a", rule: "must be given")) { try fields.string("a") }
    #expect(throws: CodecError.invalid(field: "body", rule: "no unknown field")) { try fields.finish() }
    #expect(try fields.int("Maria Petrova") == 1)
    try fields.finish()
}

@Test("Only an object has fields", arguments: [nil, true, 1, "x", []] as [JSON])
func onlyObjects(json: JSON) {
    #expect(throws: CodecError.invalid(field: "body", rule: "an object")) { try Fields(json, at: "body") }
}

@Test("Null is a value of the wrong kind, never a missing one")
func nullIsNotAbsent() throws {
    let json: JSON = ["a": nil]
    var fields = try Fields(json)
    #expect(throws: CodecError.self) { try fields.optionalString("a") }
    fields = try Fields(json)
    #expect(throws: CodecError.self) { try fields.optionalInt("a") }
    fields = try Fields(json)
    #expect(throws: CodecError.self) { try fields.optionalIdentifier("a") }
}

@Test("Every shape is read as what it is and nothing else")
func shapes() throws {
    let id = String(repeating: "0f", count: 16)
    let digest = String(repeating: "a1", count: 32)
    let json: JSON = [
        "text": "été", "int": -3, "bool": false, "array": [1, "2"], "strings": ["a", "b"], "object": ["x": 1],
        "id": .string(id), "digest": .string(digest), "day": "2024-02-29", "instant": 1_700_000_000,
        "bytes": "AQID", "choice": "red",
    ]
    var fields = try Fields(json)
    #expect(try fields.string("text", max: 5) == "été")
    #expect(try fields.int("int", in: -3...0) == -3)
    #expect(try fields.bool("bool") == false)
    #expect(try fields.array("array", max: 2) == [1, "2"])
    #expect(try fields.strings("strings", max: 2, each: 1) == ["a", "b"])
    var inner = try fields.fields("object")
    #expect(inner.name("x") == "object.x")
    #expect(try inner.int("x") == 1)
    #expect(try fields.identifier("id").hex == id)
    #expect(try fields.digest("digest").hex == digest)
    #expect(try fields.day("day").description == "2024-02-29")
    #expect(try fields.instant("instant").seconds == 1_700_000_000)
    #expect(try fields.bytes("bytes", max: 3) == [1, 2, 3])
    #expect(try fields.choice("choice", of: Colour.self) == .red)
    try fields.finish()
}

@Test("Limits count bytes and items, and are named in the error; contents never are")
func fieldLimits() throws {
    func refuse(_ json: JSON, _ rule: String, _ read: (inout Fields) throws -> Void) {
        #expect(throws: CodecError.invalid(field: "f", rule: rule)) {
            var fields = try Fields(["f": json])
            try read(&fields)
        }
    }
    refuse("été", "at most 4 bytes") { _ = try $0.string("f", max: 4) }
    refuse("a\u{0}b", "no U+0000") { _ = try $0.string("f") }
    refuse(4, "1 to 3") { _ = try $0.int("f", in: 1...3) }
    refuse([1, 2, 3], "at most 2 items") { _ = try $0.array("f", max: 2) }
    refuse(["a", "bb"], "at most 1 bytes") { _ = try $0.strings("f", each: 1) }
    refuse(["a", 1], "a text") { _ = try $0.strings("f") }
    refuse("AQIDBA", "at most 3 bytes in base64url") { _ = try $0.bytes("f", max: 3) }
    refuse("AQ==", "digits of its alphabet") { _ = try $0.bytes("f") }
    refuse("2023-02-29", "a day that exists, 0001-01-01 to 9999-12-31") { _ = try $0.day("f") }
    refuse(-1, "0 to 9007199254740991") { _ = try $0.instant("f") }
    refuse("0F", "32 hex digits") { _ = try $0.identifier("f") }
    refuse("blue", "one of the known codes") { _ = try $0.choice("f", of: Colour.self) }
    refuse("\u{212A}ind", "one of the known codes") { _ = try $0.choice("f", of: Colour.self) }
    refuse("yes", "true or false") { _ = try $0.bool("f") }
}
