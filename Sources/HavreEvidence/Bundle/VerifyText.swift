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
        case .malformed(let field, let rule): text(in: language, ["FIELD": field, "RULE": rule])
        case .tooLarge(let field, let max): text(in: language, ["FIELD": field, "MAX": String(max)])
        case .notAuthentic, .noMatch: text(in: language, [:])
        }
    }

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
