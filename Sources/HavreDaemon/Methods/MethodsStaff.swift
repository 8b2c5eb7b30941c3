import Havre
import HavreCodec

/// What supervisors do about staff, and what everybody sees of it.
enum MethodsStaff {
    static let table: [Method<VaultHouse>] = [
        Method("StaffList", .session, answers: .onceOrMore) { request throws(Refusal) in
            let staff = try request.act { vault, session throws(HavreError) in try vault.staff(session) }
            return try request.list("staff", staff.map(json))
        },
        Method("StaffInvite", .session, decode: invitation, act: invite),
        Method("StaffReset", .session, decode: reset, act: invite),
        Method("StaffConfirm", .session, decode: confirmation) { (call, request) throws(Refusal) in
            let member = try request.act { vault, session throws(HavreError) in
                try vault.confirm(name: call.name, words: call.words, session)
            }
            return Answer(["name": .string(member.name), "role": .string(member.role)])
        },
    ]

    private static func json(_ line: StaffLine) -> JSON {
        [
            "name": .string(line.name), "role": .string(line.role), "state": .string(line.state),
        ]
    }

    private struct Invitation: Sendable {
        let name: String
        /// Nil for a reset, which keeps the role.
        let role: String?
    }

    @Sendable private static func invitation(_ fields: inout Fields) throws(CodecError) -> Invitation {
        Invitation(name: try fields.string("name", max: 256), role: try fields.string("role", max: 64))
    }

    @Sendable private static func reset(_ fields: inout Fields) throws(CodecError) -> Invitation {
        Invitation(name: try fields.string("name", max: 256), role: nil)
    }

    @Sendable private static func invite(
        _ call: Invitation, _ request: borrowing Request<VaultHouse>
    ) throws(Refusal) -> Answer {
        let invited = try request.act { vault, session throws(HavreError) in
            try vault.invite(name: call.name, role: call.role, resets: call.role == nil, session)
        }
        return Answer([
            "name": .string(invited.name), "role": .string(invited.role), "code": .string(invited.code),
            "expires": .int(invited.expires.seconds),
        ])
    }

    private struct Confirmation: Sendable {
        let name: String
        let words: String
    }

    @Sendable private static func confirmation(_ fields: inout Fields) throws(CodecError) -> Confirmation {
        Confirmation(name: try fields.string("name", max: 256), words: try fields.string("words", max: 256))
    }
}
