import HavreCodec
import HavreFormats
import HavreForms
import HavreSecrets

@testable import HavreCommands

private let id = "00112233445566778899aabbccddeeff"

/// A record as the daemon sends it; `said` changes what the daemon says of it.
func sent(
    _ form: String, _ fields: JSON, version: Int64 = 2, said: [String: JSON] = [:]
) throws -> JSON {
    func claim(_ value: JSON) -> Claim {
        switch value {
        case .array(let items): .array(items.map(claim))
        case .object(let members): .object(members.mapValues(claim))
        default: .value(value)
        }
    }
    let compartment = Catalogue.shared.form(form)?.compartment ?? "notes"
    let facts: [String: JSON] = [
        "record": .string(id), "form": .string(form), "version": .int(version),
        "compartment": .string(compartment),
        "time": 1_763_700_000,
    ]
    var claims = facts.mapValues(claim)
    claims["author"] = .value(.string(id))
    claims["fields"] = claim(fields)
    let text = try SDJWT.issue(
        plain: ["iss": "urn:havre:author:x", "vct": "urn:havre:record:1"], claims: claims, key: SigningKey())
    var members = facts.merging(["author": "Amina", "sdjwt": .string(text.text)]) { $1 }
    members.merge(said) { $1 }
    return .object(members)
}
