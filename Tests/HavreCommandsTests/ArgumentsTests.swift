import HavreCodec
import HavreWire
import Testing

@testable import HavreCommands

private let row = Row(
    "case new", .cases, [Operand("A"), Operand("B", isRequired: false)],
    [Option("--owner", "NAME"), Option("--all"), Option("--must", "X", isRequired: true)])

private func usage(_ words: [String], row: Row = row) -> String? {
    do throws(Failure) {
        _ = try Arguments(words, row: row)
        return nil
    } catch {
        return error.fault == .usage ? error.key : "another fault"
    }
}

@Test("What a verb does not know is refused, whatever is wrong with it, before anything is done")
func strictArguments() {
    let cases: [([String], String?)] = [
        (["a", "--must", "x"], nil),
        (["a", "b", "--must=x"], nil),
        (["a", "--must=--x"], nil),
        (["a", "-", "--must", "-"], nil),
        (["a", "--must", "x", "--", "--owner"], nil),
        ([], "usage.missingOperand"),
        (["a"], "usage.missingOption"),
        (["a", "--must"], "usage.missingValue"),
        (["a", "--must", "--all"], "usage.missingValue"),
        (["a", "--must", "x", "--Owner", "y"], "usage.unknownOption"),
        (["a", "--must", "x", "-o"], "usage.unknownOption"),
        (["a", "--must", "x", "--own", "y"], "usage.unknownOption"),
        (["a", "--must", "x", "--must", "y"], "usage.repeatedOption"),
        (["a", "--must", "x", "--all=1"], "usage.noValue"),
        (["a", "b", "c", "--must", "x"], "usage.unknownOperand"),
    ]
    for (words, key) in cases { #expect(usage(words) == key, "\(words)") }
}

@Test(
    "Values have one way to be written: numbers without sign or leading zero, days that exist, codes of the list"
)
func values() throws {
    let row = Row("x", .me, [], [Option("--n", "N")])
    func arguments(_ value: String) throws -> Arguments { try Arguments(["--n=" + value], row: row) }
    for text in ["0", "3", "2147483647"] {
        #expect(try arguments(text).descriptor("--n") == Int32(text))
    }
    for text in ["", "-1", "+3", "03", "3 ", "2147483648", "x", "٣"] {
        #expect(throws: Failure.self, "\(text)") { try arguments(text).descriptor("--n") }
    }
    #expect(try arguments("2026-02-28").day("--n") == "2026-02-28")
    for text in ["2026-02-29", "28/02/2026", "", "2026-2-1"] {
        #expect(throws: Failure.self, "\(text)") { try arguments(text).day("--n") }
    }
    #expect(try arguments("a,b").list("--n") == ["a", "b"])
    for text in ["", "a,", ",a", "a,,b"] {
        #expect(throws: Failure.self, "\(text)") { try arguments(text).list("--n") }
    }
    #expect(try arguments("a,b").choices("--n", among: ["a", "b", "c"]) == ["a", "b"])
    #expect(throws: Failure.self) { try arguments("a,d").choices("--n", among: ["a", "b", "c"]) }
    #expect(throws: Failure.self) { try arguments("A").choice("--n", among: ["a"]) }
}

@Test("Options that every verb has stand anywhere before --, and a value is never taken for one")
func globals() throws {
    var globals = Globals()
    let left = try globals.take(from: [
        "--json", "case", "--socket", "/s", "list", "--as=Awa", "--lang", "fr", "--", "--yes",
    ])
    #expect(left == ["case", "list", "--", "--yes"])
    #expect(globals.json && !globals.yes && globals.socket == "/s" && globals.name == "Awa")
    #expect(globals.language == .fr)
    for words in [["--lang", "de"], ["--socket"], ["--json=1"], ["--as", "a", "--as", "b"], ["--socket="]] {
        var other = Globals()
        #expect(throws: Failure.self, "\(words)") { try other.take(from: words) }
    }
}

@Test("A mistake on the command line is named, costs exit status 2, and nothing is asked of the daemon")
func usageNamesTheMistake() throws {
    let bench = try Bench()
    let cases = [
        ("grant amber-heron-41 Lucie --compartmants legal", "--compartmants"),
        ("grant amber-heron-41 Lucie --compartments soul --rights read --purpose visit", "--compartments"),
        ("open amber-heron-41", "--purpose"), ("nonsense", "nonsense"), ("case", "new, list"),
        ("staff invite Lucie --role queen", "--role"), ("export amber-heron-41 --for x --out y", "--profile"),
        ("export amber-heron-41 --for x --profile court", "--out"),
        ("export amber-heron-41 --for x --profile court --out y --withhold abc", "--withhold"),
        ("find", "TEXT"), ("unlock Amina", "--passphrase-fd"), ("enrol Amina --code-fd 0", "--passphrase-fd"),
        ("passwd", "--passphrase-fd"), ("audit log --since yesterday", "--since"),
        ("init --vault v --gate g --passphrase-fd 0", "--name"),
    ]
    for (line, named) in cases {
        let plain = bench.run(line)
        #expect(plain.status == 2 && plain.output == "", "\(line)")
        #expect(plain.errors.contains(named), "\(line): \(plain.errors)")
        let json = try JSON(bench.run("--json " + line).errors)
        #expect(json["error"] == "org.havre.Vault.Usage", "\(line)")
        #expect(json.object?.count == 2 && json["message"]?.string?.contains(named) == true, "\(line)")
    }
    #expect(bench.daemon.calls.isEmpty)
}
