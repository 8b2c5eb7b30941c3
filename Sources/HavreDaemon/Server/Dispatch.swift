import HavreCodec
import HavreSystem
import HavreWire

extension Server {
    /// Does one call. In this order: is there such a method, is it served now, whose session is it, may this user
    /// guess again; only then are parameters looked at.
    /// - Parameters:
    ///   - send: Sends one of several answers.
    ///   - hasGone: Whether the caller has closed the conversation.
    /// - Returns: The last answer and its descriptors.
    func answer(
        _ call: Call, _ handles: [SharedDescriptor], peer: Peer,
        send: @escaping (JSON) throws(WireError) -> Void, hasGone: @escaping () -> Bool
    ) -> (Reply, [SharedDescriptor]) {
        let begun = Clock.nanoseconds()
        guard let parts = call.parts else { return (ServiceInterface.methodNotFound(call), []) }
        guard parts.interface == Protocol.vault else {
            guard parts.interface == Protocol.service else {
                return (ServiceInterface.interfaceNotFound(parts.interface), [])
            }
            return (service.answer(call), [])
        }
        guard let method = methods[parts.name] else { return (unknown(call, parts.name), []) }
        if method.answers == .more, !call.more { return (ServiceInterface.expectedMore, []) }
        var session: H.Session?
        do throws(Refusal) {
            let answer = try run(method, call, handles, peer: peer, &session, send: send, hasGone: hasGone)
            return (Reply(.object(answer.parameters)), answer.handles)
        } catch {
            if method.isGuess, error.fault == .wrongPassphrase { guesses.failed(uid: peer.uid) }
            if Self.noted.contains(error.fault), !error.isWrittenDown {
                house.noteRefusal(
                    method.name, error.fault, case: call.parameters["case"]?.string, uid: peer.uid, session)
            }
            // What is not hers takes as long as what is not there.
            if Self.evened.contains(error.fault) { Clock.sleepToMillisecond(since: begun) }
            return (error.reply, [])
        }
    }

    /// Refusals whose time would tell what they keep to themselves: they leave at whole milliseconds.
    private static var evened: Set<Fault> { [.notGranted, .notFound] }

    /// Refusals that get an entry: somebody reached for what is not hers. The library itself writes down wrong
    /// passphrases and codes, and what the identifier guard refuses.
    private static var noted: Set<Fault> { [.notGranted, .needsApproval, .notFound, .tooManyAttempts] }

    /// A method that the text has and this program does not do, or one that nobody knows.
    private func unknown(_ call: Call, _ name: String) -> Reply {
        described.contains(name)
            ? ServiceInterface.methodNotImplemented(call) : ServiceInterface.methodNotFound(call)
    }

    private func run(
        _ method: Method<H>, _ call: Call, _ handles: [SharedDescriptor], peer: Peer,
        _ session: inout H.Session?, send: @escaping (JSON) throws(WireError) -> Void,
        hasGone: @escaping () -> Bool
    ) throws(Refusal) -> Answer {
        guard method.served == .always || house.isServing else { throw Refusal(.gateClosed) }
        if method.served == .session {
            guard let token = call.parameters["session"]?.string,
                let found = sessions.find(token, peer: peer)
            else { throw Refusal(.locked) }
            // Ended by the house: her keys were replaced, or her passphrase changed elsewhere.
            guard !house.isOver(found) else {
                _ = sessions.lock(token, peer: peer)
                throw Refusal(.locked)
            }
            session = found
        }
        if method.isGuess {
            let wait = guesses.wait(uid: peer.uid)
            guard wait == 0 else { throw Refusal(.tooManyAttempts, ["waitSeconds": .int(wait)]) }
        }
        var (fields, seen) = try Self.common(call.parameters, method)
        // Before the act: of a vault that was rolled back nothing more is asked.
        if let seen { try house.requireLog(of: seen) }
        let request = Request(
            house: house, server: self, peer: peer, session: session, handles: handles,
            token: method.served == .session ? call.parameters["session"]?.string : nil,
            more: call.more && method.answers != .once, send: send,
            hasGone: call.oneway ? { false } : hasGone)
        var answer = try method.handle(&fields, request)
        guard method.remembers, let log = try house.log(since: seen) else { return answer }
        answer.parameters["checkpoint"] = .string(log.checkpoint)
        if let proof = log.consistency {
            answer.parameters["consistency"] = .array(proof.map { .string($0) })
        }
        return answer
    }

    /// The parameters without those that are the same for all methods.
    private static func common(
        _ parameters: JSON, _ method: Method<H>
    ) throws(Refusal) -> (Fields, seen: Int64?) {
        do throws(CodecError) {
            var fields = try Fields(parameters)
            if method.served == .session { _ = fields.optionalJSON("session") }
            let seen = method.remembers ? try fields.optionalInt("seen", in: 0...JSON.intMax) : nil
            return (fields, seen)
        } catch {
            throw Refusal(error)
        }
    }
}
