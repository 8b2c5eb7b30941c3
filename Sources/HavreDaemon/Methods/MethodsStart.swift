import HavreCodec
import HavreSystem
import HavreWire

/// What anybody who reaches the socket may ask.
package enum MethodsStart {
    /// `Status`, `Hello`, `Lock`, `Panic`.
    package static func table<H: House>(version: String) -> [Method<H>] {
        [
            Method("Status", .always, decode: token) { (token, request) throws(Refusal) in
                try status(token, request, version: version)
            },
            Method("Hello", .always, decode: nonce) { (nonce, request) throws(Refusal) in
                let path = request.server.path
                var answer = try request.house.hello(nonce: nonce, path: path)
                answer["path"] = .string(path)
                return Answer(answer)
            },
            Method("Lock", .always, decode: locking, act: lock),
            Method("Panic", .always) { request throws(Refusal) in
                // The gate first: from here on no session opens anything, whatever it still holds.
                request.house.panic(uid: request.peer.uid)
                request.server.sessions.lockAll()
                request.server.endWhatGoesOn()
                return Answer()
            },
        ]
    }

    @Sendable private static func token(_ fields: inout Fields) throws(CodecError) -> String? {
        try fields.optionalString("session", max: 64)
    }

    private static func status<H: House>(
        _ token: String?, _ request: borrowing Request<H>, version: String
    ) throws(Refusal) -> Answer {
        // A session that has ended tells what everybody is told: status is asked when things go wrong.
        let session = token.flatMap { request.server.sessions.find($0, peer: request.peer) }
        var answer: [String: JSON] = [
            "state": .string(request.house.isServing ? "serving" : "closed"),
            "version": .string(version),
            "unlocked": .int(Int64(request.server.sessions.count(request.house.person))),
            "warnings": .array(request.house.warnings(for: session).map { .string($0) }),
        ]
        if let fingerprint = request.house.fingerprint { answer["fingerprint"] = .string(fingerprint) }
        if let count = request.house.broughtForward {
            answer["broughtForward"] = .int(Int64(clamping: count))
        }
        answer["gateMirror"] = request.house.gateMirror.map(JSON.string)
        answer["casesWithoutCopy"] = request.house.casesWithoutCopy(for: session).map { .int(Int64($0)) }
        if let log = try request.house.log(since: nil) { answer["checkpoint"] = .string(log.checkpoint) }
        return Answer(answer)
    }

    @Sendable private static func nonce(_ fields: inout Fields) throws(CodecError) -> [UInt8] {
        let nonce = try fields.bytes("nonce", max: 32)
        guard nonce.count == 32 else { throw .invalid(field: "nonce", rule: "32 bytes") }
        return nonce
    }

    /// Whom to lock.
    private struct Locking: Sendable {
        let token: String?
        let all: Bool
    }

    @Sendable private static func locking(_ fields: inout Fields) throws(CodecError) -> Locking {
        Locking(
            token: try fields.optionalString("session", max: 64), all: try fields.optionalBool("all") ?? false
        )
    }

    @Sendable private static func lock<H: House>(
        _ whom: Locking, _ request: borrowing Request<H>
    ) throws(Refusal) -> Answer {
        if whom.all {
            let count = request.server.sessions.lockAll()
            // Also whose passphrase is being hashed at this moment: her unlock began before.
            request.house.lockAll(uid: request.peer.uid)
            return Answer(["locked": .int(Int64(count))])
        }
        guard let token = whom.token, request.server.sessions.lock(token, peer: request.peer) else {
            throw Refusal(.locked)
        }
        return Answer(["locked": 1])
    }
}
