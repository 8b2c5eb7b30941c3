import Havre
import HavreCodec

/// Who is on a case.
enum MethodsAccess {
    static let table: [Method<VaultHouse>] = [
        Method("Access", .session, decode: MethodsCases.code) { (code, request) throws(Refusal) in
            let access = try request.act { vault, session throws(HavreError) in
                try vault.access(case: code, session)
            }
            return Answer([
                "holders": .array(access.holders.map(json)), "custody": .int(Int64(access.threshold)),
            ])
        },
        Method("Grant", .session, decode: granting) { (call, request) throws(Refusal) in
            let given = try request.act { vault, session throws(HavreError) in
                try vault.grant(case: call.code, call.request, session)
            }
            return Answer(["grant": .string(given.grant), "until": .string(given.until.description)])
        },
        Method("Revoke", .session, answers: .onceOrMore, decode: removal) { (call, request) throws(Refusal) in
            let receipt = try request.act { vault, session throws(HavreError) in
                try vault.revoke(case: call.code, name: call.name, session)
            }
            return try request.lists(
                [("opened", receipt.opened.map(json)), ("exported", receipt.exported.map(json))],
                [
                    "removed": .string(receipt.removed),
                    "compartments": .array(receipt.compartments.map { .string($0) }), "pending": false,
                ])
        },
    ]

    static func json(_ holder: Holder) -> JSON {
        var members: [String: JSON] = [
            "name": .string(holder.name), "role": .string(holder.role),
            "compartments": .array(holder.compartments.map { .string($0) }),
            "rights": .array(holder.rights.map { .string($0) }),
        ]
        members["until"] = holder.until.map { .string($0.description) }
        if holder.isKeptOut { members["pending"] = true }
        return .object(members)
    }

    private static func json(_ opened: (record: Identifier, time: Instant)) -> JSON {
        ["record": .string(opened.record.hex), "time": .int(opened.time.seconds)]
    }

    private static func json(_ sent: (time: Instant, contact: String, bundle: String)) -> JSON {
        [
            "time": .int(sent.time.seconds), "contact": .string(sent.contact),
            "bundle": .string(sent.bundle),
        ]
    }

    private struct Granting: Sendable {
        let code: String
        let request: GrantRequest
    }

    @Sendable private static func granting(_ fields: inout Fields) throws(CodecError) -> Granting {
        Granting(
            code: try fields.string("case", max: 64),
            request: GrantRequest(
                name: try fields.string("name", max: 256),
                compartments: try fields.strings("compartments", max: 64),
                rights: try fields.strings("rights", max: 16), until: try fields.optionalDay("until"),
                purpose: try fields.string("purpose", max: 256)))
    }

    private struct Removal: Sendable {
        let code: String
        let name: String
    }

    @Sendable private static func removal(_ fields: inout Fields) throws(CodecError) -> Removal {
        Removal(code: try fields.string("case", max: 64), name: try fields.string("name", max: 256))
    }
}
