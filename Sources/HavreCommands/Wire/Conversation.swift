import HavreCodec
import HavreLedger
import HavreSecrets
import HavreSystem
import HavreWire

/// An answer of the daemon, and the descriptors that it lent.
struct Answer {
    let parameters: JSON
    let handles: [SharedDescriptor]

    /// The members that are news for the caller: without what the client itself is there for.
    func news(without names: Set<String> = []) -> JSON {
        let members = parameters.object ?? [:]
        return .object(
            members.filter { !Self.housekeeping.contains($0.key) && !names.contains($0.key) })
    }

    private static let housekeeping: Set<String> = ["checkpoint", "consistency", "progress"]
}

/// What a verb says to one daemon: every call of a session carries its token and what was seen of the log, and no
/// reply is believed that does not continue it.
final class Conversation {
    let desk: Desk
    let dialled: Dialled
    var host: PinnedServer?
    private var session: SessionFile?

    /// Absolute path of the socket.
    var socket: String { dialled.socket }

    init(_ desk: Desk) throws(Failure) {
        self.desk = desk
        dialled = try desk.world.dial(try SocketSearch.path(desk.globals, desk.world))
    }

    /// Asks how the vault is, with the session in use if there is one. It goes to a server that has proven itself; what
    /// keeps it from that is no reason to say nothing.
    func status() throws(Failure) -> Answer {
        guard let session = try? ownSession(), (try? greet()) != nil else { return try ask("Status") }
        return try ask("Status", ["session": .string(session.token)])
    }

    /// Calls a method that anybody may call and that tells nobody anything.
    func ask(_ method: String, _ parameters: [String: JSON] = [:]) throws(Failure) -> Answer {
        try send(method, .object(parameters), [], each: nil)
    }

    /// Calls a method without a session; secrets may go with it, so the caller has greeted the server before.
    /// - Parameter remembers: Whether the method takes `seen`.
    func tell(
        _ method: String, _ parameters: [String: JSON], _ handles: [SharedDescriptor], remembers: Bool
    ) throws(Failure) -> Answer {
        var parameters = parameters
        var seen: SeenCheckpoint?
        if let host { seen = try desk.memory().checkpoint(host.fingerprint) }
        if remembers, let seen, seen.size > 0 { parameters["seen"] = .int(Int64(seen.size)) }
        let answer = try send(method, .object(parameters), handles, each: nil)
        if let host, let note = answer.parameters["checkpoint"]?.string {
            try believe(note, answer.parameters, of: host, seen: seen, isProven: remembers)
        }
        return answer
    }

    /// Calls a method for the person whose session this is.
    /// - Parameter each: Takes what comes before the last answer; progress is shown besides.
    func act(
        _ method: String, _ parameters: [String: JSON] = [:], _ handles: [SharedDescriptor] = [],
        each: ((JSON) -> Void)? = nil
    ) throws(Failure) -> Answer {
        let host = try greet()
        let session = try ownSession()
        var parameters = parameters
        parameters["session"] = .string(session.token)
        let seen = try desk.memory().checkpoint(host.fingerprint)
        if let seen, seen.size > 0 { parameters["seen"] = .int(Int64(seen.size)) }
        let answer: Answer
        do throws(Failure) {
            answer = try send(method, .object(parameters), handles, each: each)
        } catch {
            if error.fault == .locked { try forget(session) }
            // A size that this log never had.
            if error.fault == .invalid, error.values["field"] == "seen" { throw LogCheck.rolledBack }
            var values = ["user": session.user, "role": session.role]
            values["case"] = parameters["case"]?.string
            throw error.adding(values)
        }
        guard let note = answer.parameters["checkpoint"]?.string else {
            throw LogCheck.rolledBack
        }
        try believe(note, answer.parameters, of: host, seen: seen, isProven: true)
        return answer
    }

    /// Like `act` for a method whose lists may come in several parts: the last answer, with the whole of these lists.
    func act(
        _ method: String, _ parameters: [String: JSON], _ handles: [SharedDescriptor] = [],
        lists names: [String]
    ) throws(Failure) -> Answer {
        guard !names.isEmpty else { return try act(method, parameters, handles) }
        var parts: [JSON] = []
        let last = try act(method, parameters, handles) { parts.append($0) }
        parts.append(last.parameters)
        var members = last.parameters.object ?? [:]
        for name in names { members[name] = .array(parts.flatMap { $0[name]?.array ?? [] }) }
        return Answer(parameters: .object(members), handles: last.handles)
    }

    /// The list that a method answers with.
    func gather(
        _ method: String, _ parameters: [String: JSON], list name: String
    ) throws(Failure) -> [JSON] {
        try act(method, parameters, lists: [name]).parameters[name]?.array ?? []
    }

