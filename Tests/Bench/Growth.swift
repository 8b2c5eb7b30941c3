import Havre
import HavreCodec
import HavreSecrets
import HavreSystem

/// What a house of many records, and a person on many cases, costs each act: the long rows, `run --long`.
struct Growth {
    /// One case of a thousand records.
    let small: GrownHouse
    let large: GrownHouse
    let program: String
    /// Which parts are measured, nil for all: acts list made start mail check weight.
    let only: Set<String>?
    let attachmentByteCount: Int

    private static let (readCount, writeCount, grantCount) = (2_000, 1_000, 400)
    private static let workers = 8

    func measure() throws {
        let parts: [(name: String, measure: () throws -> Void)] = [
            ("acts", acting), ("list", listing), ("made", making), ("weight", weighing), ("start", starting),
            ("check", checking), ("mail", receiving),
        ]
        for part in parts where only?.contains(part.name) ?? true { try part.measure() }
    }

    // MARK: acts

    /// Acts of one kind in turn in both houses, one by one: whatever else the machine does hits both alike.
    private func inTurn(
        _ name: String, _ count: Int, small few: (Int) throws -> Void, large many: (Int) throws -> Void
    ) throws {
        var durations: (few: [Double], many: [Double]) = ([], [])
        var used: (few: Double, many: Double) = (0, 0)
        func time(
            _ act: (Int) throws -> Void, _ number: Int, _ durations: inout [Double], _ used: inout Double
        )
            throws
        {
            let (begun, before) = (ContinuousClock.now, usedMilliseconds())
            try act(number)
            durations.append(milliseconds(since: begun))
            used += (usedMilliseconds() - before) / Double(count)
        }
        for number in 0..<count {
            try time(few, number, &durations.few, &used.few)
            try time(many, number, &durations.many, &used.many)
        }
        let (few, many) = (
            Durations(milliseconds: durations.few), Durations(milliseconds: durations.many)
        )
        let (middle, late) = (many.median / few.median, many.p99 / few.p99)
        Report.row(
            "\(name) at \(large.recordCount) records against \(small.recordCount)",
            goal: "<= 1.5 x median, 2 x p99", "\(times(middle)), p99 \(times(late))",
            met: middle <= 1.5 && late <= 2,
            "\(ms(few.median)) -> \(ms(many.median)), p99 \(ms(few.p99)) -> \(ms(many.p99)), CPU "
                + "\(ms(used.few)) -> \(ms(used.many)), \(count) each")
    }

    private func acting() throws {
        let places = try (small: small.working(1), large: large.working(Self.workers))
        func read(_ house: GrownHouse, _ places: [GrownHouse.Place], _ number: Int) throws {
            let place = places[number % places.count]
            // Another record each time, in an order of no pattern.
            let record = place.records[number &* 7_919 % place.records.count]
            _ = try house.vault.show(case: place.code, record: record, version: nil, house.amina)
        }
        func write(_ house: GrownHouse, _ places: [GrownHouse.Place], _ number: Int) throws {
            _ = try house.vault.add(
                case: places[number % places.count].code, form: "statement",
                fields: Office.statement(10, number), house.amina)
        }
        let grant = GrantRequest(
            name: "Louis", compartments: ["evidence", "assessment"], rights: ["read"], until: nil,
            purpose: "appeal")
        func give(_ house: GrownHouse, _ places: [GrownHouse.Place], _ number: Int) throws {
            _ = try house.vault.grant(case: places[number % places.count].code, grant, house.sylvie)
        }
        for (name, count, act) in [
            ("read", Self.readCount, read), ("write", Self.writeCount, write),
            ("grant", Self.grantCount, give),
        ] {
            for number in 0..<20 {
                try act(small, places.small, number)
                try act(large, places.large, number)
            }
            try inTurn(
                name, count, small: { try act(small, places.small, $0) },
                large: { try act(large, places.large, $0) })
        }
    }

    // MARK: lists and new cases

    private func listing() throws {
        let louis = try large.unlock("Louis")
        var count = try large.vault.cases(louis).count
        var durations: [Double] = []
        let before = usedMilliseconds()
        for _ in 0..<50 {
            let begun = ContinuousClock.now
            count = try large.vault.cases(louis).count
            durations.append(milliseconds(since: begun))
        }
        let used = (usedMilliseconds() - before) / 50
        let list = Durations(milliseconds: durations)
        var begun = ContinuousClock.now
        let all = try large.vault.cases(large.amina).count
        let own = milliseconds(since: begun)
        begun = ContinuousClock.now
        let seen = try large.vault.cases(large.sylvie).count
        Report.row(
            "list \(count) cases of \(all)", goal: "<= 25 ms", ms(list.median), met: list.median <= 25,
            "at best \(ms(list.least)), CPU \(ms(used)); all \(all): \(ms(own)), a supervisor's \(seen): "
                + ms(milliseconds(since: begun)))
        large.vault.lock(louis)
    }

