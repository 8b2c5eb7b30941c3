import Testing

@testable import HavreCodec

@Test("A document is read and written back in one form")
func oneForm() throws {
    let json = try JSON(parsing: #" {"b":[1,-2,true,null],"a":"é\n\u0001"} "#)
    #expect(json.text == #"{"a":"é\n\u0001","b":[1,-2,true,null]}"#)
    #expect(json == ["a": "é\n\u{1}", "b": [1, -2, true, nil]])
    #expect(try Day(parsing: "2024-02-29").adding(months: 12).description == "2025-02-28")
    #expect(try Base64.decodeURL(Base64.url([1, 2, 3, 255])) == [1, 2, 3, 255])
    #expect(try Day(parsing: "1970-01-01").epochDays == 0)
}
