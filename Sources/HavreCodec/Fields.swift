/// Strict decoding of one JSON object: each key is taken once, by the exact bytes of its name, and
/// ``finish()`` refuses what is left over. Absent is absent: `null` is never a missing value.
///
/// Errors name the path of a known key (`body.until`) and the rule, never a value and never an unknown key.
package struct Fields: Sendable {
    /// What has not been taken yet.
    private var left: [String: JSON]
    private let path: String

    /// The members of `json`, which must be an object; `field` is its path in errors.
    package init(_ json: JSON, at field: String = "") throws(CodecError) {
        guard case .object(let members) = json else { throw .invalid(field: field, rule: "an object") }
        left = members
        path = field
    }

    /// Takes the value of a key, nil when there is none.
    package mutating func optionalJSON(_ key: String) -> JSON? {
        guard let at = left.index(forKey: key), Text.sameBytes(left[at].key, key) else { return nil }
        return left.remove(at: at).value
    }

    /// Takes the value of a key that must be there.
    package mutating func json(_ key: String) throws(CodecError) -> JSON {
        guard let value = optionalJSON(key) else { throw .invalid(field: name(key), rule: "must be given") }
        return value
    }

    /// One of the keys that nobody took, by order of their bytes.
    package var leftOver: String? { left.keys.min(by: Text.precedes) }

    /// Refuses keys that nobody took.
    package func finish() throws(CodecError) {
        guard left.isEmpty else { throw .invalid(field: path, rule: "no unknown field") }
    }

    /// The path of a key in errors.
    package func name(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

    /// Takes a required value and reads it with `read`, which gets the path for its errors.
    package mutating func take<Value>(
        _ key: String, _ read: (JSON, String) throws(CodecError) -> Value
    ) throws(CodecError) -> Value {
        try read(json(key), name(key))
    }

    /// As ``take(_:_:)``, nil when the key is absent.
    package mutating func takeOptional<Value>(
        _ key: String, _ read: (JSON, String) throws(CodecError) -> Value
    ) throws(CodecError) -> Value? {
        guard let value = optionalJSON(key) else { return nil }
        return try read(value, name(key))
    }
}

/// The shapes that one value can be asked for; each throws `CodecError` with the given field.
enum FieldValue {
    static func string(_ json: JSON, _ field: String, max: Int) throws(CodecError) -> String {
        guard case .string(let text) = json else { throw .invalid(field: field, rule: "a text") }
        guard text.utf8.count <= max else { throw .invalid(field: field, rule: "at most \(max) bytes") }
        // U+0000 ends a text early for whatever is written in C.
        guard !text.utf8.contains(0) else { throw .invalid(field: field, rule: "no U+0000") }
        return text
    }

    static func int(_ json: JSON, _ field: String, in range: ClosedRange<Int64>) throws(CodecError) -> Int64 {
        guard case .int(let value) = json else { throw .invalid(field: field, rule: "a whole number") }
        guard range.contains(value) else {
            throw .invalid(field: field, rule: "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    static func bool(_ json: JSON, _ field: String) throws(CodecError) -> Bool {
        guard case .bool(let value) = json else { throw .invalid(field: field, rule: "true or false") }
        return value
    }

    static func array(_ json: JSON, _ field: String, max: Int) throws(CodecError) -> [JSON] {
        guard case .array(let items) = json else { throw .invalid(field: field, rule: "a list") }
        guard items.count <= max else { throw .invalid(field: field, rule: "at most \(max) items") }
        return items
    }

    static func strings(
        _ json: JSON, _ field: String, max: Int, each: Int
    ) throws(CodecError) -> [String] {
        var texts: [String] = []
        for item in try array(json, field, max: max) { texts.append(try string(item, field, max: each)) }
        return texts
    }

    static func object(_ json: JSON, _ field: String) throws(CodecError) -> JSON {
        guard case .object = json else { throw .invalid(field: field, rule: "an object") }
        return json
    }

    /// Reads the text with `parse` and names the field in its error.
    static func parsed<Value>(
        _ json: JSON, _ field: String, max: Int, _ parse: (String) throws(CodecError) -> Value
    ) throws(CodecError) -> Value {
        let text = try string(json, field, max: max)
        do throws(CodecError) { return try parse(text) } catch {
            throw .invalid(field: field, rule: error.rule)
        }
    }

    static func choice<Choice: RawRepresentable>(
        _ json: JSON, _ field: String, of: Choice.Type
    ) throws(CodecError) -> Choice where Choice.RawValue == String {
        // `init(rawValue:)` compares by canonical equivalence; a code is its bytes.
        guard case .string(let text) = json, let choice = Choice(rawValue: text),
            Text.sameBytes(choice.rawValue, text)
        else { throw .invalid(field: field, rule: "one of the known codes") }
        return choice
    }
}
