package import HavreForms

/// What a kind of recipient may get at all: the widest selection of an export, before consent and redaction.
package enum Profile: String, CaseIterable, Sendable {
    /// A court or the lawyer who speaks before it.
    case court

    /// The forms that may leave; everything else never does under this profile.
    package var forms: Set<String> {
        switch self {
        case .court: ["statement", "evidence", "identification", "asylum", "legal"]
        }
    }

    /// Forms whose L4 values may leave when their record is named.
    private var openForms: Set<String> {
        switch self {
        case .court: ["statement", "evidence"]
        }
    }

    /// Purposes of consent that cover an export under this profile.
    package var purposes: Set<String> {
        switch self {
        case .court: ["asylum_claim", "criminal_complaint"]
        }
    }

    /// The name of the profile in words.
    package func label(in language: Language) -> String {
        Catalogue.shared.lists["profile"]?.label(rawValue, in: language) ?? rawValue
    }

    /// Whether one leaf of a record may leave.
    ///
    /// Values of fields that the form does not know never do, nor what an adviser noted in confidence, nor references:
    /// they are ids of the house.
    /// - Parameter isNamed: whether the record was named in `--records`, which L4 needs.
    package func allows(_ leaf: Leaf, of form: Form, isNamed: Bool) -> Bool {
        guard forms.contains(form.id), let field = form.field(leaf.field),
            !Exhibit.confidential.contains(field.path), leaf.type(in: form) != .ref
        else { return false }
        return leaf.sensitivity != .l4 || isNamed && openForms.contains(form.id)
    }
}

extension Leaf {
    /// The type of the field, or of the field inside the row.
    func type(in form: Form) -> FieldType? {
        guard let field = form.field(field) else { return nil }
        guard let sub else { return field.type }
        return field.sub.first { $0.key == sub }?.type
    }
}
