package import Havre
package import HavreCodec
import HavreSecrets
import HavreSystem
package import HavreWire

/// A vault as the daemon serves it.
package final class VaultHouse: House {
    let vault: Vault
    /// How the gate's mirror was when that was last said.
    private let mirror = Guarded<String?>("whole")

    package init(_ vault: Vault) { self.vault = vault }

    package typealias Session = Havre.Session

    package var isServing: Bool { vault.isServing }

    package func person(of session: Havre.Session) -> String { session.name }

    package func warnings(for session: Havre.Session?) -> [String] {
        vault.warnings(for: session) + Self.machine
    }

    /// What is to be known of the process and the kernel; it does not change while they run.
    private static let machine: [String] = {
        var warnings: [String] = []
        if !DaemonOptions.isSystemUser { warnings.append("own-account") }
        if !Peer.canProveTerminals { warnings.append("session-by-user") }
        return warnings
    }()
    package var fingerprint: String? { vault.fingerprint }

    package func requireLog(of size: Int64) throws(Refusal) {
        guard !vault.isServing || vault.logSize >= size else { throw Refusal(.rolledBack) }
    }

    package func log(since size: Int64?) throws(Refusal) -> LogState? {
        guard vault.isServing else { return nil }
        return try acting { () throws(HavreError) in
            // The proof first: an entry written in between only makes the checkpoint newer than it.
            let (checkpoint, proof) = try vault.log(since: size.map { UInt64(max(0, $0)) })
            return LogState(checkpoint: checkpoint, consistency: proof)
        }
    }

    package func hello(nonce: [UInt8], path: String) throws(Refusal) -> [String: JSON] {
        try acting { () throws(HavreError) in
            let answer = try vault.hello(nonce: nonce, path: path)
            var members: [String: JSON] = [
                "fingerprint": .string(vault.fingerprint ?? ""),
                "hostKey": .string(Base64.url(answer.hostKey)),
                "signature": .string(Base64.url(answer.signature)),
            ]
            members["logKey"] = vault.logKey.map(JSON.string)
            return members
        }
    }

    package var broughtForward: UInt64? { vault.broughtForward }
    package var gateMirror: String? { vault.gateMirror }
    package func casesWithoutCopy(for session: Havre.Session?) -> Int? {
        vault.casesWithoutCopy(for: session)
    }

    package func tend() {
        sayMirror()
        // What could not be written is still due, and tried again.
        _ = try? vault.tend()
    }

    package func noteRefusal(
        _ method: String, _ fault: Fault, case code: String?, uid: UInt32, _ session: Havre.Session?
    ) {
        // The call is refused in any case.
        _ = try? vault.noteRefusal(
            Self.words(method), case: code, outcome: fault.rawValue, uid: uid, session)
    }

    /// Tells the service manager's journal when the gate's second copy is not what it was.
    private func sayMirror() {
        guard let now = vault.gateMirror else { return }
        let before = mirror.with { known in
            defer { known = now }
            return known
        }
        guard now != before else { return }
        Daemon.say("havred: the gate's mirror is \(now)\n", to: 2)
    }

    /// `CaseNew` as the log says it: `case new`.
    private static func words(_ method: String) -> String {
        method.reduce(into: "") { text, letter in
            if letter.isUppercase, !text.isEmpty { text += " " }
            text += letter.lowercased()
        }
    }

    package func lock(_ session: Havre.Session) { vault.lock(session) }
    package func isOver(_ session: Havre.Session) -> Bool { vault.isOver(session) }

    package func lockAll(uid: UInt32) {
        vault.lockAll()
        // Everybody is locked in any case.
        _ = try? vault.noteLockOfAll(uid: uid)
    }

    package func panic(uid: UInt32) { vault.panic(uid: uid) }
    package func close() { vault.close() }
}

/// Runs an act of the library and says what it refused in the terms of the protocol.
func acting<Value: ~Copyable>(_ act: () throws(HavreError) -> Value) throws(Refusal) -> Value {
    do throws(HavreError) { return try act() } catch { throw Refusal(error) }
}

/// The same for an act that takes a secret over.
func acting<Secret: ~Copyable, Value>(
    consuming secret: consuming Secret, _ act: (consuming Secret) throws(HavreError) -> Value
) throws(Refusal) -> Value {
    do throws(HavreError) { return try act(secret) } catch { throw Refusal(error) }
}

extension Refusal {
    init(_ error: HavreError) {
        guard let fault = Fault(rawValue: error.name) else { preconditionFailure("the names are the same") }
        self =
            switch error {
            case .storageFull(let isDecided): Refusal(fault, isDecided ? ["decided": true] : [:])
            case .invalid(let field, let rule): .invalid(field, rule)
            case .tooManyAttempts(let seconds): Refusal(fault, ["waitSeconds": .int(seconds)])
            case .usage(let rule): Refusal(fault, ["rule": .string(rule)])
            case .needsApproval(_, of: let leak?), .identified(let leak):
                Refusal(fault, Self.parameters(of: leak), isWrittenDown: true)
            case .needsApproval(let why, of: nil), .consentMissing(let why):
                Refusal(fault, ["why": .string(why)])
            default: Refusal(fault)
            }
    }

    /// The sentence, and what it is made of: the rule, and each value that has to stay.
    private static func parameters(of leak: Leak) -> JSON {
        let spots = leak.spots.map { spot in
            var members: [String: JSON] = [:]
            members["record"] = spot.record.map { .string($0.hex) }
            members["form"] = spot.form.map { .string($0) }
            members["field"] = spot.field.map { .string($0) }
            members["n"] = spot.n.map { .int(Int64($0)) }
            return JSON.object(members)
        }
        return [
            "why": .string(leak.words), "rule": .string(leak.kind.rawValue), "spots": .array(spots),
            "more": .int(Int64(leak.more)),
        ]
    }
}

extension Request where H == VaultHouse {
    /// Runs an act of the library for the session of this call.
    borrowing func act<Value>(
        _ act: (Vault, Havre.Session) throws(HavreError) -> Value
    ) throws(Refusal) -> Value {
        let session = try requireSession()
        let vault = house.vault
        return try acting { () throws(HavreError) in try act(vault, session) }
    }
}

extension Request {
    /// The secret in a sealed memory file, read straight into guarded memory.
    ///
    /// - Throws: `Invalid` for a file that its sender could still change, or one above 4,096 bytes.
    borrowing func secret(_ index: DescriptorIndex) throws(Refusal) -> SecretBytes {
        let shared = try descriptor(index)
        do throws(SystemError) {
            var secret = SecretBytes(zeroed: try MemoryFile.sealedByteCount(shared.descriptor))
            let count = try secret.withMutableBytes { span throws(SystemError) in
                try MemoryFile.read(sealed: shared.descriptor, into: &span)
            }
            return secret.prefix(count)
        } catch {
            throw .invalid(index.field, "must be a sealed memory file of at most 4096 bytes")
        }
    }

    /// A key file takes part as its BLAKE2b-256, which the client computes: 32 bytes.
    borrowing func keyFile(_ index: DescriptorIndex?) throws(Refusal) -> Key<Role.KeyFile>? {
        guard let index else { return nil }
        do { return try Key<Role.KeyFile>(try secret(index)) } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .invalid(index.field, "must be the 32-byte digest of the key file")
        }
    }
}
