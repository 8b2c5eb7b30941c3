import HavreCodec

/// A list of codes that fields choose from, shared between forms. Codes are ASCII and never change; labels are
/// per language.
package struct CodeList: Sendable {
    /// The name of the list, as fields name it: `yn`, `countries`.
    package let id: String
    /// The codes in the order in which they are offered; `unknown` and `declined` are always the last two.
    package let codes: [String]
    private let known: Set<String>

    /// Not known to whoever filled in the form.
    package static let unknown = "unknown"
    /// The person preferred not to say, which is not the same as unknown.
    package static let declined = "declined"

    /// A list of the catalogue. `unknown` and `declined` are added here, so that no list can lack them.
    /// - Throws: `CodecError` when a code stands twice or is not 1 to 60 of `A-Z a-z 0-9 _`.
    init(id: String, codes own: [String]) throws(CodecError) {
        self.id = id
        codes = own + [Self.unknown, Self.declined]
        known = Set(codes)
        guard known.count == codes.count, !own.isEmpty else {
            throw .invalid(field: id, rule: "codes that differ from each other")
        }
        for code in codes where !Self.isCode(code) {
            throw .invalid(field: id, rule: "codes of 1 to 60 letters, digits and low lines")
        }
    }

    /// Whether the list has this code.
    package func contains(_ code: String) -> Bool {
        // Only ASCII is looked up: Swift's equality takes the Kelvin sign for a K.
        Self.isCode(code) && known.contains(code)
    }

    /// The label of a code of this list; a code of another office that we do not know is its own label.
    package func label(_ code: String, in language: Language) -> String {
        let labels = Labels.of(language)
        if code != Self.unknown && code != Self.declined {
            switch id {
            case "countries": return labels.text(.country, orId: code)
            case "languages": return labels.text(.language, orId: code)
            case "currencies": return labels.text(.currency, orId: code)
            default: return labels.text(.code, id + "." + code) ?? code
            }
        }
        return labels.text(.code, orId: code)
    }

    private static func isCode(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// The lists of a file: an object of lists of codes.
    /// - Throws: `CodecError` naming the file or the list.
    static func load(_ file: String) throws(CodecError) -> [CodeList] {
        guard let lists = try EmbeddedFiles.json(file).object else {
            throw .invalid(field: file, rule: "an object")
        }
        var read: [CodeList] = []
        for (id, codes) in lists {
            var fields = try Fields(.object([id: codes]), at: file)
            read.append(try CodeList(id: id, codes: fields.strings(id, max: 1000, each: 60)))
        }
        return read
    }
}
