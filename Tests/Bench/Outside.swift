import HavreCodec
import HavreSystem

/// The rows that are measured over the socket of a real daemon.
struct Outside {
    let office: Office
    let daemon: Daemon
    let socket: String
    let attachmentByteCount: Int
    /// Which parts are measured, nil for all.
    let only: Set<String>?

    func measure() throws {
        let idle = daemon.residentMegabytes
        Report.row(
            "ready (\(office.recordCount * Office.largeCount) records)", goal: "<= 100 ms",
            ms(daemon.readyMilliseconds),
            met: daemon.readyMilliseconds <= 100)
        Report.row("resident, idle", goal: "<= 30 MB", megabytes(idle), met: idle <= 30)
        let status = try Desk(socket).time(200) { desk, _ in
            try Desk(self.socket).call("Status")
        }
        Report.row(
            "status, a connection of its own", goal: "<= 5 ms", ms(status.median), met: status.median <= 5,
            "the client program's start not counted")
        let (amina, unlocking) = try Desk.unlock("Amina", socket)
        Report.row(
            "unlock, \(Office.caseCount) cases", goal: "Argon2id + 20 ms", ms(unlocking), met: nil,
            "Argon2id 256 MiB / 3 is most of it")
        try opening(amina)
        let parts: [(name: String, measure: (Desk) throws -> Void)] = [
            ("read", reading), ("find", finding), ("write", writing),
            ("grant", granting), ("attach", attaching), ("check", { _ in try checking() }),
        ]
        for part in parts where only?.contains(part.name) ?? true {
            try part.measure(amina)
        }
    }

    /// What the daemon's share of each of `count` acts is, whatever else the machine does.
    private func cpu<Value>(_ count: Int, _ act: () throws -> Value) rethrows -> (Value, said: String) {
        let before = daemon.cpuMilliseconds
        let value = try act()
        let each = (daemon.cpuMilliseconds - before) / Double(count)
        return (value, "daemon CPU \(each < 2 ? "\(Int(each * 1e3)) us" : ms(each)) each")
    }

    private func opening(_ amina: Desk) throws {
        func open(_ desk: Desk, _ number: Int) throws {
            try desk.call("Open", ["case": .string(office.cases[number]), "purpose": "visit"])
        }
        let count = Office.largeCount
        let (first, cost) = try cpu(count) { try amina.time(count, open) }
        let again = try amina.time(count, open)
        Report.row(
            "open a case of \(office.recordCount) records, the first time", goal: "<= 10 ms",
            ms(first.median),
            met: first.median <= 10, "again: \(ms(again.median)); \(cost)")
        let cold = try amina.time(1) { desk, _ in try desk.list("CaseList", "cases") }
        let (warm, share) = try cpu(20) {
            try amina.time(20) { desk, _ in try desk.list("CaseList", "cases") }
        }
        Report.row(
            "list \(Office.caseCount) cases, the first time", goal: "<= 25 ms", ms(cold.median),
            met: cold.median <= 25, "again: \(ms(warm.median)), \(share)")
    }

    private func reading(_ amina: Desk) throws {
        let query: [String: JSON] = ["case": .string(office.cases[0]), "record": .string(office.record)]
        let sync = try Peers.dataSync(in: office.folder)
        let (read, cost) = try cpu(2_000) {
            try amina.time(2_000) { desk, _ in try desk.call("Show", query) }
        }
        Report.row(
            "audited read, 30 values, one client", goal: "<= fdatasync + 0.15 ms", ms(read.median),
            met: read.median <= sync.median + 0.15, "fdatasync \(ms(sync.median)); \(cost)")
        Report.row(
            "the same, p99", goal: "<= 4 x fdatasync + 1 ms", ms(read.p99),
            met: read.p99 <= 4 * sync.median + 1)
        let commits = try Peers.commits(in: office.folder)
        let lines = try (0..<64).map { _ in try Line(socket) }
        let show = Line.frame("Show", query, session: amina.session)
        let (all, share) = try cpu(64 * 300) {
            try Load.run(clients: 64, perClient: 300) { client, _ in
                try lines[client].call(show)
                return nil
            }
        }
        let cipher = try Peers.cipherCommits(in: office.folder, plain: commits)
        Report.row(
            "audited reads, 64 clients", goal: ">= SQLCipher's commits", perSecond(all.perSecond),
            met: cipher.map { all.perSecond >= $0 },
            (cipher.map { "\(times(all.perSecond / $0)) of \(perSecond($0))" } ?? "sqlcipher is not installed")
                + "; \(times(all.perSecond / commits)) of plain SQLite's; \(share)")
        let busy = daemon.residentMegabytes
        Report.row(
            "resident, busy with 64 clients", goal: "<= 120 MB", megabytes(busy), met: busy <= 120,
            "at most ever: \(megabytes(daemon.residentMegabytesMax)), with Argon2id")
    }

