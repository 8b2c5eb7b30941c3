// The typed questions one can ask of `Fields`: each comes as required and as optional.

extension Fields {
    /// A text of at most `max` UTF-8 bytes without U+0000.
    package mutating func string(_ key: String, max: Int = 4096) throws(CodecError) -> String {
        try FieldValue.string(json(key), name(key), max: max)
    }

    /// As ``string(_:max:)``, nil when absent.
    package mutating func optionalString(_ key: String, max: Int = 4096) throws(CodecError) -> String? {
        guard let value = optionalJSON(key) else { return nil }
        return try FieldValue.string(value, name(key), max: max)
    }

    /// A whole number within the range.
    package mutating func int(
        _ key: String, in range: ClosedRange<Int64> = -JSON.intMax...JSON.intMax
    ) throws(CodecError) -> Int64 {
        try FieldValue.int(json(key), name(key), in: range)
    }

    /// As ``int(_:in:)``, nil when absent.
    package mutating func optionalInt(
        _ key: String, in range: ClosedRange<Int64> = -JSON.intMax...JSON.intMax
    ) throws(CodecError) -> Int64? {
        guard let value = optionalJSON(key) else { return nil }
        return try FieldValue.int(value, name(key), in: range)
    }

    /// True or false.
    package mutating func bool(_ key: String) throws(CodecError) -> Bool {
        try FieldValue.bool(json(key), name(key))
    }

    /// As ``bool(_:)``, nil when absent.
    package mutating func optionalBool(_ key: String) throws(CodecError) -> Bool? {
        guard let value = optionalJSON(key) else { return nil }
        return try FieldValue.bool(value, name(key))
    }

    /// A list of at most `max` items of any kind.
    package mutating func array(_ key: String, max: Int = 1024) throws(CodecError) -> [JSON] {
        try FieldValue.array(json(key), name(key), max: max)
    }

    /// As ``array(_:max:)``, nil when absent.
    package mutating func optionalArray(_ key: String, max: Int = 1024) throws(CodecError) -> [JSON]? {
        guard let value = optionalJSON(key) else { return nil }
        return try FieldValue.array(value, name(key), max: max)
    }

    /// A list of at most `max` texts of at most `each` UTF-8 bytes without U+0000.
    package mutating func strings(
        _ key: String, max: Int = 1024, each: Int = 4096
    ) throws(CodecError) -> [String] {
        try FieldValue.strings(json(key), name(key), max: max, each: each)
    }

    /// An object, as JSON; for strict decoding of it see ``fields(_:)``.
    package mutating func object(_ key: String) throws(CodecError) -> JSON {
        try FieldValue.object(json(key), name(key))
    }

    /// The fields of an object, with their path; the caller finishes them.
    package mutating func fields(_ key: String) throws(CodecError) -> Fields {
        try Fields(json(key), at: name(key))
    }

    /// An identifier of 32 lower-case hex digits.
    package mutating func identifier(_ key: String) throws(CodecError) -> Identifier {
        try take(key, Self.readIdentifier)
    }

    /// As ``identifier(_:)``, nil when absent.
    package mutating func optionalIdentifier(_ key: String) throws(CodecError) -> Identifier? {
        try takeOptional(key, Self.readIdentifier)
    }

    /// A list of at most `max` identifiers of 32 lower-case hex digits.
    package mutating func identifiers(_ key: String, max: Int = 1024) throws(CodecError) -> [Identifier] {
        try Self.readIdentifiers(json(key), name(key), max: max)
    }

    /// As ``identifiers(_:max:)``, nil when absent.
    package mutating func optionalIdentifiers(
        _ key: String, max: Int = 1024
    ) throws(CodecError) -> [Identifier]? {
        guard let value = optionalJSON(key) else { return nil }
        return try Self.readIdentifiers(value, name(key), max: max)
    }

    /// A digest of 64 lower-case hex digits.
    package mutating func digest(_ key: String) throws(CodecError) -> Digest {
        try take(key, Self.readDigest)
    }

    /// A day as `YYYY-MM-DD`.
    package mutating func day(_ key: String) throws(CodecError) -> Day { try take(key, Self.readDay) }

    /// As ``day(_:)``, nil when absent.
    package mutating func optionalDay(_ key: String) throws(CodecError) -> Day? {
        try takeOptional(key, Self.readDay)
    }

    /// A moment as UTC seconds, from 1970 on.
    package mutating func instant(_ key: String) throws(CodecError) -> Instant {
        Instant(seconds: try int(key, in: 0...JSON.intMax))
    }

    /// As ``instant(_:)``, nil when absent.
    package mutating func optionalInstant(_ key: String) throws(CodecError) -> Instant? {
        try optionalInt(key, in: 0...JSON.intMax).map(Instant.init(seconds:))
    }

    /// At most `max` bytes in base64url without padding.
    package mutating func bytes(_ key: String, max: Int = 4096) throws(CodecError) -> [UInt8] {
        try Self.readBytes(json(key), name(key), max: max)
    }

    /// One case of an enumeration of codes.
    package mutating func choice<Choice: RawRepresentable>(
        _ key: String, of type: Choice.Type
    ) throws(CodecError) -> Choice where Choice.RawValue == String {
        try FieldValue.choice(json(key), name(key), of: type)
    }

    /// As ``choice(_:of:)``, nil when absent.
    package mutating func optionalChoice<Choice: RawRepresentable>(
        _ key: String, of type: Choice.Type
    ) throws(CodecError) -> Choice? where Choice.RawValue == String {
        guard let value = optionalJSON(key) else { return nil }
        return try FieldValue.choice(value, name(key), of: type)
    }

    private static func readIdentifier(_ json: JSON, _ field: String) throws(CodecError) -> Identifier {
        try FieldValue.parsed(json, field, max: 32) { (text) throws(CodecError) in try Identifier(hex: text) }
    }

    private static func readIdentifiers(
        _ json: JSON, _ field: String, max: Int
    ) throws(CodecError) -> [Identifier] {
        var identifiers: [Identifier] = []
        for item in try FieldValue.array(json, field, max: max) {
            identifiers.append(try readIdentifier(item, field))
        }
        return identifiers
    }

    private static func readDigest(_ json: JSON, _ field: String) throws(CodecError) -> Digest {
        try FieldValue.parsed(json, field, max: 64) { (text) throws(CodecError) in try Digest(hex: text) }
    }

    private static func readDay(_ json: JSON, _ field: String) throws(CodecError) -> Day {
        try FieldValue.parsed(json, field, max: 10) { (text) throws(CodecError) in try Day(parsing: text) }
    }

    private static func readBytes(_ json: JSON, _ field: String, max: Int) throws(CodecError) -> [UInt8] {
        guard case .string(let text) = json else { throw .invalid(field: field, rule: "a text") }
        // Four digits carry three bytes: the limit is checked before they are decoded.
        guard text.utf8.count <= (max * 4 + 2) / 3 else {
            throw .invalid(field: field, rule: "at most \(max) bytes in base64url")
        }
        do throws(CodecError) { return try Base64.decodeURL(text) } catch {
            throw .invalid(field: field, rule: error.rule)
        }
    }
}
