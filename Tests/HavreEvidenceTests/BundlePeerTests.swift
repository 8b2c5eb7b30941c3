import Foundation
import HavreCodec
import HavreFormats
import HavreSecrets
import TestSupport
import Testing

@testable import HavreEvidence

/// What `Tests/Peers/bundle.py` lays before independent tools.
struct BundlePeerTests {
    /// How many bundles: 40, or `HAVRE_BUNDLES`.
    private static let bundleCount =
        ProcessInfo.processInfo.environment["HAVRE_BUNDLES"].flatMap { Int($0) } ?? 40

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
        try write(Array(scene.ledger.log.text.utf8), "log.vkey")
        let all = try scene.select().disclosed
        var generator = SeededGenerator(seed: 5)
        for number in 0..<Self.bundleCount {
            let kept = all[Int.random(in: all.indices, using: &generator)]
            let withhold = Set(
                all.filter { $0 != kept && Int.random(in: 0..<8, using: &generator) < number % 9 })
            let selection = try scene.select(withhold: withhold)
            // Some say nothing of the ledger.
            let keys = number % 5 == 4 ? scene.keys : try scene.keys(for: selection)
            let builder = try scene.builder(
                selection, language: number % 2 == 0 ? .fr : .en, hasReceipts: keys.receipts != nil)
            let archive = try builder.archive(builder.draft(), keys)
            let verdict = scene.verify(archive)
            #expect(verdict.isValid)
            try write(
                Age.encrypt(archive, to: [scene.identity.recipient], armored: number % 7 == 3),
                "good-\(number).age")
            try write(scene.expectation(verdict, selection).encoded(), "good-\(number).json")
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
            founding: scene.founding, receipts: nil)
        var changed = original
        changed["README.txt"]?[0] ^= 1
        // Proofs of two records changed places, under manifests and a signature that fit.
        let swapped = try original.resealed(
            export: {
                try ExportStatement(
                    bag: $0, contact: "x", profile: "court", date: Day(parsing: "2026-11-21"),
                    fingerprint: scene.fingerprint
                ).signed(by: scene.louis).bytes
            }
        ) { files in
            let first = files["proofs/001.tlog-proof"]
            files["proofs/001.tlog-proof"] = files["proofs/002.tlog-proof"]
            files["proofs/002.tlog-proof"] = first
        }
        let bad = try [forged, scene.archive(keys: other), changed.packed(), swapped]
        for (number, archive) in bad.enumerated() {
            #expect(!scene.verify(archive).isValid)
            try write(Age.encrypt(archive, to: [scene.identity.recipient]), "bad-\(number).age")
        }
    }
}

extension BundleScene {
    /// What the peers have to find in a bundle, and what nowhere.
    func expectation(_ verdict: BundleVerifier.Verdict, _ selection: Selection) -> JSON {
        let parts = Set(selection.withheld)
        let withheld = records.flatMap { source in
            source.form.leaves(source.values).filter { parts.contains(source.part($0)) }.compactMap { leaf in
                let type = leaf.type(in: source.form)
                return type == .text || type == .long || type == .sentences ? leaf.value.string : nil
            }
        }
        let disclosed = selection.chosen.flatMap { chosen in
            chosen.disclosed.filter { $0.field == "text" }.map(\.value)
        }
        return [
            "disclosed": .array(disclosed),
            "records": .array(verdict.records.map { ["form": .string($0.form), "fields": $0.fields] }),
            "places": .array(verdict.records.compactMap(\.place).map { .int(Int64($0.index)) }),
            "withheld": .array(withheld.map { .string($0) }),
            "canaries": .array((["Canary-"] + records.map(\.record.hex)).map { .string($0) }),
        ]
    }
}
