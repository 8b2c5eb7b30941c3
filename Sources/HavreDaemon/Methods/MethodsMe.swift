import Havre
import HavreCodec
import HavreSecrets
import HavreSystem

/// What somebody asks about herself.
enum MethodsMe {
    static let table: [Method<VaultHouse>] = [
        Method("Enrol", .serving, isGuess: true, decode: enrolment, act: enrol),
        Method("Unlock", .always, isGuess: true, remembers: true, decode: unlocking, act: unlock),
        Method("Passwd", .session, isGuess: true, decode: change, act: passwd),
        Method(
            "Whoami", .session,
            decode: { (fields: inout Fields) throws(CodecError) in
                try fields.optionalString("case", max: 64)
            }, act: whoami),
    ]

    /// Idle for so long, a session ends; and at most so long it lives (seconds).
    static let idleSeconds: Int64 = 30 * 60
    static let totalSeconds: Int64 = 8 * 3600

    @Sendable private static func whoami(
        _ code: String?, _ request: borrowing Request<VaultHouse>
    ) throws(Refusal) -> Answer {
        let (session, vault) = (try request.requireSession(), request.house.vault)
        let pending = try acting { () throws(HavreError) in try vault.pending(session) }
        var answer = Answer([
            "user": .string(session.name), "role": .string(session.roleName),
            "until": .int(request.until() ?? 0), "idleSeconds": .int(idleSeconds),
            "open": .array(vault.openCases(session).map { .string($0) }), "pending": json(pending),
        ])
        if let code {
            let writes = try acting { () throws(HavreError) in
                try vault.writableCompartments(case: code, session)
            }
            answer.parameters["writes"] = .array(writes.map { .string($0) })
        }
        return answer
    }

    private struct Enrolment: Sendable {
        let name: String
        let code: DescriptorIndex
        let passphrase: DescriptorIndex
        let keyFile: DescriptorIndex?
        let lang: String?
    }

    @Sendable private static func enrolment(_ fields: inout Fields) throws(CodecError) -> Enrolment {
        Enrolment(
            name: try fields.string("name", max: 256), code: try fields.descriptor("code"),
            passphrase: try fields.descriptor("passphrase"),
            keyFile: try fields.optionalDescriptor("keyfile"),
            lang: try fields.optionalString("lang", max: 8))
    }

    @Sendable private static func enrol(
        _ call: Enrolment, _ request: borrowing Request<VaultHouse>
    ) throws(Refusal) -> Answer {
        let code = try request.secret(call.code)
        let passphrase = try request.secret(call.passphrase)
        let keyFile = try request.keyFile(call.keyFile)
        let (vault, uid) = (request.house.vault, request.peer.uid)
        let enrolled = try acting { () throws(HavreError) in
            try vault.enrol(
                name: call.name, code: code, passphrase: passphrase, keyFile: keyFile, lang: call.lang,
                uid: uid)
        }
        return Answer([
            "name": .string(enrolled.name), "role": .string(enrolled.role), "words": .string(enrolled.words),
        ])
    }

    private struct Unlocking: Sendable {
        let name: String
        let passphrase: DescriptorIndex
        let keyFile: DescriptorIndex?
    }

    @Sendable private static func unlocking(_ fields: inout Fields) throws(CodecError) -> Unlocking {
        Unlocking(
            name: try fields.string("name", max: 256), passphrase: try fields.descriptor("passphrase"),
            keyFile: try fields.optionalDescriptor("keyfile"))
    }

    @Sendable private static func unlock(
        _ call: Unlocking, _ request: borrowing Request<VaultHouse>
    ) throws(Refusal) -> Answer {
        let passphrase = try request.secret(call.passphrase)
        let keyFile = try request.keyFile(call.keyFile)
        let (vault, uid) = (request.house.vault, request.peer.uid)
        let unlocked = try acting { () throws(HavreError) in
            try vault.unlock(name: call.name, passphrase: passphrase, keyFile: keyFile, uid: uid)
        }
        let token = request.server.sessions.add(
            unlocked.session, peer: request.peer, idleSeconds: idleSeconds, totalSeconds: totalSeconds)
        return Answer([
            "session": .string(token), "user": .string(unlocked.session.name),
            "role": .string(unlocked.session.roleName), "idleSeconds": .int(idleSeconds),
            "pending": json(unlocked.pending),
        ])
    }

    private static func json(_ pending: [Pending]) -> JSON {
        .array(
            pending.map { one in
                var members: [String: JSON] = ["kind": .string(one.kind)]
                members["name"] = one.name.map(JSON.string)
                return .object(members)
            })
    }

    private struct Change: Sendable {
        let old: DescriptorIndex
        let new: DescriptorIndex
        let keyFile: DescriptorIndex?
    }

    @Sendable private static func change(_ fields: inout Fields) throws(CodecError) -> Change {
        Change(
            old: try fields.descriptor("passphrase"), new: try fields.descriptor("newPassphrase"),
            keyFile: try fields.optionalDescriptor("keyfile"))
    }

    @Sendable private static func passwd(
        _ call: Change, _ request: borrowing Request<VaultHouse>
    ) throws(Refusal) -> Answer {
        let old = try request.secret(call.old)
        let new = try request.secret(call.new)
        let keyFile = try request.keyFile(call.keyFile)
        let uid = request.peer.uid
        try request.act { vault, session throws(HavreError) in
            try vault.passwd(old: old, new: new, keyFile: keyFile, newKeyFile: nil, uid: uid, session)
        }
        return Answer()
    }
}
