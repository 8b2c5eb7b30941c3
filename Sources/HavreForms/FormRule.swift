/// A rule that a value can break. It carries numbers and names of the catalogue, never what was entered.
package enum FormRule: Sendable, Equatable {
    case notAnObject, unknownField, null, empty
    case type(FieldType)
    case control, oneLine
    /// More than so many characters.
    case tooLong(Int)
    /// More than so many entries.
    case tooMany(Int)
    /// A record of more than so many bytes.
    case tooBig(Int)
    case atLeast(Int64), atMost(Int64)
    /// Not a code of the list of this name.
    case unknownCode(list: String)
    case repeatedCode
    case date, tooEarly, future
    /// Earlier than the date in the field at this place of the catalogue.
    case before(path: String)
    case phone, email, datetime, digest
    /// Characters that nobody sees, or that change the order of those beside them.
    case hidden
    case attachment
    case required

    /// The name of the rule in the label files.
    package var id: String {
        switch self {
        case .notAnObject: "not-an-object"
        case .unknownField: "unknown-field"
        case .null: "null"
        case .empty: "empty"
        case .type: "type"
        case .control: "control"
        case .oneLine: "one-line"
        case .tooLong: "too-long"
        case .tooMany: "too-many"
        case .tooBig: "too-big"
        case .atLeast: "at-least"
        case .atMost: "at-most"
        case .unknownCode: "unknown-code"
        case .repeatedCode: "repeated-code"
        case .date: "date"
        case .tooEarly: "too-early"
        case .future: "future"
        case .before: "before"
        case .phone: "phone"
        case .email: "email"
        case .datetime: "datetime"
        case .digest: "digest"
        case .hidden: "hidden"
        case .attachment: "attachment"
        case .required: "required"
        }
    }

    /// The rule in words that go on after the name of the field: "has more than 200 characters".
    package func text(in language: Language) -> String {
        let labels = Labels.of(language)
        let template = labels.text(.rule, orId: id)
        switch self {
        case .type(let type):
            return template.replacing("{what}", with: labels.text(.type, orId: type.rawValue))
        case .tooLong(let max), .tooMany(let max), .tooBig(let max):
            return template.replacing("{n}", with: String(max))
        case .atLeast(let bound), .atMost(let bound):
            return template.replacing("{n}", with: String(bound))
        case .unknownCode(let list):
            return template.replacing("{what}", with: list)
        case .before(let path):
            return template.replacing("{what}", with: labels.text(.field, orId: path))
        default:
            return template
        }
    }
}

/// Why values were refused: which field, and which rule it broke. Never carries what was entered.
package enum FormError: Error, Sendable, Equatable {
    /// `field` is a path of keys of the form (`documents[1].number`, rows counted from 0); `fields` for the record
    /// as a whole. A key that the form does not know is named only if it is written like one.
    case invalid(field: String, rule: FormRule)

    /// The path of the field.
    package var field: String {
        switch self {
        case .invalid(let field, _): field
        }
    }

    /// The rule that was broken.
    package var rule: FormRule {
        switch self {
        case .invalid(_, let rule): rule
        }
    }

    /// Field and rule as one sentence: "documents[1].number has more than 60 characters".
    package func message(in language: Language) -> String { field + " " + rule.text(in: language) }
}
