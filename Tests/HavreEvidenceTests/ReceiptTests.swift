import HavreCodec
import HavreFormats
import HavreForms
import HavreLedger
import HavreSecrets
import Testing

@testable import HavreEvidence

/// What a bundle says of the ledger, and how long it is.
struct ReceiptTests {
    private let scene: BundleScene

    init() throws { scene = try BundleScene() }

    private func signed(_ digest: Digest) throws -> [UInt8]? {
        try ExportStatement(
            bag: digest, contact: "x", profile: "court", date: Day(parsing: "2026-11-21"),
            fingerprint: scene.fingerprint
        ).signed(by: scene.louis).bytes
    }

    /// The verdict on a bag that its exporter signed, with other tag files.
    private func verdict(
        _ change: (inout [String: [UInt8]]) throws -> Void
    ) throws -> BundleVerifier.Verdict {
        scene.verify(try Unpacked(scene.archive()).resealed(export: signed, change: change))
    }

    @Test("Each record of a bundle is proven to be in the ledger, under its number")
    func places() throws {
        let verdict = scene.verify(try scene.archive())
        #expect(verdict.isValid)
        #expect(verdict.records.map { $0.place?.index } == [250, 257, 264])
        #expect(verdict.records.allSatisfy { $0.place?.size == 700 })
    }

    @Test("A bundle has a proof for each record and the attestation of the ledger's key, or none of them")
    func allOrNone() throws {
        let silent = scene.verify(try scene.archive(keys: scene.keys))
        #expect(silent.isValid && silent.records.allSatisfy { $0.place == nil })
        #expect(try verdict { _ in }.isValid)
        #expect(try !verdict { $0["proofs/002.tlog-proof"] = nil }.isValid)
        #expect(try !verdict { $0["attestations/log.sdjwt"] = nil }.isValid)
        #expect(try !verdict { $0["proofs/004.tlog-proof"] = $0["proofs/001.tlog-proof"] }.isValid)
        let two = try scene.select()
        let keys = BundleBuilder.Keys(
            exporter: scene.louis, authors: scene.keys.authors, attestation: scene.attestation,
            founding: scene.founding, receipts: try scene.ledger.receipts(Array(scene.records.dropLast())))
        let builder = try scene.builder(two)
        #expect(throws: EvidenceError.self) { try builder.archive(builder.draft(), keys) }
    }

    @Test("A proof holds for its own record, its own number, its own tree and its own ledger")
    func wrongProofs() throws {
        let swapped = try verdict { files in
            let first = files["proofs/001.tlog-proof"]
            files["proofs/001.tlog-proof"] = files["proofs/002.tlog-proof"]
            files["proofs/002.tlog-proof"] = first
        }
        #expect(!swapped.isValid && swapped.problems.count == 2, "\(swapped.problems)")
        let original = try Unpacked(scene.archive())["proofs/001.tlog-proof"] ?? []
        let proof = try TlogProof(parsing: original)
        let extra = try #require(proof.extra)
        func with(
            extra: [UInt8]? = nil, index: Int? = nil, hashes: [Digest]? = nil, checkpoint: [UInt8]? = nil
        ) throws -> BundleVerifier.Verdict {
            let forged = try TlogProof(
                extra: extra ?? proof.extra, index: index ?? proof.index, hashes: hashes ?? proof.hashes,
                checkpoint: checkpoint ?? proof.checkpoint)
            return try verdict { $0["proofs/001.tlog-proof"] = forged.encoded }
        }
        #expect(try with().isValid)
        for place in [0, 15, 16, 47, 48, 79] {
            var changed = extra
            changed[place] ^= 1
            #expect(try !with(extra: changed).isValid, "\(place)")
        }
        #expect(try !with(extra: Array(extra.dropLast())).isValid)
        #expect(try !with(index: proof.index + 1).isValid)
        #expect(try !with(hashes: proof.hashes.dropLast()).isValid)
        let other = try SceneLedger(scene.records, fingerprint: scene.fingerprint)
        let foreign = try #require(try other.receipts([scene.records[0]]).proofs.first)
        #expect(
            try !verdict { $0["proofs/001.tlog-proof"] = foreign.encoded }.isValid, "another ledger's key")
        #expect(try !verdict { $0["proofs/001.tlog-proof"]? += [0x0A] }.isValid)
        #expect(try !verdict { $0["proofs/001.tlog-proof"] = [] }.isValid)
    }

    @Test("The ledger's key is vouched for by the vault whose name the ledger bears")
    func attestation() throws {
        let log = scene.ledger.log
        let good = try Attestation.issue(log: log, founding: scene.founding, key: scene.attestation)
        let read = try Attestation.readLog(good.bytes)
        #expect(read.fingerprint == scene.fingerprint && read.log == log)
        let other = try VerifierKey(name: "havre/\(String(repeating: "0", count: 64))/0", key: log.key)
        let lying = try Attestation.issue(log: other, founding: scene.founding, key: scene.attestation)
        #expect(throws: FormatError.self) { try Attestation.readLog(lying.bytes) }
        let author = try Attestation.issue(
            author: log.key, founding: scene.founding, key: scene.attestation)
        #expect(throws: FormatError.self) { try Attestation.readLog(author.bytes) }
        #expect(throws: FormatError.self) { try Attestation.read(good.bytes) }
        // Another vault vouches for a ledger of its own.
        let stranger = SigningKey()
        let fingerprint = VaultFingerprint.of(founding: scene.founding, attestation: stranger.publicKey)
        let own = try SceneLedger(scene.records, fingerprint: fingerprint)
        let receipts = try own.receipts(scene.records)
        let forged = try verdict { files in
            files["attestations/log.sdjwt"] = try Attestation.issue(
                log: own.log, founding: scene.founding, key: stranger
            ).bytes
            for (number, proof) in receipts.proofs.enumerated() {
                files["proofs/00\(number + 1).tlog-proof"] = proof.encoded
            }
        }
        #expect(!forged.isValid && forged.records.allSatisfy { $0.place == nil })
    }

    @Test("An archive is as long as others: nothing in its length tells how much was withheld")
    func lengths() throws {
        var lengths: Set<Int> = []
        let all = try scene.select().disclosed
        for count in [0, 3, all.count - 1] {
            lengths.insert(try scene.archive(withhold: Set(all.prefix(count)), keys: scene.keys).count)
        }
        #expect(lengths == [64 << 10])
        for byteCount in [1, 512, 65_536, 65_537, 98_304, 98_305, 1 << 20, (1 << 20) + 1, 5_000_000] {
            let padded = BundleLayout.paddedByteCount(byteCount)
            #expect(padded >= max(byteCount, 64 << 10) && padded % 512 == 0)
            #expect(padded == BundleLayout.paddedByteCount(padded))
        }
        var archive = try scene.archive()
        for place in [archive.count - 1, archive.count - 600] {
            archive[place] = 1
            #expect(!scene.verify(archive).isValid, "nothing hides behind the end")
            archive[place] = 0
        }
        for byteCount in [512, 1024, 10_240] {
            #expect(!scene.verify(archive.dropLast(byteCount)).isValid, "nor may it be shorter")
            #expect(!scene.verify(archive + [UInt8](repeating: 0, count: byteCount)).isValid, "or longer")
        }
    }
}
