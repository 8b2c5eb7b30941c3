import HavreCodec
import HavreFormats
import HavreForms
import HavreLedger
import HavreSecrets

@testable import HavreEvidence

/// Signed records of one case by two authors, and the keys of the vault that vouches for them.
struct BundleScene {
    static let sentences = [
        "They took my passport at the station.", "Kelvin drove the van, I slept.",
        "Ils m'ont enfermée derrière la gare.", "I was paid nothing for a year.",
        "Quatre filles y dormaient.",
    ]

    let amina = SigningKey()
    let louis = SigningKey()
    let attestation = SigningKey()
    let founding = Hash.blake2b256(Random.bytes(32))
    let identity: AgeIdentity
    let records: [SourceRecord]
    let ledger: SceneLedger

    var fingerprint: Digest { VaultFingerprint.of(founding: founding, attestation: attestation.publicKey) }
    var named: Set<Identifier> { Set(records.map(\.record)) }
    var keys: BundleBuilder.Keys {
        BundleBuilder.Keys(
            exporter: louis, authors: [amina.publicKey, louis.publicKey, SigningKey().publicKey],
            attestation: attestation, founding: founding, receipts: nil)
    }

    /// The keys with a receipt for each of the chosen records.
    func keys(for selection: Selection) throws -> BundleBuilder.Keys {
        BundleBuilder.Keys(
            exporter: louis, authors: keys.authors, attestation: attestation, founding: founding,
            receipts: try ledger.receipts(selection.chosen.map(\.source)))
    }

    init(_ sentences: [String] = BundleScene.sentences) throws {
        identity = try AgeIdentity()
        records = [
            try Self.record(
                "statement",
                [
                    "kind": "first_account", "date": "2026-11-02", "place": "Canary-Place",
                    "present": [["person": "Canary-Witness"]], "support_person": "Canary-Support",
                    "text": .array(sentences.map { .string($0) }),
                    "contradictions_note": "Canary-Privileged",
                    "disclosed_to": [["recipient": "Canary-Recipient", "redaction_profile": "court"]],
                ], by: amina),
            try Self.record(
                "identification",
                [
                    "status": "PossibleVictimOfTrafficking", "act": ["recruitment", "transport"],
                    "means": ["threat", "coercion", "deception"], "purpose": ["ForcedLabour"],
                    "age_when_trafficked": 19, "relationship": "Acquainted",
                    "debt_creditor": "Canary-Creditor",
                    "decisions": [
                        ["date": "2026-10-01", "status": "PossibleVictimOfTrafficking", "decided_by": "NGO"],
                        ["date": "2026-10-08", "status": "ActualVictimOfTrafficking"],
                    ],
                ], by: amina),
            try Self.record(
                "evidence",
                [
                    "kind": "photo", "title": "A photograph of a van",
                    "sealed_copy": "ca9a4ca9a4ca9a4ca9a4ca9a4ca9a4ca",
                    "relevance": "Shows where they slept.", "obtained_from": "Canary-Giver",
                ], by: louis),
        ]
        ledger = try SceneLedger(
            records, fingerprint: VaultFingerprint.of(founding: founding, attestation: attestation.publicKey))
    }

    /// A record as the library signs one: every value a disclosure, with facts that never leave.
    static func record(_ form: String, _ fields: JSON, by key: SigningKey) throws -> SourceRecord {
        func claim(_ value: JSON) -> Claim {
            switch value {
            case .array(let items): .array(items.map(claim))
            case .object(let members): .object(members.mapValues(claim))
            default: .value(value)
            }
        }
        let record = Random.identifier()
        let issued = try SDJWT.issue(
            plain: [
                "iss": .string(RecordClaims.issuer(key.publicKey)), "vct": .string(RecordClaims.type),
            ],
            claims: [
                "record": .value(.string(record.hex)), "form": .value(.string(form)), "version": .value(7),
                "case": .value("Canary-Case"), "compartment": .value("Canary-Compartment"),
                "previous": .value(.null), "author": .value("Canary-Author"), "time": .value(1_790_000_000),
                "right": .value("Canary-Right"), "fields": claim(fields),
            ], key: key)
        guard let form = Catalogue.shared.form(form) else { throw EvidenceError.page(rule: "a form") }
        return SourceRecord(
            record: record, form: form, values: try form.check(fields, today: Day(parsing: "2026-11-21")),
            content: try issued.verify(key: key.publicKey))
    }

    func select(withhold: Set<Part> = [], namesPerson: Bool = false) throws -> Selection {
        try Selection(
            records, profile: .court, named: named, withhold: withhold, namesPerson: namesPerson)
    }

    func builder(
        _ selection: Selection, language: Language = .fr, hasReceipts: Bool = true
    ) throws -> BundleBuilder {
        BundleBuilder(
            selection: selection, profile: .court, language: language, recipient: "Maître Martin, Barreau",
            date: try Day(parsing: "2026-11-21"), fingerprint: fingerprint, person: "Personne A",
            opening: .key, hasReceipts: hasReceipts)
    }

    /// A bundle with receipts, or with other keys.
    func archive(withhold: Set<Part> = [], keys: BundleBuilder.Keys? = nil) throws -> [UInt8] {
        let selection = try select(withhold: withhold)
        let keys = try keys ?? self.keys(for: selection)
        let builder = try builder(selection, hasReceipts: keys.receipts != nil)
        return try builder.archive(builder.draft(), keys)
    }

    func verify(_ archive: [UInt8]) -> BundleVerifier.Verdict {
        BundleVerifier.verify(archive, fingerprint: fingerprint.hex)
    }
}

