import Foundation
import HavreCodec
import HavreFormats
import HavreSecrets
import TestSupport
import Testing

@testable import HavreEvidence

/// What `Tests/Peers/bundle.py` lays before independent tools.
struct BundlePeerTests {
    @Test("Bundles with any values withheld, and changed ones, are laid out for the peers")
    func bundlesAreLaidOut() throws {
        guard let folder = try PeersFolder.make("bundle") else { return }
        let scene = try BundleScene()
        func write(_ bytes: [UInt8], _ name: String) throws {
            try Data(bytes).write(to: folder.appending(path: name))
        }
        let identity = try scene.identity.text().withBytes { span in
            (0..<span.byteCount).map { span.byte(at: $0) }
        }
        try write(identity + [0x0A], "identity.txt")
        try write(Array(scene.fingerprint.hex.utf8), "fingerprint.txt")
        let all = try scene.select().disclosed
        var generator = SeededGenerator(seed: 5)
        for number in 0..<8 {
            let kept = all[Int.random(in: all.indices, using: &generator)]
            let withhold = Set(
                all.filter { $0 != kept && Int.random(in: 0..<8, using: &generator) < number })
            let archive = try scene.archive(withhold: withhold)
            let verdict = scene.verify(archive)
            #expect(verdict.isValid)
            try write(Age.encrypt(archive, to: [scene.identity.recipient]), "good-\(number).age")
            let expected = JSON.array(
                verdict.records.map { ["form": .string($0.form), "fields": $0.fields] })
            try write(expected.encoded(), "good-\(number).json")
        }
        let original = try Unpacked(scene.archive())
        // Signed records of another hand, whatever the manifests say; and a vault of another's.
        let stranger = try BundleScene.record(
            "evidence", ["kind": "photo", "title": "A forgery"], by: SigningKey())
        let forged = try original.resealed(export: { _ in nil }) {
            $0["data/records/003.sdjwt"] = stranger.content.source.bytes
        }
        let other = BundleBuilder.Keys(
            exporter: scene.louis, authors: scene.keys.authors, attestation: SigningKey(),
            founding: scene.founding)
        var changed = original
        changed["README.txt"]?[0] ^= 1
        for (number, archive) in try [forged, scene.archive(keys: other), changed.packed()].enumerated() {
            #expect(!scene.verify(archive).isValid)
            try write(Age.encrypt(archive, to: [scene.identity.recipient]), "bad-\(number).age")
        }
    }
}
