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
    /// Cases that the list of one person shows.
    private static let listCount = 200

    /// Middle and p99 of one kind of act, in a small house and in a large one.
    private struct Acts {
        let read: Durations
        let write: Durations
        let grant: Durations
    }

    func measure() throws {
        // A house that was kept is not filled again: what is left is a start, unlocks, lists and new cases.
        if Office.isFounded(in: folder) {
            let vault = try Office.open(in: folder)
            try reopened(vault, argon: try unlocking(vault))
            return
        }
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
        try grantList(vault, sylvie)
        try reopened(vault, argon: argon)
    }

    /// What is measured of the house as it stands: lists and one more case in this process, then a daemon on it.
    private func reopened(_ vault: Vault, argon: Double) throws {
        do {
            defer { vault.close() }
            try listing(vault)
        }
        try starting(argon)
    }

    /// Gives the legal adviser 200 of all the cases.
    private func grantList(_ vault: Vault, _ sylvie: Session) throws {
        let grant = GrantRequest(
            name: "Louis", compartments: ["evidence"], rights: ["read"], until: nil, purpose: "appeal")
        for line in try vault.cases(sylvie).prefix(Self.listCount) {
            _ = try vault.grant(case: line.code, grant, sylvie)
        }
    }

    /// A list of 200 in a house of very many, and what one more case costs there.
    private func listing(_ vault: Vault) throws {
        func session(_ name: String) throws -> Session {
            try vault.unlock(name: name, passphrase: Office.phrase(name), keyFile: nil).session
        }
        let (louis, amina) = (try session("Louis"), try session("Amina"))
        var count = try vault.cases(louis).count
        var durations: [Double] = []
        for _ in 0..<20 {
            let begun = ContinuousClock.now
            count = try vault.cases(louis).count
            durations.append(milliseconds(since: begun))
        }
        let list = Durations(milliseconds: durations)
        let begun = ContinuousClock.now
        let all = try vault.cases(amina).count
        Report.row(
            "list \(count) cases of \(all)", goal: "<= 25 ms", ms(list.median), met: list.median <= 25,
            "all \(all): \(ms(milliseconds(since: begun)))")
        durations = []
        for _ in 0..<50 {
            let begun = ContinuousClock.now
            _ = try vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
            durations.append(milliseconds(since: begun))
        }
        let made = Durations(milliseconds: durations)
        Report.note("one more case: \(ms(made.median)), p99 \(ms(made.p99))")
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
