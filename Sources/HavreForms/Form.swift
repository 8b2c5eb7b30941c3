package import HavreCodec

/// A form: what one kind of record holds, in which compartment it lies and who normally needs it.
package struct Form: Sendable {
    /// Its name in commands and records: `safe-contact`.
    package let id: String
    /// Its number in the documentation: `F03`.
    package let number: String
    /// Where its records lie; see ``compartment(for:)`` for the one exception.
    package let compartment: String
    /// The group that a consent names (`form_groups` of the form `consent`).
    package let group: String
    /// The roles that normally need it.
    package let roles: [String]
    /// The sensitivity of the form as a whole; each field has its own.
    package let sensitivity: Sensitivity
    /// Its fields in the order in which they are asked, those that every form has at the end.
    package let fields: [Field]
    /// Whether a case has one record of it at most: what is added is its next version.
    package let isSingle: Bool
    private let positions: [String: Int]

    /// The name of the form in words.
    package func label(in language: Language) -> String { Labels.of(language).text(.form, orId: id) }

    /// The field with this key, nil when the form has none.
    package func field(_ key: String) -> Field? {
        // Keys are ASCII; only such text is looked up, because Swift's equality is canonical equivalence.
        Field.isKey(key) ? positions[key].map { fields[$0] } : nil
    }

    /// The compartment for a record with these values: that of the form, unless a code of the record raises it
    /// to another one (a note to `location`, `risk` or `health`).
    package func compartment(for values: JSON) -> String { raised(by: values) ?? compartment }

    /// All compartments that a record of this form may lie in.
    package var compartments: Set<String> {
        let raised = fields.first(where: \.movesRecord)?.codes?.codes ?? []
        return Set([compartment] + raised).subtracting([CodeList.unknown, CodeList.declined])
    }

    /// The sensitivity of a field in a record with these values: L4 throughout for a raised record.
    package func sensitivity(of field: Field, in values: JSON) -> Sensitivity {
        raised(by: values) == nil ? field.sensitivity : .l4
    }

    /// For how many days a record with these values is its author's alone, nil when everybody reads it who may read
    /// the part of the case.
    package func hidingDayCount(for values: JSON) -> Int64? {
        fields.lazy.filter { values[$0.key]?.bool == true }.compactMap(\.hidingDayCount).first
    }

    private func raised(by values: JSON) -> String? {
        guard let mover = fields.first(where: \.movesRecord), let code = values[mover.key]?.string,
            code != CodeList.unknown, code != CodeList.declined
        else { return nil }
        return code
    }

    /// One form file; `common` are the fields of every form, of which a form may have its own instead.
    /// - Throws: `CodecError` naming the place in the file and the rule.
    init(_ json: JSON, common: [Field], lists: [String: CodeList]) throws(CodecError) {
        var head = try Fields(json)
        id = try head.string("form", max: 40)
        number = try head.string("number", max: 10)
        compartment = try head.string("compartment", max: 40)
        group = try head.string("group", max: 40)
        roles = try head.strings("roles", max: 20, each: 20)
        sensitivity = try head.choice("sensitivity", of: Sensitivity.self)
        isSingle = try head.optionalBool("single") ?? false
        let own = try Field.decode(
            head.array("fields", max: 200), in: id, sensitivity: sensitivity, lists: lists)
        try head.finish()
        let keys = Set(own.map(\.key))
        fields = own + common.filter { !keys.contains($0.key) }
        var positions: [String: Int] = [:]
        for (position, field) in fields.enumerated() { positions[field.key] = position }
        self.positions = positions
    }
}
