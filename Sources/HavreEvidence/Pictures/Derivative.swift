package import HavreCodec
import HavreSecrets

/// A picture rebuilt without anything that its points do not need: no position, date, camera, author, comment,
/// thumbnail, colour profile or hidden tail. Its compressed points are the original's, byte for byte.
///
/// What stays and cannot be seen by the eye: the tables of the compressor (they tell the make of a program or
/// camera) and whatever somebody hid in the points on purpose. The page says so.
package struct Derivative: Sendable, Equatable {
    /// The formats that can be rebuilt; every other file leaves whole or not at all.
    package enum Format: String, Sendable {
        case jpeg, png

        /// The ending of a file's name, with its dot.
        package var suffix: String { self == .jpeg ? ".jpg" : ".png" }
    }

    /// Largest file read, in bytes.
    package static let byteCountMax = 64 << 20
    /// Largest picture read, in points: above the 50 megapixels of telephones, below what takes minutes.
    package static let pointCountMax = 1 << 26

    package let format: Format
    /// The rebuilt file.
    package let bytes: [UInt8]
    /// SHA-256 of the original file, whole.
    package let original: Digest
    /// SHA-256 of `bytes`.
    package let digest: Digest
    /// Width and height in points, before turning.
    package let width: Int
    package let height: Int
    /// How to hold the picture, 1 to 8 as EXIF counts (1 = as it is). Taken out with the rest of EXIF, so that
    /// the page must turn it.
    package let orientation: Int
    /// What was left out: names of segments or chunks and "data after the end", sorted, each once.
    package let removed: [String]

    /// Rebuilds a JPEG or a PNG, recognised by its first bytes.
    /// - Throws: `EvidenceError.picture` when it is neither, malformed, or beyond the bounds.
    package init(of original: [UInt8]) throws(EvidenceError) {
        guard original.count <= Self.byteCountMax else {
            throw .picture(rule: "at most \(Self.byteCountMax) bytes")
        }
        let rebuilt: Rebuilt
        if original.starts(with: PNG.signature) {
            format = .png
            rebuilt = try PNG.rebuild(original)
        } else if original.starts(with: [0xFF, 0xD8]) {
            format = .jpeg
            rebuilt = try JPEG.rebuild(original)
        } else {
            throw .picture(rule: "a JPEG or a PNG")
        }
        bytes = rebuilt.bytes
        width = rebuilt.width
        height = rebuilt.height
        orientation = rebuilt.orientation
        removed = rebuilt.removed.sorted()
        self.original = Hash.sha256(original)
        digest = Hash.sha256(rebuilt.bytes)
    }
}

/// What the readers of the two formats hand back.
struct Rebuilt {
    var bytes: [UInt8] = []
    var width = 0
    var height = 0
    var orientation = 1
    var removed: Set<String> = []
}
