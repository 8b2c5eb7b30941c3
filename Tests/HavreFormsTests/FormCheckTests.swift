import HavreCodec
import TestSupport
import Testing

@testable import HavreForms

@Suite struct FormCheckTests {
    @Test("Every form takes a record with every field and gives it back") func everyForm() throws {
        for form in Catalogue.shared.forms {
            let example = fullExample(of: form)
            let checked = try form.check(example, today: testDay)
            #expect(checked == example, "\(form.id)")
            #expect(try JSON(parsing: checked.encoded()) == example, "\(form.id)")
            #expect(form.missingRequired(checked).isEmpty, "\(form.id)")
        }
    }

    @Test(
        "What is far too much or not a text is refused by the name of the field, whatever its kind, and at once"
    )
    func hostile() throws {
        let long = String(repeating: "x", count: 1 << 20)
        let many = JSON.array(Array(repeating: "x", count: 100_000))
        let values: [JSON] = [
            .string(long), many, .array([.string(long)]), .array([many]), "\u{0}", ["\u{0}"], "x\u{0}y", nil,
            [nil],
            [:], [[:]], .object(["x": .string(long)]), .array(Array(repeating: [:], count: 100_000)),
            .int(JSON.intMax),
            .string(String(repeating: "e\u{301}", count: 200_000)),
            .string(String(repeating: "\n", count: 500_000)),
        ]
        var kinds: Set<FieldType> = []
        let seconds = threadSeconds {
            for form in Catalogue.shared.forms {
                for field in form.fields where kinds.insert(field.type).inserted {
                    for value in values {
                        if field.type == .int, value.int != nil, field.range.upperBound == JSON.intMax {
                            continue
                        }
                        do throws(FormError) {
                            _ = try form.check(.object([field.key: value]), today: testDay)
                            Issue.record("\(field.path) takes \(value.text.prefix(40))")
                        } catch { #expect(error.field.hasPrefix(field.key), "\(field.path): \(error)") }
                    }
                }
            }
        }
        #expect(kinds == Set(FieldType.allCases))
        #expect(seconds < 20)
    }

    @Test("An empty record is saved") func emptyRecord() throws {
        for form in Catalogue.shared.forms { #expect(try form.check([:], today: testDay) == [:]) }
    }

    /// Form, values, path of the refused field, rule.
    static let refused: [(String, JSON, String, FormRule)] = [
        ("identity", ["surname": "x"], "surname", .unknownField),
        ("identity", ["Élodie": "x"], "fields", .unknownField),
        ("identity", ["documents": [["owner": "x"]]], "documents[0].owner", .unknownField),
        ("identity", ["documents": [["Koné": "x"]]], "documents[0]", .unknownField),
        ("identity", ["given_name": nil], "given_name", .null),
        ("identity", ["given_name": ""], "given_name", .empty),
        ("identity", ["given_name": " \u{A0}"], "given_name", .empty),
        ("identity", ["given_name": 3], "given_name", .type(.text)),
        ("identity", ["given_name": ["x"]], "given_name", .type(.text)),
        ("identity", ["given_name": "A\nB"], "given_name", .oneLine),
        ("identity", ["given_name": "A\u{1B}[2J"], "given_name", .control),
        ("identity", ["given_name": "A\u{0}"], "given_name", .control),
        ("note", ["summary": "A\rB"], "summary", .control),
        (
            "identity", ["given_name": .string(String(repeating: "é", count: 201))], "given_name",
            .tooLong(200)
        ),
        ("identity", ["birthdate": "1999-02-29"], "birthdate", .date),
        ("identity", ["birthdate": "29/02/2000"], "birthdate", .date),
        ("identity", ["birthdate": "1899-12-31"], "birthdate", .tooEarly),
        ("identity", ["birthdate": "2026-11-23"], "birthdate", .future),
        ("identity", ["birthdate": 2000], "birthdate", .type(.date)),
        ("identity", ["children": -1], "children", .atLeast(0)),
        ("identity", ["children": 31], "children", .atMost(30)),
        ("identity", ["children": "2"], "children", .type(.int)),
        ("identity", ["age_disputed": "yes"], "age_disputed", .type(.bool)),
        ("identity", ["gender": "feminine"], "gender", .unknownCode(list: "gender")),
        ("identity", ["gender": ["Feminine"]], "gender", .type(.code)),
        ("identity", ["citizenship": "ML"], "citizenship", .type(.mcode)),
        ("identity", ["citizenship": ["ML", "XX"]], "citizenship[1]", .unknownCode(list: "countries")),
        ("identity", ["citizenship": ["ML", "ML"]], "citizenship", .repeatedCode),
        ("identity", ["citizenship": []], "citizenship", .empty),
        ("identity", ["documents": [:]], "documents", .type(.sub)),
        ("identity", ["documents": ["x"]], "documents[0]", .notAnObject),
        ("identity", ["documents": [["type": "id"], [:]]], "documents[1]", .empty),
        ("identity", ["documents": [["type": "id"], ["expiry": "soon"]]], "documents[1].expiry", .date),
        ("identity", ["photo": "../../etc/passwd"], "photo", .attachment),
        ("identity", ["photo": "holiday"], "photo", .attachment),
        ("safe-contact", ["safe_phone": "call me"], "safe_phone", .phone),
        ("safe-contact", ["safe_phone": "0612+345678"], "safe_phone", .phone),
        ("safe-contact", ["email": "amina@nowhere"], "email", .email),
        ("safe-contact", ["email": "a b@example.org"], "email", .email),
        (
            "safe-contact", ["emergency_contact": .array(Array(repeating: ["name": "A"], count: 6))],
            "emergency_contact", .tooMany(5)
        ),
        ("case", ["opened": "2026-05-02", "closed": "2026-05-01"], "closed", .before(path: "case.opened")),
        (
            "consent", ["valid_from": "2026-05-02", "valid_until": "2026-05-01"], "valid_until",
            .before(path: "consent.valid_from")
        ),
        ("statement", ["text": "One text."], "text", .type(.sentences)),
        ("statement", ["text": ["One.", 2]], "text[1]", .type(.sentences)),
        ("statement", ["text": ["One.", " "]], "text[1]", .empty),
        ("statement", ["signature": [["at": "yesterday"]]], "signature[0].at", .datetime),
        ("statement", ["signature": [["at": "2026-02-30T10:00"]]], "signature[0].at", .datetime),
        ("statement", ["signature": [["by": "A"], ["by": "B"]]], "signature", .tooMany(1)),
        ("evidence", ["original_sha256": "ABCD"], "original_sha256", .digest),
        ("risk", ["threats": [["nature": "violence", "impact": 6]]], "threats[0].impact", .atMost(5)),
        (
            "risk", ["threats": [["nature": "violence", "likelihood": 0]]], "threats[0].likelihood",
            .atLeast(1)
        ),
    ]

    @Test("Each broken rule is named with its field") func eachBroken() throws {
        for (id, values, field, rule) in Self.refused {
            #expect(throws: FormError.invalid(field: field, rule: rule), "\(id).\(field)") {
                try form(id).check(values, today: testDay)
            }
        }
    }

    @Test("A record is one object of bounded size") func recordOne() throws {
        let note = try form("note")
        #expect(throws: FormError.invalid(field: "fields", rule: .notAnObject)) {
            try note.check([], today: testDay)
        }
        let long = JSON.string(String(repeating: "a", count: 4_000))
        let all = JSON.array(Array(repeating: long, count: Form.byteCountMax / 4_000 + 1))
        #expect(throws: FormError.invalid(field: "fields", rule: .tooBig(Form.byteCountMax))) {
            try form("statement").check(["text": all], today: testDay)
        }
        let sentences = JSON.array(Array(repeating: "Oui.", count: 2_000))
        #expect(throws: FormError.invalid(field: "fields", rule: .tooMany(Form.leafCountMax))) {
            try form("statement").check(["text": sentences, "translation": sentences], today: testDay)
        }
        let many = JSON.array(Array(repeating: "Oui.", count: 2_001))
        #expect(throws: FormError.invalid(field: "text", rule: .tooMany(2_000))) {
            try form("statement").check(["text": many], today: testDay)
        }
    }

    @Test("Messages never carry what was entered") func messagesNever() throws {
        let secret = "Zqxwvb"
        for form in Catalogue.shared.forms {
            for field in form.fields {
                for value: JSON in [
                    .string(secret + "\u{7}"), [.string(secret + "\u{7}")], [["k\(secret)": "x"]],
                ] {
                    do throws(FormError) { _ = try form.check([field.key: value], today: testDay) } catch {
                        for language in Language.allCases {
                            #expect(!error.message(in: language).contains(secret))
                        }
                    }
                }
            }
            do throws(FormError) { _ = try form.check([secret: "x"], today: testDay) } catch {
                #expect(!error.message(in: .en).contains(secret))
            }
        }
    }

    @Test("Messages name field and rule in both languages") func messagesName() {
        let long = FormError.invalid(field: "documents[1].number", rule: .tooLong(60))
        #expect(long.message(in: .en) == "documents[1].number has more than 60 characters")
        #expect(long.message(in: .fr) == "documents[1].number dépasse 60 caractères")
        #expect(FormRule.before(path: "case.opened").text(in: .fr) == "est antérieur à Ouvert le")
        #expect(FormRule.type(.date).text(in: .en) == "must be a date YYYY-MM-DD")
        #expect(FormRule.unknownCode(list: "yn").text(in: .en) == "is not a code of the list yn")
        for rule in everyRule {
            for language in Language.allCases {
                #expect(!rule.text(in: language).contains("{"), "\(rule.id)")
            }
        }
        #expect(Set(everyRule.map(\.id)).count == everyRule.count)
    }

    @Test("Texts are normalised") func textsNormalised() throws {
        let checked = try form("note").check(["summary": "e\u{301}te\u{301}\r\nfin"], today: testDay)
        let summary = try #require(checked["summary"]?.string)
        #expect(Text.sameBytes(summary, "\u{E9}t\u{E9}\nfin"))
    }

    @Test("Today is not in the future") func todayFuture() throws {
        let today: JSON = ["date": .string(testDay.description)]
        #expect(try form("note").check(today, today: testDay) == today)
    }

    @Test("Phones and addresses are taken as people write them") func phonesAddresses() throws {
        for phone in [
            "+33612345678", "06 12 34 56 78", "06.12.34.56.78", "+33 (0)6 12 34 56 78", "112", "17",
        ] {
            #expect(throws: Never.self) {
                try form("safe-contact").check(["safe_phone": .string(phone)], today: testDay)
            }
        }
        for mail in ["a.b+c@example.org", "élodie@exemple.fr"] {
            #expect(throws: Never.self) {
                try form("safe-contact").check(["email": .string(mail)], today: testDay)
            }
        }
        for time in [
            "2026-11-12T14:30", "2026-11-12T14:30:05", "2026-11-12T14:30Z", "2026-11-12T14:30:05+01:00",
        ] {
            let custody: JSON = ["custody": [["when": .string(time)]]]
            #expect(try form("evidence").check(custody, today: testDay) == custody)
        }
        for time in [
            "2026-11-12", "2026-11-12T24:00", "2026-11-12T14:60", "2026-11-12T14:30+1", "2026-11-12T14:30ZZ",
        ] {
            #expect(throws: FormError.invalid(field: "custody[0].when", rule: .datetime)) {
                try form("evidence").check(["custody": [["when": .string(time)]]], today: testDay)
            }
        }
    }
}
