import CSQLite
import HavreSystem

/// What Havre is compared with, on the same disk in the same run.
enum Peers {
    /// fdatasync of a 4 KiB block that is written over: what a commit cannot be faster than.
    static func dataSync(in folder: String, count: Int = 2_000) throws -> Durations {
        let file = try Descriptor.open(folder + "/sync", [.write, .create])
        let block = [UInt8](repeating: 7, count: 4096)
        for number in 0..<64 { try file.write(block, at: UInt64(number) * 4096) }
        try file.sync()
        var durations: [Double] = []
        for number in 0..<count {
            let begun = ContinuousClock.now
            try file.write(block, at: UInt64(number % 64) * 4096)
            try file.dataSync()
            durations.append(milliseconds(since: begun))
        }
        return Durations(milliseconds: durations)
    }

    /// Durable single-row commits of 1 KB a second: plain SQLite, WAL, synchronous=FULL, one writer.
    static func commits(in folder: String, seconds: Double = 2) throws -> Double {
        var database: OpaquePointer?
        guard sqlite3_open(folder + "/peer.db", &database) == SQLITE_OK else {
            throw Trouble(what: "no SQLite database")
        }
        defer { sqlite3_close(database) }
        sqlite3_exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", nil, nil, nil)
        sqlite3_exec(database, "CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)", nil, nil, nil)
        var insert: OpaquePointer?
        sqlite3_prepare_v2(database, "INSERT INTO t(b) VALUES (randomblob(1024))", -1, &insert, nil)
        defer { sqlite3_finalize(insert) }
        var count = 0
        let begun = ContinuousClock.now
        while milliseconds(since: begun) < seconds * 1e3 {
            guard sqlite3_step(insert) == SQLITE_DONE else { throw Trouble(what: "SQLite did not commit") }
            sqlite3_reset(insert)
            count += 1
        }
        return Double(count) / milliseconds(since: begun) * 1e3
    }

    /// The same by SQLCipher's own shell (key derivation and start not counted); nil when it is not installed.
    /// - Parameter plain: what SQLite reached, from which follows how many are worth while.
    static func cipherCommits(in folder: String, plain: Double) throws -> Double? {
        let count = Int(min(20_000, max(200, plain)))
        let script = folder + "/peer.sql"
        func seconds(_ inserts: Int) throws -> Double? {
            let head = """
                PRAGMA key = 'bench'; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY, b BLOB);

                """
            let insert = "INSERT INTO t(b) VALUES (randomblob(1024));\n"
            try write(head + String(repeating: insert, count: inserts), to: script)
            let begun = ContinuousClock.now
            guard run("sqlcipher", [folder + "/cipher.db", ".read \(script)"]) != nil else { return nil }
            return milliseconds(since: begun) / 1e3
        }
        guard let start = try seconds(0), let all = try seconds(count), all > start else { return nil }
        return Double(count) / (all - start)
    }

    /// MB/s of `age` with an X25519 key, both ways, with fsync; nil when `age` is not installed.
    static func age(_ file: String, in folder: String, byteCount: Int) throws -> (enc: Double, dec: Double)? {
        let (identity, sealed, opened) = (folder + "/age.key", folder + "/age.sealed", folder + "/age.opened")
        // `age-keygen` writes over nothing; in a house that was kept, the last run's lie here.
        for file in [identity, sealed, opened] { _ = run("rm", ["-f", file]) }
        guard run("age-keygen", ["-o", identity]) != nil,
            let recipient = run("age-keygen", ["-y", identity])?.split(whereSeparator: \.isNewline).first
        else { return nil }
        let first = ContinuousClock.now
        guard run("age", ["-r", String(recipient), "-o", sealed, file]) != nil else { return nil }
        try Descriptor.open(sealed, [.write]).sync()
        let enc = milliseconds(since: first)
        let second = ContinuousClock.now
        guard run("age", ["-d", "-i", identity, "-o", opened, sealed]) != nil else { return nil }
        try Descriptor.open(opened, [.write]).sync()
        let dec = milliseconds(since: second)
        let megabytes = Double(byteCount) / 1e6
        return (megabytes / enc * 1e3, megabytes / dec * 1e3)
    }
}
