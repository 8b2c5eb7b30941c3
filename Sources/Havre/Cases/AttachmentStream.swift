import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem

/// The bytes of an attachment on their way in or out, half of the work on each core. Keys are lent chunk by chunk.
///
/// A blob is `count u64 LE || bytes || zeros` up to the Padmé size, in chunks of 64 KiB.
enum AttachmentStream {
    /// Bytes that go from one thread to the other at once: one chunk, so that a lock or a panic waits for no more.
    fileprivate static let pieceByteCount = Stream.chunkByteCount
    fileprivate static let sealedPieceByteCount = Stream.sealedChunkByteCount
    /// Pieces under way: one in the hands of each thread, one between them.
    fileprivate static let pieceCount = 3

    fileprivate struct Piece: Sendable {
        let bytes: [UInt8]
        /// Where the original's bytes are.
        let original: Range<Int>
        let isLast: Bool

        /// The original's bytes; as a rule all of them, and nothing is copied.
        var originalBytes: [UInt8] { original.count == bytes.count ? bytes : Array(bytes[original]) }
    }

    /// Pieces from one thread to another, and their memory back again.
    fileprivate struct Belt: Sendable {
        let pieces = Handoff<Piece>(countMax: pieceCount)
        let room = Handoff<[UInt8]>(countMax: pieceCount, Array(repeating: [], count: pieceCount))

        func end() {
            pieces.end()
            room.end()
        }
    }

    /// A file that was taken in.
    struct Taken {
        let blob: BlobReference
        let byteCount: UInt64
        /// BLAKE2b-256 of the original bytes.
        let blake2b: Digest
        /// The same by what the recipient's own tools can compute.
        let sha256: Digest
    }

    /// Work on another thread.
    fileprivate static func beside<Answer: Sendable>(
        _ work: @escaping @Sendable () -> Answer
    ) throws(HavreError) -> Beside<Answer> {
        do throws(SystemError) { return try Beside(work) } catch { throw .busy }
    }
}

// MARK: in

extension AttachmentStream {
    /// Seals a file into `blobs/incoming`: this thread reads and computes SHA-256, which is the slowest part; the other
    /// does the rest.
    ///
    /// - Parameter isWanted: asked before each piece; ends it by throwing.
    static func take(
        _ file: borrowing Descriptor, byteCount: UInt64, into blobs: BlobFolder, as id: Identifier,
        under key: Key<Role.Stream>, isWanted: () throws(HavreError) -> Void, _ progress: Progress
    ) throws(HavreError) -> Taken {
        let belt = Belt()
        let sealing = try beside { seal(belt, into: blobs, as: id, under: key) }
        let sha256: Result<Digest, HavreError>
        do throws(HavreError) {
            sha256 = .success(try read(file, byteCount, onto: belt, isWanted, progress))
        } catch {
            sha256 = .failure(error)
        }
        belt.pieces.end()
        let sealed = sealing.wait()
        let digest = try sha256.get()
        let (blob, blake2b) = try sealed.get()
        return Taken(blob: blob, byteCount: byteCount, blake2b: blake2b, sha256: digest)
    }

    private static func read(
        _ file: borrowing Descriptor, _ total: UInt64, onto belt: Belt,
        _ isWanted: () throws(HavreError) -> Void, _ progress: Progress
    ) throws(HavreError) -> Digest {
        let padded = Pad.padme(Int(total) + 8)
        var hash = SHA256()
        var header = ByteWriter()
        header.u64(total)
        var head = header.bytes
        var read: UInt64 = 0
        var sent = 0
        // The other side ends the belt when it has failed, and says why.
        while sent < padded, var bytes = belt.room.take() {
            try isWanted()
            let length = min(pieceByteCount, padded - sent)
            let count = min(length - head.count, Int(total - read))
            do throws(SystemError) {
                if count == length {
                    try file.fill(&bytes, count: count, at: read)
                } else {
                    bytes = head + (try file.read(count: count, at: read))
                    bytes += [UInt8](repeating: 0, count: length - bytes.count)
                }
            } catch {
                throw .invalid(
                    field: "file", rule: "could not be read to its end: it changed or the disk failed")
            }
            read += UInt64(count)
            sent += length
            let piece = Piece(
                bytes: bytes, original: head.count..<head.count + count, isLast: sent == padded)
            head = []
            hash.update(piece.originalBytes)
            guard belt.pieces.put(piece) else { break }
            try progress(read, total)
        }
        return hash.finish()
    }

