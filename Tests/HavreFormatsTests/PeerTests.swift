import Foundation
import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreFormats

/// What `Tests/Peers/formats.py` lays before independent tools, and what they wrote for us to read.
@Suite struct PeerTests {
    private static let sizes = [0, 1, 65_535, 65_536, 65_537, 200_000]

    @Test("age files are laid out") func ageFiles() throws {
        guard let folder = try PeersFolder.make("age") else { return }
        let identity = try AgeIdentity()
        let recipients = [try AgeIdentity().recipient, identity.recipient]
        let text = try identity.text().withBytes { span in (0..<74).map { span.byte(at: $0) } }
        try write(text + [0x0A], to: folder, "identity.txt")
        try write(Array(identity.recipient.text.utf8), to: folder, "recipient.txt")
        var generator = SeededGenerator(seed: 1)
        for size in Self.sizes {
            let plain = generator.bytes(size)
            let phrase = SecretBytes(copying: Array("correct horse".utf8))
            try write(plain, to: folder, "\(size).plain")
            try write(Age.encrypt(plain, to: recipients), to: folder, "\(size).x25519")
            try write(Age.encrypt(plain, to: recipients, armored: true), to: folder, "\(size).armored")
            try write(Age.encrypt(plain, passphrase: phrase, logN: 10), to: folder, "\(size).scrypt")
        }
    }

    @Test("Presentations are laid out for other readers") func presentationsLaid() throws {
        guard let folder = try PeersFolder.make("sdjwt") else { return }
        let key = SigningKey()
        try write(JWK.json(key.publicKey).encoded(), to: folder, "pub.jwk")
        let issued = try ExampleRecord.issue(key)
        let content = try issued.verify(key: key.publicKey)
        try write(issued.bytes, to: folder, "good-all.sdjwt")
        try write(content.claims.encoded(), to: folder, "good-all.json")
        var generator = SeededGenerator(seed: 2)
        for number in 0..<40 {
            let chosen = Set(content.paths.filter { _ in Bool.random(using: &generator) })
            let shown = try content.presenting(chosen)
            try write(shown.bytes, to: folder, "good-\(number).sdjwt")
            try write(shown.verify(key: key.publicKey).claims.encoded(), to: folder, "good-\(number).json")
        }
        let stray = Disclosure(name: "stray", value: 1)
        var bytes = issued.bytes
        try write(bytes + Array("\(stray.text)~".utf8), to: folder, "bad-stray.sdjwt")
        try write(bytes + Array("\(issued.disclosures[0].text)~".utf8), to: folder, "bad-twice.sdjwt")
        bytes[bytes.count - 10] ^= 1
        try write(bytes, to: folder, "bad-edited.sdjwt")
        bytes = try ExampleRecord.issue(SigningKey()).bytes
        try write(bytes, to: folder, "bad-stranger.sdjwt")
    }

    @Test("A bag is laid out for other readers, as folder and archive") func bagLaid() throws {
        guard let folder = try PeersFolder.make("bag") else { return }
        var info = BagInfo()
        try info.add("Bagging-Date", "2026-11-21")
        let payload: [(path: String, bytes: [UInt8])] = [
            ("data/index.html", Array("<p>one</p>\n".utf8)), ("data/records/001.sdjwt", []),
            ("data/attachments/100 b.bin", [UInt8](repeating: 9, count: 70_000)),
            ("data/attachments/\u{e9}t\u{e9}.txt", [1, 2, 3]),
        ]
        var draft = try BagDraft(payload: payload.map { BagFile(path: $0.path, $0.bytes) }, info: info)
        try draft.add(tag: "README.txt", Array("read me\n".utf8))
        try draft.add(tag: "proofs/001.tlog-proof", Array("proof\n".utf8))
        var writer = TarWriter()
        var archive: [UInt8] = []
        for (path, bytes) in draft.finished() + payload {
            archive += try writer.file(path: "bag/\(path)", bytes)
            try write(bytes, to: folder, "bag/\(path)")
        }
        archive += try writer.finish()
        try write(archive, to: folder, "bag.tar")
    }

    @Test("What peers wrote is read") func peersWrote() throws {
        guard let path = ProcessInfo.processInfo.environment["HAVRE_PEERS_IN"] else { return }
        let folder = URL(filePath: path)
        var count = 0
        for file in SharedVectors.files(below: folder) {
            let bytes = [UInt8](try Data(contentsOf: file))
            switch file.pathExtension {
            case "age": try #expect(openAge(bytes, folder) == plain(of: file), "\(file.lastPathComponent)")
            case "phrase":
                let phrase = SecretBytes(copying: Array("correct horse".utf8))
                let found = try Age.decrypt(bytes, AgeDecryptor(passphrase: phrase, logNMax: 22))
                try #expect(found == plain(of: file), "\(file.lastPathComponent)")
            case "sdjwt":
                let jwk = try Data(contentsOf: file.deletingPathExtension().appendingPathExtension("jwk"))
                let key = try JWK.key(JSON(parsing: [UInt8](jwk)))
                let claims = try SDJWT(parsing: bytes).verify(key: key, now: Instant(seconds: 1_800_000_000))
                    .claims
                try #expect(claims == JSON(parsing: plain(of: file)), "\(file.lastPathComponent)")
            case "tar": try #expect(firstFile(bytes) == plain(of: file), "\(file.lastPathComponent)")
            default: continue
            }
            count += 1
        }
        print("read of peers: \(count)")
    }

    private func openAge(_ bytes: [UInt8], _ folder: URL) throws -> [UInt8] {
        let file = try Data(contentsOf: folder.appending(path: "keygen.txt"))
        let identities = try AgeIdentity.identities(file: SecretBytes(copying: [UInt8](file)))
        return try Age.decrypt(bytes, AgeDecryptor(identities: identities))
    }

    /// The bytes of the first file of an archive.
    private func firstFile(_ bytes: [UInt8]) throws -> [UInt8] {
        var reader = TarReader()
        var found: [UInt8] = []
        for event in try reader.update(bytes) {
            if case .content(let piece) = event { found += piece }
            if case .end = event { break }
        }
        try reader.finish()
        return found
    }

    /// What a peer's file holds, laid beside it.
    private func plain(of file: URL) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: file.deletingPathExtension().appendingPathExtension("plain")))
    }

    private func write(_ bytes: [UInt8], to folder: URL, _ name: String) throws {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }
}
