import HavreCodec
import HavreSecrets
import HavreSystem

// What whoever leads owes the gate's second copy.
extension Leader {
    /// From now on each transaction of `gate.db` is handed to the mirror as soon as it stands.
    func followWithMirror() {
        guard mirror != nil else { return }
        gate.onCommit = { [weak self] writes in self?.tellMirror(.rows(writes)) }
    }

    func tellMirror(_ kind: MirrorStep.Kind) {
        guard let mirror else { return }
        // A log that cannot be read now is copied with the next step.
        mirror.send(MirrorStep(kind: kind, logs: (try? logByteCounts()) ?? [:], size: gate.size))
    }

    func logByteCounts() throws(StoreError) -> [String: UInt64] {
        [
            StoreName.journal: try journalLog.wholeByteCount(),
            StoreName.erasures: try erasuresLog.wholeByteCount(),
        ]
    }

    /// What a copy has to hold, if it is no newer than the gate; from here on it follows.
    func contents(for copy: MirrorCopy, _ keys: GateKeys) throws(StoreError) -> MirrorAnswer {
        // Opened before a renewal, and asked about after it: its key files would never fit these cells.
        guard
            try database(.gateFile, { () throws(SQLError) in try copy.file.epoch() == gate.epoch() })
        else { throw .busy }
        let checkpoint = try gate.checkpoint(keys).checkpoint
        let logs = try logByteCounts()
        gate.size = checkpoint.size
        // A cell that does not open, on a medium that fails perhaps, is no reason to keep it.
        if let known = try? copy.file.checkpoint(keys).checkpoint {
            let isOlder =
                known.size < checkpoint.size
                || (known.size == checkpoint.size && known.root == checkpoint.root)
            guard isOlder else { return .ahead }
        }
        for (name, byteCount) in logs where copy.byteCount(of: name) > byteCount { return .ahead }
        var files: [String: [UInt8]] = [:]
        let names = [StoreName.loginKey] + (keyFiles.devicePath == nil ? [StoreName.deviceKey] : [])
        for name in names { files[name] = try keyFiles.folder.read(name, byteCountMax: 4_096) }
        let rows = try database(.gateFile) { () throws(SQLError) in try gate.contents() }
        mirror?.follow()
        return .contents(MirrorContents(rows: rows, logs: logs, size: checkpoint.size, files: files))
    }
}

extension Store {
    /// Whether the mirror holds anything else than the gate: read whole, while nobody commits. A mirror that is behind is
    /// not asked; one that differs is filled anew.
    func doesMirrorDiffer() throws(StoreError) -> Bool {
        guard let mirror = leader.mirror, mirror.condition == .whole else { return false }
        try lead { leader throws(StoreError) in
            let rows = try database(.gateFile) { () throws(SQLError) in try leader.gate.contents() }
            leader.tellMirror(.compare(rows))
            mirror.settle()
        }
        guard mirror.takeDifference() else { return false }
        mirror.look()
        return true
    }

    /// Begins to look for the mirror, once the gate is open.
    /// - Throws: `.rolledBack` when it knows more than the gate.
    func lookForMirror() throws(StoreError) {
        guard let mirror = leader.mirror else { return }
        mirror.look()
        guard mirror.condition != .ahead else { throw .rolledBack }
    }

    /// Opens the mirror's folder as it is now.
    func mirrorCopy(_ path: String) throws(StoreError) -> MirrorCopy {
        let epoch = try gateReader.with { reader throws(StoreError) in
            try database(.gateFile) { () throws(SQLError) in try reader.file.epoch() }
        }
        return try MirrorCopy(path, of: gateFolder, vault, epoch: epoch)
    }

    /// What a mirror has to hold now.
    func contents(for copy: MirrorCopy) throws(StoreError) -> MirrorAnswer {
        try lead { leader throws(StoreError) in
            guard let keys = memory.with({ $0.state == .serving || $0.state == .opening ? $0.keys : nil })
            else { return .wait }
            return try leader.contents(for: copy, keys)
        }
    }
}