    private static func seal(
        _ belt: Belt, into blobs: BlobFolder, as id: Identifier, under key: Key<Role.Stream>
    ) -> Result<(BlobReference, Digest), HavreError> {
        defer { belt.end() }
        do {
            var incoming = try blobs.incomingBlob(id)
            var sealer = Stream.Sealer(key: key)
            var hash = Blake2b()
            var sealed: [UInt8] = []
            while let piece = belt.pieces.take() {
                hash.update(piece.originalBytes)
                try sealer.seal(piece.bytes, last: piece.isLast, into: &sealed)
                try incoming.write(sealed)
                _ = belt.room.put(piece.bytes)
            }
            // Whoever read has stopped before the end, and says why.
            guard sealer.isFinished else { return .failure(.failed("an attachment was not whole")) }
            return .success((try incoming.finish(), hash.finish()))
        } catch let error as StoreError {
            return .failure(HavreError(error))
        } catch {
            return .failure(.failed("sealing the file"))
        }
    }
}

// MARK: out

extension AttachmentStream {
    /// Opens a blob: the other thread reads and opens, this one gives away.
    ///
    /// - Parameters:
    ///   - total: length of the original, which the blob has to say too.
    ///   - isWanted: asked before each piece; ends it by throwing.
    ///   - write: called with each piece, in order.
    static func give(
        _ blob: BlobReference, from blobs: BlobFolder, under key: Key<Role.Stream>, byteCount total: UInt64,
        isWanted: () throws(HavreError) -> Void, _ progress: Progress,
        _ write: ([UInt8]) throws(HavreError) -> Void
    ) throws(HavreError) {
        let belt = Belt()
        let opening = try beside { open(blob, of: blobs, under: key, onto: belt) }
        defer { opening.wait() }
        // Before the wait: it ends the other thread's.
        defer { belt.end() }
        var left = total
        var start = 8
        var isWhole = false
        while let piece = belt.pieces.take() {
            // A lock or a panic ends it at the next piece, however large the file is.
            try isWanted()
            if start > 0, try length(piece.bytes) != total { throw .tampered }
            let count = Int(min(left, UInt64(piece.bytes.count - start)))
            try write(count == piece.bytes.count ? piece.bytes : Array(piece.bytes[start..<start + count]))
            left -= UInt64(count)
            start = 0
            try progress(total - left, total)
            isWhole = piece.isLast
            _ = belt.room.put(piece.bytes)
        }
        guard isWhole, left == 0 else { throw .tampered }
    }

    private static func length(_ bytes: [UInt8]) throws(HavreError) -> UInt64 {
        var reader = ByteReader(Array(bytes.prefix(8)))
        do throws(CodecError) { return try reader.u64() } catch { throw .tampered }
    }

    /// Whatever does not open ends the belt before the last piece.
    private static func open(
        _ blob: BlobReference, of blobs: BlobFolder, under key: Key<Role.Stream>, onto belt: Belt
    ) {
        defer { belt.pieces.end() }
        do {
            let file = try blobs.open(blob)
            var opener = Stream.Opener(key: key)
            var sealed: [UInt8] = []
            var offset: UInt64 = 0
            while offset < blob.byteCount, var plain = belt.room.take() {
                let count = min(sealedPieceByteCount, Int(blob.byteCount - offset))
                try file.fill(&sealed, count: count, at: offset)
                offset += UInt64(count)
                try opener.open(sealed, last: offset == blob.byteCount, into: &plain)
                let piece = Piece(
                    bytes: plain, original: 0..<plain.count, isLast: offset == blob.byteCount)
                guard belt.pieces.put(piece) else { return }
            }
        } catch {
            // The other side finds no last piece.
        }
    }
}
