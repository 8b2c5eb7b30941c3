package import HavreCodec

/// A value of a record that identifies somebody: what the identifier guard must find in no export that does not
/// disclose it on purpose.
package struct IdentifyingValue: Sendable, Equatable {
    package let kind: IdentifierKind
    /// The text as it was entered.
    package let value: String
    /// Its place in the record, for the message of a hit: `documents[0].number`.
    package let path: String

    /// Its writings as folded word sequences, see ``Identifiers/variants(_:_:)``.
    package var variants: [[String]] { Identifiers.variants(kind, value) }
}

extension Form {
    /// Every identifying value of a record, in the order of the form.
    package func identifiers(in values: JSON) -> [IdentifyingValue] {
        leaves(values).compactMap { leaf in
            guard let kind = leaf.identifying, let text = leaf.value.string else { return nil }
            return IdentifyingValue(kind: kind, value: text, path: leaf.path)
        }
    }
}
