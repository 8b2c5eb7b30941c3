import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// Something that waits for somebody, or that she has to know.
public struct Pending: Sendable, Equatable {
    /// `refused-mail`, `used-code`, `unconfirmed`, `not-confirmed`: what the client has a sentence for.
    public let kind: String
    /// Whom it concerns.
    public let name: String?
}

extension Vault {
    /// What waits for a session's person.
    public func pending(_ session: Session) throws(HavreError) -> [Pending] {
        var found: [Pending] = []
        if session.opened.with({ !$0.refused.isEmpty }) {
            found.append(Pending(kind: "refused-mail", name: nil))
        }
        // A word for her; what she may do is decided where she does it. By the directory as her unlock has found it: her
        // own secret of it lies in a ring that may be long, and is still being compared.
        let known = house.with { $0.directory }
        if known?.members[session.person.person]?.state == .unconfirmed {
            found.append(Pending(kind: "not-confirmed", name: nil))
        }
        guard Policy.decide(.confirm, role: session.role) == .allowed else { return found }
        let directory = try directoryOfAny(session)
        guard directory.active(session.person.person) != nil else { return found }
        let own = Set([session.person.person] + directory.former(session.person.person))
        for name in try usedCodes(of: own) { found.append(Pending(kind: "used-code", name: name)) }
        for member in directory.members.values.sorted(by: { $0.name.key < $1.name.key })
        where member.state == .unconfirmed && own.contains(member.invitedBy) {
            found.append(Pending(kind: "unconfirmed", name: member.name.shown))
        }
        return found
    }

    /// Names of those whose code was tried again after its use, until it expires.
    private func usedCodes(of inviters: Set<Identifier>) throws(HavreError) -> [String] {
        var names: [String] = []
        for row in house.with({ $0.invitations.values.sorted() }) {
            guard case .invitation(let invitation) = try self.row(row, in: .house).facts else { continue }
            guard invitation.isTriedAgain, now <= invitation.expires, inviters.contains(invitation.inviter)
            else { continue }
            names.append(invitation.name)
        }
        return names
    }
}
