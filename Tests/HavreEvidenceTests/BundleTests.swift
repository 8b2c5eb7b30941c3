import HavreCodec
import HavreFormats
import HavreForms
import HavreSecrets
import TestSupport
import Testing

@testable import HavreEvidence

struct BundleTests {
    private let scene: BundleScene

    init() throws { scene = try BundleScene() }

    @Test("Any subset of fields and sentences withheld verifies, and what is withheld stands in no layer")
    func anySubset() throws {
        let all = try scene.select().disclosed
        var generator = SeededGenerator(seed: 3)
        for round in 0..<16 {
            // One value stays, so that there is something to send.
            let kept = all[Int.random(in: all.indices, using: &generator)]
            let withhold = Set(all.filter { $0 != kept && Int.random(in: 0..<16, using: &generator) < round })
            let selection = try scene.select(withhold: withhold)
            let builder = try scene.builder(selection)
            let archive = try builder.archive(builder.draft(), scene.keys(for: selection))
            let verdict = scene.verify(archive)
            #expect(verdict.isValid, "\(verdict.problems)")
            #expect(verdict.records.count == selection.chosen.count)
            for (record, chosen) in zip(verdict.records, selection.chosen) {
                #expect(record.form == chosen.source.form.id)
                for leaf in chosen.disclosed where leaf.n == nil {
                    #expect(record.fields[leaf.field] == leaf.value, "\(leaf.name) is there, and whole")
                }
                let shown = chosen.disclosed.filter { $0.field == "text" }.map(\.value)
                #expect(record.fields["text"]?.array ?? [] == shown)
            }
            let layers = archive.layers
            for (number, sentence) in BundleScene.sentences.enumerated() {
                let part = Part(record: scene.records[0].record, field: "text", n: number)
                #expect(layers.hold(sentence) == !withhold.contains(part), "\(number)")
            }
        }
    }

    @Test("No id, no author, no file, no name stands in any layer of a bundle")
    func canaries() throws {
        let layers = try scene.archive().layers
        for name in [
            "Place", "Witness", "Support", "Privileged", "Recipient", "Creditor", "Attachment", "Giver",
            "Case",
            "Compartment", "Author", "Right",
        ] { #expect(!layers.hold("Canary-" + name), "\(name)") }
        for record in scene.records { #expect(!layers.hold(record.record.hex)) }
        #expect(!layers.hold("1790000000") && layers.hold("A photograph of a van"))
    }

    @Test("Every byte of every file counts, and so does every file")
    func tampering() throws {
        let archive = try scene.archive()
        let original = try Unpacked(archive)
        #expect(scene.verify(try original.packed()).isValid)
        for (index, file) in original.files.enumerated() {
            for place in Set([file.bytes.count / 3, file.bytes.count - 1]) {
                var changed = original
                changed.files[index].bytes[place] ^= 1
                #expect(!scene.verify(try changed.packed()).isValid, "\(file.path) at \(place)")
            }
            var cut = original
            cut.files[index].bytes.removeLast()
            #expect(!scene.verify(try cut.packed()).isValid, "\(file.path) cut")
            var gone = original
            gone.files.remove(at: index)
            #expect(!scene.verify(try gone.packed()).isValid, "\(file.path) gone")
        }
        for path in [
            "data/more.html", "data/records/004.sdjwt", "note.txt", "attestations/009.sdjwt", "fetch.txt",
        ] {
            var more = original
            more[path] = original["data/records/001.sdjwt"]
            #expect(!scene.verify(try more.packed()).isValid, "\(path) added")
        }
        for size in [0, 1, 511, 512, archive.count / 2, archive.count - 1024] {
            #expect(!scene.verify(Array(archive.prefix(size))).isValid, "cut at \(size)")
        }
        #expect(!BundleVerifier.verify(Array("age-encryption.org/v1\n".utf8)).isValid)
    }

    @Test(
        "Whoever reseals the bag needs the exporter's key: payload, letter and page are under her signature")
    func resealed() throws {
        let original = try Unpacked(scene.archive())
        func verdict(_ change: (inout [String: [UInt8]]) throws -> Void) throws -> BundleVerifier.Verdict {
            scene.verify(try original.resealed(export: { _ in nil }, change: change))
        }
        #expect(try verdict { _ in }.isValid, "the bag is the same when nothing was changed")
        #expect(try !verdict { $0["data/index.html"]? += Array("<p>".utf8) }.isValid)
        #expect(try !verdict { $0["README.txt"] = Array("Read me".utf8) }.isValid)
        #expect(try !verdict { $0["data/records/003.sdjwt"] = nil }.isValid)
        #expect(
            try !verdict { files in
                let first = files["data/records/001.sdjwt"]
                files["data/records/001.sdjwt"] = files["data/records/002.sdjwt"]
                files["data/records/002.sdjwt"] = first
            }.isValid)
        // One disclosure less is still a good presentation of the record: the whole tells that it is gone.
        #expect(
            try !verdict { files in
                var parts = (files["data/records/001.sdjwt"] ?? []).split(
                    separator: UInt8(ascii: "~"), omittingEmptySubsequences: false)
                parts.removeSubrange(parts.count - 2..<parts.count - 1)
                files["data/records/001.sdjwt"] = Array(parts.joined(separator: [UInt8(ascii: "~")]))
            }.isValid)
    }