    private func finding(_ amina: Desk) throws {
        let hits = try amina.list("Find", "hits", ["text": "bridge"])
        let (find, effort) = try cpu(5) {
            try amina.time(5) { desk, _ in try desk.list("Find", "hits", ["text": "nowhere"]) }
        }
        Report.row(
            "find in \(office.recordCount * Office.largeCount) records, \(Office.largeCount) open cases",
            goal: "<= 150 ms",
            ms(find.median), met: find.median <= 150, "\(hits) hits for another word; \(effort)")
    }

    private func writing(_ amina: Desk) throws {
        let codes = office.cases
        let commits = try Peers.commits(in: office.folder)
        for code in codes { try amina.call("Open", ["case": .string(code), "purpose": "visit"]) }
        for (count, goal) in [(10, 4_000.0), (30, 2_000.0)] {
            let lines = try (0..<64).map { _ in try Line(socket) }
            let frames = lines.indices.map { client in
                (0..<60).map { number in
                    Line.frame(
                        "Add",
                        [
                            "case": .string(codes[Office.largeCount + client]), "form": "statement",
                            "fields": Office.statement(count, number),
                        ], session: amina.session)
                }
            }
            let (all, cost) = try cpu(64 * 60) {
                try Load.run(clients: 64, perClient: 60) { client, number in
                    try lines[client].call(frames[client][number])
                    return nil
                }
            }
            Report.row(
                "signed writes of \(count) values, 64 clients", goal: ">= \(Int(goal))/s",
                perSecond(all.perSecond),
                met: all.perSecond >= goal,
                "\(times(all.perSecond / commits)) of SQLite's commits; median \(ms(all.durations.median)); \(cost)"
            )
        }
    }

    private func granting(_ amina: Desk) throws {
        let (sylvie, _) = try Desk.unlock("Sylvie", socket)
        let code = JSON.string(office.cases[0])
        let held = try amina.call("CaseShow", ["case": code])["compartments"]?.array ?? []
        let grants: [String: JSON] = [
            "case": code, "name": "Louis", "compartments": .array(held.filter { $0.string != "roster" }),
            "rights": ["read", "write"], "purpose": "appeal",
        ]
        let (grant, cost) = try cpu(10) {
            try sylvie.time(10) { desk, _ in try desk.call("Grant", grants) }
        }
        Report.row(
            "grant all compartments", goal: "<= 3 ms + commits", ms(grant.median), met: grant.median <= 5,
            cost
        )
        var revoked: [Double] = []
        let (_, share) = try cpu(5) {
            for _ in 0..<5 {
                let begun = ContinuousClock.now
                try sylvie.call("Revoke", ["case": code, "name": "Louis"])
                revoked.append(milliseconds(since: begun))
                try sylvie.call("Grant", grants)
            }
        }
        let revoke = Durations(milliseconds: revoked)
        Report.row(
            "revoke on a case of \(office.recordCount) records", goal: "<= 100 ms", ms(revoke.median),
            met: revoke.median <= 100, share + ", one grant with it")
    }

    private func attaching(_ amina: Desk) throws {
        let source = office.folder + "/noise"
        let target = office.folder + "/fetched"
        try writeNoise(source, byteCount: attachmentByteCount)
        let age = try Peers.age(source, in: office.folder, byteCount: attachmentByteCount)
        let size = Double(attachmentByteCount) / 1e6
        let code = JSON.string(office.cases[0])
        var begun = ContinuousClock.now
        let (answer, sealing) = try cpu(1) {
            try amina.call(
                "Attach", ["case": code, "file": 0], [SharedDescriptor(try Descriptor.open(source, [.read]))])
        }
        let into = size / milliseconds(since: begun) * 1e3
        begun = ContinuousClock.now
        let out = SharedDescriptor(try Descriptor.open(target, [.write, .create]))
        let (_, opening) = try cpu(1) {
            try amina.call(
                "Fetch", ["case": code, "attachment": answer["attachment"] ?? "", "out": 0], [out])
        }
        try out.descriptor.sync()
        let from = size / milliseconds(since: begun) * 1e3
        for (name, rate, peer, factor, cost) in [
            ("in", into, age?.enc, 1.1, sealing), ("out", from, age?.dec, 1.6, opening),
        ] {
            Report.row(
                "attachment \(name), \(Int(size)) MB", goal: ">= \(factor) x age", "\(Int(rate)) MB/s",
                met: peer.map { rate >= factor * $0 },
                (peer.map { "\(times(rate / $0)) of \(Int($0)) MB/s" } ?? "age is not installed") + "; "
                    + cost)
        }
    }

    private func checking() throws {
        let (sylvie, _) = try Desk.unlock("Sylvie", socket)
        let size = byteCount(below: office.vaultFolder) / 1e6
        let before = daemon.cpuMilliseconds
        let answer = try sylvie.call("Check")
        // Of one core: what the daemon used, not how long it waited for its turn.
        let rate = size / (daemon.cpuMilliseconds - before) * 1e3
        let isRight = answer["ok"]?.bool == true
        Report.row(
            "check of \(Int(size)) MB", goal: ">= 300 MB/s on one core", "\(Int(rate)) MB/s",
            met: rate >= 300 && isRight, isRight ? "nothing found" : "FOUND SOMETHING")
    }
}
