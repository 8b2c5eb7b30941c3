import Havre
import HavreCodec
import HavreSecrets
import HavreSystem

/// What a house of many records, and a person on many cases, costs each act: the long rows, `run --long`.
struct Growth {
    let folder: String
    let program: String
    /// Records in all, in cases of a thousand.
    let recordCount: Int
    /// Cases of one person.
    let caseCount: Int

    private static let caseRecordCount = 1_000
    private static let fillers = 8

    /// Middle and p99 of one kind of act, in a small house and in a large one.
    private struct Acts {
        let read: Durations
        let write: Durations
        let grant: Durations
    }

    func measure() throws {
        let (vault, sylvie, amina) = try Office.found(in: folder)
        let argon = try unlocking(vault)
        let first = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        _ = try vault.open(case: first, purpose: "visit", amina)
        let record = try fill(first, vault, amina)
        let small = try acts(in: first, record, vault, sylvie, amina)
        try fillAll(vault, amina)
        let large = try acts(in: first, record, vault, sylvie, amina)
        for (name, few, many) in [
            ("read", small.read, large.read), ("write", small.write, large.write),
            ("grant", small.grant, large.grant),
        ] {
            let (middle, late) = (many.median / few.median, many.p99 / few.p99)
            Report.row(
                "\(name) at \(recordCount) records against \(Self.caseRecordCount)",
                goal: "<= 1.5 x median, 2 x p99", "\(times(middle)), p99 \(times(late))",
                met: middle <= 1.5 && late <= 2,
                "\(ms(few.median)) -> \(ms(many.median)), p99 \(ms(few.p99)) -> \(ms(many.p99))")
        }
        try makeCases(vault, amina)
        vault.close()
        try starting(argon)
    }

    /// What Argon2id costs here: an unlock of somebody who has no case.
    private func unlocking(_ vault: Vault) throws -> Double {
        var durations: [Double] = []
        for _ in 0..<5 {
            let begun = ContinuousClock.now
            vault.lock(
                try vault.unlock(name: "Louis", passphrase: Office.phrase("Louis"), keyFile: nil).session)
            durations.append(milliseconds(since: begun))
        }
        return Durations(milliseconds: durations).median
    }

    /// Fills an open case; the id of one record of 30 values in it.
    private func fill(_ code: String, _ vault: Vault, _ amina: Session) throws -> Identifier {
        let record = try vault.add(
            case: code, form: "statement", fields: Office.statement(30), amina
        ).record
        for number in 1..<Self.caseRecordCount {
            _ = try vault.add(
                case: code, form: "statement", fields: Office.statement(3, number), amina)
        }
        return record
    }

    private func acts(
        in code: String, _ record: Identifier, _ vault: Vault, _ sylvie: Session, _ amina: Session
    ) throws -> Acts {
        func time(_ count: Int, _ act: (Int) throws -> Void) throws -> Durations {
            var durations: [Double] = []
            for number in 0..<count {
                let begun = ContinuousClock.now
                try act(number)
                durations.append(milliseconds(since: begun))
            }
            return Durations(milliseconds: durations)
        }
        let grant = GrantRequest(
            name: "Louis", compartments: ["evidence", "assessment"], rights: ["read"], until: nil,
            purpose: "appeal")
        return Acts(
            read: try time(2_000) { _ in
                _ = try vault.show(case: code, record: record, version: nil, amina)
            },
            write: try time(500) { number in
                _ = try vault.add(
                    case: code, form: "statement", fields: Office.statement(10, number), amina)
            },
            grant: try time(100) { _ in _ = try vault.grant(case: code, grant, sylvie) })
    }

    private func fillAll(_ vault: Vault, _ amina: Session) throws {
        let count = recordCount / Self.caseRecordCount - 1
        let begun = ContinuousClock.now
        _ = try Load.run(clients: Self.fillers, perClient: count / Self.fillers) { _, _ in
            let code = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
            _ = try vault.open(case: code, purpose: "visit", amina)
            _ = try fill(code, vault, amina)
            try vault.close(case: code, amina)
            return nil
        }
        let filled = count / Self.fillers * Self.fillers * Self.caseRecordCount
        let rate = Double(filled) / milliseconds(since: begun) * 1e3
        Report.note("wrote \(filled) more records in process, \(Self.fillers) threads: \(perSecond(rate))")
    }

    private func makeCases(_ vault: Vault, _ amina: Session) throws {
        let begun = ContinuousClock.now
        let known = recordCount / Self.caseRecordCount
        for _ in known..<max(known, caseCount) {
            _ = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
        }
        Report.note("made the cases up to \(caseCount) in \(ms(milliseconds(since: begun)))")
    }

    /// A start of the daemon on all of it, and an unlock on all of the cases.
    private func starting(_ argon: Double) throws {
        let socket = try Office.socket(in: folder)
        let daemon = try Daemon(
            program: program,
            arguments: ["--vault", folder + "/vault", "--gate", folder + "/gate", "--socket", socket])
        defer { daemon.stop() }
        Report.row(
            "ready with \(recordCount) records", goal: "<= 100 ms", ms(daemon.readyMilliseconds),
            met: daemon.readyMilliseconds <= 100, "resident \(megabytes(daemon.residentMegabytes))")
        var durations: [Double] = []
        for _ in 0..<5 { durations.append(try Desk.unlock("Amina", socket).milliseconds) }
        let unlock = Durations(milliseconds: durations).median
        Report.row(
            "unlock on \(max(caseCount, recordCount / Self.caseRecordCount)) cases", goal: "Argon2id + 20 ms",
            ms(unlock), met: unlock <= argon + 20, "with no case, in process: \(ms(argon))")
    }
}
