package import HavreCodec

/// One value of a record that can be disclosed or withheld by itself: a field, one sentence of a statement, or
/// one value of a row.
package struct Leaf: Sendable, Equatable {
    /// The key of the field in the form.
    package let field: String
    /// The key inside the row, for a `sub`.
    package let sub: String?
    /// The number of the sentence or row, from 0; nil for a field that is one leaf.
    package let n: Int?
    /// The value; an object or a list of objects only in fields that the form does not know.
    package let value: JSON
    /// Its sensitivity in this record.
    package let sensitivity: Sensitivity
    /// Its kind for the identifier guard, nil when it identifies nobody.
    package let identifying: IdentifierKind?

    /// The name in `disclosed` and `withheld` lists: `text`, `documents.number`.
    package var name: String { sub.map { field + "." + $0 } ?? field }

    /// The place in the record: `status`, `text[3]`, `documents[0].number`.
    package var path: String {
        guard let n else { return name }
        return field + "[\(n)]" + (sub.map { "." + $0 } ?? "")
    }
}

extension Form {
    /// The leaves of a record in the order of the form: each field, each sentence, each value of each row. Fields
    /// that the form does not know (from another office's catalogue) are one leaf each, at L4, after the others:
    /// they are kept and never disclosed by a profile.
    package func leaves(_ values: JSON) -> [Leaf] {
        var leaves: [Leaf] = []
        for field in fields {
            guard let value = values[field.key] else { continue }
            let sensitivity = sensitivity(of: field, in: values)
            let raised = sensitivity == .l4 && field.sensitivity != .l4
            func leaf(_ value: JSON, n: Int? = nil, sub: Field? = nil) -> Leaf {
                Leaf(
                    field: field.key, sub: sub?.key, n: n, value: value,
                    sensitivity: raised ? .l4 : (sub?.sensitivity ?? sensitivity),
                    identifying: sub?.identifying ?? field.identifying)
            }
            switch (field.type, value) {
            case (.sentences, .array(let sentences)):
                for (n, sentence) in sentences.enumerated() { leaves.append(leaf(sentence, n: n)) }
            case (.sub, .array(let rows)):
                for (n, row) in rows.enumerated() {
                    for inner in field.sub {
                        if let value = row[inner.key] { leaves.append(leaf(value, n: n, sub: inner)) }
                    }
                }
            default: leaves.append(leaf(value))
            }
        }
        return leaves + unknownLeaves(values)
    }

    private func unknownLeaves(_ values: JSON) -> [Leaf] {
        (values.object ?? [:]).filter { field($0.key) == nil }.sorted { Text.precedes($0.key, $1.key) }.map {
            Leaf(field: $0.key, sub: nil, n: nil, value: $0.value, sensitivity: .l4, identifying: nil)
        }
    }
}
