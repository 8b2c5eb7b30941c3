import HavreCodec

/// Puts disclosures in the places whose digests name them (RFC 9901, section 7.1, step 3 to 5).
struct SDJWTUnpacker {
    /// Levels of arrays and objects, disclosures filled in; twice what one JSON text may have.
    private static let depthMax = 64

    private let disclosures: [Disclosure]
    private var positions: [String: Int] = [:]
    private var seen: Set<String> = []
    private var found: [SDJWTContent.Entry?]
    private(set) var withheld: [ClaimPath] = []

    /// One entry a disclosure, in their order; complete once `unpack` has returned.
    var entries: [SDJWTContent.Entry] { found.compactMap { $0 } }

    init(_ source: SDJWT) throws(FormatError) {
        self.disclosures = source.disclosures
        self.found = Array(repeating: nil, count: disclosures.count)
        for (position, disclosure) in disclosures.enumerated() {
            guard positions.updateValue(position, forKey: disclosure.digest) == nil else {
                throw .malformed(field: "disclosure", rule: "each once")
            }
        }
    }

    mutating func unpack(_ payload: JSON) throws(FormatError) -> JSON {
        guard case .object(var members) = payload else {
            throw .malformed(field: "payload", rule: "an object")
        }
        if let algorithm = members.removeValue(forKey: "_sd_alg") {
            guard algorithm == "sha-256" else { throw .malformed(field: "_sd_alg", rule: "sha-256") }
        }
        let claims = try object(members, ClaimPath([]))
        guard found.allSatisfy({ $0 != nil }) else {
            throw .malformed(field: "disclosure", rule: "each has its place")
        }
        return claims
    }

    private mutating func value(_ json: JSON, _ path: ClaimPath) throws(FormatError) -> JSON {
        switch json {
        case .null, .bool, .int, .string: return json
        case .array(let items): return try array(items, path)
        case .object(let members): return try object(members, path)
        }
    }

    private mutating func object(_ members: [String: JSON], _ path: ClaimPath) throws(FormatError) -> JSON {
        try checkDepth(path)
        var result: [String: JSON] = [:]
        result.reserveCapacity(members.count)
        var digests: [JSON] = []
        for (name, member) in members {
            if name == "_sd" {
                guard let list = member.array else { throw .malformed(field: "_sd", rule: "an array") }
                digests = list
                continue
            }
            guard !Disclosure.reserved.contains(name) else {
                throw .malformed(field: "payload", rule: "no reserved name")
            }
            result[name] = try value(member, path.member(name))
        }
        for digest in digests {
            guard let position = try take(digest) else { continue }
            let disclosure = disclosures[position]
            guard let name = disclosure.name, result[name] == nil else {
                throw .malformed(field: "disclosure", rule: "a member with a name of its own")
            }
            guard !path.steps.isEmpty || !Disclosure.plainOnly.contains(name) else {
                throw .malformed(field: "disclosure", rule: "a name that may be withheld")
            }
            result[name] = try place(disclosure, position, path.member(name))
        }
        return .object(result)
    }

    private mutating func array(_ items: [JSON], _ path: ClaimPath) throws(FormatError) -> JSON {
        try checkDepth(path)
        var result: [JSON] = []
        for (number, item) in items.enumerated() {
            let path = path.element(number)
            guard case .object(let members) = item, let digest = members["..."] else {
                result.append(try value(item, path))
                continue
            }
            guard members.count == 1 else { throw .malformed(field: "...", rule: "nothing beside it") }
            guard let position = try take(digest) else {
                withheld.append(path)
                continue
            }
            guard disclosures[position].name == nil else {
                throw .malformed(field: "disclosure", rule: "an element without name")
            }
            result.append(try place(disclosures[position], position, path))
        }
        return .array(result)
    }

    private mutating func place(
        _ disclosure: Disclosure, _ position: Int, _ path: ClaimPath
    ) throws(FormatError) -> JSON {
        let filled = try value(disclosure.value, path)
        found[position] = SDJWTContent.Entry(path: path, value: filled)
        return filled
    }

    /// The disclosure that a digest names, nil for a decoy or what is withheld; a digest is met once.
    private mutating func take(_ digest: JSON) throws(FormatError) -> Int? {
        guard let text = digest.string else { throw .malformed(field: "digest", rule: "text") }
        // Digests are ASCII: no other text, which Swift might take for one of them, names a disclosure.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        guard seen.insert(text).inserted else { throw .malformed(field: "digest", rule: "each once") }
        return positions[text]
    }

    private func checkDepth(_ path: ClaimPath) throws(FormatError) {
        guard path.steps.count <= SDJWTUnpacker.depthMax else {
            throw .tooLarge(field: "levels", max: SDJWTUnpacker.depthMax)
        }
    }
}
