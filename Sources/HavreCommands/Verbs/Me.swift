import HavreCodec
import HavreForms
import HavreSecrets
import HavreSystem
import HavreWire

/// `havre enrol NAME`: takes up an invitation.
struct Enrol: Verb {
    static let row = Row(
        "enrol", .me, [Operand("NAME", isRequired: false)],
        [Option("--code-fd", "N"), Option("--passphrase-fd", "N"), Option("--keyfile-fd", "N")],
        isSecret: true, exits: [3, 8, 9])

    private let name: String?
    private let code, passphrase, keyFile: Int32?
    private static let tries = 3

    init(_ arguments: Arguments) throws(Failure) {
        name = arguments.operand(0)
        code = try arguments.descriptor("--code-fd")
        passphrase = try arguments.descriptor("--passphrase-fd")
        keyFile = try arguments.descriptor("--keyfile-fd")
    }

    func run(_ desk: Desk) throws(Failure) {
        let name = try desk.given(name, or: "ask.name", missing: "NAME")
        let input = SecretInput(desk: desk)
        try input.require([("--code-fd", code), ("--passphrase-fd", passphrase)])
        let daemon = try desk.daemon()
        try daemon.greet()
        var handles = [try SecretInput.sealed(try input.line("--code-fd", code, prompt: "ask.code"))]
        handles.append(
            try SecretInput.sealed(
                try input.fresh("--passphrase-fd", passphrase, prompt: "ask.newPassphraseLine")))
        var parameters: [String: JSON] = [
            "name": .string(name), "code": 0, "passphrase": 1, "lang": .string(desk.language.rawValue),
        ]
        if let key = try input.keyFile("--keyfile-fd", keyFile) {
            handles.append(try SecretInput.sealed(key.copy()))
            parameters["keyfile"] = 2
        }
        let answer = try accept(parameters, &handles, daemon, desk)
        let said = answer.parameters
        try desk.screen.answer(answer.news()) {
            desk.texts.say(
                "say.enrolled",
                ["name": said["name"]?.string ?? "", "words": said["words"]?.string ?? ""])
        }
    }

    /// Sends code and passphrase. A slip in 26 characters that she does not see while she types them does not cost the
    /// passphrase, which was typed twice: the code alone is asked again.
    private func accept(
        _ parameters: [String: JSON], _ handles: inout [SharedDescriptor], _ daemon: Conversation,
        _ desk: Desk
    ) throws(Failure) -> Answer {
        var left = Self.tries
        while true {
            do throws(Failure) {
                return try daemon.tell("Enrol", parameters, handles, remembers: false)
            } catch {
                guard error.fault == .wrongPassphrase else { throw error }
                let refused = Failure(.wrongPassphrase, "fail.code", next: "next.code")
                left -= 1
                guard left > 0, code == nil, let person = desk.person() else { throw refused }
                person.show(desk.texts.message(refused) + "\n")
                let input = SecretInput(desk: desk)
                handles[0] = try SecretInput.sealed(try input.line("--code-fd", nil, prompt: "ask.code"))
            }
        }
    }
}

/// `havre unlock NAME`: opens a session at this terminal.
struct Unlock: Verb {
    static let row = Row(
        "unlock", .me, [Operand("NAME", isRequired: false)],
        [Option("--passphrase-fd", "N"), Option("--keyfile-fd", "N")], isSecret: true, exits: [3, 8, 9])

    private let name: String?
    private let passphrase, keyFile: Int32?

    init(_ arguments: Arguments) throws(Failure) {
        name = arguments.operand(0)
        passphrase = try arguments.descriptor("--passphrase-fd")
        keyFile = try arguments.descriptor("--keyfile-fd")
    }

    func run(_ desk: Desk) throws(Failure) {
        let name = try desk.given(name ?? desk.globals.name, or: "ask.name", missing: "NAME")
        let input = SecretInput(desk: desk)
        try input.require([("--passphrase-fd", passphrase)])
        let answer = try Self.enter(name, desk, key: try input.keyFile("--keyfile-fd", keyFile)) {
            () throws(Failure) in
            try input.line("--passphrase-fd", passphrase, prompt: "ask.passphrase")
        }
        let said = answer.parameters
        let user = said["user"]?.string ?? name
        let role = said["role"]?.string ?? ""
        try desk.screen.answer(answer.news(without: ["session"])) {
            let minutes = (said["idleSeconds"]?.int ?? 0) / 60
            let lines = [
                desk.texts.say(
                    "say.unlocked",
                    [
                        "name": user, "role": Catalogue.roleLabel(role, in: desk.language),
                        "minutes": String(minutes),
                    ])
            ]
            return (lines + Pending.lines(said["pending"], desk)).joined(separator: "\n")
        }
    }

    /// Opens a session and keeps it: who serves is looked at before anything secret is asked for.
    static func enter(
        _ name: String, _ desk: Desk, key: consuming Key<Role.KeyFile>?,
        passphrase: () throws(Failure) -> SecretBytes
    ) throws(Failure) -> Answer {
        let daemon = try desk.daemon()
        // A closed vault cannot sign who it is: its host key lies behind the gate that this unlock opens. Then only
        // the owner of the socket vouches for it, and the key is compared before the session is used.
        try daemon.greetUnlessClosed()
        var handles = [try SecretInput.sealed(try passphrase())]
        var parameters: [String: JSON] = ["name": .string(name), "passphrase": 0]
        if let key = consume key {
            handles.append(try SecretInput.sealed(key.copy()))
            parameters["keyfile"] = 1
        }
        let answer = try daemon.tell("Unlock", parameters, handles, remembers: true)
        let said = answer.parameters
        try daemon.keep(
            answer, user: said["user"]?.string ?? name, role: said["role"]?.string ?? "")
        try daemon.forgetEnded()
        return answer
    }
}

