import HavreCodec
import HavreSecrets
import HavreSystem

extension Store {
    /// What `status` shows; looks at no row.
    package func status() throws(StoreError) -> StoreStatus {
        let shares = try system { () throws(SystemError) in
            try vaultFolder.directory.sharesFileSystem(with: gateFolder.directory)
        }
        return memory.with { memory in
            StoreStatus(
                state: memory.state, entryCount: memory.keys == nil ? 0 : memory.checkpoint.size,
                broughtForward: memory.broughtForward, highestInstant: memory.instant,
                hasRemnants: memory.hasRemnants || leader.mirror?.hasRemnants == true,
                sharesFileSystem: shares, keepsDeviceKey: keyFiles.devicePath == nil,
                mirror: leader.mirror?.condition,
                mirrorSharesFileSystem: leader.mirror?.sharesFileSystem == true)
        }
    }

    /// Looks at everything that is stored, without anybody's passphrase: every row, body, head, file, entry, tile,
    /// cell and log. Changes may go on meanwhile. With the gate closed only part of it can be looked at.
    /// - Parameter progress: called now and then.
    /// - Throws: only when looking itself fails; what it finds stands in the report.
    package func check(_ progress: (CheckProgress) -> Void = { _ in }) throws(StoreError) -> CheckReport {
        var report = CheckReport()
        try checkFiles(&report)
        guard let keys = try openKeysIfAny() else {
            report.isPartial = true
            try checkClosed(&report)
            return report
        }
        var check = FullCheck(store: self, keys: keys, report: report)
        try check.run(progress)
        return check.report
    }

    /// Looks at a vault whose gate is not there: settings, objects, SQLite's own structure. Always partial.
    package static func checkAlone(vault path: String) throws(StoreError) -> CheckReport {
        let folder = try StoreFolder(path, .vaultFolder)
        var report = CheckReport()
        report.isPartial = true
        let connection = try DatabaseFile.open(.vault, StoreName.vaultFile, in: folder, .vaultFile)
        _ = try DatabaseFile.vault(connection, .vault)
        let isSound = try database(.vaultFile) { () throws(SQLError) in try VaultReader(connection).isSound()
        }
        if !isSound { report.problems.append(StoreProblem(.vaultFile)) }
        return report
    }

    private func openKeysIfAny() throws(StoreError) -> GateKeys? {
        try memory.with { memory throws(StoreError) in
            memory.state == .closed ? nil : try memory.openKeys()
        }
    }

    /// SQLite's own structure, in connections of their own.
    private func checkFiles(_ report: inout CheckReport) throws(StoreError) {
        let vault = try DatabaseFile.again(StoreName.vaultFile, in: vaultFolder, .vaultFile)
        let gate = try DatabaseFile.again(StoreName.gateFile, in: gateFolder, .gateFile)
        for (connection, schema, part) in [
            (vault, Schema.vault, StorePart.vaultFile), (gate, .gate, .gateFile),
        ] {
            // What SQLite cannot even read is as wrong as what differs.
            let isOurs = try? schema.matches(connection)
            let vault = try? DatabaseFile.vault(connection, schema)
            if try !isSound(connection, part) || isOurs != true { report.problems.append(StoreProblem(part)) }
            if vault != self.vault { report.problems.append(StoreProblem(.meta)) }
        }
    }

    /// SQLite's look at a whole file. Stopped when an erasure has to empty the write-ahead log, and taken up again;
    /// after a few times with commits held off.
    private func isSound(_ connection: Connection, _ part: StorePart) throws(StoreError) -> Bool {
        for _ in 0..<4 {
            longReads.begin(connection)
            defer { longReads.end(connection) }
            do throws(SQLError) {
                return try connection.textAnswer("PRAGMA quick_check(1)") == "ok"
            } catch {
                // A damaged page shows as an error of the read as well as in the answer.
                guard error.isInterrupted else { return false }
            }
        }
        return try lead { _ throws(StoreError) in
            try database(part) { () throws(SQLError) in
                try connection.textAnswer("PRAGMA quick_check(1)") == "ok"
            }
        }
    }

    /// What can be looked at with the gate closed: the users' rows, one by one.
    private func checkClosed(_ report: inout CheckReport) throws(StoreError) {
        try checkKeyFiles(&report)
        guard memory.with({ $0.login != nil }) else { return }
        while true {
            do throws(StoreError) {
                _ = try read(.login, report.rowCount)
            } catch {
                if error == .notFound { return }
                report.problems.append(StoreProblem(.row, area: .login, number: report.rowCount))
            }
            report.rowCount += 1
        }
    }

    /// Closed although `auto.key` is there: it was damaged, or the gate has lost what it opens. What a panic left that
    /// was cut short is no damage.
    private func checkKeyFiles(_ report: inout CheckReport) throws(StoreError) {
        guard try keyFiles.hasAuto(), let device = memory.with({ $0.device }), try !keyFiles.isAutoWiped()
        else { return }
        do throws(StoreError) {
            _ = try keyFiles.openAuto(device)
            report.problems.append(StoreProblem(.cell))
        } catch {
            guard error == .wrongKey else { throw error }
            report.problems.append(StoreProblem(.keyFile))
        }
    }
}
