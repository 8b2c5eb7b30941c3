import HavreCodec
import HavreLedger
import HavreSecrets
import HavreWire

/// Whether the log that a server shows continues the one that was seen before.
enum LogCheck {
    /// Reads the checkpoint of a reply and holds it against the memory.
    /// - Parameters:
    ///   - note: The signed note of the reply.
    ///   - consistency: Hashes in base64, as the reply gives them.
    ///   - logKey: The key of the log, once it is known; then the signature must be its.
    ///   - isProven: Whether a proof was asked for; without one only sizes and origin are compared.
    /// - Returns: What to remember.
    /// - Throws: `RolledBack` when it does not follow, `Tampered` when it is no checkpoint of this vault's log.
    static func check(
        note: String, consistency: [String]?, against seen: SeenCheckpoint?, fingerprint: String,
        logKey: String?, isProven: Bool = true
    ) throws(Failure) -> SeenCheckpoint {
        let now = try read(note, fingerprint: fingerprint, logKey: logKey)
        guard let seen else { return now }
        guard now.origin == seen.origin, now.size >= seen.size,
            now.size > seen.size || now.root == seen.root
        else { throw rolledBack }
        guard isProven else { return now }
        // An empty log proves nothing about what follows, and needs not.
        guard seen.size > 0 else { return now }
        guard let consistency else { throw rolledBack }
        var proof: [Digest] = []
        for text in consistency {
            guard let bytes = try? Base64.decodeStandard(text, padded: true),
                let digest = try? Digest(bytes: bytes)
            else { throw rolledBack }
            proof.append(digest)
        }
        let follows = Proof.verifyConsistency(
            oldSize: seen.size, oldRoot: seen.root, newSize: now.size, newRoot: now.root, proof: proof)
        guard follows else { throw rolledBack }
        return now
    }

    static var rolledBack: Failure { Failure(.rolledBack, "fail.rolledBack", next: "next.rolledBack") }

    private static func read(
        _ note: String, fingerprint: String, logKey: String?
    ) throws(Failure) -> SeenCheckpoint {
        do throws(LedgerError) {
            let checkpoint: Checkpoint
            if let logKey {
                checkpoint = try Checkpoint.open(Array(note.utf8), key: VerifierKey(parsing: logKey))
            } else {
                checkpoint = try Checkpoint(parsing: SignedNote(parsing: Array(note.utf8)).text)
            }
            // `havre/<fingerprint>/<era>`: a log of another vault proves nothing about this one.
            guard checkpoint.origin.hasPrefix("havre/" + fingerprint + "/") else {
                throw LedgerError.malformed(field: "origin", rule: "of this vault")
            }
            return SeenCheckpoint(
                origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root)
        } catch {
            throw Failure(.tampered, "fail.checkpoint", next: "fault.Tampered.next")
        }
    }
}
