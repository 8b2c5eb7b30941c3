package import HavreCodec

extension Form {
    /// The most bytes of a record's values as JSON; with its disclosures it then stays below 1 MiB.
    package static let byteCountMax = 448 << 10
    /// The most leaves of a record, each of which becomes a disclosure of some 100 bytes.
    package static let leafCountMax = 2_500

    /// Checks `{"field": value}` strictly and gives it back normalised: texts in NFC, line ends as line feeds.
    ///
    /// Nothing is required here: a form may be saved half filled in. `today` is the day in the time zone of the
    /// vault.
    /// - Throws: `FormError` naming the first field that breaks a rule, in the order of the form; unknown fields
    ///   come first, in the order of their bytes.
    package func check(_ values: JSON, today: Day) throws(FormError) -> JSON {
        guard let members = values.object else { throw .invalid(field: "fields", rule: .notAnObject) }
        // First what is too much for one field, so that it is named; each stops at its own limit.
        let checked = try ValueCheck(today: today).object(members, fields, at: "")
        guard leaves(checked).count <= Self.leafCountMax else {
            throw .invalid(field: "fields", rule: .tooMany(Self.leafCountMax))
        }
        // Behind normalising, which can lengthen a text, if only in contrived ones.
        guard Self.isShort(checked) else {
            throw .invalid(field: "fields", rule: .tooBig(Self.byteCountMax))
        }
        return checked
    }

    /// Whether a record's values stay below the limit; most do so by far, and are not written out for it.
    private static func isShort(_ values: JSON) -> Bool {
        values.byteCountMax <= byteCountMax || values.encoded().count <= byteCountMax
    }

    /// The paths of the required fields that are missing, in the order of the form; empty when the record may be
    /// exported, referred or closed with.
    /// - Parameter values: values that ``check(_:today:)`` gave back.
    package func missingRequired(_ values: JSON) -> [String] {
        var missing: [String] = []
        for field in fields {
            if let value = values[field.key] {
                for (row, entry) in (field.type == .sub ? value.array ?? [] : []).enumerated() {
                    for inner in field.sub where inner.required && entry[inner.key] == nil {
                        missing.append("\(field.key)[\(row)].\(inner.key)")
                    }
                }
            } else if isRequired(field, values) {
                missing.append(field.key)
            }
        }
        return missing
    }

    private func isRequired(_ field: Field, _ values: JSON) -> Bool {
        switch field.requirement {
        case .never: false
        case .always: true
        case .unless(let other, let below): (values[other]?.int).map { $0 >= below } ?? true
        }
    }
}

/// The walk over the values of one record.
struct ValueCheck {
    let today: Day

    /// One object of fields: the form's own or one row of a `sub`.
    func object(_ members: [String: JSON], _ fields: [Field], at path: String) throws(FormError) -> JSON {
        // Keys by bytes: a look-up in the dictionary would take canonically equal texts for one another.
        let keys = Set(fields.map(\.key))
        for key in members.keys.sorted(by: Text.precedes) where !Field.isKey(key) || !keys.contains(key) {
            let name = Field.isKey(key) ? path + key : path.isEmpty ? "fields" : String(path.dropLast())
            throw .invalid(field: name, rule: .unknownField)
        }
        var checked: [String: JSON] = [:]
        for field in fields {
            guard let value = members[field.key] else { continue }
            checked[field.key] = try self.value(value, field, at: path + field.key)
        }
        try order(checked, fields, at: path)
        return .object(checked)
    }

    private func value(_ value: JSON, _ field: Field, at path: String) throws(FormError) -> JSON {
        if case .null = value { throw .invalid(field: path, rule: .null) }
        switch field.type {
        case .text, .long, .date, .code, .ref, .file:
            guard let text = value.string else { throw .invalid(field: path, rule: .type(field.type)) }
            return .string(try TextCheck(field: field, path: path, today: today).checked(text))
        case .int:
            guard let number = value.int else { throw .invalid(field: path, rule: .type(.int)) }
            guard number >= field.range.lowerBound else {
                throw .invalid(field: path, rule: .atLeast(field.range.lowerBound))
            }
            guard number <= field.range.upperBound else {
                throw .invalid(field: path, rule: .atMost(field.range.upperBound))
            }
            return value
        case .bool:
            guard value.bool != nil else { throw .invalid(field: path, rule: .type(.bool)) }
            return value
        case .mcode, .sentences, .sub:
            return try list(value, field, at: path)
        }
    }

    private func list(_ value: JSON, _ field: Field, at path: String) throws(FormError) -> JSON {
        guard let items = value.array else { throw .invalid(field: path, rule: .type(field.type)) }
        guard !items.isEmpty else { throw .invalid(field: path, rule: .empty) }
        guard items.count <= field.entryCountMax else {
            throw .invalid(field: path, rule: .tooMany(field.entryCountMax))
        }
        var checked: [JSON] = []
        checked.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            let place = "\(path)[\(index)]"
            if field.type == .sub {
                guard let row = item.object else { throw .invalid(field: place, rule: .notAnObject) }
                guard !row.isEmpty else { throw .invalid(field: place, rule: .empty) }
                checked.append(try object(row, field.sub, at: place + "."))
            } else {
                guard let text = item.string else { throw .invalid(field: place, rule: .type(field.type)) }
                checked.append(.string(try TextCheck(field: field, path: place, today: today).checked(text)))
            }
        }
        // Codes are ASCII by now, so that equality is equality of bytes.
        if field.type == .mcode, Set(checked.compactMap(\.string)).count != checked.count {
            throw .invalid(field: path, rule: .repeatedCode)
        }
        return .array(checked)
    }

    /// Dates that must not lie before another one beside them.
    private func order(_ checked: [String: JSON], _ fields: [Field], at path: String) throws(FormError) {
        for field in fields {
            // Dates are ten ASCII digits and hyphens by now: their order is the order of their text.
            guard let other = field.notBefore, let earlier = checked[other]?.string,
                let later = checked[field.key]?.string, Text.precedes(later, earlier)
            else { continue }
            let place = fields.first { $0.key == other }?.path ?? other
            throw .invalid(field: path + field.key, rule: .before(path: place))
        }
    }
}
