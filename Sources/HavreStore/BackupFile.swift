internal import HavreCodec
internal import HavreSecrets

/// The gate's half of a backup: every cell of `gate.db` and g_login, sealed under BK_i, one record after the other.
///
/// `"havre gate backup 1\n" || vault 16 || step u64`, then records, each behind its u32 byte count:
/// `u32 count || Seal(BK, kind u8 || data) || Seal(BK, key) ...`. Each seal names the step and the record's place, a step
/// is used for one backup, and the last record says how many there are: nothing can be taken out, put in, put
/// elsewhere or brought from another backup. Device key and GK are not in it; a restore makes new ones.
struct BackupFile {
    /// What a record is.
    enum Kind: UInt8 {
        /// A cell: `table u8 || u32 || name || data`, with its keys.
        case cell = 1
        /// g_login, one key.
        case login = 2
        /// The end: the number of records before it, u64.
        case end = 3
    }

    /// One record, opened.
    struct Record {
        let kind: Kind
        let data: [UInt8]
        let keys: [Key<NextStep.Carried>]
    }

    private static let magic = Array("havre gate backup 1\n".utf8)
    private static let headerByteCount = magic.count + Identifier.byteCount + 8
    private static let sealedKeyByteCount = Seal.overhead + 32
    private static let recordByteCountMax = 16 << 20
    /// Beyond this nobody has made a backup every second for a century.
    private static let stepMax: UInt64 = 1 << 32

    private let vault: Identifier
    private let chain: StepLog.Chain
    private var count: UInt64 = 0

    init(vault: Identifier, chain: StepLog.Chain) {
        self.vault = vault
        self.chain = chain
    }

    // MARK: writing

    /// The bytes before the first record.
    var header: [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.magic)
        writer.append(vault.bytes)
        writer.u64(chain.step)
        return writer.bytes
    }

    /// The next record.
    mutating func record(_ kind: Kind, _ data: [UInt8], keys: [Key<NextStep.Carried>] = []) -> [UInt8] {
        var record = ByteWriter(capacity: data.count + 128 + keys.count * Self.sealedKeyByteCount)
        record.prefixed(Seal.seal([kind.rawValue] + data, under: chain.key, context("record")))
        for (index, key) in keys.enumerated() {
            record.append(Seal.seal(key: key, under: chain.key, context("key \(index)")))
        }
        count += 1
        var framed = ByteWriter(capacity: record.bytes.count + 4)
        framed.prefixed(record.bytes)
        return framed.bytes
    }

    /// The last record.
    mutating func end() -> [UInt8] {
        var data = ByteWriter()
        data.u64(count)
        return record(.end, data.bytes)
    }

    private func context(_ part: String) -> Context {
        Context(.gateRow, .id(vault), .text("backup \(chain.step) \(part)"), .bytes(place))
    }

    private var place: [UInt8] {
        var writer = ByteWriter()
        writer.u64(count)
        return writer.bytes
    }

    // MARK: reading

    /// Reads a header, and makes the key of its step.
    /// - Throws: `.foreign(.backup)` for another file, `.tampered(.backup)` for a step before the first.
    init(first: StepLog.Chain, next: (Int) throws(StoreError) -> [UInt8]) throws(StoreError) {
        let header = try next(Self.headerByteCount)
        guard header.count == Self.headerByteCount, header.starts(with: Self.magic) else {
            throw .foreign(.backup)
        }
        var reader = ByteReader(Array(header.dropFirst(Self.magic.count)), field: "backup")
        let step: UInt64
        (vault, step) = try decoding(.backup) { () throws(CodecError) in
            (try reader.identifier(), try reader.u64())
        }
        guard step >= first.step, step < Self.stepMax else { throw .tampered(.backup) }
        var chain = first
        while chain.step < step { chain = chain.following }
        self.chain = chain
    }

    /// The vault that the backup is of.
    var ofVault: Identifier { vault }

    /// Where the restored chain goes on.
    var following: StepLog.Chain { chain.following }

    /// Reads every record.
    /// - Parameter next: gives the next so many bytes, fewer only at the end of the file.
    /// - Throws: `.wrongKey` when not even the first record opens, `.tampered(.backup)` for anything else that is not
    ///   as it was written.
    mutating func readRecords(
        next: (Int) throws(StoreError) -> [UInt8], _ read: (Record) throws(StoreError) -> Void
    ) throws(StoreError) {
        while true {
            let record = try readRecord(next: next)
            guard record.kind == .end else {
                count += 1
                try read(record)
                continue
            }
            guard record.data == place, record.keys.isEmpty, try next(1).isEmpty else {
                throw .tampered(.backup)
            }
            return
        }
    }

    private func readRecord(next: (Int) throws(StoreError) -> [UInt8]) throws(StoreError) -> Record {
        let prefix = try next(4)
        let byteCount = prefix.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard prefix.count == 4, byteCount <= Self.recordByteCountMax else { throw .tampered(.backup) }
        let bytes = try next(byteCount)
        guard bytes.count == byteCount else { throw .tampered(.backup) }
        do {
            var reader = ByteReader(bytes, field: "record")
            let sealed = try reader.prefixed(max: Self.recordByteCountMax)
            let data = try Seal.open(sealed, under: chain.key, context("record"))
            guard let kind = data.first.flatMap(Kind.init) else { throw StoreError.tampered(.backup) }
            var keys: [Key<NextStep.Carried>] = []
            while reader.remaining > 0 {
                let sealedKey = try reader.bytes(Self.sealedKeyByteCount)
                keys.append(try Seal.openKey(sealedKey, under: chain.key, context("key \(keys.count)")))
            }
            return Record(kind: kind, data: Array(data.dropFirst()), keys: keys)
        } catch {
            throw count == 0 ? .wrongKey : .tampered(.backup)
        }
    }
}
