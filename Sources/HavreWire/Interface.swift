package import HavreCodec

/// A type of the interface language (varlink.org, "Interface Definition").
package indirect enum WireType: Equatable, Sendable {
    case bool, int, float, string, object
    case named(String)
    case choice([String])
    case structure(WireStructure)
    case list(WireType)
    case map(WireType)
    case optional(WireType)
}

/// The members of a structure, in the order in which they are written.
package struct WireStructure: Equatable, Sendable {
    package let members: [(name: String, type: WireType)]

    package static func == (one: WireStructure, other: WireStructure) -> Bool {
        one.members.elementsEqual(other.members) { $0.name == $1.name && $0.type == $1.type }
    }
}

/// An interface as its text describes it: what may be called, with what, and what answers.
package struct Interface: Equatable, Sendable {
    package struct Method: Equatable, Sendable {
        package let parameters: WireStructure
        package let reply: WireStructure
    }

    package let name: String
    package internal(set) var types: [String: WireType] = [:]
    package internal(set) var methods: [String: Method] = [:]
    package internal(set) var errors: [String: WireStructure] = [:]

    /// Whether a text is written like a member of a structure: `[A-Za-z](_?[A-Za-z0-9])*`, at most 64 bytes.
    package static func isFieldName(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count), let first = text.utf8.first, isLetter(first),
            !text.hasSuffix("_"), !text.contains("__")
        else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    /// Checks an object against a structure: every member of its type, none missing that is not optional, none
    /// unknown, no null.
    /// - Throws: `CodecError` naming the member.
    package func check(
        _ json: JSON, against structure: WireStructure, at field: String = ""
    ) throws(CodecError) {
        var fields = try Fields(json, at: field)
        for member in structure.members {
            let path = fields.name(member.name)
            if case .optional(let type) = member.type {
                if let value = fields.optionalJSON(member.name) { try check(value, type, path) }
            } else {
                try check(try fields.json(member.name), member.type, path)
            }
        }
        try fields.finish()
    }

    private func check(_ json: JSON, _ type: WireType, _ field: String) throws(CodecError) {
        switch (type, json) {
        case (.bool, .bool), (.int, .int), (.float, .int), (.string, .string), (.object, .object): return
        case (.optional(let inner), _):
            if json != .null { try check(json, inner, field) }
        case (.named(let name), _):
            guard let known = types[name] else { throw .invalid(field: field, rule: "type \(name)") }
            try check(json, known, field)
        case (.choice(let names), .string(let value)) where names.contains(value): return
        case (.structure(let structure), .object): try check(json, against: structure, at: field)
        case (.list(let item), .array(let items)): for value in items { try check(value, item, field) }
        case (.map(let item), .object(let members)):
            for value in members.values { try check(value, item, field) }
        default: throw .invalid(field: field, rule: "type of the interface")
        }
    }
}
