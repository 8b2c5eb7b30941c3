import Havre
import HavreCodec

/// What is done inside an open case.
enum MethodsRecords {
    static let table: [Method<VaultHouse>] = [
        Method("Forms", .always, decode: form, act: forms),
        Method("Add", .session, decode: addition) { (call, request) throws(Refusal) in
            let written = try request.act { vault, session throws(HavreError) in
                try vault.add(case: call.code, form: call.form, fields: call.fields, session)
            }
            return answer(written)
        },
        Method("Edit", .session, decode: edition) { (call, request) throws(Refusal) in
            let written = try request.act { vault, session throws(HavreError) in
                try vault.edit(
                    case: call.code, record: try call.record.find(in: call.code, vault, session),
                    fields: call.fields, restingOn: call.version, session)
            }
            return answer(written)
        },
        Method("Show", .session, answers: .onceOrMore, decode: showing) { (call, request) throws(Refusal) in
            let vault = request.house.vault
            let session = try request.requireSession()
            var reading = try acting { () throws(HavreError) in
                try vault.reading(
                    case: call.code, record: try call.record?.find(in: call.code, vault, session),
                    version: call.version, form: call.form, session)
            }
            let list = request.listAnswer(["records"])
            while let shown = try acting({ () throws(HavreError) in try reading.next() }) {
                try list.append(json(shown), to: "records")
            }
            return list.last()
        },
        Method("History", .session, decode: one) { (call, request) throws(Refusal) in
            let items = try request.act { vault, session throws(HavreError) in
                try vault.history(
                    case: call.code, record: try call.record.find(in: call.code, vault, session), session)
            }
            return Answer(["versions": .array(items.map(json))])
        },
        Method("Find", .session, answers: .onceOrMore, decode: search) { (call, request) throws(Refusal) in
            let hits = try request.act { vault, session throws(HavreError) in
                try vault.find(call.text, case: call.code, session)
            }
            return try request.list(
                "hits",
                hits.map {
                    [
                        "case": .string($0.code), "record": .string($0.record.hex), "form": .string($0.form),
                        "field": .string($0.field),
                    ]
                })
        },
    ]

    private static func answer(_ written: Written) -> Answer {
        Answer(["record": .string(written.record.hex), "version": .int(Int64(written.version))])
    }

    private static func json(_ shown: Shown) -> JSON {
        [
            "record": .string(shown.record.hex), "form": .string(shown.form),
            "compartment": .string(shown.compartment), "version": .int(Int64(shown.version)),
            "author": .string(shown.author), "time": .int(shown.time.seconds), "sdjwt": .string(shown.text),
        ]
    }

    private static func json(_ item: HistoryItem) -> JSON {
        [
            "version": .int(Int64(item.version)), "author": .string(item.author),
            "time": .int(item.time.seconds), "changed": .array(item.changed.map { .string($0) }),
        ]
    }

    private struct FormQuery: Sendable {
        let form: String?
        let lang: String?
    }

    @Sendable private static func form(_ fields: inout Fields) throws(CodecError) -> FormQuery {
        FormQuery(
            form: try fields.optionalString("form", max: 64), lang: try fields.optionalString("lang", max: 8))
    }

    @Sendable private static func forms(
        _ query: FormQuery, _ request: borrowing Request<VaultHouse>
    ) throws(Refusal) -> Answer {
        let vault = request.house.vault
        let answer = try acting { () throws(HavreError) in try vault.forms(query.form, lang: query.lang) }
        return Answer(answer.object ?? [:])
    }

    private struct Addition: Sendable {
        let code: String
        let form: String
        let fields: JSON
    }

    @Sendable private static func addition(_ fields: inout Fields) throws(CodecError) -> Addition {
        Addition(
            code: try fields.string("case", max: 64), form: try fields.string("form", max: 64),
            fields: try fields.object("fields"))
    }

    private struct Edition: Sendable {
        let code: String
        let record: RecordName
        let fields: JSON
        let version: UInt32?
    }

    @Sendable private static func edition(_ fields: inout Fields) throws(CodecError) -> Edition {
        Edition(
            code: try fields.string("case", max: 64), record: try fields.record(),
            fields: try fields.object("fields"), version: try fields.version())
    }

    private struct Showing: Sendable {
        let code: String
        let record: RecordName?
        let form: String?
        let version: UInt32?
    }

    @Sendable private static func showing(_ fields: inout Fields) throws(CodecError) -> Showing {
        Showing(
            code: try fields.string("case", max: 64), record: try fields.optionalRecord(),
            form: try fields.optionalString("form", max: 64), version: try fields.version())
    }

    private struct One: Sendable {
        let code: String
        let record: RecordName
    }

    @Sendable private static func one(_ fields: inout Fields) throws(CodecError) -> One {
        One(code: try fields.string("case", max: 64), record: try fields.record())
    }

    private struct Search: Sendable {
        let text: String
        let code: String?
    }

    @Sendable private static func search(_ fields: inout Fields) throws(CodecError) -> Search {
        Search(text: try fields.string("text", max: 1024), code: try fields.optionalString("case", max: 64))
    }
}

/// A record as it was named: whole, or by the first digits of its id as a person types them.
private enum RecordName: Sendable {
    case whole(Identifier), beginning(String)

    init(_ text: String) throws(CodecError) {
        if text.utf8.count == 2 * Identifier.byteCount {
            self = .whole(try Identifier(hex: text))
            return
        }
        guard (4..<32).contains(text.utf8.count),
            text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { throw .invalid(field: "record", rule: Identifier.rule) }
        self = .beginning(text)
    }

    func find(in code: String, _ vault: Vault, _ session: Session) throws(HavreError) -> Identifier {
        switch self {
        case .whole(let record): record
        case .beginning(let prefix): try vault.record(beginning: prefix, case: code, session)
        }
    }
}

extension Fields {
    fileprivate mutating func record() throws(CodecError) -> RecordName {
        try RecordName(try string("record", max: 32))
    }

    fileprivate mutating func optionalRecord() throws(CodecError) -> RecordName? {
        guard let text = try optionalString("record", max: 32) else { return nil }
        return try RecordName(text)
    }

    fileprivate mutating func version() throws(CodecError) -> UInt32? {
        try optionalInt("version", in: 1...Int64(UInt32.max)).map { UInt32($0) }
    }
}
