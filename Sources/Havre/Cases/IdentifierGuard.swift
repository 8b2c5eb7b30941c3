import HavreCodec
import HavreForms
import HavreSecrets
import HavreStore

/// Fingerprints of whatever identifies somebody in a case, under a key that only the gate has.
///
/// Nobody can test a guess except by an export, which is logged: else every mobile number is tried in a minute.
struct IdentifierGuard {
    private let key: Key<Role.Guard>

    init(_ key: Key<Role.Guard>) { self.key = key }

    /// The longest identifier in words.
    static let wordCountMax = 10

    /// Fingerprint of one sequence of folded words, joined by single spaces.
    func tag(_ words: String) -> Identifier {
        key.tag(Context(.guard, .text("words"), .text(words)))
    }

    /// Fingerprints of everything identifying in a record.
    func fingerprints(of fields: JSON, form: Form) -> [RowFacts.Fingerprint] {
        var result: Set<RowFacts.Fingerprint> = []
        for value in form.identifiers(in: fields) {
            for words in value.variants where !words.isEmpty && words.count <= Self.wordCountMax {
                let tag = tag(words.joined(separator: " "))
                result.insert(
                    RowFacts.Fingerprint(classification: Self.classification(value.kind), tag: tag))
            }
        }
        return result.sorted { ($0.classification, $0.tag) < ($1.classification, $1.tag) }
    }

    /// The kinds in a fixed order of our own: stored, so it never changes.
    private static let kinds: [IdentifierKind] = [
        .name, .alias, .date, .number, .phone, .email, .account, .address, .place, .codename, .person,
        .network,
    ]

    static func classification(_ kind: IdentifierKind) -> UInt8 { UInt8(kinds.firstIndex(of: kind) ?? 255) }

    static func kind(_ classification: UInt8) -> IdentifierKind? {
        kinds.indices.contains(Int(classification)) ? kinds[Int(classification)] : nil
    }
}

extension Vault {
    /// The guard of a case.
    func identifierGuard(_ caseID: Identifier) throws(HavreError) -> IdentifierGuard {
        guard let key = try storing({ () throws(StoreError) in try store.key("guard/" + caseID.hex) }) else {
            throw .tampered
        }
        return IdentifierGuard(key)
    }
}
