/// How a value of a form is written, with the names of the scripting contract.
package enum FieldType: String, CaseIterable, Sendable {
    /// One line of text.
    case text
    /// Text of several lines.
    case long
    /// `YYYY-MM-DD`.
    case date
    /// A whole number below 2^53 in magnitude.
    case int
    /// `true` or `false`.
    case bool
    /// One code of a list.
    case code
    /// Several codes of a list, each once.
    case mcode
    /// Text as a list of sentences, each of which can be withheld.
    case sentences
    /// The id of a record or the name of a contact or colleague.
    case ref
    /// The id of an attachment.
    case file
    /// A list of rows, each an object of the sub-fields.
    case sub
}

/// What a leak of a value would do; decides what an export profile may disclose.
package enum Sensitivity: String, CaseIterable, Sendable, Comparable {
    /// Operational.
    case l1 = "L1"
    /// Personal.
    case l2 = "L2"
    /// Special category: health, sexual life, status.
    case l3 = "L3"
    /// Life-threatening: location, identity and alias, new name, witness, link to a perpetrator.
    case l4 = "L4"

    package static func < (one: Sensitivity, other: Sensitivity) -> Bool { one.rawValue < other.rawValue }

    /// The words for it.
    package func label(in language: Language) -> String {
        Labels.of(language).text(.sensitivity, orId: rawValue)
    }
}

/// A shape that a `text` must have beyond being one line.
package enum TextShape: String, Sendable {
    /// A telephone number: digits, spaces, `. - ( )`, a leading `+`; 2 to 15 digits.
    case phone
    /// An e-mail address.
    case email
    /// `YYYY-MM-DDTHH:MM`, optionally `:SS`, optionally `Z` or `+HH:MM`.
    case datetime
    /// 64 or 128 lower-case hex digits.
    case digest
    /// Any text without characters that nobody sees: what names something in lists and on the page of a bundle.
    case visible
}

/// When a field must be filled in. It bites at export, referral, end of a case and return, never at saving.
package enum Requirement: Sendable, Equatable {
    case never
    case always
    /// Required unless the number in another field of the form is below `below`: the means of the trafficking are
    /// no element of it when the victim is a child (Palermo Protocol, article 3 c).
    case unless(field: String, below: Int64)
}

/// One question of a form.
package struct Field: Sendable {
    /// Its name in records, `snake_case`; never changes.
    package let key: String
    /// Its place in the catalogue: `identity.documents.number`; `*.source` for a field of every form.
    package let path: String
    package let type: FieldType
    /// The codes to choose from, for `code` and `mcode`.
    package let codes: CodeList?
    package let requirement: Requirement
    package let sensitivity: Sensitivity
    /// What kind of identifier its values are for the identifier guard, nil when they identify nobody.
    package let identifying: IdentifierKind?
    /// The fields of a row, for `sub`.
    package let sub: [Field]
    package let shape: TextShape?
    /// The smallest and largest number, for `int`.
    package let range: ClosedRange<Int64>
    /// The most characters (Unicode scalars) of a text, a sentence, a reference.
    package let characterCountMax: Int
    /// The most sentences, codes or rows.
    package let entryCountMax: Int
    /// Whether a date must not lie after today.
    package let isPast: Bool
    /// The key of a date beside it that must not be later.
    package let notBefore: String?
    /// Whether its code names the compartment that the record goes to (a note raised to the highest level).
    package let movesRecord: Bool
    /// For so many days a record in which it is true is its author's alone; nil for a field that does not do this.
    package let hidingDayCount: Int64?
    /// The name of the field in HTCDS 2.0 (Human Trafficking Case Data Standard by IOM, CC BY 4.0).
    package let htcds: String?

    /// The question in words.
    package func label(in language: Language) -> String { Labels.of(language).text(.field, orId: path) }

    /// Whether it is required whatever else is filled in.
    package var required: Bool { requirement == .always }
}
