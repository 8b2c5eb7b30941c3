import HavreCodec

extension Field {
    /// Limits where the catalogue names none. A statement of 2,000 sentences is some 100 pages.
    private static func characterCountMax(of type: FieldType) -> Int {
        switch type {
        case .text: 500
        case .long: 20_000
        case .sentences: 4_000
        case .ref: 200
        case .file: 64
        case .date: 10
        case .code, .mcode: 60
        case .int, .bool, .sub: 0
        }
    }

    private static func entryCountMax(of type: FieldType) -> Int {
        switch type {
        case .sentences: 2_000
        case .mcode: 300
        case .sub: 200
        default: 1
        }
    }

    /// One field of a catalogue file.
    /// - Parameters:
    ///   - path: the place of the form or of the `sub` in the catalogue.
    ///   - sensitivity: that of the form or of the `sub`, which holds where the field names none.
    /// - Throws: `CodecError` naming the place and the rule that the file breaks.
    init(
        _ json: JSON, in path: String, sensitivity outer: Sensitivity, lists: [String: CodeList]
    ) throws(CodecError) {
        var fields = try Fields(json, at: path)
        let key = try fields.string("key", max: 40)
        guard Self.isKey(key) else { throw .invalid(field: path, rule: "keys in snake_case") }
        let place = path + "." + key
        let type = try fields.choice("type", of: FieldType.self)
        let sensitivity = try fields.optionalChoice("sensitivity", of: Sensitivity.self) ?? outer
        self.key = key
        self.path = place
        self.type = type
        self.sensitivity = sensitivity
        codes = try Self.list(fields.optionalString("codes", max: 40), type, lists, place)
        requirement = try Self.requirement(fields.optionalJSON("required"), place)
        identifying = try fields.optionalChoice("identifying", of: IdentifierKind.self)
        shape = try fields.optionalChoice("check", of: TextShape.self)
        let low = try fields.optionalInt("min", in: -JSON.intMax...JSON.intMax) ?? -JSON.intMax
        let max = try fields.optionalInt("max", in: 1...JSON.intMax)
        guard type != .int || low <= max ?? JSON.intMax else {
            throw .invalid(field: place, rule: "min no larger than max")
        }
        range = type == .int ? low...(max ?? JSON.intMax) : 0...0
        characterCountMax = max.map(Int.init) ?? Self.characterCountMax(of: type)
        entryCountMax =
            try fields.optionalInt("rows", in: 1...10_000).map(Int.init) ?? Self.entryCountMax(of: type)
        isPast = try fields.optionalBool("past") ?? false
        notBefore = try fields.optionalString("after", max: 40)
        movesRecord = try fields.optionalBool("moves") ?? false
        hidingDayCount = try fields.optionalInt("hides", in: 1...365)
        htcds = try fields.optionalString("htcds", max: 60)
        sub = try Self.rows(fields.optionalArray("fields", max: 100), type, place, sensitivity, lists)
        try fields.finish()
        guard shape == nil || type == .text, !isPast && notBefore == nil || type == .date,
            !movesRecord || type == .code, hidingDayCount == nil || type == .bool
        else { throw .invalid(field: place, rule: "checks that fit the type") }
    }

    private static func list(
        _ name: String?, _ type: FieldType, _ lists: [String: CodeList], _ place: String
    ) throws(CodecError) -> CodeList? {
        guard (name != nil) == (type == .code || type == .mcode) else {
            throw .invalid(field: place, rule: "a list of codes for code and mcode, and for them only")
        }
        guard let name else { return nil }
        guard let list = lists[name] else {
            throw .invalid(field: place, rule: "a list of codes that exists")
        }
        return list
    }

    private static func requirement(_ json: JSON?, _ place: String) throws(CodecError) -> Requirement {
        guard let json else { return .never }
        if let always = json.bool { return always ? .always : .never }
        var fields = try Fields(json, at: place + ".required")
        let other = try fields.string("unless", max: 40)
        let below = try fields.int("below", in: 0...1000)
        try fields.finish()
        return .unless(field: other, below: below)
    }

    private static func rows(
        _ rows: [JSON]?, _ type: FieldType, _ place: String, _ sensitivity: Sensitivity,
        _ lists: [String: CodeList]
    ) throws(CodecError) -> [Field] {
        guard (rows != nil) == (type == .sub) else {
            throw .invalid(field: place, rule: "fields of a row for sub, and for it only")
        }
        let fields = try decode(rows ?? [], in: place, sensitivity: sensitivity, lists: lists)
        // Two levels: a row holds values only, so that every leaf has one short path.
        guard
            fields.allSatisfy({
                $0.type != .sub && $0.type != .sentences && !$0.movesRecord && $0.hidingDayCount == nil
            })
        else {
            throw .invalid(field: place, rule: "no sub and no sentences inside a row")
        }
        return fields
    }

    /// A list of fields whose keys differ; the dates and numbers that they refer to are beside them.
    /// - Throws: `CodecError` naming the place and the rule.
    static func decode(
        _ items: [JSON], in path: String, sensitivity: Sensitivity, lists: [String: CodeList]
    ) throws(CodecError) -> [Field] {
        var fields: [Field] = []
        fields.reserveCapacity(items.count)
        for item in items {
            fields.append(try Field(item, in: path, sensitivity: sensitivity, lists: lists))
        }
        guard Set(fields.map(\.key)).count == fields.count else {
            throw .invalid(field: path, rule: "keys that differ from each other")
        }
        for field in fields {
            if let other = field.notBefore, !fields.contains(where: { $0.key == other && $0.type == .date }) {
                throw .invalid(field: field.path, rule: "after a date of the same form")
            }
            if case .unless(let other, _) = field.requirement,
                !fields.contains(where: { $0.key == other && $0.type == .int })
            {
                throw .invalid(field: field.path, rule: "unless a number of the same form")
            }
        }
        return fields
    }

    /// 1 to 40 of `a-z 0-9 _`, beginning with a letter.
    static func isKey(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 40 else { return false }
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            }
    }
}
