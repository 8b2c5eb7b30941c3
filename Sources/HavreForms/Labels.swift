package import HavreCodec

/// The words of the catalogue in one language: one file of labels and one of ISO names, read once.
package struct Labels: Sendable {
    /// What is labelled; the raw value is the key of the group in the label files.
    package enum Kind: String, CaseIterable, Sendable {
        case compartment, role, sensitivity, type, rule, form, field, code, country, language, currency
    }

    /// Every label, keyed `kind/id`.
    private let texts: [String: String]

    private static let english = embedded(.en)
    private static let french = embedded(.fr)

    /// The labels of a language; the first use reads them.
    package static func of(_ language: Language) -> Labels {
        switch language {
        case .en: english
        case .fr: french
        }
    }

    /// The label, nil when the language has none.
    package func text(_ kind: Kind, _ id: String) -> String? { texts[kind.rawValue + "/" + id] }

    /// The label; the id itself when the language has none, so that a gap is seen and nothing is lost.
    func text(_ kind: Kind, orId id: String) -> String { text(kind, id) ?? id }

    /// The ids that have a label of this kind.
    package func ids(_ kind: Kind) -> Set<String> {
        let prefix = kind.rawValue + "/"
        return Set(texts.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
    }

    /// Reads the embedded files of a language.
    /// - Throws: `CodecError` naming the file or the group; an unknown group and an empty label are refused.
    package static func load(_ language: Language) throws(CodecError) -> Labels {
        var texts: [String: String] = [:]
        for file in ["labels-", "iso-"] {
            let name = file + language.rawValue
            guard let groups = try EmbeddedFiles.json(name).object else {
                throw .invalid(field: name, rule: "an object")
            }
            for (group, labels) in groups {
                guard let kind = Kind(rawValue: group), let labels = labels.object else {
                    throw .invalid(field: name, rule: "groups of labels of known kinds")
                }
                for (id, label) in labels {
                    guard let text = label.string, !text.isEmpty else {
                        throw .invalid(field: name + "." + group, rule: "labels that are not empty")
                    }
                    texts[kind.rawValue + "/" + id] = text
                }
            }
        }
        return Labels(texts: texts)
    }

    private static func embedded(_ language: Language) -> Labels {
        do throws(CodecError) { return try load(language) } catch {
            // The files are part of the program and read by every test run.
            preconditionFailure("labels of \(language.rawValue): \(error.field): \(error.rule)")
        }
    }
}
