import HavreCodec
import HavreForms
import HavreSecrets
import Testing

@testable import HavreEvidence

@Suite("The blocks of an exhibit")
struct ExhibitBlocksTests {
    private let statement: JSON = [
        "kind": "first_account", "date": "2026-10-08", "place": "PLACE-CANARY", "language": "fra",
        "present": [["person": "ONE-CANARY"], ["person": "Two"]], "text": ["A.", "SENTENCE-CANARY.", "C."],
        "contradictions_note": "NOTE-CANARY", "breaks_taken": "yes",
    ]

    private func page(
        _ form: String, _ values: JSON, _ language: Language = .en, _ disclosure: (Leaf) -> Exhibit.Disclosure
    ) throws -> String {
        let form = try #require(Catalogue.shared.form(form))
        let exhibit = Exhibit(
            number: 1, title: "T", kind: "K", file: "records/001.sdjwt", digest: Hash.sha256([1]),
            blocks: Exhibit.blocks(of: form, values, in: language, disclosure: disclosure))
        let content = PageContent(
            language: language, recipient: "R", date: try Day(parsing: "2026-11-01"), profile: "P",
            person: "Person A",
            fingerprint: Hash.sha256([2]), hasReceipts: true, exhibits: [exhibit])
        return String(decoding: try Page.render(content).html, as: UTF8.self)
    }

    @Test("Codes, days and sums are put into words of the page's language, in the order of the form")
    func words() throws {
        let values: JSON = [
            "status": "ActualVictimOfTrafficking", "act": ["recruitment", "transport"],
            "age_when_trafficked": 18,
            "debt_amount": 4_500_000, "debt_currency": "EUR", "oath_ritual": "yes",
        ]
        let french = try page("identification", values, .fr) { _ in .shown }
        #expect(french.contains("45\u{A0}000,00 EUR"))
        let list = Catalogue.shared.lists["act"]
        let words = ["recruitment", "transport"].map { list?.label($0, in: .fr) ?? "" }.joined(
            separator: ", ")
        #expect(french.contains("<bdi>\(words)</bdi>"))
        #expect(!french.contains("ActualVictimOfTrafficking"))
        let english = try page("statement", statement) { _ in .shown }
        #expect(english.contains("8 October 2026") && english.contains("<li><b>3</b><bdi>C.</bdi></li>"))
        #expect(english.contains("lang=\"fra\""))
    }

    @Test("What is withheld is a mark and stands nowhere else on the page")
    func withheld() throws {
        let all = try page("statement", statement) { _ in .withheld }
        for canary in ["CANARY", "8 October", "<bdi>C.", "lang=\"fra\"", "Two"] {
            #expect(!all.contains(canary), "\(canary)")
        }
        let some = try page("statement", statement) { leaf in
            leaf.n == 1 || leaf.field == "place" ? .withheld : .shown
        }
        #expect(!some.contains("SENTENCE-CANARY") && !some.contains("PLACE-CANARY") && !some.contains("Two"))
        #expect(some.contains("ONE-CANARY") && some.contains("A.") && some.contains("C."))
        #expect(some.contains("<li><b>2</b><span class=\"mark\">"))
    }

    @Test("A withheld currency does not slip out beside its sum")
    func currency() throws {
        let values: JSON = ["debt_amount": 4_500_000, "debt_currency": "XAF"]
        let shown = try page("identification", values) { $0.field == "debt_currency" ? .withheld : .shown }
        #expect(shown.contains("45,000.00") && !shown.contains("XAF"))
    }

    @Test("Confidential notes are not even mentioned when withheld; a sentence always is")
    func unmentioned() throws {
        let form = try #require(Catalogue.shared.form("statement"))
        let label = try #require(form.field("contradictions_note")).label(in: .en)
        let withheld = try page("statement", statement) { _ in .withheld }
        #expect(!withheld.contains(HTML.escaped(label)))
        #expect(try page("statement", statement) { _ in .shown }.contains(HTML.escaped(label)))
        let silent = try page("statement", statement) { _ in .unmentioned }
        #expect(silent.contains("<li><b>3</b><span class=\"mark\">[withheld 3]</span></li>"))
        #expect(
            !silent.contains(HTML.escaped(try #require(form.field("place")).label(in: .en)) + "</bdi></dt>"))
    }

    @Test("Fields of another office that the form does not know are not shown")
    func unknown() throws {
        let shown = try page(
            "statement", ["kind": "child", "their_field": "CANARY", "other": ["a": "CANARY"]]
        ) { _ in .shown }
        #expect(!shown.contains("CANARY"))
    }
}
