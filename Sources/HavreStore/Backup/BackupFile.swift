import HavreCodec
import HavreSecrets

/// The gate's half of a backup: every cell of `gate.db` and g_login, sealed under BK_i, one record after the other.
///
/// `"havre gate backup 1\n" || vault 16 || step u64 || nonce 16 || u32 count || bearer`, then records, each behind its
/// u32 byte count: `u32 count || Seal(BK, kind u8 || data) || Seal(BK, key) ...`. Each seal names the digest of the
/// header and the record's place, the nonce is drawn for each backup, and the last record says how many there are:
/// nothing can be taken out, put in, put elsewhere or brought from another backup. Device key and GK are not in it; a
/// restore makes new ones. The bearer is the library's: what leads somebody to BK, in clear here and sealed in itself.
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
    private static let headerByteCount = magic.count + Identifier.byteCount + 8 + nonceByteCount + 4
    private static let nonceByteCount = 16
    /// The most bytes of a bearer.
    static let bearerByteCountMax = 4_096
    private static let sealedKeyByteCount = Seal.overhead + 32
    private static let recordByteCountMax = 16 << 20

    /// What stands before the first record, in clear.
    struct Header {
        let vault: Identifier
        let step: UInt64
        let bearer: [UInt8]
        /// As it is written.
        let bytes: [UInt8]

        var era: UInt32 { UInt32(step >> 32) }
    }

    private let header: Header
    private let headerDigest: Digest
    private let chain: StepLog.Chain
    private var count: UInt64 = 0

    // MARK: writing

    /// Begins a backup of this step.
    init(vault: Identifier, chain: StepLog.Chain, bearer: [UInt8]) {
        var writer = ByteWriter()
        writer.append(Self.magic)
        writer.append(vault.bytes)
        writer.u64(chain.step)
        writer.append(Random.bytes(Self.nonceByteCount))
        writer.prefixed(bearer)
        header = Header(vault: vault, step: chain.step, bearer: bearer, bytes: writer.bytes)
        headerDigest = Hash.blake2b256(writer.bytes)
        self.chain = chain
    }

    /// The bytes before the first record.
    var headerBytes: [UInt8] { header.bytes }

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
        Context(
            .gateRow, .id(header.vault), .text("backup \(chain.step) \(part)"),
            .bytes(place + headerDigest.bytes))
    }

    private var place: [UInt8] {
        var writer = ByteWriter()
        writer.u64(count)
        return writer.bytes
    }

    // MARK: reading

    /// Reads a header.
    /// - Throws: `.foreign(.backup)` for another file or a newer version, `.tampered(.backup)`.
    static func header(next: (Int) throws(StoreError) -> [UInt8]) throws(StoreError) -> Header {
        let fixed = try next(headerByteCount)
        guard fixed.count == headerByteCount, fixed.starts(with: magic) else { throw .foreign(.backup) }
        let (vault, step, byteCount) = try decoding(.backup) { () throws(CodecError) in
            var reader = ByteReader(Array(fixed.dropFirst(magic.count)), field: "backup")
            let (vault, step) = (try reader.identifier(), try reader.u64())
            _ = try reader.bytes(nonceByteCount)
            return (vault, step, Int(try reader.u32()))
        }
        guard byteCount <= bearerByteCountMax else { throw .tampered(.backup) }
        let bearer = try next(byteCount)
        guard bearer.count == byteCount else { throw .tampered(.backup) }
        return Header(vault: vault, step: step, bearer: bearer, bytes: fixed + bearer)
    }

    /// Goes on behind a header, with the key of its step.
    /// - Parameter first: BK_0 of the header's era.
    /// - Throws: `.tampered(.backup)` for a step that nobody reaches.
    init(_ header: Header, first: Key<Role.Backup>) throws(StoreError) {
        self.header = header
        headerDigest = Hash.blake2b256(header.bytes)
        var chain = StepLog.Chain(era: header.era, first: first)
        guard header.step - chain.step < StepLog.stepCountMax else { throw .tampered(.backup) }
        while chain.step < header.step { chain = chain.following }
        self.chain = chain
    }

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
