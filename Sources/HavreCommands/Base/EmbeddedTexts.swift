import CData
import HavreCodec
import HavreForms

/// The catalogue of texts of one language, read once.
struct TextCatalogue: Sendable {
    /// Every text by its key.
    let texts: [String: String]

    private static let english = embedded(.en)
    private static let french = embedded(.fr)

    /// The texts of a language; the first use reads them.
    static func of(_ language: Language) -> TextCatalogue {
        switch language {
        case .en: english
        case .fr: french
        }
    }

    /// Reads an embedded file: an object of texts, where several lines stand as an array.
    /// - Throws: `CodecError` naming the file or the key; an empty text is refused.
    static func load(_ language: Language) throws(CodecError) -> TextCatalogue {
        let name = language.rawValue
        guard let members = try JSON(parsing: bytes(name)).object else {
            throw .invalid(field: name, rule: "an object")
        }
        var texts: [String: String] = [:]
        texts.reserveCapacity(members.count)
        for (key, value) in members {
            let text: String
            switch value {
            case .string(let line): text = line
            case .array(let lines): text = lines.map { $0.string ?? "" }.joined(separator: "\n")
            default: throw .invalid(field: key, rule: "a text or lines of text")
            }
            guard !text.isEmpty else { throw .invalid(field: key, rule: "not empty") }
            texts[key] = text
        }
        return TextCatalogue(texts: texts)
    }

    private static func bytes(_ name: String) throws(CodecError) -> [UInt8] {
        var count = 0
        guard
            let file = unsafe UnsafeBufferPointer(start: cdata_texts(&count), count: count)
                .first(where: { unsafe String(cString: $0.name) == name })
        else { throw .invalid(field: name, rule: "an embedded file") }
        return unsafe Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }

    private static func embedded(_ language: Language) -> TextCatalogue {
        do throws(CodecError) { return try load(language) } catch {
            // The files are part of the program and read by every test run.
            preconditionFailure("texts of \(language.rawValue): \(error.field): \(error.rule)")
        }
    }
}
