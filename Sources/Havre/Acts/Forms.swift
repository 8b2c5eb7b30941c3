public import HavreCodec
import HavreForms

extension Vault {
    /// The names of all forms, or the fields of one, with labels in a language.
    public func forms(_ id: String?, lang: String?) throws(HavreError) -> JSON {
        let language = try Self.language(lang)
        guard let id else { return ["forms": .array(Catalogue.shared.forms.map { .string($0.id) })] }
        guard let form = Catalogue.shared.form(id) else { throw .notFound }
        return form.describe(in: language)
    }

    /// A language by its code; English when none is named.
    static func language(_ code: String?) throws(HavreError) -> Language {
        guard let code else { return .en }
        guard let language = Language(rawValue: code) else {
            throw .invalid(field: "lang", rule: "must be en or fr")
        }
        return language
    }
}
