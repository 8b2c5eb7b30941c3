import HavreCodec
import HavreSecrets
import HavreWire

extension Conversation {
    /// Makes sure who serves before anything that proves who we are is sent: the host key's signature over a fresh
    /// number and this socket, and the same host key as the last time.
    @discardableResult
    func greet() throws(Failure) -> PinnedServer {
        if let host { return host }
        let nonce = Random.bytes(32)
        let reply = try send("Hello", ["nonce": .string(Base64.url(nonce))], [], each: nil).parameters
        let said: PinnedServer
        do throws(CodecError) {
            var fields = try Fields(reply)
            let path = try fields.string("path")
            let signature = try Base64.decodeURL(try fields.string("signature"))
            let key = try Base64.decodeURL(try fields.string("hostKey"))
            said = PinnedServer(
                fingerprint: try fields.digest("fingerprint").hex, hostKey: key,
                logKey: try fields.optionalString("logKey"))
            guard dialled.isHere(path), let verifier = try? VerifyKey(bytes: key),
                verifier.verify(signature, Context(.hello, .bytes(nonce), .text(path)))
            else { throw .invalid(field: "signature", rule: "of the host key") }
        } catch {
            throw Failure(.wrongServer, "fail.badGreeting", next: "next.stop")
        }
        let memory = try desk.memory()
        let known = try memory.server(socket)
        if try goesOn(said, known: known, memory) {
            host = said
            return said
        }
        if let known {
            guard known.fingerprint == said.fingerprint, known.hostKey == said.hostKey,
                known.logKey == nil || said.logKey == nil || known.logKey == said.logKey
            else {
                throw Failure(
                    .wrongServer, nil,
                    ["file": try desk.places.statePath() + "/" + VaultMemory.serverName(socket)])
            }
        }
        let pinned = PinnedServer(
            fingerprint: said.fingerprint, hostKey: said.hostKey, logKey: said.logKey ?? known?.logKey)
        if pinned != known {
            try memory.pin(pinned, at: socket)
            if known == nil { desk.remarkFirstUse(pinned) }
        }
        host = pinned
        return pinned
    }

    /// Makes sure who serves, unless the vault is closed and therefore cannot say.
    func greetUnlessClosed() throws(Failure) {
        do throws(Failure) { try greet() } catch {
            guard error.fault == .gateClosed else { throw error }
        }
    }
}
