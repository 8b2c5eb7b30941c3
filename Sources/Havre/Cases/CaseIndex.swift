import HavreAccess
import HavreCodec
import HavreStore

/// What the rows of one case's area are, from their outermost layer alone: who opened none of it knows this much.
struct CaseIndex {
    /// Rows read so far.
    private(set) var count: UInt64 = 0
    /// Links by number, with the row that holds each.
    private(set) var links: [(row: UInt64, head: Sheet.Head, number: UInt64)] = []
    private(set) var records: [Identifier: [Version]] = [:]
    /// Records in the order of their first version.
    private(set) var order: [Identifier] = []
    /// The same by the compartment that a record stays in.
    private var places: [String: [Identifier]] = [:]
    private(set) var attachments: [Identifier: Attachment] = [:]
    private(set) var older: [(secret: String, generation: UInt64, sealed: [UInt8])] = []
    private(set) var fingerprints: [Identifier: [Set<RowFacts.Fingerprint>]] = [:]

    /// One version of one record.
    struct Version {
        let row: UInt64
        let head: Sheet.Head
        let record: Identifier
        let version: UInt32
        /// The person who wrote it, and the thumbprint of the key she signed with.
        let author: Identifier
        let thumbprint: Digest
        let receipt: RowFacts.Receipt
        let gist: [UInt8]
        /// Before it only the author reads this version.
        let until: Instant?

        var compartment: Compartment? { Compartment(rawValue: head.secret) }
    }

    /// One attachment.
    struct Attachment {
        let row: UInt64
        let head: Sheet.Head
        let attachment: Identifier
        let record: Identifier
        let blob: BlobReference

        var compartment: Compartment? { Compartment(rawValue: head.secret) }
    }

    /// Takes in one row; rows come in the order of their numbers.
    ///
    /// - Throws: `HavreError.tampered` for a row that no case has.
    mutating func append(_ facts: RowFacts, row: UInt64, blobs: [BlobReference]) throws(HavreError) {
        switch facts {
        case .link(let head, let number):
            guard number == UInt64(links.count) else { throw .tampered }
            links.append((row, head, number))
        case .version(
            let head, let record, let version, let author, let thumbprint, let receipt, let gist, let until):
            let entry = Version(
                row: row, head: head, record: record, version: version, author: author,
                thumbprint: thumbprint, receipt: receipt, gist: gist, until: until)
            guard version == UInt32(records[record]?.count ?? 0) + 1 else { throw .tampered }
            if version == 1 {
                order.append(record)
                places[head.secret, default: []].append(record)
            }
            records[record, default: []].append(entry)
        case .attachment(let head, let attachment, let record):
            guard blobs.count == 1 else { throw .tampered }
            attachments[attachment] = Attachment(
                row: row, head: head, attachment: attachment, record: record, blob: blobs[0])
        case .older(let secret, let generation, let sealed): older.append((secret, generation, sealed))
        case .fingerprints(let record, _, let list): fingerprints[record, default: []].append(Set(list))
        case .card: guard row == Self.cardRow else { throw .tampered }
        case .mail, .keys, .identity, .custody, .account, .invitation: throw .tampered
        }
        count = row + 1
    }

    /// The card is the second row of every case.
    static let cardRow: UInt64 = 1

    /// The newest version of each record, in the order of the first ones.
    var newest: [Version] { order.compactMap { records[$0]?.last } }

    /// The same of one compartment, without a look at the others.
    func newest(in compartment: Compartment) -> [Version] {
        (places[compartment.rawValue] ?? []).compactMap { records[$0]?.last }
    }
}
