package import HavreCodec
import HavreSecrets

/// A BagIt 1.0 bag (RFC 8493) being put together: payload by its digests, tag files by their bytes.
package struct BagDraft: Sendable {
    static let declarationName = "bagit.txt"
    static let declaration = Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8)

    private let payload: [BagFile]
    private var tags: [(path: String, bytes: [UInt8])]
    private var paths = ArchivePaths()

    /// A bag of these payload files, with `bagit.txt`, `bag-info.txt` (Payload-Oxum is added) and a manifest of each
    /// algorithm.
    ///
    /// Throws `malformed` for a path that is not plain, holds a `%`, comes twice or is not below `data/`, and for info
    /// that names a Payload-Oxum of its own.
    package init(payload: [BagFile], info: BagInfo) throws(FormatError) {
        guard info[BagInfo.oxumLabel].isEmpty else {
            throw .malformed(field: "bag-info", rule: "no Payload-Oxum given")
        }
        var info = info
        let byteCount = payload.reduce(0) { $0 + $1.byteCount }
        try info.add(BagInfo.oxumLabel, "\(byteCount).\(payload.count)")
        self.payload = payload
        self.tags = []
        for file in payload {
            guard file.isPayload else { throw .malformed(field: "path", rule: "payload lies below data/") }
            try take(file.path)
        }
        try insert(BagDraft.declarationName, BagDraft.declaration)
        try insert(BagInfo.name, info.encoded)
        for algorithm in BagAlgorithm.allCases {
            try insert(algorithm.manifestName, BagManifest.text(payload, algorithm))
        }
    }

    /// Adds a tag file of our own; throws `malformed` for a path as above, one below `data/` and one that means
    /// something to BagIt.
    package mutating func add(tag path: String, _ bytes: [UInt8]) throws(FormatError) {
        let isReserved =
            path.utf8.starts(with: "manifest-".utf8) || path.utf8.starts(with: "tagmanifest-".utf8)
            || path == "fetch.txt" || path == "data" || path.utf8.starts(with: "data/".utf8)
        guard !isReserved else { throw .malformed(field: "path", rule: "a tag file's own") }
        try insert(path, bytes)
    }

    /// SHA-256 of `tagmanifest-sha256.txt` as it would be now: it stands for the whole bag. Sign it, add the
    /// signature as a tag file, and `BagSummary.tagDigest(without:)` gives it to the reader again.
    package var tagDigest: Digest {
        Hash.sha256(BagManifest.text(tagFiles, .sha256))
    }

    /// All files of the bag but the payload, tag manifests last.
    package func finished() -> [(path: String, bytes: [UInt8])] {
        tags
            + BagAlgorithm.allCases.map { algorithm in
                (algorithm.tagManifestName, BagManifest.text(tagFiles, algorithm))
            }
    }

    private var tagFiles: [BagFile] { tags.map { BagFile(path: $0.path, $0.bytes) } }

    private mutating func insert(_ path: String, _ bytes: [UInt8]) throws(FormatError) {
        try take(path)
        tags.append((path, bytes))
    }

    private mutating func take(_ path: String) throws(FormatError) {
        // RFC 8493 writes %25 for it; sha256sum and bagit.py 1.9.0 do not read that back.
        guard !path.utf8.contains(UInt8(ascii: "%")) else {
            throw .malformed(field: "path", rule: "no %, which readers of manifests disagree about")
        }
        try paths.insert(path)
    }
}
