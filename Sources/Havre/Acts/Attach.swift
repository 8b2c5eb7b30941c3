import HavreAccess
public import HavreCodec
import HavreForms
import HavreSecrets
import HavreStore
public import HavreSystem

/// An attachment that was taken in.
public struct Attached: Sendable {
    /// The number under which it is fetched.
    public let attachment: Identifier
    /// The record of the form `evidence` that describes it.
    public let record: Identifier
    /// Its length.
    public let byteCount: UInt64
    /// BLAKE2b-256 of the original bytes.
    public let blake2b: Digest
}

/// How far a long act has come, in bytes; called between pieces, never with a connection.
public typealias Progress = (_ done: UInt64, _ total: UInt64) throws(HavreError) -> Void

extension Vault {
    /// The largest attachment in bytes (16 GiB).
    public static let attachmentByteCountMax: UInt64 = 16 << 30

    /// Takes a file into a case: sealed chunk by chunk under a key of its own, length hidden, with a record that
    /// names it. Nothing is stored before all of it is.
    ///
    /// - Parameter file: a regular file, read from its start.
    /// - Throws: `invalid` for anything else or a file that is too large.
    public func attach(
        case code: String, title: String?, file: borrowing Descriptor, _ session: Session,
        progress: Progress = { _, _ in }
    ) throws(HavreError) -> Attached {
        let inside = try inside(code, session)
        try inside.require(.attach, .evidence)
        // Before a large file is read for nothing.
        _ = try Self.check(.object(Self.named(title)), try Self.form("evidence"), today)
        let attachment = Random.identifier()
        let record = Key<Role.Record>()
        let stream: Key<Role.Stream> = record.derive(
            Context(.blob, .id(id), .id(inside.file.caseID), .id(attachment)))
        do throws(HavreError) {
            let taken = try AttachmentStream.take(
                file, byteCount: try size(of: file), into: store.blobs, as: attachment, under: stream,
                isWanted: { () throws(HavreError) in try requireAlive(session) }, progress)
            let written = try name(taken, title: title, attachment, record, code, session, inside)
            return Attached(
                attachment: attachment, record: written, byteCount: taken.byteCount, blake2b: taken.blake2b)
        } catch {
            // Also the part of a file for which there was no room.
            try? storing { () throws(StoreError) in try store.blobs.discard(attachment) }
            throw error
        }
    }

    private static func named(_ title: String?) -> [String: JSON] {
        guard let title, !title.isEmpty else { return [:] }
        return ["title": .string(title)]
    }

    private func size(of file: borrowing Descriptor) throws(HavreError) -> UInt64 {
        guard let status = try? file.status(), status.kind == .regular else {
            throw .invalid(field: "file", rule: "must be a regular file")
        }
        guard status.size <= Self.attachmentByteCountMax else {
            throw .invalid(field: "file", rule: "must not be larger than 16 GiB")
        }
        return status.size
    }

    /// The row of the attachment and the record that names it, in one change.
    private func name(
        _ taken: AttachmentStream.Taken, title: String?, _ attachment: Identifier, _ key: Key<Role.Record>,
        _ code: String, _ session: Session, _ first: Inside
    ) throws(HavreError) -> Identifier {
        let form = try Self.form("evidence")
        // Whoever attaches a file has not said yet of what kind it is, and a case may end all the same.
        let fields = Self.named(title).merging([
            "kind": .string(CodeList.unknown), "original_blake2b": .string(taken.blake2b.hex),
            "original_sha256": .string(taken.sha256.hex), "sealed_copy": .string(attachment.hex),
        ]) { $1 }
        let values = try Self.check(.object(fields), form, today)
        let record = Random.identifier()
        return try first.file.alone { () throws(HavreError) in
            try commit(event("attach", session), roster: first.secrets) { draft, event throws(HavreError) in
                let inside = try self.inside(code, session)
                try inside.require(.attach, .evidence)
                let name = Compartment.evidence.rawValue
                guard let (generation, compartmentKey) = inside.secrets.newestKey(name) else {
                    throw .notGranted
                }
                let place = WritingPlace(
                    area: inside.area, chain: inside.chain, secrets: inside.secrets,
                    directory: inside.directory)
                let author = try self.author(place, &draft, session, time: event.time)
                try self.put(
                    RecordPlan(
                        form: form, record: record, version: 1, previous: nil, fields: values,
                        compartment: nil),
                    .evidence, author, place, &draft, session, time: event.time)
                let sheet = self.place(of: attachment, inside.area, name, generation)
                let about = AboutAttachment(byteCount: taken.byteCount, blake2b: taken.blake2b)
                let sealed = try Sheet.seal(about.encoded, at: sheet, under: compartmentKey, record: key)
                try draft.put(
                    .attachment(sealed.head, attachment: attachment, record: record),
                    body: .sealed(sealed.body),
                    blobs: [taken.blob], in: inside.area)
                event.caseID = inside.file.caseID
                event.code = inside.chain.code
                event.purpose = inside.purpose
                event.records = [record]
                return record
            }.answer
        }
    }

