package import HavreCodec
package import HavreSecrets

extension SDJWT {
    /// Digests of members come in multiples of this, filled up with decoys, to hide how many claims there are.
    package static let digestCountUnit = 8

    /// Signs claims: `plain` members in clear, `claims` as salted disclosures, all of them disclosed.
    ///
    /// The header is alg `EdDSA`, typ `type` and kid, the RFC 7638 thumbprint of the key. Salts are 16 random bytes
    /// each. The digests of every object's members are sorted and filled up with decoys to a multiple of 8. Throws
    /// `malformed` for a name that is reserved, comes twice or must be plain (`iss`, `status`, ...), and for a value
    /// that holds a reserved name: a reader would take it for a digest.
    package static func issue(
        plain: [String: JSON], claims: [String: Claim], type: String = type, key: SigningKey
    ) throws(FormatError) -> SDJWT {
        guard Disclosure.plainOnly.isDisjoint(with: claims.keys) else {
            throw .malformed(field: "claims", rule: "names that are always plain")
        }
        var builder = Builder()
        var payload = try builder.members(claims)
        for (name, value) in plain {
            try Builder.check(name: name)
            try Builder.check(value)
            guard claims[name] == nil else { throw .malformed(field: "claims", rule: "a name once") }
            payload[name] = value
        }
        payload["_sd_alg"] = "sha-256"
        let keyID = JWK.thumbprint(key.publicKey)
        let header: JSON = ["alg": "EdDSA", "kid": .string(keyID), "typ": .string(type)]
        let input = Base64.url(header.encoded()) + "." + Base64.url(JSON.object(payload).encoded())
        let signature = key.sign(raw: Array(input.utf8))
        return SDJWT(
            jws: Array("\(input).\(Base64.url(signature))".utf8), header: Header(type: type, keyID: keyID),
            payload: .object(payload), signature: signature, disclosures: builder.disclosures)
    }
}

/// Turns claims into digests and collects the disclosures.
private struct Builder {
    private(set) var disclosures: [Disclosure] = []
    /// Random bytes for the next salts: the kernel is asked for many at a time.
    private var random: [UInt8] = []

    private mutating func salt() -> [UInt8] { random(Disclosure.saltByteCount) }

    private mutating func random(_ count: Int) -> [UInt8] {
        if random.count < count { random = Random.bytes(1024) }
        defer { random.removeLast(count) }
        return Array(random.suffix(count))
    }

    /// An object that holds the digests of its members and nothing else.
    mutating func members(_ claims: [String: Claim]) throws(FormatError) -> [String: JSON] {
        var digests: [String] = []
        for (name, claim) in claims.sorted(by: { $0.key < $1.key }) {
            try Builder.check(name: name)
            digests.append(add(Disclosure(name: name, value: try value(claim), salt: salt())))
        }
        let unit = SDJWT.digestCountUnit
        while digests.isEmpty || digests.count % unit != 0 { digests.append(Disclosure.decoy(random(32))) }
        return ["_sd": .array(digests.sorted().map { .string($0) })]
    }

    private mutating func value(_ claim: Claim) throws(FormatError) -> JSON {
        switch claim {
        case .value(let json):
            try Builder.check(json)
            return json
        case .array(let elements):
            var items: [JSON] = []
            for element in elements {
                let digest = add(Disclosure(name: nil, value: try value(element), salt: salt()))
                items.append(["...": .string(digest)])
            }
            return .array(items)
        case .object(let claims):
            return .object(try members(claims))
        }
    }

    private mutating func add(_ disclosure: Disclosure) -> String {
        disclosures.append(disclosure)
        return disclosure.digest
    }

    static func check(name: String) throws(FormatError) {
        guard !Disclosure.reserved.contains(name) else {
            throw .malformed(field: "claims", rule: "no reserved name")
        }
    }

    /// Refuses reserved names anywhere in a value that somebody typed.
    static func check(_ value: JSON) throws(FormatError) {
        switch value {
        case .null, .bool, .int, .string: return
        case .array(let items):
            for item in items { try check(item) }
        case .object(let members):
            for (name, member) in members {
                try check(name: name)
                try check(member)
            }
        }
    }
}