/// A ledger with the writes of a scene between other entries.
struct SceneLedger {
    let key = SigningKey()
    let log: VerifierKey
    private let tree: [Digest]
    private let checkpoint: [UInt8]
    private let openings: [Identifier: (index: Int, opening: LeafOpening)]

    init(_ records: [SourceRecord], fingerprint: Digest, entryCount: Int = 700) throws {
        let origin = "havre/\(fingerprint.hex)/0"
        var tree = (0..<entryCount).map { _ in Hash.blake2b256(Random.bytes(32)) }
        var openings: [Identifier: (index: Int, opening: LeafOpening)] = [:]
        for (number, record) in records.enumerated() {
            let index = 250 + 7 * number
            let opening = try LeafOpening(
                salt: Random.bytes(16), body: Hash.sha256(Random.bytes(9)), mark: Hash.sha256(Random.bytes(9))
            )
            tree[index] = try opening.leaf(jws: record.content.source.jws).hash
            openings[record.record] = (index, opening)
        }
        var range = CompactRange()
        for leaf in tree { range.append(leaf) }
        checkpoint = try Checkpoint(origin: origin, size: tree.count, root: range.root).signed(by: key)
        log = try VerifierKey(name: origin, key: key.publicKey)
        self.tree = tree
        self.openings = openings
    }

    func receipts(_ records: [SourceRecord]) throws -> LedgerReceipts {
        LedgerReceipts(
            log: log,
            proofs: try records.map { record in
                guard let found = openings[record.record] else { throw LedgerError.notAuthentic }
                return try TlogProof(
                    extra: found.opening.encoded, index: found.index,
                    hashes: Proof.inclusion(index: found.index, size: tree.count, tiles: tile),
                    checkpoint: checkpoint)
            })
    }

    private func tile(_ level: Int, _ number: Int) throws(LedgerError) -> [Digest] {
        var row = tree
        for _ in 0..<level {
            row = stride(from: 0, to: row.count - row.count % 256, by: 256).map {
                Merkle.root(of: row[$0..<$0 + 256])
            }
        }
        return Array(row.dropFirst(256 * number).prefix(256))
    }
}

/// The files of an archive, to be changed and packed again.
struct Unpacked {
    var files: [(path: String, bytes: [UInt8])] = []

    init(_ archive: [UInt8]) throws {
        var limits = TarReader.Limits()
        limits.trailingByteCountMax = archive.count
        var reader = TarReader(limits: limits)
        for event in try reader.update(archive) {
            switch event {
            case .file(let path, _): files.append((path, []))
            case .content(let bytes): files[files.count - 1].bytes += bytes
            case .end: break
            }
        }
        try reader.finish()
    }

    subscript(path: String) -> [UInt8]? {
        get { files.first { $0.path == "evidence/" + path }?.bytes }
        set {
            files.removeAll { $0.path == "evidence/" + path }
            if let newValue { files.append(("evidence/" + path, newValue)) }
        }
    }

    func packed() throws -> [UInt8] {
        var tar = TarWriter()
        var bytes: [UInt8] = []
        for file in files { bytes += try tar.file(path: file.path, file.bytes) }
        return BundleLayout.padded(bytes + (try tar.finish()))
    }

    /// The same files with manifests that fit them, as a forger would write them; what `change` gives is the payload
    /// and the tag files of the bundle.
    func resealed(
        export: (Digest) throws -> [UInt8]?, change: (inout [String: [UInt8]]) throws -> Void
    ) throws -> [UInt8] {
        var contents = Dictionary(
            uniqueKeysWithValues: files.map { (String($0.path.dropFirst("evidence/".count)), $0.bytes) })
        for name in contents.keys
        where name.contains("manifest-") || ["bagit.txt", "bag-info.txt"].contains(name) {
            contents[name] = nil
        }
        let original = contents["export.sdjwt"]
        contents["export.sdjwt"] = nil
        try change(&contents)
        let payload = contents.filter { $0.key.hasPrefix("data/") }
        var info = BagInfo()
        try info.add("Bagging-Date", "2026-11-21")
        var bag = try BagDraft(payload: payload.map { BagFile(path: $0.key, $0.value) }, info: info)
        for (path, bytes) in contents.sorted(by: { $0.key < $1.key }) where !path.hasPrefix("data/") {
            try bag.add(tag: path, bytes)
        }
        if let bytes = try export(bag.tagDigest) ?? original { try bag.add(tag: "export.sdjwt", bytes) }
        var tar = TarWriter()
        var bytes: [UInt8] = []
        for file in bag.finished() + payload.map({ ($0.key, $0.value) }) {
            bytes += try tar.file(path: "evidence/" + file.path, file.bytes)
        }
        return BundleLayout.padded(bytes + (try tar.finish()))
    }
}

extension [UInt8] {
    /// The bytes and, again and again, whatever in them is base64url of something.
    var layers: [[UInt8]] { Self.layers(of: self) }

    private static func layers(of bytes: [UInt8], depth: Int = 0) -> [[UInt8]] {
        // The zeroes behind the end of an archive hold nothing.
        let bytes = Array(bytes[...(bytes.lastIndex { $0 != 0 } ?? bytes.endIndex - 1)])
        guard depth < 3 else { return [bytes] }
        var found = [bytes]
        for run in bytes.split(whereSeparator: { !isBase64($0) }) where run.count >= 8 {
            let text = String(decoding: run, as: UTF8.self)
            if let inner = try? Base64.decodeURL(text) { found += layers(of: inner, depth: depth + 1) }
        }
        return found
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}

extension [[UInt8]] {
    /// Whether a text stands in any layer.
    func hold(_ text: String) -> Bool {
        let text = Array<UInt8>(text.utf8)
        return contains { $0.firstRange(of: text) != nil }
    }
}
