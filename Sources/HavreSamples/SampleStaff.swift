import HavreCodec
package import HavreForms

/// A fictional colleague.
package struct SampleStaff: Sendable {
    /// A short name in small ASCII letters, by which cases name their owner.
    package let key: String
    /// First and last name.
    package let name: String
    /// The role by its name on the command line: `supervisor`, `caseworker`, `legal`.
    package let role: String
    private let duties: [Language: String]

    /// What the colleague does here, as half a sentence that follows the name.
    package func duty(in language: Language) -> String { duties[language] ?? "" }

    static func load() throws(CodecError) -> [SampleStaff] {
        var head = try Fields(EmbeddedFiles.json("staff.json"))
        var staff: [SampleStaff] = []
        for item in try head.array("staff") {
            var fields = try Fields(item, at: "staff")
            staff.append(
                SampleStaff(
                    key: try fields.string("key"), name: try fields.string("name"),
                    role: try fields.string("role"), duties: try fields.texts("duty")))
            try fields.finish()
        }
        try head.finish()
        return staff
    }
}

extension Fields {
    /// One text a language, all languages of the catalogue.
    mutating func texts(_ key: String) throws(CodecError) -> [Language: String] {
        var inner = try fields(key)
        var texts: [Language: String] = [:]
        for language in Language.allCases { texts[language] = try inner.string(language.rawValue) }
        try inner.finish()
        return texts
    }
}
