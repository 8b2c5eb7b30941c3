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
public typealias Progress = (_ done: UInt64, _ total: UInt64) -> Void

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
        let attachment = Random.identifier()
        let record = Key<Role.Record>()
        let stream: Key<Role.Stream> = record.derive(
            Context(.blob, .id(id), .id(inside.file.caseID), .id(attachment)))
        do throws(HavreError) {
            let (blob, original, count) = try take(
                file, as: attachment, stream, session, progress)
            let written = try name(
                blob, original, count, title: title, attachment, record, code, session, inside)
            return Attached(
                attachment: attachment, record: written, byteCount: count, blake2b: original.blake2b)
        } catch {
            // Also the part of a file for which there was no room.
            try? storing { () throws(StoreError) in try store.blobs.discard(attachment) }
            throw error
        }
    }

    /// Bytes that are read, hashed and sealed at once: many chunks, so that both cores have work.
    private static let pieceByteCount = 16 * Stream.chunkByteCount

    /// Seals a file into `blobs/incoming`: `count u64 LE || bytes || zeros` up to the Padme size, in 64 KiB chunks.
    private func take(
        _ file: borrowing Descriptor, as id: Identifier, _ key: Key<Role.Stream>, _ session: Session,
        _ progress: Progress
    ) throws(HavreError) -> (blob: BlobReference, original: OriginalDigests, count: UInt64) {
        let total = try size(of: file)
        let padded = Pad.padme(Int(total) + 8)
        do {
            var incoming = try store.blobs.incomingBlob(id)
            var sealer = Stream.Sealer(key: key)
            var hash = Blake2b()
            // What the recipient's own tools can compute of the original: the slowest of the hashes.
            let sha256 = Guarded(SHA256())
            var header = ByteWriter()
            header.u64(total)
            var head = header.bytes
            var read: UInt64 = 0
            var sent = 0
            while sent < padded {
                try requireAlive(session)
                let length = min(Self.pieceByteCount, padded - sent)
                let bytes = try file.read(count: min(length - head.count, Int(total - read)), at: read)
                read += UInt64(bytes.count)
                sent += length
                let piece = head + bytes + [UInt8](repeating: 0, count: length - head.count - bytes.count)
                head = []
                _ = try Threads.both(
                    beside: { sha256.with { $0.update(bytes) } },
                    here: {
                        hash.update(bytes)
                        try incoming.write(try sealer.seal(piece, last: sent == padded))
                    })
                progress(read, total)
            }
            let digest = sha256.with { state in
                var whole = SHA256()
                swap(&whole, &state)
                return whole.finish()
            }
            return (
                try incoming.finish(), OriginalDigests(blake2b: hash.finish(), sha256: digest), total
            )
        } catch let error as StoreError {
            throw HavreError(error)
        } catch let error as HavreError {
            throw error
        } catch is SystemError {
            throw .invalid(field: "file", rule: "could not be read to its end: it changed or the disk failed")
        } catch {
            throw .failed("sealing the file")
        }
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
        _ blob: BlobReference, _ original: OriginalDigests, _ count: UInt64, title: String?,
        _ attachment: Identifier,
        _ key: Key<Role.Record>, _ code: String, _ session: Session, _ first: Inside
    ) throws(HavreError) -> Identifier {
        let form = try Self.form("evidence")
        var fields: [String: JSON] = [
            "original_blake2b": .string(original.blake2b.hex),
            "original_sha256": .string(original.sha256.hex), "sealed_copy": .string(attachment.hex),
        ]
        if let title, !title.isEmpty { fields["title"] = .string(title) }
        let values = try Self.check(.object(fields), form, today)
        let record = Random.identifier()
        return try first.file.writing.with { _ throws(HavreError) in
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
                let about: JSON = ["bytes": .int(Int64(count)), "blake2b": .string(original.blake2b.hex)]
                let sealed = try Sheet.seal(about.encoded(), at: sheet, under: compartmentKey, record: key)
                try draft.put(
                    .attachment(sealed.head, attachment: attachment, record: record),
                    body: .sealed(sealed.body),
                    blobs: [blob], in: inside.area)
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
    /// What was written before an error must be thrown away.
    ///
    /// - Parameter write: called with each piece of at most 64 KiB.
    public func fetch(
        case code: String, attachment: Identifier, _ session: Session, progress: Progress = { _, _ in },
        write: ([UInt8]) throws(HavreError) -> Void
    ) throws(HavreError) -> (byteCount: UInt64, blake2b: Digest) {
        let (inside, row) = try enter("fetch", code, session) { inside, event throws(HavreError) in
            guard let row = inside.index.attachments[attachment], let compartment = row.compartment else {
                throw .notFound
            }
            try inside.require(.read, compartment)
            event.records = [row.record]
            return row
        }
        guard let key = inside.secrets.key(row.head.secret, generation: row.head.generation) else {
            throw .notGranted
        }
        let place = place(of: attachment, inside.area, row.head.secret, row.head.generation)
        let record = try Sheet.key(row.head, at: place, under: key)
        let stream: Key<Role.Stream> = record.derive(
            Context(.blob, .id(id), .id(inside.file.caseID), .id(attachment)))
        return try give(row.blob, stream, session, progress, write)
    }

    private func give(
        _ blob: BlobReference, _ key: Key<Role.Stream>, _ session: Session, _ progress: Progress,
        _ write: ([UInt8]) throws(HavreError) -> Void
    ) throws(HavreError) -> (byteCount: UInt64, blake2b: Digest) {
        do {
            let file = try store.blobs.open(blob)
            var opener = Stream.Opener(key: key)
            var hash = Blake2b()
            var offset: UInt64 = 0
            var total: UInt64?
            var left: UInt64 = 0
            while offset < blob.byteCount {
                // A lock or a panic ends it at the next chunk, however large the file is.
                try requireAlive(session)
                let count = min(Stream.sealedChunkByteCount, Int(blob.byteCount - offset))
                let sealed = try file.read(count: count, at: offset)
                offset += UInt64(count)
                var plain = try opener.open(sealed, last: offset == blob.byteCount)
                if total == nil {
                    var reader = ByteReader(plain)
                    let length = try reader.u64()
                    guard length <= Self.attachmentByteCountMax, length <= blob.byteCount else {
                        throw HavreError.tampered
                    }
                    total = length
                    left = length
                    plain = reader.rest()
                }
                let piece = Array(plain.prefix(Int(min(left, UInt64(plain.count)))))
                left -= UInt64(piece.count)
                hash.update(piece)
                try write(piece)
                progress((total ?? 0) - left, total ?? 0)
            }
            guard let total, left == 0 else { throw HavreError.tampered }
            return (total, hash.finish())
        } catch let error as HavreError {
            throw error
        } catch {
            throw .tampered
        }
    }
}

/// Digests of the bytes that somebody attached.
private struct OriginalDigests {
    let blake2b: Digest
    let sha256: Digest
}
