import HavreCodec
import HavreForms
import HavreSecrets
import Testing

@testable import HavreEvidence

struct OutputScanTests {
    private var scene: BundleScene

    init() throws { scene = try BundleScene() }

    private func hits(
        _ known: [String: Set<IdentifierKind>], withhold: Set<Part> = [], namesPerson: Bool = false,
        language: Language = .fr
    ) throws -> Set<OutputScan.Hit> {
        let builder = try scene.builder(scene.select(withhold: withhold), language: language)
        let scan = OutputScan(wordCountMax: 8, namesPerson: namesPerson) { known[$0] ?? [] }
        return scan.hits(in: try builder.draft())
    }

    private func sentence(_ n: Int) -> Part { Part(record: scene.records[0].record, field: "text", n: n) }

    @Test("A hit names the sentence, and is gone when the sentence is withheld")
    func places() throws {
        let known: [String: Set<IdentifierKind>] = ["kelvin": [.network], "derriere la gare": [.place]]
        #expect(
            try hits(known) == [
                OutputScan.Hit(part: sentence(1), kind: .network),
                OutputScan.Hit(part: sentence(2), kind: .place),
            ])
        #expect(try hits(known, withhold: [sentence(1), sentence(2)]).isEmpty)
    }

    @Test("A day is found where it stands and where the page writes it out")
    func rendered() throws {
        let day = Part(record: scene.records[0].record, field: "date", n: nil)
        #expect(try hits(["2 novembre 2026": [.date]]) == [OutputScan.Hit(part: day, kind: .date)])
        #expect(try hits(["2026 11 02": [.date]]) == [OutputScan.Hit(part: day, kind: .date)])
        #expect(try hits(["2 novembre 2026": [.date]], withhold: [day]).isEmpty)
        let beside = try hits(["slept ils m ont enfermee": [.person]], withhold: [])
        // Two sentences side by side: between them stands a number of the page.
        #expect(beside.isEmpty)
    }

    @Test("What stands in every bundle, and the recipient's own name, is no hit; the same word in a value is")
    func boilerplate() throws {
        let known: [String: Set<IdentifierKind>] = [
            "martin": [.person], "piece": [.name], "windows": [.alias], "index": [.name],
        ]
        #expect(try hits(known).isEmpty)
        #expect(try hits(["passport": [.number], "station": [.place]]).count == 2)
    }

    @Test(
        "What is spelt letter by letter, and numbers in groups, are looked at without spaces; other words are not"
    )
    mutating func spelt() throws {
        scene = try BundleScene(["She is called K e l v i n.", "Call 06 12 34.", "The ab cd of it."])
        let known: [String: Set<IdentifierKind>] = [
            "kelvin": [.network], "061234": [.number], "abcd": [.person], "calledk": [.person],
        ]
        #expect(
            try hits(known) == [
                OutputScan.Hit(part: sentence(0), kind: .network),
                OutputScan.Hit(part: sentence(1), kind: .number),
            ])
    }

    @Test("Her own name may leave when that is meant, also where it is part of another's; nobody else's does")
    func ownName() throws {
        let known: [String: Set<IdentifierKind>] = ["kelvin": [.name, .person], "passport": [.person]]
        #expect(try hits(known).count == 3)
        #expect(
            try hits(known, namesPerson: true) == [OutputScan.Hit(part: sentence(0), kind: .person)])
    }

    @Test("The text of a page is what its reader sees")
    func pageText() {
        let page = "<style>.a>b{}</style><p title=\"x\">N&#39;Diaye &amp;lt; <b>Ama</b>dou</p>"
        #expect(Fold.words(HTML.text(of: page)) == ["n", "diaye", "lt", "ama", "dou"])
        #expect(HTML.text(of: "<unclosed") == " ")
        // A mark behind a bracket hides nothing.
        #expect(
            Fold.words(HTML.text(of: "<bdi>\u{301}Kelvin</bdi><b>\u{20DD}drove</b>")) == ["kelvin", "drove"])
    }
}
