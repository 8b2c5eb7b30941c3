import Foundation
import Havre
import HavreCodec
import HavreSecrets
import HavreSystem

/// A house of many records in cases of a thousand, and of empty cases, all of one caseworker: filled once, kept as
/// long as its folder is.
final class GrownHouse {
    let folder: String
    let recordCount: Int
    let caseCount: Int
    private var held: (vault: Vault, sylvie: Session, amina: Session)?

    /// A case that is open, with its records.
    struct Place {
        let code: String
        let records: [Identifier]
    }

    static let caseRecordCount = 1_000
    /// Cases that the list of one person shows.
    private static let listCount = 200
    private static let fillers = 8
    /// Everything that can be granted but what the records of the bench lie in, and that as well.
    static let everything = [
        "core", "identity", "location", "night", "consent", "assessment", "risk", "asylum", "health", "psych",
        "legal", "evidence", "network", "plan", "notes", "child",
    ]

    /// Opens a house that was kept in this folder, or makes it.
    init(in folder: String, recordCount: Int, caseCount: Int) throws {
        self.folder = folder
        self.recordCount = recordCount
        self.caseCount = max(caseCount, recordCount / Self.caseRecordCount)
        if Office.isFounded(in: folder) {
            try returning()
        } else {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let (vault, sylvie, amina) = try Office.found(in: folder)
            held = (vault, sylvie, amina)
            try fill()
        }
    }

    var vault: Vault { inside.vault }
    var sylvie: Session { inside.sylvie }
    var amina: Session { inside.amina }

    private var inside: (vault: Vault, sylvie: Session, amina: Session) {
        guard let held else { fatalError("the house is left") }
        return held
    }

    func unlock(_ name: String) throws -> Session {
        try vault.unlock(name: name, passphrase: Office.phrase(name), keyFile: nil).session
    }

    /// Somebody new of a role; her name.
    func hire(_ role: String) throws -> String {
        let number = try vault.staff(sylvie).count
        let name =
            "Nadia "
            + String(number).map { "abcdefghij".dropFirst($0.wholeNumberValue ?? 0).prefix(1) }
            .joined()
        try Office.hire(name, role, vault, sylvie)
        return name
    }

    // MARK: filling

    private func fill() throws {
        let (vault, sylvie, amina) = inside
        let (count, begun) = (recordCount / Self.caseRecordCount, ContinuousClock.now)
        let fillers = min(count, Self.fillers)
        _ = try Load.run(clients: fillers, perClient: count / fillers) { _, _ in
            let code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
            _ = try vault.open(case: code, purpose: "visit", amina)
            for number in 0..<Self.caseRecordCount {
                _ = try vault.add(
                    case: code, form: "statement", fields: Office.statement(3, number), amina)
            }
            try vault.close(case: code, amina)
            return nil
        }
        let written = count / fillers * fillers * Self.caseRecordCount
        let rate = Double(written) / milliseconds(since: begun) * 1e3
        Report.note("wrote \(written) records in process, \(fillers) threads: \(perSecond(rate))")
        let made = ContinuousClock.now
        for _ in count..<caseCount {
            _ = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        }
        Report.note("made the cases up to \(caseCount) in \(ms(milliseconds(since: made)))")
        let grant = GrantRequest(
            name: "Louis", compartments: ["evidence"], rights: ["read"], until: nil, purpose: "appeal")
        for line in try vault.cases(sylvie).prefix(Self.listCount) {
            _ = try vault.grant(case: line.code, grant, sylvie)
        }
    }

    /// So many cases of a thousand records, opened.
    func working(_ count: Int) throws -> [Place] {
        var places: [Place] = []
        for line in try vault.cases(amina) where places.count < count {
            _ = try vault.open(case: line.code, purpose: "visit", amina)
            let records = try vault.show(case: line.code, record: nil, version: nil, amina).map(\.record)
            if records.count >= Self.caseRecordCount {
                places.append(Place(code: line.code, records: Array(records.prefix(Self.caseRecordCount))))
            } else {
                try vault.close(case: line.code, amina)
            }
        }
        guard places.count == count else { throw Trouble(what: "a house without so many full cases") }
        return places
    }

    // MARK: leaving and returning

    /// Lets go of the house, so that a daemon can serve it.
    func leaving() {
        held?.vault.close()
        held = nil
    }

    func returning() throws {
        let vault = try Office.open(in: folder)
        func unlock(_ name: String) throws -> Session {
            try vault.unlock(name: name, passphrase: Office.phrase(name), keyFile: nil).session
        }
        held = (vault, try unlock("Sylvie"), try unlock("Amina"))
    }

    /// Starts a daemon on the house that was left, and unlocks the caseworker there.
    func served(by program: String, times: Int) throws -> (ready: Durations, unlock: Durations) {
        let socket = try Office.socket(in: folder)
        var (ready, unlock): ([Double], [Double]) = ([], [])
        for _ in 0..<times {
            let daemon = try Daemon(
                program: program,
                arguments: ["--vault", folder + "/vault", "--gate", folder + "/gate", "--socket", socket])
            defer { daemon.stop() }
            ready.append(daemon.readyMilliseconds)
            unlock.append(try Desk.unlock("Amina", socket).milliseconds)
        }
        return (Durations(milliseconds: ready), Durations(milliseconds: unlock))
    }

    // MARK: attachments

    /// Takes a file into a case and out again, both flushed, against `age` both ways.
    func attach(
        _ source: String, to code: String, byteCount: Int, _ age: (enc: Double, dec: Double)?
    ) throws {
        let size = Double(byteCount) / 1e6
        var (begun, before) = (ContinuousClock.now, usedMilliseconds())
        let taken = try vault.attach(
            case: code, title: nil, file: try Descriptor.open(source, [.read]), amina)
        let (into, sealing) = (size / milliseconds(since: begun) * 1e3, usedMilliseconds() - before)
        let target = try Descriptor.open(folder + "/fetched", [.write, .create])
        (begun, before) = (ContinuousClock.now, usedMilliseconds())
        _ = try vault.fetch(case: code, attachment: taken.attachment, amina) { bytes throws(HavreError) in
            do { try target.write(bytes) } catch { throw .failed("no room for what was fetched") }
        }
        try target.sync()
        let (from, opening) = (size / milliseconds(since: begun) * 1e3, usedMilliseconds() - before)
        for (name, rate, peer, factor, used) in [
            ("in", into, age?.enc, 1.1, sealing), ("out", from, age?.dec, 1.6, opening),
        ] {
            Report.row(
                "attachment \(name), \(Int(size)) MB", goal: ">= \(factor) x age", "\(Int(rate)) MB/s",
                met: peer.map { rate >= factor * $0 },
                (peer.map { "\(times(rate / $0)) of \(Int($0)) MB/s" } ?? "age is not installed")
                    + "; CPU \(ms(used))")
        }
    }
}
