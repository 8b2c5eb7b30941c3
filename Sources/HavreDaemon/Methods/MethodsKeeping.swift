import Havre
import HavreCodec

/// The log, and the look at everything that is stored.
enum MethodsKeeping {
    static let table: [Method<VaultHouse>] = [
        Method("AuditLog", .session, answers: .onceOrMore, decode: query) { (call, request) throws(Refusal) in
            let lines = try request.act { vault, session throws(HavreError) in
                try vault.auditLog(case: call.code, since: call.since, session)
            }
            return try request.list("entries", lines.map(json))
        },
        Method(
            "AuditWhoOpened", .session, answers: .onceOrMore, decode: MethodsCases.code
        ) { (code, request) throws(Refusal) in
            let lines = try request.act { vault, session throws(HavreError) in
                try vault.whoOpened(case: code, session)
            }
            return try request.list("entries", lines.map(json))
        },
        Method(
            "AuditVerify", .session, answers: .onceOrMore,
            decode: { (fields: inout Fields) throws(CodecError) in
                try fields.optionalString("against", max: 1 << 16)
            }
        ) { (against, request) throws(Refusal) in
            let found = try request.act { vault, session throws(HavreError) in
                try vault.auditVerify(against: against, session)
            }
            return Answer([
                "ok": .bool(found.ok), "size": .int(Int64(found.size)), "root": .string(found.root),
                "gaps": .array(
                    found.gaps.map { ["since": .int($0.since.seconds), "until": .int($0.until.seconds)] }),
            ])
        },
        Method("AuditCheckpoint", .session) { request throws(Refusal) in
            let vault = request.house.vault
            return Answer([
                "note": .string(try acting { () throws(HavreError) in try vault.auditCheckpoint() })
            ])
        },
        Method("Check", .session, answers: .onceOrMore) { request throws(Refusal) in
            let report = try request.act { vault, session throws(HavreError) in try vault.check(session) }
            return Answer([
                "ok": .bool(report.problems.isEmpty && !report.isPartial), "partial": .bool(report.isPartial),
                "problems": .array(
                    report.problems.prefix(1_000).map {
                        ["where": .string($0.place), "what": .string($0.what)]
                    }),
            ])
        },
    ]

    private struct Query: Sendable {
        let code: String?
        let since: Instant?
    }

    @Sendable private static func query(_ fields: inout Fields) throws(CodecError) -> Query {
        Query(code: try fields.optionalString("case", max: 64), since: try fields.optionalInstant("since"))
    }

    private static func json(_ line: LogLine) -> JSON {
        var members: [String: JSON] = [
            "index": .int(Int64(line.index)), "time": .int(line.time.seconds),
            "actor": .string(line.actor ?? ""), "act": .string(line.act), "outcome": .string(line.outcome),
        ]
        members["case"] = line.code.map(JSON.string)
        members["purpose"] = line.purpose.map(JSON.string)
        members["subject"] = line.subject.map(JSON.string)
        members["uid"] = line.uid.map { .int(Int64($0)) }
        members["count"] = line.count.map { .int(Int64(clamping: $0)) }
        members["since"] = line.since.map { .int($0.seconds) }
        if !line.records.isEmpty { members["records"] = .array(line.records.map { .string($0.hex) }) }
        return .object(members)
    }
}
