import HavreAccess
import HavreCodec
import HavreStore

/// The outermost plaintext of a stored row: what the daemon may know without anybody's keys.
///
/// It lies under the gate only. Layout: one kind byte, then the members in the order written here; counts and
/// numbers little endian, lists and sealed parts behind a 32-bit byte count.
enum RowFacts: Equatable {
    /// A link of a chain or of the directory; the text is in the body.
    case link(Sheet.Head, number: UInt64)
    /// One version of one record; the SD-JWT is in the body, the gist here. The receipt leads to its leaf. `until` is
    /// the end of the time in which only its author reads it, and makes it a row of another kind.
    case version(
        Sheet.Head, record: Identifier, version: UInt32, author: Identifier, thumbprint: Digest,
        receipt: Receipt, gist: [UInt8], until: Instant? = nil)
    /// The sealed card of a case.
    case card(generation: UInt64, sealed: [UInt8])
    /// An older secret under the newer one.
    case older(secret: String, generation: UInt64, sealed: [UInt8])
    /// An attachment: the key of its stream, sealed like the key of a record; the bytes are a blob.
    case attachment(Sheet.Head, attachment: Identifier, record: Identifier)
    /// Fingerprints of what identifies somebody in one version of one record.
    case fingerprints(record: Identifier, version: UInt32, [Fingerprint])
    /// A box in a person's ring that she has not opened yet; the box is in the body.
    case mail(area: Identifier)
    /// Opened secrets of one area in a person's ring; the secrets are in the body, under her own key.
    case keys(area: Identifier, nameTag: Identifier)
    /// A person's private keys, in the body, under her own key.
    case identity
    /// The newest secrets of one case for the supervisors; in the body, boxed to the area's public half.
    case custody(caseID: Identifier, generation: UInt64)
    /// A users' row.
    case account(Account)
    /// An invitation that waits, or the mark of a used one.
    case invitation(Invitation)

    /// Where the entry of a write is, as far as it is known while the write is built, and what opens its leaf.
    struct Receipt: Equatable {
        /// The entry has this number or a later one: the size of the ledger when the write was built.
        let since: UInt64
        /// 16 bytes; the leaf commits to SHA-256(salt || JWS).
        let salt: [UInt8]
    }

    /// One fingerprint of the identifier guard, and what it is of.
    struct Fingerprint: Equatable, Hashable {
        let classification: UInt8
        let tag: Identifier
    }

    private enum Code: UInt8 {
        case link = 1
        case version, card, older, attachment, fingerprints, mail, keys, identity, custody, account,
            invitation, hiddenVersion
    }

