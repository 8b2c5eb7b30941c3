import HavreCodec
import HavreStore
import HavreWire
import Testing

@testable import HavreCommands

@Test("What a check has found is said in the reader's language; scripts get what they always got")
func findings() throws {
    let bench = try Bench()
    try bench.unlock()
    let problem: JSON = ["where": "row: area 0a1b, number 3", "what": "is not what was stored"]
    bench.daemon.acts["Check"] = { _, _ in
        Reply([
            "ok": false, "partial": false, "problems": [problem, ["where": "/v/vault.db", "what": "new"]],
        ])
    }
    let french = bench.run("--lang fr check")
    #expect(french.status == 5)
    #expect(french.output.contains("ligne (domaine 0a1b, numéro 3)\u{A0}: n’est pas ce qui a été conservé"))
    #expect(french.output.contains("/v/vault.db\u{A0}: new"))
    let json = try JSON(bench.run("--lang fr --json check").output)
    #expect(json["problems"]?.array?[0] == problem)
}

@Test("Every part of what is stored has a name in both languages, and no name is left over")
func partsHaveNames() throws {
    for texts in [Texts(.en), Texts(.fr)] {
        for part in StorePart.allCases { #expect(texts.has("part." + part.rawValue), "\(part.rawValue)") }
        let keys = TextCatalogue.of(texts.language).texts.keys
        #expect(keys.count { $0.hasPrefix("part.") } == StorePart.allCases.count)
        #expect(keys.filter { $0.hasPrefix("detail.") }.sorted() == ["detail.area", "detail.number"])
    }
}
