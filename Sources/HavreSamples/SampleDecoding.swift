import HavreCodec
import HavreForms

extension SampleCase {
    /// Reads `NAME.json` and the files that it names.
    /// - Throws: `CodecError` naming the place and the rule.
    init(file name: String) throws(CodecError) {
        var fields = try Fields(EmbeddedFiles.json(name + ".json"))
        let key = try fields.string("key")
        let language = try fields.language("language")
        var records: [SampleRecord] = []
        for item in try fields.array("records") { records.append(try SampleRecord(item)) }
        var attachments: [SampleAttachment] = []
        for item in try fields.array("attachments") { attachments.append(try SampleAttachment(item)) }
        self.init(
            key: key, person: try fields.string("person"), language: language,
            owner: try fields.string("owner"), backup: try fields.string("backup"),
            risk: try fields.string("risk"), contact: try SampleContact(fields.object("contact")),
            records: records, attachments: attachments,
            export: try SampleExport(fields.object("export")),
            identifiers: try fields.strings("identifiers"), stories: try fields.texts("story"))
        try fields.finish()
        guard key == name, Set(records.map(\.key)).count == records.count else {
            throw .invalid(field: name, rule: "a file named after its key, records apart")
        }
    }
}

extension SampleRecord {
    fileprivate init(_ json: JSON) throws(CodecError) {
        var fields = try Fields(json, at: "records")
        self.init(
            key: try fields.string("key"), form: try fields.string("form"),
            fields: try fields.object("fields"))
        try fields.finish()
    }
}

extension SampleAttachment {
    fileprivate init(_ json: JSON) throws(CodecError) {
        var fields = try Fields(json, at: "attachments")
        let file = try fields.string("file")
        let position = try fields.optionalString("position")
        self.init(
            key: try fields.string("key"), title: try fields.string("title"), fileName: file,
            bytes: try EmbeddedFiles.bytes(file), canary: try fields.optionalString("canary"),
            position: try position.map { hex throws(CodecError) in try Hex.decode(hex) })
        try fields.finish()
    }
}

extension SampleContact {
    fileprivate init(_ json: JSON) throws(CodecError) {
        var fields = try Fields(json, at: "contact")
        self.init(
            name: try fields.string("name"), organisation: try fields.string("organisation"),
            kind: try fields.string("kind"), language: try fields.language("language"))
        try fields.finish()
    }
}

extension SampleExport {
    fileprivate init(_ json: JSON) throws(CodecError) {
        var fields = try Fields(json, at: "export")
        var withheld: [SampleLeaf] = []
        for item in try fields.array("withhold") {
            var entry = try Fields(item, at: "withhold")
            let (record, field) = (try entry.string("record"), try entry.string("field"))
            guard let numbers = try entry.optionalArray("n") else {
                withheld.append(SampleLeaf(record: record, field: field))
                try entry.finish()
                continue
            }
            for number in numbers {
                guard let n = number.int else { throw .invalid(field: "withhold.n", rule: "numbers") }
                withheld.append(SampleLeaf(record: record, field: field, n: Int(n)))
            }
            try entry.finish()
        }
        self.init(
            purpose: try fields.string("purpose"), records: try fields.strings("records"), withheld: withheld)
        try fields.finish()
    }
}

extension Fields {
    /// A language of the catalogue.
    fileprivate mutating func language(_ key: String) throws(CodecError) -> Language {
        try choice(key, of: Language.self)
    }
}
