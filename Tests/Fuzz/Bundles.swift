import HavreCodec
import HavreFormats
import HavreForms
import HavreLedger
import HavreSecrets

@testable import HavreEvidence

/// The verifier of evidence bundles: whole archives, and a good bundle with changes whose manifests fit again.
extension Parser {
    static let bundles = [
        Parser("bundle", samples: { [good.archive] }) { bytes in
            let verdict = BundleVerifier.verify(bytes, fingerprint: good.fingerprint.hex)
            demand(verdict.isValid == (bytes == good.archive), "one archive is the bundle")
            return verdict.isValid
        },
        Parser("bundle-changed", samples: { [[0], [1], [2]] + [[2, 3, 1, 9, 0, 2, 0x41, 0x42]] }) { bytes in
            guard let flags = bytes.first else { return false }
            var files = good.files
            change(&files, bytes.dropFirst())
            guard let archive = try? packed(files, flags: flags), let again = try? unpacked(archive) else {
                return false
            }
            // Manifests that were changed are written anew: what counts is what is in the archive.
            let isChanged = !again.elementsEqual(good.files) { $0.path == $1.path && $0.bytes == $1.bytes }
            let verdict = BundleVerifier.verify(archive, fingerprint: good.fingerprint.hex)
            if !isChanged { demand(verdict.isValid, "an unchanged bundle is good: \(verdict.problems)") }
            // Only who has the exporter's key can leave something out and have it pass.
            if isChanged, flags & 3 != 2 { demand(!verdict.isValid, "a change is found") }
            for record in verdict.records {
                demand(record.author == JWK.thumbprint(signer.publicKey), "a record is by whom it is")
            }
            return verdict.isValid
        },
    ]

    /// A bundle of one record with its proof.
    struct Bundle {
        let archive: [UInt8]
        /// Its files below the folder, sorted by path.
        let files: [(path: String, bytes: [UInt8])]
        let fingerprint: Digest
    }

    private static let attestation: SigningKey = {
        guard let key = try? SigningKey(seed: SecretBytes(copying: Array(repeating: 2, count: 32))) else {
            fatalError("a key")
        }
        return key
    }()

    private static let good: Bundle = {
        do { return try made() } catch { fatalError("a bundle: \(error)") }
    }()

    private static func made() throws -> Bundle {
        let founding = Hash.blake2b256([1])
        let fingerprint = VaultFingerprint.of(founding: founding, attestation: attestation.publicKey)
        let fields: JSON = ["kind": "photo", "title": "A van", "relevance": "Shows where they slept."]
        let token = try SDJWT.issue(
            plain: [
                "iss": .string(RecordClaims.issuer(signer.publicKey)), "vct": .string(RecordClaims.type),
            ],
            claims: [
                "form": .value("evidence"), "case": .value("c"),
                "fields": .object((fields.object ?? [:]).mapValues { .value($0) }),
            ], key: signer)
        let today = try Day(parsing: "2026-11-21")
        guard let form = Catalogue.shared.form("evidence") else { fatalError("a form") }
        let record = SourceRecord(
            record: Random.identifier(), form: form, values: try form.check(fields, today: today),
            content: try token.verify(key: signer.publicKey))
        let selection = try Selection(
            [record], profile: .court, named: [record.record], withhold: [], namesPerson: false)
        let opening = try LeafOpening(salt: Random.bytes(16), body: .zero, mark: .zero)
        let origin = "havre/\(fingerprint.hex)/0"
        let leaf = try opening.leaf(jws: token.jws).hash
        let proof = try TlogProof(
            extra: opening.encoded, index: 0, hashes: [],
            checkpoint: Checkpoint(origin: origin, size: 1, root: leaf).signed(by: attestation))
        let builder = BundleBuilder(
            selection: selection, profile: .court, language: .en, recipient: "Maître Martin", date: today,
            fingerprint: fingerprint, person: "Person A", opening: .key, hasReceipts: true)
        let archive = try builder.archive(
            builder.draft(),
            BundleBuilder.Keys(
                exporter: signer, authors: [signer.publicKey], attestation: attestation, founding: founding,
                receipts: LedgerReceipts(
                    log: VerifierKey(name: origin, key: attestation.publicKey), proofs: [proof])))
        return Bundle(archive: archive, files: try unpacked(archive), fingerprint: fingerprint)
    }

