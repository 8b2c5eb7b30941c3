import HavreCodec

/// What is left to do after a commit and is done again after a crash: `needs scrub u8 || blobs {id 16}`.
struct Chores: Equatable, Sendable {
    /// Whether both write-ahead logs have to be emptied, so that overwritten bytes are gone.
    var needsScrub = false
    /// Files of `blobs/` to remove.
    var blobs: [Identifier] = []

    private static let blobCountMax = 1_000_000

    var isEmpty: Bool { !needsScrub && blobs.isEmpty }

    init() {}

    /// Both together.
    func joined(with more: Chores) -> Chores {
        var all = self
        all.needsScrub = needsScrub || more.needsScrub
        all.blobs += more.blobs
        return all
    }

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 8 + 16 * blobs.count)
        writer.flag(needsScrub)
        writer.list(blobs) { $0.append($1.bytes) }
        return writer.bytes
    }

    init(decoding bytes: [UInt8]) throws(CodecError) {
        var reader = ByteReader(bytes, field: "chores")
        needsScrub = try reader.flag()
        blobs = try reader.list(max: Self.blobCountMax) { reader throws(CodecError) in try reader.identifier()
        }
        try reader.finish()
    }
}
