/// A language in which the catalogue and the client speak. Another one is two more label files and a case here.
package enum Language: String, CaseIterable, Sendable, Hashable {
    case en
    case fr

    /// The language of a POSIX locale or a BCP 47 tag: `fr_FR.UTF-8`, `fr-CA`, `C`, `POSIX`; nil for languages
    /// that the catalogue does not speak and for text that is no locale.
    package init?(locale: String) {
        let name = locale.prefix { $0 != "_" && $0 != "-" && $0 != "." && $0 != "@" }.lowercased()
        if name == "c" || name == "posix" {
            self = .en
        } else {
            self.init(rawValue: name)
        }
    }

    /// The first language among the locales that the catalogue speaks, English when there is none.
    ///
    /// Give them in the order in which they count (`--lang`, `LC_ALL`, `LC_MESSAGES`, `LANG`); absent and empty
    /// ones are passed over, and each may be a list separated by colons as in `LANGUAGE`.
    package static func preferred(among locales: [String?]) -> Language {
        for case .some(let list) in locales {
            for locale in list.split(separator: ":") {
                if let language = Language(locale: String(locale)) { return language }
            }
        }
        return .en
    }
}
