import HavreAccess
import HavreCodec
import HavreLedger
import HavreSecrets
import HavreStore
import HavreSystem

extension Vault {
    /// Whether the house serves or waits for a supervisor.
    public var isServing: Bool { store.state == .serving }

    /// How far the wall clock may go back without a warning: what keeps clocks right moves them a little.
    private static var clockSlackSeconds: Int64 { 60 }

    /// What the keeper should know, as short codes; a number after a colon says how many. What only the directory and
    /// the cases tell is said while somebody is unlocked who can read them.
    public var warnings: [String] { commonWarnings + figures }

    /// The same for somebody in particular. How many cases and colleagues something holds for is no news for everybody
    /// who reaches the socket.
    ///
    /// - Parameter session: nil for whoever has none.
    public func warnings(for session: Session?) -> [String] {
        isForKeeping(session) ? warnings : commonWarnings
    }

    /// How many cases would be lost with the gate, for whoever looks after it; nil for others, and while it is closed.
    public func casesWithoutCopy(for session: Session?) -> Int? {
        isForKeeping(session) ? casesWithoutCopy : nil
    }

    private func isForKeeping(_ session: Session?) -> Bool {
        guard let session, !isOver(session) else { return false }
        return Policy.decide(.check, role: session.role) == .allowed
    }

    private var commonWarnings: [String] {
        var warnings: [String] = []
        // What cannot be asked at this moment warns of nothing: whatever is wrong with it, the acts themselves say.
        if !SecretPool.isLocked { warnings.append("memory-not-locked") }
        if let status = try? store.status() {
            if status.sharesFileSystem { warnings.append("same-file-system") }
            if let mirror = status.mirror, mirror != .whole { warnings.append("mirror-\(mirror)") }
            if status.mirrorSharesFileSystem { warnings.append("mirror-same-file-system") }
            if now.seconds < status.highestInstant - Self.clockSlackSeconds {
                warnings.append("clock-set-back")
            }
            if status.hasRemnants { warnings.append("remnants") }
            if status.broughtForward > 0 { warnings.append("brought-forward:\(status.broughtForward)") }
        }
        guard isServing else { return warnings }
        if (try? fact("recovery/founder")) != nil { warnings.append("recovery-key-not-dealt") }
        if let backupWarning { warnings.append(backupWarning) }
        return warnings
    }

    /// Counts of cases and of people.
    private var figures: [String] {
        guard isServing else { return [] }
        var warnings: [String] = []
        if let count = casesWithoutCopy, count > 0 { warnings.append("cases-without-copy:\(count)") }
        let (waiting, lonely) = house.with { house in
            (house.directory?.members.values.count { $0.state == .unconfirmed } ?? 0, house.lonely.count)
        }
        if waiting > 0 { warnings.append("unconfirmed-staff:\(waiting)") }
        if lonely > 0 { warnings.append("one-way-in:\(lonely)") }
        return warnings
    }

    /// How the gate's second copy is (`whole behind missing foreign ahead`), nil when nobody asked for one.
    public var gateMirror: String? { (try? store.status())?.mirror.map { "\($0)" } }

    /// How many entries the last opening of the gate brought forward to it, nil while it is closed.
    public var broughtForward: UInt64? {
        guard isServing else { return nil }
        return try? store.status().broughtForward
    }

    /// The vault's fingerprint, 64 hex digits, while the gate is open.
    public var fingerprint: String? {
        guard let bytes = try? fact("fingerprint") else { return nil }
        return Hex.encode(bytes)
    }

    /// Name and key of the log as a vkey (C2SP signed note), while the gate is open.
    public var logKey: String? { journal.verifier?.text }

    /// The answer to a client's greeting: the host key's signature over its nonce and the path of the socket.
    public func hello(
        nonce: [UInt8], path: String
    ) throws(HavreError) -> (hostKey: [UInt8], signature: [UInt8]) {
        let key = try storing { () throws(StoreError) in try store.hostKey() }
        return (key.publicKey.bytes, key.sign(Context(.hello, .bytes(nonce), .text(path))))
    }

    /// Closes the house at once: every session ends, `auto.key` is gone, no restart opens anything.
    /// - Parameter uid: the user of the machine who asked for it: an entry tells when the house opens again, as far as
    ///   this process is still there.
    public func panic(uid: UInt32? = nil) {
        if isServing { diary.with { $0.notePanic(at: now, uid: uid) } }
        lockAll()
        store.closeGate(removingAuto: true)
        // Whoever unlocked between the two is out as well.
        lockAll()
        house.with { $0 = House() }
    }

    /// Ends the work of a daemon that stops: sessions first, then both stores.
    public func close() {
        // What is not written now nobody will know; the stop does not wait for it.
        _ = try? logRefusals(all: true)
        lockAll()
        store.close()
    }

    /// Authenticates everything that is stored, without anybody's keys.
    public func check(_ session: Session?) throws(HavreError) -> Findings {
        if let session {
            try requireActive(session)
            guard Policy.decide(.check, role: session.role) == .allowed else { throw .notGranted }
            try log(event("check", session))
        }
        return Findings(try storing { () throws(StoreError) in try store.check() })
    }

    /// The same for a vault whose gate is not there: what can be seen without it, never the whole.
    public static func checkAlone(vault path: String) throws(HavreError) -> Findings {
        Findings(try storing { () throws(StoreError) in try Store.checkAlone(vault: path) })
    }
}

/// What a look at everything that is stored has found.
public struct Findings: Sendable {
    /// Where, and what is wrong there.
    public let problems: [(place: String, what: String)]
    /// Whether something could not be looked at, so that "no problems" means less.
    public let isPartial: Bool

    private static let rule = "is not what was stored"

    init(_ report: CheckReport) {
        problems = report.problems.map { problem in
            let details = [problem.area.map { "area \($0.id.hex)" }, problem.number.map { "number \($0)" }]
                .compactMap { $0 }.joined(separator: ", ")
            return (
                details.isEmpty ? problem.part.rawValue : "\(problem.part.rawValue): \(details)",
                Self.rule
            )
        }
        isPartial = report.isPartial
    }
}
