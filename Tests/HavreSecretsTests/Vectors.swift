import Foundation
import HavreCodec

@testable import HavreSecrets

/// The known answers of `Keys/vectors`: every construction on fixed inputs, enough for a second implementation.
/// `Tests/Peers/vectors.py` is one.
enum Vectors {
    /// File name without its ending, and what stands in it.
    static func all() throws -> [(name: String, vectors: [JSON])] {
        [
            ("context", try contexts()), ("hash", try hashes()), ("keyed", try keyed()),
            ("seal", try seals()),
            ("pad", try pads()), ("padme", padmes()), ("sign", try signatures()),
            ("statement", try statements()), ("passphrase", try passphrases()), ("kek", try keks()),
            ("commitment", try commitments()), ("fingerprint", try fingerprints()), ("share", try shares()),
            ("stream", try streams()),
        ]
    }

    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Keys/vectors")

    /// One vector a line, so that a change shows as one.
    static func write(_ vectors: [JSON], to name: String) throws {
        let text = "[\n" + vectors.map(\.text).joined(separator: ",\n") + "\n]\n"
        try Data(text.utf8).write(to: folder.appending(path: name + ".json"))
    }

    static func read(_ name: String) throws -> [JSON] {
        let bytes = try [UInt8](Data(contentsOf: folder.appending(path: name + ".json")))
        return try JSON(parsing: bytes).array ?? []
    }

    /// Fixed bytes that look random: BLAKE2b-512 of the label, as often as needed.
    static func bytes(_ label: String, _ count: Int) -> [UInt8] {
        var out: [UInt8] = []
        while out.count < count { out += Hash.blake2b512(Array("\(label) \(out.count)".utf8)) }
        return [UInt8](out.prefix(count))
    }

    static func secret(_ label: String, _ count: Int = 32) -> SecretBytes {
        SecretBytes(copying: bytes(label, count))
    }

    static func key<R: KeyRole>(_ label: String, as role: R.Type = R.self) -> Key<R> {
        Key(derived: secret(label))
    }

    static func id(_ label: String) throws -> Identifier { try Identifier(bytes: bytes(label, 16)) }

    static func scalar(_ label: String) throws -> Scalar {
        var bytes = bytes(label, 32)
        bytes[31] &= 0x0f
        return try Scalar(SecretBytes(copying: bytes))
    }

    static func hex(_ bytes: [UInt8]) -> JSON { .string(Hex.encode(bytes)) }

    static func hex(_ secret: borrowing SecretBytes) -> JSON { hex(secret.withBytes { $0.copied() }) }

    static func text(_ text: String) -> [UInt8] { Array(text.utf8) }
}
