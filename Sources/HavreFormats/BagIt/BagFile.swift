package import HavreCodec
import HavreSecrets

/// A file of a bag: its path and what manifests say of it.
package struct BagFile: Sendable, Equatable {
    /// From the bag's folder: `data/...` for payload.
    package let path: String
    /// Bytes of the file.
    package let byteCount: Int
    /// Of its bytes.
    package let sha256: Digest
    /// Of its bytes, 64 bytes.
    package let sha512: [UInt8]

    /// The entry of a file in memory.
    package init(path: String, _ bytes: [UInt8]) {
        self.init(
            path: path, byteCount: bytes.count, sha256: Hash.sha256(bytes), sha512: Hash.sha512(bytes))
    }

    fileprivate init(path: String, byteCount: Int, sha256: Digest, sha512: [UInt8]) {
        self.path = path
        self.byteCount = byteCount
        self.sha256 = sha256
        self.sha512 = sha512
    }

    /// Whether the file is payload rather than a tag file.
    package var isPayload: Bool { path.utf8.starts(with: "data/".utf8) }
}

/// Computes the entry of a file that is read piece by piece.
package struct BagDigester: ~Copyable {
    private var sha256 = SHA256()
    private var sha512 = SHA512()
    private var byteCount = 0

    /// A digester at the start of a file.
    package init() {}

    /// Takes the next bytes.
    package mutating func update(_ bytes: [UInt8]) {
        sha256.update(bytes)
        sha512.update(bytes)
        byteCount += bytes.count
    }

    /// The entry of the file under a path.
    package consuming func finish(path: String) -> BagFile {
        BagFile(path: path, byteCount: byteCount, sha256: sha256.finish(), sha512: sha512.finish())
    }
}