    /// Keeps the session that an unlock gave.
    func keep(_ answer: Answer, user: String, role: String) throws(Failure) {
        let host = try greet()
        guard let token = answer.parameters["session"]?.string else {
            throw Failure(.internal, "fail.otherVersion", next: "next.versions")
        }
        let file = SessionFile(
            socket: socket, fingerprint: host.fingerprint, user: user, role: role, token: token,
            terminal: desk.world.terminalSession)
        try file.write(try desk.places.runtime())
        session = file
    }

    /// Forgets what other sessions of this terminal the daemon knows no more, for example because it was started anew:
    /// they would only stand in the way of the one that is left.
    func forgetEnded() throws(Failure) {
        for file in try SessionFile.all(in: desk.places.runtime())
        where file.socket == socket && file.terminal == desk.world.terminalSession && file != session {
            do throws(Failure) {
                _ = try send("Whoami", ["session": .string(file.token)], [], each: nil)
            } catch {
                if error.fault == .locked { try forget(file) }
            }
        }
    }

    /// The session in use: the only one, or the one that `--as` names.
    func ownSession() throws(Failure) -> SessionFile {
        if let session { return session }
        let folder = try desk.places.runtime()
        try SessionFile.requirePrivate(in: folder)
        let all = try SessionFile.all(in: folder)
        let found = try SessionChoice.choose(
            all, socket: socket, name: desk.globals.name, terminal: desk.world.terminalSession)
        session = found
        return found
    }

    /// The session has ended: the next call looks for another one.
    func letGo() { session = nil }

    /// Forgets the sessions at this socket.
    func forgetAll() throws(Failure) {
        let folder = try desk.places.runtime()
        for file in try SessionFile.all(in: folder) where file.socket == socket { file.remove(folder) }
        Viewing.removeAll(socket: socket, desk.places)
    }

    /// Forgets a session that has ended; one of another terminal may still be alive there.
    func forget(_ file: SessionFile) throws(Failure) {
        guard file.terminal == desk.world.terminalSession else { return }
        Viewing(socket: socket, user: file.user).remove(nil, desk.places)
        file.remove(try desk.places.runtime())
    }

    private func believe(
        _ note: String, _ parameters: JSON, of host: PinnedServer, seen: SeenCheckpoint?, isProven: Bool
    ) throws(Failure) {
        let now = try LogCheck.check(
            note: note, consistency: parameters["consistency"]?.array?.map { $0.string ?? "" },
            against: seen, fingerprint: host.fingerprint, logKey: host.logKey, isProven: isProven)
        // What was not proven to follow is not remembered: the next proof starts from what was.
        if isProven || seen == nil { try desk.memory().remember(now, of: host.fingerprint) }
    }

    func send(
        _ method: String, _ parameters: JSON, _ handles: [SharedDescriptor], each: ((JSON) -> Void)?
    ) throws(Failure) -> Answer {
        let screen = desk.screen
        var shown = false
        let part: (JSON) -> Void = { part in
            if let done = part["progress"]?["done"]?.int, let total = part["progress"]?["total"]?.int {
                screen.progress(total > 0 ? "\(min(100, done * 100 / total)) %" : nil)
                shown = true
            }
            each?(part)
        }
        let patience = dialled.patience
        patience.begin(isLimited: Self.immediate.contains(method)) { [texts = desk.texts] in
            screen.progress(texts.say("note.waiting"))
            shown = true
        }
        defer { if shown { screen.progress(nil) } }
        let wantsParts = each != nil || Self.long.contains(method)
        do throws(WireError) {
            let answer = try dialled.line.call(
                Protocol.vault + "." + method, parameters, handles, each: wantsParts ? part : nil)
            return Answer(parameters: answer.parameters, handles: answer.handles)
        } catch {
            switch error {
            case .refused(let name, let parameters): throw Failure(wireName: name, parameters: parameters)
            // Taken, and not answered: it may stand.
            case _ where patience.isSent && Self.changing.contains(method):
                throw Failure(.outcomeUnknown, "fail.unanswered", next: "next.unanswered")
            case .timedOut: throw Failure(.unreachable, "fail.silent", next: "next.silent")
            default: throw Failure(.unreachable, "fail.hungUp", next: "fault.Unreachable.next")
            }
        }
    }

    /// Methods that wait for nothing: no passphrase is hashed and no case is opened for them.
    private static let immediate: Set<String> = ["Status", "Hello", "Eras", "Lock", "Panic"]

    /// Methods that change what is stored, or who may open it: done twice they do more than done once, or answer
    /// otherwise.
    private static let changing: Set<String> = [
        "Add", "Attach", "CaseArchive", "CaseAssign", "CaseLabel", "CaseNew", "CaseReopen", "ContactAdd",
        "ContactConfirm", "ContactRetire", "Edit", "Enrol", "Grant", "Passwd", "Revoke", "StaffConfirm",
        "StaffInvite", "StaffReset",
    ]

    /// Methods that say how far they have come.
    private static let long: Set<String> = ["Attach", "Fetch", "Export", "AuditVerify", "Check"]
}
