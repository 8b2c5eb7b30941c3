import Foundation
import Havre
import HavreCodec
import HavreSecrets
import HavreSystem

/// The house that is measured: three people, 200 cases, ten of them with many records.
struct Office {
    let folder: String
    let recordCount: Int
    /// The ten large ones first.
    private(set) var cases: [String] = []
    /// A record of 30 values in the first case.
    private(set) var record = ""

    static let caseCount = 200
    static let largeCount = 10
    var vaultFolder: String { folder + "/vault" }
    var gateFolder: String { folder + "/gate" }

    /// Where a daemon serves the house: a folder of its own.
    static func socket(in folder: String) throws -> String {
        try FileManager.default.createDirectory(
            atPath: folder + "/run", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
        )
        return folder + "/run/havred.sock"
    }

    static func phrase(_ name: String) -> SecretBytes {
        SecretBytes(copying: Array("a phrase of \(name)".utf8))
    }

    /// A statement of `count` values: a kind, a date, and sentences of some 80 characters. No identifiers, whose
    /// fingerprints would be one more row.
    static func statement(_ count: Int, _ number: Int = 0) -> JSON {
        let words = [
            "rain", "market", "letter", "window", "station", "paper", "winter", "garden", "bridge", "coat",
        ]
        var text: [JSON] = []
        for sentence in 0..<(count - 2) {
            let word = words[(number + sentence) % words.count]
            text.append(
                .string(
                    "Sentence \(number) of \(sentence) about the \(word), written for the clock and for nobody."
                ))
        }
        return ["kind": "first_account", "date": "2026-01-02", "text": .array(text)]
    }

    /// Founds the house and fills it, inside this process; prints what that costs.
    init(in folder: String, recordCount: Int) throws {
        self.folder = folder
        self.recordCount = recordCount
        let (vault, _, amina) = try Self.found(in: folder)
        defer { vault.close() }
        let made = ContinuousClock.now
        for _ in 0..<Self.caseCount {
            cases.append(try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina))
        }
        Report.note(
            "made \(Self.caseCount) cases: \(ms(milliseconds(since: made) / Double(Self.caseCount))) each")
        try fill(vault, amina)
        try measureInside(vault, amina)
    }

    /// Whether a house was kept in this folder.
    static func isFounded(in folder: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/gate/gate.db")
    }

    static func open(in folder: String) throws -> Vault {
        try Vault(vault: folder + "/vault", gate: folder + "/gate", deviceKey: nil)
    }

    /// A house of three: a supervisor, a caseworker, a legal adviser.
    static func found(in folder: String) throws -> (vault: Vault, sylvie: Session, amina: Session) {
        _ = try Vault.found(
            HouseFounding(
                vault: folder + "/vault", gate: folder + "/gate", deviceKey: nil, organisation: "Bench",
                supervisor: "Sylvie"), passphrase: phrase("Sylvie"), keyFile: nil)
        let vault = try open(in: folder)
        let sylvie = try vault.unlock(name: "Sylvie", passphrase: phrase("Sylvie"), keyFile: nil).session
        for (name, role) in [("Amina", "caseworker"), ("Louis", "legal")] {
            try hire(name, role, vault, sylvie)
        }
        let amina = try vault.unlock(name: "Amina", passphrase: phrase("Amina"), keyFile: nil).session
        return (vault, sylvie, amina)
    }

    static func hire(_ name: String, _ role: String, _ vault: Vault, _ sylvie: Session) throws {
        let code = SecretBytes(
            copying: Array(try vault.invite(name: name, role: role, resets: false, sylvie).code.utf8))
        let words = try vault.enrol(
            name: name, code: code, passphrase: phrase(name), keyFile: nil, lang: nil
        ).words
        _ = try vault.confirm(name: name, words: words, sylvie)
    }

    private mutating func fill(_ vault: Vault, _ amina: Session) throws {
        for code in cases { _ = try vault.open(case: code, purpose: "visit", amina) }
        let (codes, count) = (cases, recordCount)
        let begun = ContinuousClock.now
        let load = try Load.run(clients: Self.largeCount, perClient: count) { client, number in
            let written = try vault.add(
                case: codes[client], form: "statement", fields: Self.statement(30, number), amina)
            return client == 0 && number == 0 ? written.record.hex : nil
        }
        record = load.said.first ?? ""
        let rate = Double(count * Self.largeCount) / milliseconds(since: begun) * 1e3
        Report.note(
            "wrote \(count * Self.largeCount) records of 30 values in process, 10 threads: \(perSecond(rate))"
        )
    }

    private func measureInside(_ vault: Vault, _ amina: Session) throws {
        let sync = try Peers.dataSync(in: folder)
        let id = try Identifier(hex: record)
        var durations: [Double] = []
        for _ in 0..<2_000 {
            let begun = ContinuousClock.now
            _ = try vault.show(case: cases[0], record: id, version: nil, amina)
            durations.append(milliseconds(since: begun))
        }
        let read = Durations(milliseconds: durations)
        Report.row(
            "audited read, 30 values, in process", goal: "<= fdatasync + 0.15 ms",
            "\(ms(read.median)), p99 \(ms(read.p99))", met: read.median <= sync.median + 0.15,
            "fdatasync \(ms(sync.median)), p99 \(ms(sync.p99))")
    }
}
