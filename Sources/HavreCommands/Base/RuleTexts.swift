import HavreForms

/// What the daemon and the library refuse with, in the language of the reader.
///
/// On the wire a rule is a sentence in English, with the numbers and codes of the moment in it. In the catalogue the
/// sentence itself is the key, as in gettext: `rule.at most {n} items`. The rules of forms stand in the label files.
struct RuleTexts: Sendable {
    /// A rule that was found: its text, and what fills the places of it.
    struct Found: Equatable {
        let text: String
        let values: [String: String]
    }

    private struct Pattern {
        /// What stands around the places; one more than there are names.
        let pieces: [String]
        let names: [String]
        let text: String

        var letterCount: Int { pieces.reduce(0) { $0 + $1.utf8.count } }
    }

    private let exact: [String: String]
    /// The most special first.
    private let patterns: [Pattern]

    static let prefix = "rule."
    /// Places that hold numbers only.
    private static let numbers: Set<String> = ["n", "low", "high"]

    private static let english = RuleTexts(.en)
    private static let french = RuleTexts(.fr)

    static func of(_ language: Language) -> RuleTexts {
        switch language {
        case .en: english
        case .fr: french
        }
    }

    private init(_ language: Language) {
        var exact: [String: String] = [:]
        var patterns: [Pattern] = []
        func add(_ rule: String, _ text: String) {
            let (pieces, names) = Self.split(rule)
            guard !names.isEmpty else { return exact[rule] = text }
            patterns.append(Pattern(pieces: pieces, names: names, text: text))
        }
        for (key, text) in TextCatalogue.of(language).texts where key.hasPrefix(Self.prefix) {
            add(String(key.dropFirst(Self.prefix.count)), text)
        }
        let (said, read) = (Labels.of(.en), Labels.of(language))
        for id in said.ids(.rule) {
            if let rule = said.text(.rule, id), let text = read.text(.rule, id) { add(rule, text) }
        }
        self.exact = exact
        self.patterns = patterns.sorted { $0.letterCount > $1.letterCount }
    }

    /// The rule of that wording; nil for one that this program does not know.
    func find(_ rule: String) -> Found? {
        if let text = exact[rule] { return Found(text: text, values: [:]) }
        for pattern in patterns {
            if let values = Self.values(of: pattern, in: rule) {
                return Found(text: pattern.text, values: values)
            }
        }
        return nil
    }

    /// What stands in the places of a rule; nil when the rule is another.
    private static func values(of pattern: Pattern, in rule: String) -> [String: String]? {
        guard let first = pattern.pieces.first, let last = pattern.pieces.last, rule.hasPrefix(first),
            rule.hasSuffix(last), rule.utf8.count >= first.utf8.count + last.utf8.count
        else { return nil }
        var rest = rule.dropFirst(first.count).dropLast(last.count)
        var values: [String: String] = [:]
        for (place, name) in pattern.names.enumerated() {
            var value = rest
            if place + 1 < pattern.names.count {
                guard let end = rest.firstRange(of: pattern.pieces[place + 1]) else { return nil }
                value = rest[..<end.lowerBound]
                rest = rest[end.upperBound...]
            }
            guard !value.isEmpty, !numbers.contains(name) || Int64(value) != nil else { return nil }
            values[name] = String(value)
        }
        return values
    }

    /// Literal pieces and names of places.
    static func split(_ rule: String) -> (pieces: [String], names: [String]) {
        var pieces = [""]
        var names: [String] = []
        for part in rule.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            guard part.offset > 0, let close = part.element.firstIndex(of: "}") else {
                pieces[pieces.count - 1] += (part.offset > 0 ? "{" : "") + part.element
                continue
            }
            names.append(String(part.element[..<close]))
            pieces.append(String(part.element[part.element.index(after: close)...]))
        }
        return (pieces, names)
    }
}

extension Texts {
    /// A rule in the language of the reader; as it came when this program does not know it.
    func rule(_ rule: String) -> String {
        guard let found = RuleTexts.of(language).find(rule) else { return rule }
        return Self.fill(found.text, found.values.reduce(into: [:]) { $0[$1.key] = word($1.key, $1.value) })
    }

    /// What stands in a place of a rule: names of parts, forms and groups by their labels, codes as they are typed.
    private func word(_ place: String, _ value: String) -> String {
        let labels = Labels.of(language)
        switch place {
        case "form": return labels.text(.form, value) ?? value
        case "compartment": return labels.text(.compartment, value).map { $0 + " (" + value + ")" } ?? value
        case "groups", "purposes":
            let field = place == "groups" ? "form_groups" : "purpose"
            let list = Catalogue.shared.form("consent")?.field(field)?.codes
            return value.split(separator: ", ").map { list?.label(String($0), in: language) ?? String($0) }
                .joined(separator: ", ")
        // Of the form rules: the type or the other field, as the English labels say them.
        case "what":
            let said = Labels.of(.en)
            for kind in [Labels.Kind.type, .field] {
                for id in said.ids(kind).sorted() where said.text(kind, id) == value {
                    return labels.text(kind, id) ?? value
                }
            }
            return value
        default: return value
        }
    }
}
