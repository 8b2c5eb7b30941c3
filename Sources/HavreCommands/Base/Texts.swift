import HavreCodec
import HavreForms

/// What the program says, in one language.
struct Texts: Sendable {
    let language: Language

    init(_ language: Language) { self.language = language }

    /// A text with its places `{name}` filled. What is filled in is escaped for the terminal.
    /// - Returns: The key itself when the catalogue has no such text: a gap is seen and nothing is lost.
    func say(_ key: String, _ values: [String: String] = [:]) -> String {
        guard let template = TextCatalogue.of(language).texts[key] else { return key }
        return Self.fill(template, values)
    }

    /// Whether there is a text of that key.
    func has(_ key: String) -> Bool { TextCatalogue.of(language).texts[key] != nil }

    /// The text for a number: `key.none` (where there is one), `key.one` or `key.many`; `{n}` is the number.
    func count(_ key: String, _ number: Int) -> String {
        if number == 0, has(key + ".none") { return say(key + ".none") }
        return say(key + (number == 1 ? ".one" : ".many"), ["n": String(number)])
    }

    /// What went wrong, as one sentence or two.
    func message(_ failure: Failure) -> String { FailureText(texts: self, reader: .person).message(failure) }

    /// Fills places once, from left to right: what is filled in is never searched for places.
    static func fill(_ template: String, _ values: [String: String]) -> String {
        guard !values.isEmpty else { return template }
        var out = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            out += rest[..<open]
            let inner = rest[rest.index(after: open)...]
            guard let close = inner.firstIndex(of: "}"), let value = values[String(inner[..<close])] else {
                out += "{"
                rest = inner
                continue
            }
            out += Text.escapedForTerminal(value)
            rest = inner[inner.index(after: close)...]
        }
        return out + rest
    }
}
