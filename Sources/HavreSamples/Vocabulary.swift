import HavreCodec
import HavreForms

/// The names, places and sentences that generated people are made of.
struct Vocabulary: Sendable {
    /// Where somebody comes from.
    struct Region: Sendable {
        let country: String
        let language: String
        let feminine: [String]
        let masculine: [String]
        let family: [String]
        let places: [String]
    }

    /// The sentences and short texts of one language.
    struct Texts: Sendable {
        /// The parts of a statement in their order: how many of which sentences.
        let stages: [(count: Int, sentences: [String])]
        /// Paragraphs for fields of several lines.
        let long: [String]
        /// Lines by the key of the field they suit; those under `other` suit any.
        let texts: [String: [String]]
        let story: String
        let months: [String]
    }

    let regions: [Region]
    let network: [String]
    let helpers: [String]
    let towns: [String]
    let streets: [String]
    let codenames: [String]
    let organisations: [String]
    let recipients: [String]
    let texts: [Language: Texts]

    /// The vocabulary of this program; the first use reads it.
    static let shared: Vocabulary = {
        do throws(CodecError) { return try Vocabulary() } catch {
            // The files are part of the program and read by every test run.
            preconditionFailure("samples: \(error.field): \(error.rule)")
        }
    }()

    private init() throws(CodecError) {
        var fields = try Fields(EmbeddedFiles.json("people.json"))
        var regions: [Region] = []
        for item in try fields.array("regions") {
            var region = try Fields(item, at: "regions")
            regions.append(
                Region(
                    country: try region.string("country"), language: try region.string("language"),
                    feminine: try region.strings("feminine"), masculine: try region.strings("masculine"),
                    family: try region.strings("family"), places: try region.strings("places")))
            try region.finish()
        }
        self.regions = regions
        network = try fields.strings("network")
        helpers = try fields.strings("helpers")
        towns = try fields.strings("towns")
        streets = try fields.strings("streets")
        codenames = try fields.strings("codenames")
        organisations = try fields.strings("organisations")
        recipients = try fields.strings("recipients")
        try fields.finish()
        var texts: [Language: Texts] = [:]
        for language in Language.allCases {
            texts[language] = try Texts(EmbeddedFiles.json("sentences-\(language.rawValue).json"))
        }
        self.texts = texts
    }
}

extension Vocabulary.Texts {
    private static let keys = [
        "other", "title", "measure", "safe_times", "relation", "why", "dialect_risk", "medical_alert",
        "threat",
        "if_visitor", "if_call", "if_absence", "if_crisis",
    ]

    fileprivate init(_ json: JSON) throws(CodecError) {
        var fields = try Fields(json)
        var stages: [(count: Int, sentences: [String])] = []
        for item in try fields.array("stages") {
            var stage = try Fields(item, at: "stages")
            stages.append((Int(try stage.int("count", in: 1...100)), try stage.strings("sentences")))
            try stage.finish()
        }
        self.stages = stages
        long = try fields.strings("long")
        var texts: [String: [String]] = [:]
        var lines = try fields.fields("texts")
        for key in Self.keys { texts[key] = try lines.strings(key) }
        try lines.finish()
        self.texts = texts
        story = try fields.string("story")
        months = try fields.strings("months")
        try fields.finish()
    }
}
