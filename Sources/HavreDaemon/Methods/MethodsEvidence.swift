import Havre
import HavreCodec
import HavreSecrets
import HavreSystem

/// Recipients outside, and what is sent to them.
enum MethodsEvidence {
    static let table: [Method<VaultHouse>] = [
        Method("ContactAdd", .session, decode: contact) { (draft, request) throws(Refusal) in
            let contact = try request.act { vault, session throws(HavreError) in
                try vault.addContact(draft, session)
            }
            return Answer(["contact": .string(contact.hex)])
        },
        Method("ContactList", .session, answers: .onceOrMore) { request throws(Refusal) in
            let lines = try request.act { vault, session throws(HavreError) in try vault.contacts(session) }
            return try request.list("contacts", lines.map(json))
        },
        Method("ContactConfirm", .session, decode: name) { (name, request) throws(Refusal) in
            let contact = try request.act { vault, session throws(HavreError) in
                try vault.confirmContact(name: name, session)
            }
            return Answer(["contact": .string(contact.hex)])
        },
        Method("ContactRetire", .session, decode: name) { (name, request) throws(Refusal) in
            let contact = try request.act { vault, session throws(HavreError) in
                try vault.retireContact(name: name, session)
            }
            return Answer(["contact": .string(contact.hex)])
        },
        Method("Export", .session, answers: .onceOrMore, decode: exporting, act: export),
    ]

    private static func json(_ line: ContactLine) -> JSON {
        var members = line.details.object ?? [:]
        members["contact"] = .string(line.contact.hex)
        members["state"] = .string(line.state)
        return .object(members)
    }

    @Sendable private static func name(_ fields: inout Fields) throws(CodecError) -> String {
        try fields.string("name", max: 1024)
    }

    @Sendable private static func contact(_ fields: inout Fields) throws(CodecError) -> ContactDraft {
        ContactDraft(
            name: try fields.string("name", max: 1024),
            organisation: try fields.string("organisation", max: 1024),
            kind: try fields.string("kind", max: 64), language: try fields.string("language", max: 8),
            key: try fields.optionalString("key", max: 256),
            passphrase: try fields.optionalBool("passphrase") ?? false,
            checked: try fields.optionalString("checked", max: 1024))
    }

    private struct Exporting: Sendable {
        let code: String
        let request: ExportRequest
        let out: DescriptorIndex?
        let passphrase: DescriptorIndex?
        let isPreview: Bool
    }

    @Sendable private static func exporting(_ fields: inout Fields) throws(CodecError) -> Exporting {
        let records = try fields.optionalIdentifiers("records") ?? []
        var withhold: [(record: Identifier, field: String, n: Int?)] = []
        for json in try fields.optionalArray("withhold", max: 8192) ?? [] {
            var part = try Fields(json, at: "withhold")
            withhold.append(
                (
                    try part.identifier("record"), try part.string("field", max: 128),
                    try part.optionalInt("n", in: 0...1 << 20).map { Int($0) }
                ))
            try part.finish()
        }
        let isPreview = try fields.optionalBool("preview") ?? false
        let out = try fields.optionalDescriptor("out")
        guard (out == nil) == isPreview else {
            throw .invalid(field: "out", rule: "a descriptor to write to, or a preview")
        }
        return Exporting(
            code: try fields.string("case", max: 64),
            request: ExportRequest(
                profile: try fields.string("profile", max: 64),
                contact: try fields.string("contact", max: 1024),
                to: try fields.optionalString("to", max: 256), records: records, withhold: withhold,
                namesPerson: try fields.optionalBool("namePerson") ?? false,
                hasReceipts: try fields.optionalBool("noProofs").map { !$0 } ?? true),
            out: out, passphrase: try fields.optionalDescriptor("passphrase"), isPreview: isPreview)
    }

    @Sendable private static func export(
        _ call: Exporting, _ request: borrowing Request<VaultHouse>
    ) throws(Refusal) -> Answer {
        let session = try request.requireSession()
        let vault = request.house.vault
        let out: SharedDescriptor? = if let index = call.out { try request.output(index) } else { nil }
        let passphrase: SecretBytes? =
            if let index = call.passphrase { try request.secret(index) } else { nil }
        let exported = try acting(consuming: passphrase) { passphrase throws(HavreError) in
            try vault.export(
                case: call.code, call.request, passphrase: passphrase, isPreview: call.isPreview, session)
        }
        var others: [String: JSON] = ["wishes": .array(exported.wishes.map(json))]
        if let bundle = exported.bundle, let digest = exported.digest, let out {
            // Its progress is not told: it is given within a moment to whoever takes it.
            let teller = ProgressTeller(nil, hasGone: request.hasGone)
            try acting { () throws(HavreError) in
                try vault.give(exported, progress: teller.tell) { piece throws(HavreError) in
                    do throws(SystemError) { try out.descriptor.write(Array(piece)) } catch {
                        throw HavreError(writing: "out", error)
                    }
                }
            }
            others["bundle"] = ["bytes": .int(Int64(bundle.count)), "sha256": .string(digest.hex)]
        }
        return try request.lists(
            [("disclosed", exported.disclosed.map(json)), ("withheld", exported.withheld.map(json))], others)
    }

    private static func json(_ wish: (fromWhom: String?, what: String?, reason: String?)) -> JSON {
        var members: [String: JSON] = [:]
        members["fromWhom"] = wish.fromWhom.map(JSON.string)
        members["what"] = wish.what.map(JSON.string)
        members["reason"] = wish.reason.map(JSON.string)
        return .object(members)
    }

    private static func json(_ part: (record: Identifier, field: String, n: Int?)) -> JSON {
        var members: [String: JSON] = ["record": .string(part.record.hex), "field": .string(part.field)]
        members["n"] = part.n.map { .int(Int64($0)) }
        return .object(members)
    }
}