    private func place(
        of attachment: Identifier, _ area: Area, _ secret: String, _ generation: UInt64
    ) -> Sheet.Place {
        Sheet.Place(
            vault: id, area: area.id, secret: secret, generation: generation, id: attachment, number: 0,
            author: Digest.zero)
    }

    /// Gives an attachment out, chunk by chunk, after the entry is on disk.
    ///
    /// What was written before an error must be thrown away. Each chunk is authenticated under the attachment's own key;
    /// length and digest of the original are those that were sealed when it was taken in.
    ///
    /// - Parameter write: called with each piece of at most 64 KiB, in order.
    public func fetch(
        case code: String, attachment: Identifier, _ session: Session, progress: Progress = { _, _ in },
        write: ([UInt8]) throws(HavreError) -> Void
    ) throws(HavreError) -> (byteCount: UInt64, blake2b: Digest) {
        let (inside, (row, compartment)) = try enter("fetch", code, session) {
            inside, event throws(HavreError) in
            guard let row = inside.index.attachments[attachment], let compartment = row.compartment else {
                throw .notFound
            }
            try inside.require(.read, compartment)
            event.records = [row.record]
            return (row, compartment)
        }
        var decision = LongDecision(code, inside, today)
        guard let key = inside.secrets.key(row.head.secret, generation: row.head.generation) else {
            throw .notGranted
        }
        let place = place(of: attachment, inside.area, row.head.secret, row.head.generation)
        let about = try AboutAttachment(
            try Sheet.open(try body(row.row, in: inside.area), row.head, at: place, under: key))
        let record = try Sheet.key(row.head, at: place, under: key)
        let stream: Key<Role.Stream> = record.derive(
            Context(.blob, .id(id), .id(inside.file.caseID), .id(attachment)))
        try AttachmentStream.give(
            row.blob, from: store.blobs, under: stream, byteCount: about.byteCount,
            isWanted: { () throws(HavreError) in
                try requireStill(&decision, .read, compartment)
            }, progress, write)
        return (about.byteCount, about.blake2b)
    }
}

/// What the row of an attachment says of the original, sealed under the attachment's key.
private struct AboutAttachment {
    let byteCount: UInt64
    let blake2b: Digest

    init(byteCount: UInt64, blake2b: Digest) {
        self.byteCount = byteCount
        self.blake2b = blake2b
    }

    var encoded: [UInt8] {
        let about: JSON = ["bytes": .int(Int64(byteCount)), "blake2b": .string(blake2b.hex)]
        return about.encoded()
    }

    /// - Throws: `HavreError.tampered`.
    init(_ text: [UInt8]) throws(HavreError) {
        do throws(CodecError) {
            var fields = try Fields(try JSON(parsing: text))
            byteCount = UInt64(
                try fields.int("bytes", in: 0...Int64(Vault.attachmentByteCountMax)))
            blake2b = try Digest(hex: try fields.string("blake2b"))
            try fields.finish()
        } catch { throw .tampered }
    }
}