    private func making() throws {
        var durations: [Double] = []
        for _ in 0..<50 {
            let begun = ContinuousClock.now
            _ = try large.vault.newCase(owner: nil, backup: nil, risk: nil, lang: nil, large.amina)
            durations.append(milliseconds(since: begun))
        }
        let made = Durations(milliseconds: durations)
        Report.note("one more case: \(ms(made.median)), p99 \(ms(made.p99))")
    }

    // MARK: starts

    /// A start of the daemon on all of it, and an unlock on all of the cases.
    private func starting() throws {
        // The same way on the house of one case: a daemon that has just started takes the memory of Argon2id anew.
        small.leaving()
        let argon = try small.served(by: program, times: 5).unlock.median
        try small.returning()
        large.leaving()
        let (first, _) = try large.served(by: program, times: 1)
        let (ready, unlock) = try large.served(by: program, times: 5)
        Report.row(
            "ready with \(large.recordCount) records", goal: "<= 100 ms", ms(ready.median),
            met: ready.median <= 100, "the first time \(ms(first.median)), at best \(ms(ready.least))")
        Report.row(
            "unlock on \(large.caseCount) cases", goal: "Argon2id + 20 ms", ms(unlock.median),
            met: unlock.median <= argon + 20,
            "at best \(ms(unlock.least)); with one case: \(ms(argon))")
        try large.returning()
    }

    private func checking() throws {
        for house in [small, large] {
            let size = byteCount(below: house.folder + "/vault") / 1e6
            let before = cpuMilliseconds(of: "self")
            let isRight = try house.vault.check(nil).problems.isEmpty
            let rate = size / (cpuMilliseconds(of: "self") - before) * 1e3
            Report.row(
                "check of \(Int(size)) MB", goal: ">= 300 MB/s on one core", "\(Int(rate)) MB/s",
                met: rate >= 300 && isRight, isRight ? "nothing found" : "FOUND SOMETHING")
        }
    }

    // MARK: mail

    /// Somebody who was granted every case and has opened none of the boxes.
    private func receiving() throws {
        let name = try large.hire("health")
        let grant = GrantRequest(
            name: name, compartments: ["health"], rights: ["read"], until: nil, purpose: "health")
        let codes = try large.vault.cases(large.amina).map(\.code)
        var begun = ContinuousClock.now
        for code in codes { _ = try large.vault.grant(case: code, grant, large.sylvie) }
        Report.note("granted \(codes.count) cases to \(name) in \(ms(milliseconds(since: begun)))")
        begun = ContinuousClock.now
        let session = try large.unlock(name)
        let unlocked = milliseconds(since: begun)
        begun = ContinuousClock.now
        let before = usedMilliseconds()
        let count = try large.vault.cases(session).count
        let (first, used) = (milliseconds(since: begun), usedMilliseconds() - before)
        begun = ContinuousClock.now
        _ = try large.vault.cases(session)
        Report.note(
            "unlock with \(codes.count) boxes waiting: \(ms(unlocked)); her first list of \(count): "
                + "\(ms(first)), CPU \(ms(used)), the next \(ms(milliseconds(since: begun)))")
    }

    // MARK: one heavy case

    /// One person removed from a case of 1,000 records and 1 GB of attachments, against sealing the same bytes anew.
    private func weighing() throws {
        let vault = small.vault
        let code = try small.working(1)[0].code
        let source = small.folder + "/noise"
        try writeNoise(source, byteCount: attachmentByteCount)
        let size = Double(attachmentByteCount) / 1e6
        let before = usedMilliseconds(byChildren: true)
        let age = try Peers.age(source, in: small.folder, byteCount: attachmentByteCount)
        Report.note("age both ways: CPU \(ms(usedMilliseconds(byChildren: true) - before))")
        try small.attach(source, to: code, byteCount: attachmentByteCount, age)
        let grant = GrantRequest(
            name: "Louis", compartments: GrownHouse.everything, rights: ["read", "write"], until: nil,
            purpose: "appeal")
        var durations: [Double] = []
        var used = 0.0
        for _ in 0..<10 {
            _ = try vault.grant(case: code, grant, small.sylvie)
            let (begun, before) = (ContinuousClock.now, usedMilliseconds())
            _ = try vault.revoke(case: code, name: "Louis", small.sylvie)
            durations.append(milliseconds(since: begun))
            used += (usedMilliseconds() - before) / 10
        }
        let removal = Durations(milliseconds: durations)
        let again = age.map { size / $0.enc * 1e3 }
        Report.row(
            "remove one person, \(small.recordCount) records, \(Int(size)) MB",
            goal: "<= 100 ms, >= 30 x age",
            ms(removal.median),
            met: removal.median <= 100 && (again.map { $0 / removal.median >= 30 } ?? true),
            (again.map { "\(times($0 / removal.median)) faster than \(ms($0)) of age" }
                ?? "age is not installed")
                + "; at best \(ms(removal.least)), at worst \(ms(removal.p99)), CPU \(ms(used))")
    }
}