    private static func unpacked(_ archive: [UInt8]) throws -> [(path: String, bytes: [UInt8])] {
        var limits = TarReader.Limits()
        limits.trailingByteCountMax = archive.count
        var reader = TarReader(limits: limits)
        var files: [(path: String, bytes: [UInt8])] = []
        for event in try reader.update(archive) {
            switch event {
            case .file(let path, _): files.append((String(path.dropFirst(BundleLayout.folder.count)), []))
            case .content(let bytes): files[files.count - 1].bytes += bytes
            case .end: break
            }
        }
        return files.sorted { $0.path < $1.path }
    }

    /// Changes files as the bytes say: which one, what, where (two bytes), how much, and the new bytes.
    private static func change(_ files: inout [(path: String, bytes: [UInt8])], _ script: ArraySlice<UInt8>) {
        var script = script
        while script.count >= 5, !files.isEmpty {
            let head = Array(script.prefix(5))
            script = script.dropFirst(5)
            let number = Int(head[0]) % files.count
            let count = files[number].bytes.count
            let place = min(Int(head[2]) | Int(head[3]) << 8, count)
            let new = Array(script.prefix(Int(head[4])))
            switch head[1] % 6 {
            case 0: files[number].bytes.replaceSubrange(place..<min(place + new.count, count), with: new)
            case 1: files[number].bytes.insert(contentsOf: new, at: place)
            case 2: files[number].bytes.removeSubrange(place..<min(place + Int(head[4]), count))
            case 3: files.remove(at: number)
            case 4: files[number].path = String(decoding: new, as: UTF8.self)
            default: files.append((String(decoding: new, as: UTF8.self), files[number].bytes))
            }
            if head[1] % 6 != 2, head[1] % 6 != 3 { script = script.dropFirst(new.count) }
        }
    }

    /// Packs files: 0 as they are, 1 with manifests that fit, 2 with manifests and the exporter's signature that fit.
    private static func packed(_ files: [(path: String, bytes: [UInt8])], flags: UInt8) throws -> [UInt8] {
        var tar = TarWriter()
        var bytes: [UInt8] = []
        for file in flags & 3 == 0 ? files : try sealed(files, isSigned: flags & 3 == 2) {
            bytes += try tar.file(path: BundleLayout.folder + file.path, file.bytes)
        }
        return BundleLayout.padded(bytes + (try tar.finish()))
    }

    private static func sealed(
        _ files: [(path: String, bytes: [UInt8])], isSigned: Bool
    ) throws -> [(path: String, bytes: [UInt8])] {
        let payload = files.filter { $0.path.utf8.starts(with: "data/".utf8) }
        let own = ["bagit.txt", BagInfo.name, BundleLayout.export]
        var info = BagInfo()
        try info.add("Bagging-Date", "2026-11-21")
        var bag = try BagDraft(payload: payload.map { BagFile(path: $0.path, $0.bytes) }, info: info)
        for file in files where !file.path.utf8.starts(with: "data/".utf8) {
            guard !own.contains(file.path), !file.path.contains("manifest-") else { continue }
            try bag.add(tag: file.path, file.bytes)
        }
        if isSigned {
            let statement = ExportStatement(
                bag: bag.tagDigest, contact: "Maître Martin", profile: "court",
                date: try Day(parsing: "2026-11-21"), fingerprint: good.fingerprint)
            try bag.add(tag: BundleLayout.export, statement.signed(by: signer).bytes)
        } else if let file = files.first(where: { $0.path == BundleLayout.export }) {
            try bag.add(tag: file.path, file.bytes)
        }
        return bag.finished() + payload
    }
}
