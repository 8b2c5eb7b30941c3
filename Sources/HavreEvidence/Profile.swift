package import HavreForms

/// What a kind of recipient may get at all: the widest selection of an export, before consent and redaction.
package enum Profile: String, CaseIterable, Sendable {
    /// A court or the lawyer who speaks before it.
    case court

    /// The forms that may leave; everything else never does under this profile.
    package var forms: Set<String> {
        switch self {
        case .court: ["statement", "evidence", "identification", "asylum", "residence", "legal"]
        }
    }

    /// Purposes of consent that cover an export under this profile.
    package var purposes: Set<String> {
        switch self {
        case .court: ["asylum_claim", "criminal_complaint"]
        }
    }

    /// Whether one leaf of a record may leave.
    ///
    /// - Parameter isNamed: whether the record was named in `--records`, which L4 needs.
    package func allows(_ leaf: Leaf, of form: Form, isNamed: Bool) -> Bool {
        guard forms.contains(form.id) else { return false }
        guard leaf.sensitivity == .l4 else { return true }
        return isNamed && ["statement", "evidence"].contains(form.id)
    }
}