/// What waits for somebody, as `unlock` and `whoami` say it.
enum Pending {
    static func lines(_ json: JSON?, _ desk: Desk) -> [String] {
        (json?.array ?? []).map { item in
            let kind = item["kind"]?.string ?? item.string ?? ""
            let subject = item["name"]?.string ?? item["case"]?.string ?? ""
            let key = "pending." + kind
            return desk.texts.say(
                desk.texts.has(key) ? key : "pending.other", ["kind": kind, "subject": subject])
        }
    }
}

/// `havre lock`: ends one's own session, or everybody's.
struct Lock: Verb {
    static let row = Row("lock", .me, [], [Option("--all")], exits: [3, 8])

    private let all: Bool

    init(_ arguments: Arguments) throws(Failure) { all = arguments.flag("--all") }

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        if all {
            _ = try daemon.ask("Lock", ["all": true])
            try daemon.forgetAll()
            return try desk.done("say.lockedAll")
        }
        let session = try daemon.ownSession()
        // The file goes first: whatever happens then, this terminal has no session any more.
        try daemon.forget(session)
        _ = try daemon.tell("Lock", ["session": .string(session.token)], [], remembers: false)
        try desk.done("say.locked", ["name": session.user])
    }
}

/// `havre panic`: closes the vault at once. It asks nothing and needs no session.
struct Panic: Verb {
    static let row = Row("panic", .me, exits: [8])

    init(_ arguments: Arguments) throws(Failure) {}

    func run(_ desk: Desk) throws(Failure) {
        let daemon = try desk.daemon()
        _ = try daemon.ask("Panic")
        try daemon.forgetAll()
        try desk.done("say.panic")
    }
}

/// `havre passwd`: a new passphrase for oneself.
struct Passwd: Verb {
    static let row = Row(
        "passwd", .me, [],
        [Option("--passphrase-fd", "N"), Option("--new-passphrase-fd", "N"), Option("--keyfile-fd", "N")],
        isSecret: true, exits: [3, 8, 9])

    private let old, fresh, keyFile: Int32?

    init(_ arguments: Arguments) throws(Failure) {
        old = try arguments.descriptor("--passphrase-fd")
        fresh = try arguments.descriptor("--new-passphrase-fd")
        keyFile = try arguments.descriptor("--keyfile-fd")
    }

    func run(_ desk: Desk) throws(Failure) {
        let input = SecretInput(desk: desk)
        try input.require([("--passphrase-fd", old), ("--new-passphrase-fd", fresh)])
        let daemon = try desk.daemon()
        try daemon.greet()
        let user = try daemon.ownSession().user
        var handles = [
            try SecretInput.sealed(try input.line("--passphrase-fd", old, prompt: "ask.oldPassphrase"))
        ]
        let key = try input.keyFile("--keyfile-fd", keyFile)
        let keyHandle: SharedDescriptor? =
            if let key { try SecretInput.sealed(key.copy()) } else { nil }
        // Who types a new one twice should not learn only then that the old one was wrong.
        if fresh == nil { try Self.check(handles[0], keyHandle, of: user, daemon) }
        handles.append(
            try SecretInput.sealed(
                try input.fresh("--new-passphrase-fd", fresh, prompt: "ask.newPassphraseLine")))
        var parameters: [String: JSON] = ["passphrase": 0, "newPassphrase": 1]
        if let keyHandle {
            handles.append(keyHandle)
            parameters["keyfile"] = 2
        }
        _ = try daemon.act("Passwd", parameters, handles)
        try desk.done("say.passwd")
    }

    /// Tries a passphrase as every unlock does, counted as a guess like any other; the session it opens ends at once.
    private static func check(
        _ passphrase: SharedDescriptor, _ key: SharedDescriptor?, of user: String, _ daemon: Conversation
    ) throws(Failure) {
        var parameters: [String: JSON] = ["name": .string(user), "passphrase": 0]
        if key != nil { parameters["keyfile"] = 1 }
        let said = try daemon.tell(
            "Unlock", parameters, [passphrase] + [key].compactMap { $0 }, remembers: true)
        guard let token = said.parameters["session"] else { return }
        _ = try daemon.tell("Lock", ["session": token], [], remembers: false)
    }
}

/// `havre whoami`: whose session this is, and what is open in it.
struct Whoami: Verb {
    static let row = Row("whoami", .me, exits: [3, 8])

    init(_ arguments: Arguments) throws(Failure) {}

    func run(_ desk: Desk) throws(Failure) {
        let answer = try desk.daemon().act("Whoami")
        let said = answer.parameters
        try desk.screen.answer(answer.news()) {
            let open = (said["open"]?.array ?? []).compactMap(\.string)
            var lines = [
                desk.texts.say(
                    "say.whoami",
                    [
                        "name": said["user"]?.string ?? "",
                        "role": Catalogue.roleLabel(said["role"]?.string ?? "", in: desk.language),
                    ])
            ]
            if let until = said["until"]?.int {
                lines.append(desk.texts.say("say.sessionUntil", ["until": desk.moments.clock(until)]))
            }
            if !open.isEmpty {
                lines.append(desk.texts.say("say.openCases", ["cases": open.joined(separator: ", ")]))
            }
            return (lines + Pending.lines(said["pending"], desk)).joined(separator: "\n")
        }
    }
}
