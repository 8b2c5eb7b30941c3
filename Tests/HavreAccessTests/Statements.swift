import HavreAccess
import HavreCodec
import HavreSecrets
import Testing

extension Statement {
    /// The same text with a false signature under a key: in the place of all others, or beside them.
    func falsified(by key: VerifyKey, beside: Bool = false) throws -> Statement {
        var signatures: [(VerifyKey, [UInt8])] = beside ? self.signatures.map { ($0.signer, $0.bytes) } : []
        signatures.append((key, Random.bytes(64)))
        return try rebuilt(signatures: signatures)
    }

    /// Another text with the signatures of this one.
    func rewritten(_ change: (inout [String: JSON]) -> Void) throws -> Statement {
        var body = try #require(body.object)
        change(&body)
        return try rebuilt(text: JSON.object(body).text, signatures: signatures.map { ($0.signer, $0.bytes) })
    }

    private func rebuilt(text: String? = nil, signatures: [(VerifyKey, [UInt8])]) throws -> Statement {
        var members = try #require(json.object)
        if let text { members["text"] = .string(text) }
        members["signatures"] = .array(
            signatures.sorted { $0.0 < $1.0 }.map {
                ["key": .string(Base64.url($0.0.bytes)), "signature": .string(Base64.url($0.1))]
            })
        return try Statement(json: .object(members))
    }
}

extension DirectoryLink.AreaKey {
    /// A key that may follow the last one of an area.
    static func following(_ directory: Directory, _ area: HouseArea) -> Self {
        Self(
            area: area, generation: directory.areaKey(area).generation + 1, commitment: .random,
            half: BoxKey().publicKey)
    }
}

extension DirectoryLink.ContactLink {
    static func example(_ contact: Identifier = Random.identifier()) -> Self {
        Self(contact: contact, details: ["name": "Maître Durand", "kind": "lawyer"])
    }
}
