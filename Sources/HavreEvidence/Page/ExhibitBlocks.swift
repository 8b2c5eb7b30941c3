package import HavreCodec
package import HavreForms

extension Exhibit {
    /// What becomes of a leaf on the page.
    package enum Disclosure: Sendable, Equatable {
        /// Its value stands there.
        case shown
        /// A numbered mark stands there.
        case withheld
        /// Nothing tells that it exists. A sentence is never unmentioned: its number would be missing.
        case unmentioned
    }

    /// Fields whose label alone would harm her when the other side reads it: what her adviser noted in confidence,
    /// and to whom else she told it. When they are withheld they are not mentioned.
    static let confidential: Set<String> = [
        "statement.contradictions_note", "statement.disclosed_to", "evidence.admissibility_note",
        "evidence.export_log",
    ]

    /// The blocks of a record: its fields in the order of the form with their labels, codes and days in words,
    /// sentences as passages, rows as tables.
    ///
    /// Fields that the form does not know are left to the signed record: they have no label to show.
    /// - Parameters:
    ///   - form: the form of the record.
    ///   - values: all values of the record, as `Form.check` gives them.
    ///   - language: that of labels and codes.
    ///   - disclosure: what becomes of a leaf in this copy.
    package static func blocks(
        of form: Form, _ values: JSON, in language: Language, disclosure: (Leaf) -> Disclosure
    ) -> [Block] {
        let leaves = form.leaves(values).compactMap { leaf -> (Leaf, Bool)? in
            guard let field = form.field(leaf.field) else { return nil }
            switch disclosure(leaf) {
            case .shown: return (leaf, false)
            case .withheld: return confidential.contains(field.path) ? nil : (leaf, true)
            case .unmentioned: return field.type == .sentences ? (leaf, true) : nil
            }
        }
        let open = Set(leaves.filter { !$0.1 && $0.0.n == nil }.map(\.0.field))
        let reader = LeafReader(values: values, open: open, language: language)
        return form.fields.compactMap { field -> Block? in
            let own = leaves.filter { $0.0.field == field.key }
            guard !own.isEmpty else { return nil }
            let label = field.label(in: language)
            switch field.type {
            case .sentences:
                let spoken = field.key == "translation" ? "translation_language" : "language"
                return .passages(
                    label: label, language: reader.openText(spoken),
                    own.map { reader.shown($0.0, field, withheld: $0.1) })
            case .sub:
                let columns = field.sub.filter { inner in own.contains { $0.0.sub == inner.key } }
                let numbers = Set(own.compactMap(\.0.n)).sorted()
                let rows = numbers.map { row in
                    columns.map { inner -> Shown? in
                        own.first { $0.0.n == row && $0.0.sub == inner.key }.map {
                            reader.shown($0.0, inner, withheld: $0.1)
                        }
                    }
                }
                return .table(label: label, columns: columns.map { $0.label(in: language) }, rows: rows)
            default:
                return own.first.map {
                    .value(label: reader.label(of: field), reader.shown($0.0, field, withheld: $0.1))
                }
            }
        }
    }
}

/// Puts the values of leaves into words.
private struct LeafReader {
    let values: JSON
    /// The fields, lists apart, that are not withheld.
    let open: Set<String>
    let language: Language

    /// The text of another field, nil when it is withheld: nothing may slip out beside its own place.
    func openText(_ key: String) -> String? { open.contains(key) ? values[key]?.string : nil }

    func shown(_ leaf: Leaf, _ field: Field, withheld: Bool) -> Exhibit.Shown {
        withheld ? .withheld : .text(text(leaf.value, field))
    }

    /// The label of a field; for a sum without what it says after a comma about cents, which are not shown.
    func label(of field: Field) -> String {
        let label = field.label(in: language)
        return Self.isAmount(field) ? String(label.prefix { $0 != "," }) : label
    }

    private static func isAmount(_ field: Field) -> Bool { field.key.hasSuffix("_amount") }

    private func text(_ value: JSON, _ field: Field) -> String {
        switch value {
        case .bool(let isTrue): (isTrue ? PageText.yes : PageText.no).text(in: language)
        case .int(let number): amount(number, field) ?? String(number)
        case .string(let text):
            if let codes = field.codes {
                codes.label(text, in: language)
            } else if field.type == .date, let day = try? Day(parsing: text) {
                PageText.day(day, in: language)
            } else {
                text
            }
        case .array(let items): items.map { self.text($0, field) }.joined(separator: ", ")
        case .null, .object: ""
        }
    }

    /// A sum is in cents, with its currency in the field beside it.
    private func amount(_ number: Int64, _ field: Field) -> String? {
        guard Self.isAmount(field) else { return nil }
        let currency = openText(field.key.dropLast("_amount".count) + "_currency") ?? ""
        return PageText.amount(cents: number, currency: currency, in: language)
    }
}
