package import HavreCodec

/// A call: what is asked, as one JSON object (varlink.org, "Method Call").
package struct Call: Equatable, Sendable {
    /// Interface and method, for example `org.havre.Vault.Status`.
    package let method: String
    /// An object; absent, null and `{}` are the same.
    package let parameters: JSON
    /// The caller wants every answer, not only one.
    package let more: Bool
    /// The caller wants no answer.
    package let oneway: Bool
    /// The caller wants the socket for something else afterwards; nothing here grants it.
    package let upgrade: Bool

    package init(
        _ method: String, _ parameters: JSON = .object([:]), more: Bool = false, oneway: Bool = false
    ) {
        self.method = method
        self.parameters = parameters
        self.more = more
        self.oneway = oneway
        upgrade = false
    }

    /// Reads a message as a call.
    /// - Throws: `notAMessage` for anything but one strict JSON object with the known members.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        let read: (String, JSON?, [Bool])
        do throws(CodecError) {
            var fields = try Fields(JSON(parsing: bytes))
            let method = try fields.string("method", max: 256)
            let parameters = fields.optionalJSON("parameters")
            var flags: [Bool] = []
            for name in ["more", "oneway", "upgrade"] { flags.append(try fields.optionalBool(name) ?? false) }
            try fields.finish()
            read = (method, parameters, flags)
        } catch {
            throw .notAMessage(rule: error.rule)
        }
        method = read.0
        parameters = try Self.object(read.1)
        (more, oneway, upgrade) = (read.2[0], read.2[1], read.2[2])
        guard !(more && oneway) else { throw .notAMessage(rule: "not both more and oneway") }
    }

    static func object(_ parameters: JSON?) throws(WireError) -> JSON {
        switch parameters {
        case nil, .null: return .object([:])
        case .object: return parameters ?? .object([:])
        default: throw .notAMessage(rule: "parameters: an object")
        }
    }

    /// The message, its NUL included.
    package func encoded() -> [UInt8] {
        var members: [String: JSON] = ["method": .string(method), "parameters": parameters]
        if more { members["more"] = true }
        if oneway { members["oneway"] = true }
        return JSON.object(members).encoded(followedBy: 0)
    }

    /// The interface asked and the method's own name; nil when there is no dot between two names.
    package var parts: (interface: String, name: String)? {
        guard let dot = method.lastIndex(of: "."), dot != method.startIndex else { return nil }
        let name = method[method.index(after: dot)...]
        return name.isEmpty ? nil : (String(method[..<dot]), String(name))
    }
}

/// An answer, or one of several.
package struct Reply: Equatable, Sendable {
    /// An object.
    package let parameters: JSON
    /// Another answer to the same call follows.
    package let continues: Bool
    /// Name of the error, with its interface, when this is one.
    package let error: String?

    package init(_ parameters: JSON = .object([:]), continues: Bool = false) {
        self.parameters = parameters
        self.continues = continues
        error = nil
    }

    package init(error: String, _ parameters: JSON = .object([:])) {
        self.parameters = parameters
        continues = false
        self.error = error
    }

    /// Reads a message as an answer.
    /// - Throws: `notAMessage` for anything but one strict JSON object with the known members.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        let read: (JSON?, Bool, String?)
        do throws(CodecError) {
            var fields = try Fields(JSON(parsing: bytes))
            read = (
                fields.optionalJSON("parameters"), try fields.optionalBool("continues") ?? false,
                try fields.optionalString("error", max: 256)
            )
            try fields.finish()
        } catch {
            throw .notAMessage(rule: error.rule)
        }
        parameters = try Call.object(read.0)
        (continues, error) = (read.1, read.2)
        guard error == nil || !continues else { throw .notAMessage(rule: "an error is the last answer") }
    }

    /// The message, its NUL included.
    package func encoded() -> [UInt8] {
        var members: [String: JSON] = ["parameters": parameters]
        if continues { members["continues"] = true }
        if let error { members["error"] = .string(error) }
        return JSON.object(members).encoded(followedBy: 0)
    }
}
