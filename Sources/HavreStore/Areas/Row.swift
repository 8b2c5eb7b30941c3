package import HavreCodec

/// A file of `blobs/`, as a row names it.
package struct BlobReference: Hashable, Sendable {
    /// The file's name, as hex.
    package let id: Identifier
    /// Its size in bytes.
    package let byteCount: UInt64
    /// BLAKE2b-256 of its bytes, which are ciphertext.
    package let digest: Digest

    package init(id: Identifier, byteCount: UInt64, digest: Digest) {
        self.id = id
        self.byteCount = byteCount
        self.digest = digest
    }
}

/// One row as the store gives it back, authenticated and compared with the head of its area.
package struct Row: Sendable, Equatable {
    /// What the library put into the wrap; empty for an emptied row.
    package let payload: [UInt8]
    /// BLAKE2b-256 of the body, nil when the row has none.
    package let bodyDigest: Digest?
    /// The attachments' files.
    package let blobs: [BlobReference]
    /// Whether the row was emptied (a tombstone).
    package let isEmptied: Bool
    /// BLAKE2b-256 of the wrap: changes whenever the row is sealed again.
    package let wrapDigest: Digest
}

/// What becomes of the body of a row that is put.
package enum RowBody: Sendable, Equatable {
    /// The row has none; an older one is deleted.
    case none
    /// The older one stays.
    case kept
    /// These bytes, already sealed and padded by the library; at most 2 MiB.
    case sealed([UInt8])

    /// The largest body in bytes.
    package static let byteCountMax = 2 << 20
}

/// Where a row is put.
package enum RowNumber: Sendable, Equatable {
    /// At this number: the area's count for a new row, less for one that is put again.
    case at(UInt64)
    /// Behind the last row, whichever that is at the moment of the commit.
    case appended
}

/// A row to be written.
package struct RowPut: Sendable {
    package var area: Area
    package var number: RowNumber
    /// At most 700 KiB; up to about 700 bytes the row stays in one small cell.
    package var payload: [UInt8]
    package var body: RowBody
    package var blobs: [BlobReference]
    /// Marks the one row of its area whose digest the gate keeps, so that it is read without the others (a card).
    package var isPinned: Bool

    package init(
        area: Area, number: RowNumber, payload: [UInt8], body: RowBody = .none, blobs: [BlobReference] = [],
        isPinned: Bool = false
    ) {
        self.area = area
        self.number = number
        self.payload = payload
        self.body = body
        self.blobs = blobs
        self.isPinned = isPinned
    }

    /// The largest payload in bytes.
    package static let payloadByteCountMax = 700 << 10
    /// The most attachments of one row.
    package static let blobCountMax = 1_000
}
