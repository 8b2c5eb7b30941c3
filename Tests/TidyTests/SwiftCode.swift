import Testing

/// Swift source with comments and the text of strings blanked, so that a rule about code does not trip over
/// prose. What stands in `\( )` of a string is code and stays. Line breaks stay where they are.
struct SwiftCode {
    private let source: [UInt8]
    private var at = 0
    private var out: [UInt8] = []

    /// The code alone.
    static func blanked(_ text: String) -> String {
        var code = SwiftCode(text)
        code.scan(untilClosingParenthesis: false)
        return String(decoding: code.out, as: UTF8.self)
    }

    private init(_ text: String) { source = Array(text.utf8) }

    private func sees(_ text: String) -> Bool { source[at...].starts(with: text.utf8) }

    private mutating func blank(_ count: Int) {
        for _ in 0..<min(count, source.count - at) {
            out.append(source[at] == UInt8(ascii: "\n") ? source[at] : UInt8(ascii: " "))
            at += 1
        }
    }

    private mutating func scan(untilClosingParenthesis: Bool) {
        var depth = 0
        while at < source.count {
            // Most bytes begin nothing: a quick look first, for this runs over every source.
            if source[at] != UInt8(ascii: "/"), source[at] != UInt8(ascii: "#"),
                source[at] != UInt8(ascii: "\"")
            {
                if source[at] == UInt8(ascii: "(") { depth += 1 }
                if source[at] == UInt8(ascii: ")") { depth -= 1 }
                if untilClosingParenthesis, depth < 0 { return }
                out.append(source[at])
                at += 1
            } else if sees("//") {
                while at < source.count, source[at] != UInt8(ascii: "\n") { blank(1) }
            } else if sees("/*") {
                comment()
            } else if let hashes = stringStart() {
                string(hashes: hashes)
            } else {
                out.append(source[at])
                at += 1
            }
        }
    }

    private mutating func comment() {
        var depth = 0
        repeat {
            if sees("/*") {
                depth += 1
                blank(2)
            } else if sees("*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && at < source.count
    }

    /// The number of `#` before a quote at the cursor, nil when no string begins here.
    private func stringStart() -> Int? {
        let hashes = source[at...].prefix { $0 == UInt8(ascii: "#") }.count
        guard at + hashes < source.count, source[at + hashes] == UInt8(ascii: "\"") else { return nil }
        return hashes
    }

    private mutating func string(hashes: Int) {
        let marks = String(repeating: "#", count: hashes)
        blank(hashes)
        let quote = sees("\"\"\"") ? "\"\"\"" : "\""
        blank(quote.count)
        let (end, escape) = (quote + marks, "\\" + marks)
        while at < source.count, !sees(end) {
            if source[at] == UInt8(ascii: "\\"), sees(escape + "(") {
                blank(2 + hashes)
                scan(untilClosingParenthesis: true)
            } else if source[at] == UInt8(ascii: "\\"), sees(escape) {
                blank(2 + hashes)
            } else {
                blank(1)
            }
        }
        blank(quote.count + hashes)
    }
}

@Test("Rules about code see neither comments nor the text of strings, but what is interpolated")
func blanking() {
    let cases: [(String, String)] = [
        ("a // b", "a"), ("a /* b /* c */ d */ e", "a e"), ("x(\"y\")", "x( )"), ("\"a\\\"b\" c", "c"),
        ("\"\\(f(\"x\", g(1)))\" z", "f( , g(1)) z"), ("#\"a\"b\"# c", "c"), ("#\"\\(x)\"# c", "c"),
        ("#\"\\#(x)\"# c", "x c"), ("\"\"\"\n a \"b\" c\n\"\"\" d", "d"), ("\"//\" e", "e"),
    ]
    for (text, code) in cases {
        let words = SwiftCode.blanked(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.replacing(" )", with: ")") == code.replacing(" )", with: ")"), "\(text)")
    }
}
