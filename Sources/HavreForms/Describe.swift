package import HavreCodec

extension Form {
    /// The form as the scripting contract shows it:
    /// `{"form","compartment","fields":[{"name","type","codes","required","sensitivity","label"}]}`.
    ///
    /// Further keys: `label`, `group`, `sensitivity` of the form; `fields` of a `sub`; `identifying`, `max`,
    /// `check` (phone, email, datetime or digest), `requiredUnless`, `htcds` of a field where they apply. `codes` is
    /// empty for types without a list.
    package func describe(in language: Language) -> JSON {
        [
            "form": .string(id), "compartment": .string(compartment), "group": .string(group),
            "label": .string(label(in: language)), "sensitivity": .string(sensitivity.rawValue),
            "fields": .array(fields.map { $0.describe(in: language) }),
        ]
    }
}

extension Catalogue {
    /// `{"forms":[...]}` with every form as ``Form/describe(in:)`` gives it.
    package func describe(in language: Language) -> JSON {
        ["forms": .array(forms.map { $0.describe(in: language) })]
    }
}

extension Field {
    /// The field as ``Form/describe(in:)`` lists it.
    package func describe(in language: Language) -> JSON {
        var description: [String: JSON] = [
            "name": .string(key), "type": .string(type.rawValue),
            "codes": .array((codes?.codes ?? []).map(JSON.string)), "required": .bool(required),
            "sensitivity": .string(sensitivity.rawValue), "label": .string(label(in: language)),
        ]
        if type == .sub { description["fields"] = .array(sub.map { $0.describe(in: language) }) }
        if let identifying { description["identifying"] = .string(identifying.rawValue) }
        if let shape { description["check"] = .string(shape.rawValue) }
        if let htcds { description["htcds"] = .string(htcds) }
        switch type {
        case .text, .long, .sentences: description["max"] = .int(Int64(characterCountMax))
        case .int: description["range"] = [.int(range.lowerBound), .int(range.upperBound)]
        default: break
        }
        if case .unless(let other, let below) = requirement {
            description["requiredUnless"] = ["field": .string(other), "below": .int(below)]
        }
        return .object(description)
    }
}
