import Havre
import HavreCodec

/// What is done with cases as wholes.
enum MethodsCases {
    static let table: [Method<VaultHouse>] = [
        Method("CaseNew", .session, decode: plan, act: new),
        Method(
            "CaseList", .session, answers: .onceOrMore,
            decode: { (fields: inout Fields) throws(CodecError) in try fields.optionalBool("archived") }
        ) { (archived, request) throws(Refusal) in
            let lines = try request.act { vault, session throws(HavreError) in try vault.cases(session) }
            let shown = lines.filter { archived != false || !$0.status.hasPrefix("Closed") }
            return try request.list("cases", shown.map(json))
        },
        Method("CaseShow", .session, decode: code) { (code, request) throws(Refusal) in
            try request.act { vault, session throws(HavreError) in
                let card = try vault.card(case: code, session)
                let access = try vault.access(case: code, session)
                return Answer([
                    "card": json(card), "holders": .array(access.holders.map(MethodsAccess.json)),
                    "compartments": .array(
                        try vault.ownCompartments(case: code, session).map { .string($0) }),
                    "custody": .int(Int64(access.threshold)),
                ])
            }
        },
        Method("CaseAssign", .session, decode: assignment) { (call, request) throws(Refusal) in
            try request.act { vault, session throws(HavreError) in
                try vault.assign(case: call.code, owner: call.owner, backup: call.backup, session)
                return Answer(["card": json(try vault.card(case: call.code, session))])
            }
        },
        Method("CaseLabel", .session, decode: labelling) { (call, request) throws(Refusal) in
            try request.act { vault, session throws(HavreError) in
                try vault.label(case: call.code, call.label, session)
            }
            return Answer()
        },
        Method("CaseArchive", .session, decode: code) { (code, request) throws(Refusal) in
            try request.act { vault, session throws(HavreError) in
                _ = try vault.archive(case: code, session)
                return Answer(["card": json(try vault.card(case: code, session))])
            }
        },
        Method("CaseReopen", .session, decode: code) { (code, request) throws(Refusal) in
            try request.act { vault, session throws(HavreError) in
                _ = try vault.reopen(case: code, session)
                return Answer(["card": json(try vault.card(case: code, session))])
            }
        },
        Method("Open", .session, decode: opening) { (call, request) throws(Refusal) in
            try request.act { vault, session throws(HavreError) in
                let open = try vault.open(case: call.code, purpose: call.purpose, session)
                return Answer([
                    "case": .string(open.code), "until": .int(open.until.seconds),
                    "waysIn": .int(Int64(open.waysIn)),
                ])
            }
        },
        Method("Close", .session, decode: code) { (code, request) throws(Refusal) in
            try request.act { vault, session throws(HavreError) in try vault.close(case: code, session) }
            return Answer(["case": .string(code)])
        },
    ]

    static func json(_ line: CaseLine) -> JSON {
        var members: [String: JSON] = [
            "case": .string(line.code), "status": .string(line.status), "risk": .string(line.risk),
            "owner": .string(line.owner), "waysIn": .int(Int64(line.waysIn)),
        ]
        members["label"] = line.label.map(JSON.string)
        members["backup"] = line.backup.map(JSON.string)
        members["due"] = line.due.map { .string($0.description) }
        return .object(members)
    }

    /// The parameter `case` alone.
    @Sendable static func code(_ fields: inout Fields) throws(CodecError) -> String {
        try fields.string("case", max: 64)
    }

    private struct Plan: Sendable {
        let owner: String?
        let backup: String?
        let risk: String?
        let lang: String?
    }

    @Sendable private static func plan(_ fields: inout Fields) throws(CodecError) -> Plan {
        Plan(
            owner: try fields.optionalString("owner", max: 256),
            backup: try fields.optionalString("backup", max: 256),
            risk: try fields.optionalString("risk", max: 64), lang: try fields.optionalString("lang", max: 8))
    }

    @Sendable private static func new(
        _ plan: Plan, _ request: borrowing Request<VaultHouse>
    ) throws(Refusal) -> Answer {
        let code = try request.act { vault, session throws(HavreError) in
            try vault.newCase(
                owner: plan.owner, backup: plan.backup, risk: plan.risk, lang: plan.lang, session)
        }
        return Answer(["case": .string(code)])
    }

    private struct Assignment: Sendable {
        let code: String
        let owner: String?
        let backup: String?
    }

    @Sendable private static func assignment(_ fields: inout Fields) throws(CodecError) -> Assignment {
        Assignment(
            code: try code(&fields), owner: try fields.optionalString("owner", max: 256),
            backup: try fields.optionalString("backup", max: 256))
    }

    private struct Labelling: Sendable {
        let code: String
        let label: String?
    }

    @Sendable private static func labelling(_ fields: inout Fields) throws(CodecError) -> Labelling {
        Labelling(code: try code(&fields), label: try fields.optionalString("label", max: 256))
    }

    private struct Opening: Sendable {
        let code: String
        let purpose: String
    }

    @Sendable private static func opening(_ fields: inout Fields) throws(CodecError) -> Opening {
        Opening(code: try code(&fields), purpose: try fields.string("purpose", max: 256))
    }
}
