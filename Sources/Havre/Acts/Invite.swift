import HavreAccess
public import HavreCodec
import HavreForms
import HavreSecrets
import HavreStore

/// An invitation as the supervisor hands it over; the code is shown once.
public struct Invited: Sendable {
    /// The name as it will be shown.
    public let name: String
    /// The role she is invited to.
    public let role: String
    /// 128 bits as the invited person types them; shown once, kept nowhere.
    public let code: String
    /// When the code stops working.
    public let expires: Instant
}

/// One person of the staff list.
public struct StaffLine: Sendable {
    /// The name as it is shown.
    public let name: String
    /// Her role; of somebody who has not enrolled yet, the one she is invited to.
    public let role: String
    /// invited, unconfirmed or active
    public let state: String
}

extension Vault {
    /// How long an invitation is good (seconds).
    private static let invitationSeconds: Int64 = 7 * 86_400

    /// Asks somebody in. With `resets` it replaces somebody who forgot her passphrase: same name, new keys.
    ///
    /// - Throws: `invalid` for a bad or taken name; `needsApproval` where two supervisors have to agree.
    public func invite(
        name typed: String, role: String?, resets: Bool, _ session: Session
    ) throws(HavreError) -> Invited {
        guard Policy.decide(resets ? .reset : .invite, role: session.role) == .allowed else {
            throw .notGranted
        }
        let name = try accessing { () throws(AccessError) in try StaffName(typed) }
        // Only of new names: those that stand in the directory are what they are.
        guard resets || !Text.mixesAlphabets(name.shown) else {
            throw .invalid(field: "name", rule: "must not mix letters of two alphabets in one word")
        }
        let answer = try commitLink(event(resets ? "staff reset" : "staff invite", session)) {
            draft, event throws(HavreError) in
            let directory = try self.directory(session)
            let bearer = directory.member(named: name)
            let role = try self.role(role, resets: resets, bearer)
            let (code, text) = try Self.freshCode()
            let person = Random.identifier()
            let expires = event.time.adding(seconds: Self.invitationSeconds)
            let matter = DirectoryLink.invitation(
                DirectoryLink.Invitation(
                    person: person, name: name, role: role,
                    keys: PublicKeys(sign: code.sign.publicKey, box: code.box.publicKey), expires: expires,
                    resets: resets ? bearer?.person : nil))
            _ = try self.append(matter, to: directory, &draft, by: session.person, event.time, session)
            let secret = try self.secrets(of: .directory, session).packed()
            try draft.put(
                .invitation(
                    Invitation(
                        codeTag: code.tag, person: person, inviter: session.person.person, name: name.shown,
                        role: role.rawValue, expires: expires, box: code.box.publicKey.seal(secret: secret))),
                in: .house)
            event.subject = name.shown
            return Invited(name: name.shown, role: role.rawValue, code: text, expires: expires)
        }
        try indexHouse()
        // Her session may lie on a desk that was stolen.
        if resets, let replaced = try directory(session).member(named: name)?.person {
            endSessions(of: replaced)
        }
        return answer
    }

    private func role(
        _ role: String?, resets: Bool, _ bearer: Member?
    ) throws(HavreError) -> StaffRole {
        guard !resets else {
            // Whoever has entered: also somebody whose words were not hers and who is never confirmed.
            guard let bearer, bearer.keys != nil else { throw .notFound }
            guard bearer.role != .supervisor || bearer.activeFrom == nil else {
                throw .needsApproval("two supervisors reset a supervisor")
            }
            return bearer.role
        }
        guard let role, let found = StaffRole(rawValue: role) else {
            throw .invalid(
                field: "role",
                rule: "must be one of: " + StaffRole.allCases.map(\.rawValue).joined(separator: ", "))
        }
        if let bearer, bearer.keys != nil {
            throw .invalid(
                field: "name", rule: "is taken; staff reset replaces somebody who lost her passphrase")
        }
        return found
    }

    private static func freshCode() throws(HavreError) -> (code: InvitationCode, text: String) {
        do { return try InvitationCode.make() } catch { throw .failed("no code") }
    }

    /// Appends a link to the directory, checked before it is put.
    func append(
        _ matter: DirectoryLink, to directory: Directory, _ draft: inout Draft, by person: Person,
        _ time: Instant, _ session: Session
    ) throws(HavreError) -> Statement {
        let statement = try person.say(matter.kind, matter.body(directory.next(by: person.person, at: time)))
        try append(statement, to: directory, &draft, try secrets(of: .directory, session))
        return statement
    }

    func append(
        _ statement: Statement, to directory: Directory, _ draft: inout Draft, _ secrets: AreaSecrets
    ) throws(HavreError) {
        // Links of the directory lie at their own numbers: one that was made on an older end is made anew.
        guard try draft.nextRow(in: area(.directory)) == directory.count else { throw .busy }
        var next = directory
        try accessing { () throws(AccessError) in try next.append(statement) }
        try draft.put(
            link: statement, number: directory.count, in: area(.directory),
            secret: HouseArea.directory.rawValue, secrets, vault: self)
    }

    /// Everybody of the house.
    public func staff(_ session: Session) throws(HavreError) -> [StaffLine] {
        guard Policy.decide(.staffList, role: session.role) == .allowed else { throw .notGranted }
        let directory = try directory(session)
        try log(event("staff list", session))
        return directory.members.values.filter { !$0.isGone }.sorted { $0.name.key < $1.name.key }.map {
            member in
            let state =
                switch member.state {
                case .invited: "invited"
                case .unconfirmed: "unconfirmed"
                case .active: "active"
                case .ended: "ended"
                }
            return StaffLine(
                name: member.name.shown, role: member.role.rawValue, state: state)
        }
    }
}