    @Test("The signature of another export, of the same exporter or of a stranger, does not fit")
    func exportSignature() throws {
        let original = try Unpacked(scene.archive())
        let other = try Unpacked(
            scene.archive(withhold: [Part(record: scene.records[0].record, field: "text", n: 0)]))
        var swapped = original
        swapped["export.sdjwt"] = other["export.sdjwt"]
        #expect(!scene.verify(try swapped.packed()).isValid)
        func forged(by key: SigningKey, fingerprint: Digest) throws -> BundleVerifier.Verdict {
            scene.verify(
                try original.resealed(
                    export: { digest in
                        try ExportStatement(
                            bag: digest, contact: "Somebody else", profile: "court",
                            date: Day(parsing: "2026-11-21"), fingerprint: fingerprint
                        ).signed(by: key).bytes
                    }, change: { _ in }))
        }
        #expect(try forged(by: scene.louis, fingerprint: scene.fingerprint).isValid, "the exporter may")
        #expect(try !forged(by: SigningKey(), fingerprint: scene.fingerprint).isValid)
        #expect(try !forged(by: scene.attestation, fingerprint: scene.fingerprint).isValid)
        #expect(try !forged(by: scene.louis, fingerprint: .random).isValid)
    }

    @Test("A whole bundle of another vault is good by itself and never passes for this vault's")
    func otherVault() throws {
        let forger = BundleBuilder.Keys(
            exporter: scene.louis, authors: scene.keys.authors, attestation: SigningKey(),
            founding: scene.founding, receipts: nil)
        // The forger writes our fingerprint on page, letter and statement, and vouches under a key of his own.
        let builder = try scene.builder(scene.select(), hasReceipts: false)
        let archive = try builder.archive(builder.draft(), forger)
        #expect(!BundleVerifier.verify(archive).isValid, "statement and attestations name two vaults")
        let own = VaultFingerprint.of(founding: scene.founding, attestation: forger.attestation.publicKey)
        let honest = try Unpacked(archive).resealed(
            export: { digest in
                try ExportStatement(
                    bag: digest, contact: "x", profile: "court", date: Day(parsing: "2026-11-21"),
                    fingerprint: own
                ).signed(by: scene.louis).bytes
            }, change: { _ in })
        let verdict = BundleVerifier.verify(honest)
        #expect(verdict.isValid && verdict.fingerprint == own.hex)
        #expect(!scene.verify(honest).isValid)
    }

