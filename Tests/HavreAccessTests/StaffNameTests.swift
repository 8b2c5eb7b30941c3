import HavreAccess
import Testing

struct StaffNameTests {
    @Test(
        "A name is shown as typed and compared folded",
        arguments: [
            ("Amélie", "amelie"), ("  AMELIE ", "amelie"), ("ame\u{301}lie", "amelie"), ("Ａｍｅｌｉｅ", "amelie"),
            ("Аmelie", "amelie"), ("Ame\u{200d}lie", "amelie"), ("Anne  Marie", "anne marie"),
            ("O’Brien", "o'brien"), ("Ж", "zh"),
        ])
    func folding(typed: String, key: String) throws {
        #expect(try StaffName(typed).key == key)
    }

    @Test("A name has 1 to 64 characters, begins with a letter and hides nothing")
    func refused() {
        let bad = [
            "", " ", "1st", "-a", "_a", "a\u{0}", "a\u{1b}[0m", "a/b", "a:b", "a\"b", "a\u{202e}b", "a=b",
            "a@b",
            "a\u{feff}b", "\u{301}", "@custody", "house;", String(repeating: "a", count: 65),
            "a" + String(repeating: "\u{301}", count: 200),
        ]
        for name in bad {
            #expect(throws: AccessError.self, "\(name.debugDescription)") { try StaffName(name) }
        }
    }
}
