import HavreCodec

/// What lies inside a wrap: `kind u8 || payload (u32 || bytes) || has body u8 [|| digest 32] || count u16 ||
/// count x {id 16, byte count u64, digest 32}`, integers little endian. An emptied row is the one byte 0.
struct RowContent: Equatable, Sendable {
    var payload: [UInt8]
    var bodyDigest: Digest?
    var blobs: [BlobReference]
    var isEmptied: Bool

    /// An emptied row: whatever it was, it is now one of the smallest rows.
    static let tombstone = RowContent(payload: [], bodyDigest: nil, blobs: [], isEmptied: true)

    private enum Kind {
        static let emptied: UInt8 = 0
        static let full: UInt8 = 1
    }

    /// The encoding, not yet padded.
    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: payload.count + 40 + 56 * blobs.count)
        guard !isEmptied else {
            writer.u8(Kind.emptied)
            return writer.bytes
        }
        writer.u8(Kind.full)
        writer.prefixed(payload)
        writer.flag(bodyDigest != nil)
        if let bodyDigest { writer.append(bodyDigest.bytes) }
        writer.u16(UInt16(blobs.count))
        for blob in blobs {
            writer.append(blob.id.bytes)
            writer.u64(blob.byteCount)
            writer.append(blob.digest.bytes)
        }
        return writer.bytes
    }

    init(payload: [UInt8], bodyDigest: Digest?, blobs: [BlobReference], isEmptied: Bool = false) {
        self.payload = payload
        self.bodyDigest = bodyDigest
        self.blobs = blobs
        self.isEmptied = isEmptied
    }

    /// Strict: every byte is accounted for.
    init(decoding bytes: [UInt8]) throws(CodecError) {
        var reader = ByteReader(bytes, field: "row")
        switch try reader.u8() {
        case Kind.emptied:
            self = .tombstone
        case Kind.full:
            payload = try reader.prefixed(max: RowPut.payloadByteCountMax)
            bodyDigest = try reader.flag() ? reader.digest() : nil
            let count = try reader.u16()
            guard count <= RowPut.blobCountMax else { throw .invalid(field: "row", rule: "too many blobs") }
            blobs = []
            for _ in 0..<count {
                blobs.append(
                    BlobReference(
                        id: try reader.identifier(), byteCount: try reader.u64(), digest: try reader.digest())
                )
            }
            isEmptied = false
        default:
            throw .invalid(field: "row", rule: "kind")
        }
        try reader.finish()
    }
}