    @Test("An attestation holds for its vault, its key and its author only")
    func attestations() throws {
        let author = SigningKey().publicKey
        let good = try Attestation.issue(author: author, founding: scene.founding, key: scene.attestation)
        let content = try Attestation.read(good.bytes)
        #expect(content == Attestation.Content(fingerprint: scene.fingerprint, author: author))
        let jwk = JWK.json(scene.attestation.publicKey)
        let vault: JSON = ["founding": .string(scene.founding.hex), "jwk": jwk]
        let issuer: JSON = .string("urn:havre:vault:" + scene.fingerprint.hex)
        let cases: [([String: JSON], SigningKey)] = [
            // Another key signs in this vault's name.
            (["iss": issuer, "vault": vault], SigningKey()),
            (
                [
                    "iss": issuer,
                    "vault": ["founding": .string(scene.founding.hex), "jwk": JWK.json(author)],
                ],
                scene.attestation
            ),
            // This key signs for a fingerprint that is not made of it.
            (["iss": .string("urn:havre:vault:" + Digest.random.hex), "vault": vault], scene.attestation),
            (
                ["iss": issuer, "vault": ["founding": .string(Digest.random.hex), "jwk": jwk]],
                scene.attestation
            ),
            (["iss": issuer, "vault": vault, "vct": "urn:havre:export:1"], scene.attestation),
            (["iss": issuer, "vault": vault, "cnf": [:]], scene.attestation),
            (["iss": issuer], scene.attestation),
        ]
        for (index, (claims, key)) in cases.enumerated() {
            let plain = ["vct": .string(Attestation.type), "cnf": ["jwk": JWK.json(author)]]
                .merging(claims) { $1 }
            let text = try SDJWT.issue(plain: plain, claims: [:], key: key)
            #expect(throws: FormatError.self, "\(index)") { try Attestation.read(text.bytes) }
        }
        // A record is no attestation of anything, nor an attestation a record.
        #expect(throws: FormatError.self) { try Attestation.read(scene.records[0].content.source.bytes) }
    }

    @Test("Without the attestation of its author a record proves nothing")
    func missingAuthor() throws {
        let only = BundleBuilder.Keys(
            exporter: scene.louis, authors: [scene.louis.publicKey], attestation: scene.attestation,
            founding: scene.founding, receipts: nil)
        #expect(throws: EvidenceError.self) { try scene.archive(keys: only) }
    }

    @Test("A bundle opens with the recipient's key or the words, armored or not, and with no other")
    func encryption() throws {
        let archive = try scene.archive()
        for armored in [false, true] {
            let file = try Age.encrypt(archive, to: [scene.identity.recipient], armored: armored)
            #expect(
                BundleVerifier.verify(
                    encrypted: file, identities: [scene.identity], fingerprint: scene.fingerprint.hex
                ).isValid)
            let foreign = BundleVerifier.verify(
                encrypted: file, identities: [try AgeIdentity()], language: .fr)
            #expect(!foreign.isValid && foreign.problems.first?.contains("cette clé ne l’ouvre pas") == true)
        }
        let words = SecretBytes(copying: Array("eight words told by telephone".utf8))
        let file = try Age.encrypt(archive, passphrase: words, logN: 10)
        #expect(BundleVerifier.verify(encrypted: file, passphrase: words).isValid)
        let wrong = SecretBytes(copying: Array("eight words".utf8))
        #expect(!BundleVerifier.verify(encrypted: file, passphrase: wrong).isValid)
    }

    @Test(
        "Why a file cannot be read is said in the reader's language: no rule of a format shows through in French"
    )
    func noTechnicalRules() {
        for field in [
            "age header", "armor", "tag file", "manifest", "sd-jwt", "disclosure", "attestation", "proof",
            "export.sdjwt", "something new",
        ] {
            for error in [
                FormatError.malformed(field: field, rule: "ends in ~"), .tooLarge(field: field, max: 7),
            ] {
                let said = VerifyText(error).text(in: .fr, error)
                #expect(!said.contains(field) && !said.contains("ends in") && !said.contains("%"), "\(said)")
                #expect(VerifyText(error).text(in: .en, error).contains(field))
            }
            let isKnown = VerifyText.part(field, .en) != VerifyText.partOther.text(in: .en, [:])
            #expect(isKnown == (field != "something new"))
        }
    }

    @Test("Every sentence of the verifier stands in both catalogues, and no other")
    func texts() {
        for language in Language.allCases {
            #expect(Set(VerifyText.table(language).keys) == Set(VerifyText.allCases.map(\.rawValue)))
        }
    }
}

extension Digest {
    fileprivate static var random: Digest { Hash.blake2b256(Random.bytes(32)) }
}
