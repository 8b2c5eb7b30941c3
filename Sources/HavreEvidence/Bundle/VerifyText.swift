import HavreCodec
import HavreFormats
import HavreForms

/// What the verifier says, one catalogue a language; the raw value is the key in `verify-LANGUAGE.json`.
enum VerifyText: String, CaseIterable {
    case unreadable, foreign, attestation, attestations, stranger, missing, whole, record, proof
    case noRecord = "no_record"
    case otherVault = "other_vault"
    case malformed
    case tooLarge = "too_large"
    case notAuthentic = "not_authentic"
    case noMatch = "no_match"
    case partEncryption = "part_encryption"
    case partFiles = "part_files"
    case partRecord = "part_record"
    case partVault = "part_vault"
    case partLog = "part_log"
    case partExport = "part_export"
    case partOther = "part_other"

    /// The sentence for why a format was refused.
    init(_ error: FormatError) {
        self =
            switch error {
            case .malformed: .malformed
            case .tooLarge: .tooLarge
            case .notAuthentic: .notAuthentic
            case .noMatch: .noMatch
            }
    }

    /// The text with values in the place of `%NAME%`.
    func text(in language: Language, _ values: [String: String]) -> String {
        PageText.filled(Self.table(language)[rawValue] ?? rawValue, values)
    }

    /// The sentence for an error, with its field, rule and numbers.
    func text(in language: Language, _ error: FormatError) -> String {
        switch error {
        case .malformed(let field, let rule):
            text(in: language, ["PART": Self.part(field, language), "FIELD": field, "RULE": rule])
        case .tooLarge(let field, let max):
            text(in: language, ["PART": Self.part(field, language), "FIELD": field, "MAX": String(max)])
        case .notAuthentic, .noMatch: text(in: language, [:])
        }
    }

    /// What a field of a format belongs to, in words that the reader of a bundle knows.
    static func part(_ field: String, _ language: Language) -> String {
        (parts.first { $0.fields.contains(field) }?.part ?? .partOther).text(in: language, [:])
    }

    /// The names that the formats' own rules have for what they read.
    private static let parts: [(part: VerifyText, fields: Set<String>)] = [
        (
            .partEncryption,
            [
                "age header", "age payload", "armor", "bech32", "identity", "identities", "passphrase",
                "recipient", "recipients", "work factor",
            ]
        ),
        (
            .partFiles,
            [
                "archive", "bag", "bag-info", "bagit.txt", "bundle", "end of tar", "file", "files", "levels",
                "manifest", "path", "size", "tag file", "tar",
            ]
        ),
        (
            .partRecord,
            [
                "...", "_sd", "_sd_alg", "alg", "claims", "digest", "disclosure", "disclosures", "header",
                "jwk", "jws", "payload", "record", "records", "sd-jwt", "signature", "typ",
            ]
        ),
        (.partVault, ["attestation"]),
        (
            .partLog,
            [
                "checkpoint", "extra", "index", "name", "note", "origin", "proof", "root", "vkey",
            ]
        ),
        (.partExport, [BundleLayout.export]),
    ]

    /// Every text of a language.
    static func table(_ language: Language) -> [String: String] {
        switch language {
        case .en: english
        case .fr: french
        }
    }

    private static let english = EmbeddedFiles.texts("verify-en.json")
    private static let french = EmbeddedFiles.texts("verify-fr.json")
}