    /// At most so many bytes of one sealed part: whatever the store takes can be read again.
    private static let partByteCountMax = RowPut.payloadByteCountMax

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 512)
        switch self {
        case .link(let head, let number):
            writer.u8(Code.link.rawValue)
            head.write(to: &writer)
            writer.u64(number)
        case .version(
            let head, let record, let version, let author, let thumbprint, let receipt, let gist, let until):
            writer.u8((until == nil ? Code.version : .hiddenVersion).rawValue)
            head.write(to: &writer)
            writer.append(record.bytes)
            writer.u32(version)
            writer.append(author.bytes)
            writer.append(thumbprint.bytes)
            writer.u64(receipt.since)
            writer.prefixed(receipt.salt)
            writer.prefixed(gist)
            if let until { writer.u64(UInt64(max(0, until.seconds))) }
        case .card(let generation, let sealed):
            writer.u8(Code.card.rawValue)
            writer.u64(generation)
            writer.prefixed(sealed)
        case .older(let secret, let generation, let sealed):
            writer.u8(Code.older.rawValue)
            writer.prefixed(secret)
            writer.u64(generation)
            writer.prefixed(sealed)
        case .attachment(let head, let attachment, let record):
            writer.u8(Code.attachment.rawValue)
            head.write(to: &writer)
            writer.append(attachment.bytes)
            writer.append(record.bytes)
        case .fingerprints(let record, let version, let list):
            writer.u8(Code.fingerprints.rawValue)
            writer.append(record.bytes)
            writer.u32(version)
            writer.u32(UInt32(list.count))
            for fingerprint in list {
                writer.u8(fingerprint.classification)
                writer.append(fingerprint.tag.bytes)
            }
        case .mail(let area):
            writer.u8(Code.mail.rawValue)
            writer.append(area.bytes)
        case .keys(let area, let nameTag):
            writer.u8(Code.keys.rawValue)
            writer.append(area.bytes)
            writer.append(nameTag.bytes)
        case .identity: writer.u8(Code.identity.rawValue)
        case .custody(let caseID, let generation):
            writer.u8(Code.custody.rawValue)
            writer.append(caseID.bytes)
            writer.u64(generation)
        case .account(let account):
            writer.u8(Code.account.rawValue)
            account.write(to: &writer)
        case .invitation(let invitation):
            writer.u8(Code.invitation.rawValue)
            invitation.write(to: &writer)
        }
        return writer.bytes
    }

    /// Reads the plaintext of a row.
    ///
    /// - Throws: `HavreError.tampered`: whatever authenticates and does not parse was not written by us.
    init(_ bytes: [UInt8]) throws(HavreError) {
        do throws(CodecError) {
            var reader = ByteReader(bytes, field: "row")
            guard let code = Code(rawValue: try reader.u8()) else {
                throw .invalid(field: "row", rule: "kind")
            }
            self = try Self.read(code, &reader)
            try reader.finish()
        } catch { throw .tampered }
    }

    private static func read(_ code: Code, _ reader: inout ByteReader) throws(CodecError) -> RowFacts {
        switch code {
        case .link: .link(try Sheet.Head(&reader), number: try reader.u64())
        case .version, .hiddenVersion:
            .version(
                try Sheet.Head(&reader), record: try reader.identifier(), version: try reader.u32(),
                author: try reader.identifier(), thumbprint: try reader.digest(),
                receipt: Receipt(since: try reader.u64(), salt: try reader.prefixed(max: 16)),
                gist: try reader.prefixed(max: partByteCountMax),
                until: code == .hiddenVersion ? try instant(&reader) : nil)
        case .card:
            .card(generation: try reader.u64(), sealed: try reader.prefixed(max: partByteCountMax))
        case .older:
            .older(
                secret: try reader.prefixedText(max: 64), generation: try reader.u64(),
                sealed: try reader.prefixed(max: partByteCountMax))
        case .attachment:
            .attachment(
                try Sheet.Head(&reader), attachment: try reader.identifier(), record: try reader.identifier())
        case .fingerprints:
            .fingerprints(
                record: try reader.identifier(), version: try reader.u32(), try fingerprints(&reader))
        case .mail: .mail(area: try reader.identifier())
        case .keys: .keys(area: try reader.identifier(), nameTag: try reader.identifier())
        case .identity: .identity
        case .custody: .custody(caseID: try reader.identifier(), generation: try reader.u64())
        case .account: .account(try Account(&reader))
        case .invitation: .invitation(try Invitation(&reader))
        }
    }

    private static func instant(_ reader: inout ByteReader) throws(CodecError) -> Instant {
        let seconds = try reader.u64()
        guard seconds <= UInt64(JSON.intMax) else { throw .invalid(field: "row", rule: "time") }
        return Instant(seconds: Int64(seconds))
    }

    private static func fingerprints(_ reader: inout ByteReader) throws(CodecError) -> [Fingerprint] {
        let count = Int(try reader.u32())
        guard count <= reader.remaining / 17 else { throw .invalid(field: "row", rule: "count") }
        var list: [Fingerprint] = []
        for _ in 0..<count {
            list.append(Fingerprint(classification: try reader.u8(), tag: try reader.identifier()))
        }
        return list
    }
}
