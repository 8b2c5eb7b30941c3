import HavreCodec
import HavreWire
import Testing

@testable import HavreCommands

private let cards: [JSON] = [
    ["case": "amber-heron-41", "label": "Aïssatou K."], ["case": "amber-moose-12"],
    ["case": "cork-fjord-22", "label": "la sœur"],
]

@Test("At a terminal a beginning or one's own label names a case; what fits several is asked or refused")
func fitting() {
    let cases: [(String, [String])] = [
        ("cork", ["cork-fjord-22"]), ("AMBER-H", ["amber-heron-41"]),
        ("amber", ["amber-heron-41", "amber-moose-12"]), ("aissatou", ["amber-heron-41"]),
        ("soeur", ["cork-fjord-22"]), ("amber-heron-41", ["amber-heron-41"]), ("zebra", []),
    ]
    for (typed, names) in cases { #expect(Conversation.fitting(cards, typed) == names, "\(typed)") }
}

@Test("A script writes the whole name: what it writes goes to the daemon as it is")
func scripts() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.daemon.acts["Access"] = { _, _ in Reply(["holders": [], "custody": 1]) }
    for line in ["access amber --json", "access amber"] {
        _ = bench.run(line)
        #expect(bench.last("Access") == ["case": "amber"])
    }
    #expect(!bench.daemon.calls.contains { $0.method == "CaseList" })
}

@Test("Open asks whom and why at a terminal")
func openAsks() throws {
    let bench = try Bench()
    try bench.unlock()
    bench.isTerminal = true
    bench.daemon.acts["CaseList"] = { _, _ in Reply(["cases": .array(cards)]) }
    bench.daemon.acts["Open"] = { _, _ in Reply(["case": "cork-fjord-22", "until": 1_763_700_000]) }
    bench.person = FakePerson(["nobody", "amber", "la soeur", "3"])
    #expect(bench.run("open").status == 0)
    #expect(bench.last("Open") == ["case": "cork-fjord-22", "purpose": "appeal"])
    bench.person = FakePerson(["appeal"])
    #expect(bench.run("open cork").status == 0)
    #expect(bench.run("open amber").status == 2)
}
