package import HavreCodec
package import HavreWire

/// What the daemon must know of what it serves, apart from the methods themselves.
package protocol House: Sendable {
    /// One person's unlocked session in the library. Letting it go does not lock it; `lock` does.
    associatedtype Session: Sendable

    /// Whether the gate is open.
    var isServing: Bool { get }

    /// Whose session it is.
    func person(of session: Session) -> String

    /// Codes of what the keeper should know, for `Status`; figures only for a session that looks after the house.
    func warnings(for session: Session?) -> [String]

    /// Hex of the vault's fingerprint; nil while it is not known.
    var fingerprint: String? { get }

    /// Refuses a caller who has seen more of the log than there is, before anything is done for her; asks nothing while
    /// the gate is closed.
    /// - Throws: `RolledBack`.
    func requireLog(of size: Int64) throws(Refusal)

    /// The log as it is now, and the proof that it only grew since it had `size` entries when a size is given;
    /// nil while the gate is closed.
    /// - Throws: `RolledBack` for a size that the log never had.
    func log(since size: Int64?) throws(Refusal) -> LogState?

    /// The host key's answer to a client that asks who serves: `fingerprint`, `hostKey`, `signature`.
    func hello(nonce: [UInt8], path: String) throws(Refusal) -> [String: JSON]

    /// How many entries of the log the gate was behind when it was opened; nil while it is closed.
    var broughtForward: UInt64? { get }

    /// How the gate's second copy is; nil when there is to be none.
    var gateMirror: String? { get }

    /// How many cases would be lost with the gate; nil while it is closed, and for whoever does not look after it.
    func casesWithoutCopy(for session: Session?) -> Int?

    /// What the house does by itself; called every few seconds.
    func tend()

    /// A call was refused: who watches the log gets to know.
    /// - Parameters:
    ///   - code: the case that the call named, as it was typed.
    func noteRefusal(_ method: String, _ fault: Fault, case code: String?, uid: UInt32, _ session: Session?)

    /// Whether the house has ended a session by itself, so that its token serves no more.
    func isOver(_ session: Session) -> Bool

    /// Ends one session: afterwards nothing of it is in memory.
    func lock(_ session: Session)

    /// Ends every session, also those of which the passphrase is still being hashed, and writes down whose wish it was.
    func lockAll(uid: UInt32)

    /// Closes the gate so that no restart opens it, and ends everything at once.
    /// - Parameter uid: who asked for it.
    func panic(uid: UInt32)

    /// Ends cleanly: what was acknowledged stays.
    func close()
}

/// The log at one moment.
package struct LogState: Sendable {
    /// The signed note (C2SP checkpoint).
    package let checkpoint: String
    /// Hashes in base64 from the size that was asked about to this checkpoint's; nil when none was.
    package let consistency: [String]?

    package init(checkpoint: String, consistency: [String]?) {
        self.checkpoint = checkpoint
        self.consistency = consistency
    }
}
