package import HavreCodec
package import HavreSystem
import HavreWire

/// One method of `org.havre.Vault`: when it is served and what it does. The tables of methods (one file a group)
/// are lists of these; nothing is served that stands in none.
package struct Method<H: House>: Sendable {
    /// When a method is served. It is looked at before any parameter is.
    package enum Served: Sendable {
        /// With the gate open or closed, without a session.
        case always
        /// With the gate open, without a session.
        case serving
        /// With the gate open and the session named by the parameter `session`.
        case session
    }

    /// Whether the method answers several times.
    package enum Answers: Sendable {
        case once
        /// Once, or with "more" several times: progress, or a list that does not fit in one message.
        case onceOrMore
        /// Only with "more".
        case more
    }

    /// Without the interface, for example `Status`.
    package let name: String
    package let served: Served
    package let answers: Answers
    /// Whether a refusal with `WrongPassphrase` counts as a guess, and too many are put off.
    package let isGuess: Bool
    /// Whether the answer carries the checkpoint of the log, and the call may carry `seen`.
    package let remembers: Bool
    /// Reads the parameters, refuses what is left of them, then acts.
    let handle: @Sendable (inout Fields, borrowing Request<H>) throws(Refusal) -> Answer

    /// - Parameters:
    ///   - remembers: As a rule what needs a session.
    ///   - decode: Takes the parameters (`session` and `seen` are taken already); what it leaves is refused before
    ///     anything is done.
    ///   - act: One act of the library.
    package init<Parameters>(
        _ name: String, _ served: Served, answers: Answers = .once, isGuess: Bool = false,
        remembers: Bool? = nil,
        decode: @escaping @Sendable (inout Fields) throws(CodecError) -> Parameters,
        act: @escaping @Sendable (Parameters, borrowing Request<H>) throws(Refusal) -> Answer
    ) {
        self.name = name
        self.served = served
        self.answers = answers
        self.isGuess = isGuess
        self.remembers = remembers ?? (served == .session)
        handle = { (fields, request) throws(Refusal) in
            let parameters: Parameters
            do throws(CodecError) {
                parameters = try decode(&fields)
                // The caller's own word for what this method does not know; nothing of it is kept.
                if let name = fields.leftOver, Interface.isFieldName(name) {
                    throw .invalid(field: name, rule: "not a parameter of this method")
                }
                try fields.finish()
            } catch {
                throw Refusal(error)
            }
            return try act(parameters, request)
        }
    }

    /// A method without parameters of its own.
    package init(
        _ name: String, _ served: Served, answers: Answers = .once, remembers: Bool? = nil,
        act: @escaping @Sendable (borrowing Request<H>) throws(Refusal) -> Answer
    ) {
        self.init(
            name, served, answers: answers, remembers: remembers,
            decode: { (_: inout Fields) throws(CodecError) in },
            act: { (_: Void, request) throws(Refusal) in try act(request) })
    }
}

/// What a handler answers: parameters, and descriptors that they name by index.
package struct Answer: Sendable {
    package var parameters: [String: JSON]
    package var handles: [SharedDescriptor]

    package init(_ parameters: [String: JSON] = [:], _ handles: [SharedDescriptor] = []) {
        self.parameters = parameters
        self.handles = handles
    }
}

/// A call as its handler sees it.
package struct Request<H: House>: ~Copyable {
    package let house: H
    package let server: Server<H>
    package let peer: Peer
    /// There for methods that are served with a session only; `Lock` finds its own.
    package let session: H.Session?
    /// The descriptors that came with the call.
    package let handles: [SharedDescriptor]
    /// What the caller named her session by.
    let token: String?
    /// Whether the caller takes several answers.
    package let more: Bool
    let send: (JSON) throws(WireError) -> Void
    /// Whether the caller has closed the conversation; never for one who takes no answer.
    let hasGone: () -> Bool

    /// The session of a method that needs one.
    /// - Throws: `Locked` when there is none.
    package borrowing func requireSession() throws(Refusal) -> H.Session {
        guard let session else { throw Refusal(.locked) }
        return session
    }

    /// The descriptor that a parameter names.
    /// - Throws: `Invalid` when no such descriptor came.
    package borrowing func descriptor(_ index: DescriptorIndex) throws(Refusal) -> SharedDescriptor {
        guard index.value < handles.count else {
            throw .invalid(index.field, "index of a descriptor that came along")
        }
        return handles[index.value]
    }

    /// Says how far the work has come, to a caller who called with "more".
    /// - Throws: `Internal` when the caller has gone, so that the work ends.
    package borrowing func progress(done: Int, total: Int) throws(Refusal) {
        guard more else { return }
        try partSender()(["progress": ["done": .int(Int64(done)), "total": .int(Int64(total))]])
    }

    /// Who says how far the work has come, to a caller who called with "more"; mute for another.
    borrowing func teller() -> ProgressTeller { ProgressTeller(more ? send : nil, hasGone: hasGone) }

    /// UTC second at which the session of this call ends at the latest.
    borrowing func until() -> Int64? {
        guard let token, let end = server.sessions.until(token) else { return nil }
        return server.clock.now() + end - server.clock.boot()
    }

    /// Sends one of several answers, to a caller who called with "more". Each asks whether the session still lives: what
    /// an act has in memory when somebody locks goes no further.
    ///
    /// - Throws: `Locked`; `Internal` when the caller has gone.
    borrowing func partSender() -> (JSON) throws(Refusal) -> Void {
        let (house, session, send) = (house, session, send)
        return { (part) throws(Refusal) in
            if let session, house.isOver(session) { throw Refusal(.locked) }
            do throws(WireError) { try send(part) } catch { throw Refusal(.internal) }
        }
    }
}

/// A parameter that names a descriptor: its field, for errors, and the index.
package struct DescriptorIndex: Equatable, Sendable {
    package let field: String
    package let value: Int
}

extension Fields {
    /// Takes a required parameter that names a descriptor.
    package mutating func descriptor(_ field: String) throws(CodecError) -> DescriptorIndex {
        DescriptorIndex(field: field, value: Int(try int(field, in: 0...255)))
    }

    /// Takes a parameter that names a descriptor; nil when it is absent.
    package mutating func optionalDescriptor(_ field: String) throws(CodecError) -> DescriptorIndex? {
        guard let value = try optionalInt(field, in: 0...255) else { return nil }
        return DescriptorIndex(field: field, value: Int(value))
    }
}
