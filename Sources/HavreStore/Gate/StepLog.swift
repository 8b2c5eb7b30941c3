import HavreCodec
import HavreSecrets
import HavreSystem

/// `gate.journal` or `erasures.log`: lines that are only ever appended, each sealed under the backup key of its step.
///
/// A line = `u32 byte count of the rest || step u64 || u32 count || Seal(BK_step, data) || Seal(BK_step, key) ...`.
/// After each append BK_{i+1} = BLAKE2b(BK_i) takes the place of BK_i, so the gate of today opens no older line;
/// an older gate (a backup), or the recovery key, opens all that follow.
final class StepLog {
    /// One line, opened.
    struct Line {
        let step: UInt64
        let data: [UInt8]
        let keys: [[UInt8]]
    }

    /// The key of one step of the chain. The upper 32 bits of a step are the era: each has a chain of its own from the
    /// recovery seed, so that a machine that was lost cannot open what is written after a restore.
    struct Chain: Sendable {
        let step: UInt64
        let key: Key<Role.Backup>

        init(step: UInt64, key: Key<Role.Backup>) {
            self.step = step
            self.key = key
        }

        /// The beginning of an era.
        init(era: UInt32, first: Key<Role.Backup>) { self.init(step: UInt64(era) << 32, key: first) }

        var era: UInt32 { UInt32(step >> 32) }

        /// The step after this one; this one's key is wiped with its last reference.
        var following: Chain { Chain(step: step + 1, key: key.derive(Context(.backupStep))) }
    }

    private let folder: StoreFolder
    private let name: String
    private let part: StorePart
    private let vault: Identifier
    /// Where the last whole line ends, once that was looked at.
    private var end: UInt64?

    private static let lineByteCountMax = 16 << 20
    /// Nobody makes more steps in an era; a number from a damaged file must not be counted up to.
    static let stepCountMax: UInt64 = 1 << 28
    private static let sealedKeyByteCount = Seal.overhead + 32

    init(_ name: String, in folder: StoreFolder, _ part: StorePart, vault: Identifier) {
        self.name = name
        self.folder = folder
        self.part = part
        self.vault = vault
    }

    // MARK: writing

    /// Seals one line.
    func line(_ data: [UInt8], keys: [Key<NextStep.Carried>], _ chain: Chain) -> [UInt8] {
        var rest = ByteWriter(capacity: data.count + 128 + keys.count * Self.sealedKeyByteCount)
        rest.u64(chain.step)
        rest.prefixed(Seal.seal(data, under: chain.key, Context(.journal, .id(vault), .int(chain.step))))
        for (index, key) in keys.enumerated() {
            rest.append(Seal.seal(key: key, under: chain.key, keyContext(index, data, chain.step)))
        }
        var writer = ByteWriter(capacity: rest.bytes.count + 4)
        writer.prefixed(rest.bytes)
        return writer.bytes
    }

    /// Appends sealed lines and waits until they are on disk. A part of a line that a crash left is cut off first.
    func append(_ lines: [UInt8]) throws(StoreError) {
        let start = try wholeByteCount()
        let isNew = try folder.status(of: name) == nil
        do throws(SystemError) {
            let file = try folder.directory.open(name, [.readWrite, .create])
            if try file.statSize() > start { try file.truncate(to: start) }
            try file.write(lines, at: start)
            try file.sync()
            if isNew { try folder.directory.sync() }
            end = start + UInt64(lines.count)
        } catch {
            // What was written is not known: look again before the next append.
            end = nil
            throw StoreError(error)
        }
    }

    // MARK: reading

    /// Calls `read` with every line from the chain's step on, opened; older ones stay closed.
    /// - Throws: `.tampered` for a line that does not open, is out of order or of a later era.
    func forEachLine(
        from chain: Chain, _ read: (Line, Chain) throws(StoreError) -> Void
    ) throws(StoreError) {
        var now = chain
        var last: UInt64 = 0
        try walk { step, sealed throws(StoreError) in
            guard step >= last else { throw .tampered(part) }
            last = step
            guard step >= now.step else { return }
            guard step >> 32 == UInt64(now.era), step - chain.step < Self.stepCountMax else {
                throw .tampered(part)
            }
            while now.step < step { now = now.following }
            try read(try open(sealed, now), now)
        }
    }

    /// Opens one key of a line.
    func key(_ index: Int, of line: Line, _ chain: Chain) throws(StoreError) -> Key<NextStep.Carried> {
        guard line.keys.indices.contains(index) else { throw .tampered(part) }
        do throws(SecretError) {
            return try Seal.openKey(
                line.keys[index], under: chain.key, keyContext(index, line.data, chain.step))
        } catch {
            throw .tampered(part)
        }
    }

    /// Looks at the order of the steps, for `check`: none may lie beyond the gate's.
    func isInOrder(before step: UInt64) throws(StoreError) -> Bool {
        var last: UInt64 = 0
        var isGood = true
        try walk { found, _ throws(StoreError) in
            // A line of the present step is one whose change was never decided.
            if found < last || found > step { isGood = false }
            last = found
        }
        return isGood
    }

    // MARK: lines

    private func open(_ sealed: [UInt8], _ chain: Chain) throws(StoreError) -> Line {
        do {
            var reader = ByteReader(sealed, field: "line")
            let data = try Seal.open(
                reader.prefixed(max: Self.lineByteCountMax), under: chain.key,
                Context(.journal, .id(vault), .int(chain.step)))
            var keys: [[UInt8]] = []
            while reader.remaining > 0 { keys.append(try reader.bytes(Self.sealedKeyByteCount)) }
            return Line(step: chain.step, data: data, keys: keys)
        } catch {
            throw .tampered(part)
        }
    }

    /// Walks over the whole lines; a part of a line at the end is what a crash left, and no line.
    private func walk(_ read: (UInt64, [UInt8]) throws(StoreError) -> Void) throws(StoreError) {
        guard try folder.status(of: name) != nil else { return }
        let file = try system { () throws(SystemError) in try folder.directory.open(name, [.read]) }
        let size = try system { () throws(SystemError) in try file.statSize() }
        var offset: UInt64 = 0
        while let line = try line(of: file, at: offset, size: size) {
            var reader = ByteReader(line, field: "line")
            let step = try decoding(part) { () throws(CodecError) in try reader.u64() }
            try read(step, reader.rest())
            offset += 4 + UInt64(line.count)
        }
        end = offset
    }

    private func line(
        of file: borrowing Descriptor, at offset: UInt64, size: UInt64
    ) throws(StoreError) -> [UInt8]? {
        guard size - offset >= 4 else { return nil }
        do throws(SystemError) {
            let prefix = try file.read(count: 4, at: offset)
            let count = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard count >= 8, count <= Self.lineByteCountMax, count <= size - offset - 4 else { return nil }
            return try file.read(count: Int(count), at: offset + 4)
        } catch {
            throw StoreError(error)
        }
    }

    /// Where the last whole line ends.
    func wholeByteCount() throws(StoreError) -> UInt64 {
        if let end { return end }
        end = 0
        try walk { _, _ throws(StoreError) in }
        return end ?? 0
    }

    private func keyContext(_ index: Int, _ data: [UInt8], _ step: UInt64) -> Context {
        Context(
            .gateRow, .id(vault), .text("\(name) key \(index) step \(step)"),
            .bytes(Hash.blake2b256(data).bytes))
    }
}
