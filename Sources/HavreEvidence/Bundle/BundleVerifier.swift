package import HavreCodec
package import HavreFormats
package import HavreForms
import HavreLedger
package import HavreSecrets

/// Checks a bundle without a vault: the archive, the bag, the attestations, the signature of the whole, every record.
package struct BundleVerifier {
    /// What was found.
    package struct Verdict: Sendable {
        /// The records that hold, in the order of the exhibits.
        package internal(set) var records: [Record] = []
        /// What is wrong, each in a sentence; empty when the bundle is good.
        package internal(set) var problems: [String] = []
        /// The vault whose attestation key vouches for the authors, 64 hex digits; nil while none is proven.
        package internal(set) var fingerprint: String?
        /// For whom, when and for what the exporter signed.
        package internal(set) var contact: String?
        package internal(set) var date: String?
        package internal(set) var profile: String?

        package var isValid: Bool { problems.isEmpty && !records.isEmpty }
    }

    /// One signed record of the bundle.
    package struct Record: Sendable {
        /// `data/records/001.sdjwt`.
        package let path: String
        /// Id of the form.
        package let form: String
        /// Thumbprint of the key that signed it.
        package let author: String
        /// The disclosed values, as in the record; lists are without what is withheld in them.
        package let fields: JSON
        /// How many values are disclosed.
        package let disclosedCount: Int
        /// Where it stands in the vault's ledger; nil in a bundle that does not speak of the ledger.
        package internal(set) var place: LedgerReceipts.Place?
    }

    /// Of files that should be there, or should not, so many are named.
    private static let pathCountMax = 100

    private let language: Language
    private var verdict = Verdict()

    private init(_ language: Language) { self.language = language }

    /// Checks the plain archive.
    ///
    /// - Parameters:
    ///   - fingerprint: that of the vault which the reader expects, 64 hex digits.
    ///   - language: that of the problems.
    package static func verify(
        _ archive: [UInt8], fingerprint: String? = nil, language: Language = .en
    ) -> Verdict {
        do throws(FormatError) {
            var files = BundleFiles()
            try files.update(archive)
            try files.finish()
            return verify(files, fingerprint: fingerprint, language: language)
        } catch { return unreadable(error, language: language) }
    }

    /// Opens the age file with whichever identity fits, and checks what is in it.
    package static func verify(
        encrypted file: [UInt8], identities: [AgeIdentity], fingerprint: String? = nil,
        language: Language = .en
    ) -> Verdict {
        verify(file, AgeDecryptor(identities: identities), fingerprint, language)
    }

    /// Opens the age file with a passphrase, and checks what is in it.
    package static func verify(
        encrypted file: [UInt8], passphrase: borrowing SecretBytes, fingerprint: String? = nil,
        language: Language = .en
    ) -> Verdict {
        verify(file, AgeDecryptor(passphrase: passphrase.clone()), fingerprint, language)
    }

    private static func verify(
        _ file: [UInt8], _ decryptor: consuming AgeDecryptor, _ fingerprint: String?, _ language: Language
    ) -> Verdict {
        let archive: [UInt8]
        do throws(FormatError) { archive = try Age.decrypt(file, decryptor) } catch {
            return unreadable(error, language: language)
        }
        return verify(archive, fingerprint: fingerprint, language: language)
    }

    /// The verdict on what is no bundle at all, or cannot be opened.
    package static func unreadable(_ error: FormatError, language: Language) -> Verdict {
        var verifier = BundleVerifier(language)
        // Which rule of tar it breaks says nothing to who was sent a photograph or half of a download.
        if case .malformed("tar", _) = error {
            verifier.report(.foreign)
        } else {
            verifier.report(.unreadable, error)
        }
        return verifier.verdict
    }

    /// Checks the files of an archive that was read to its end.
    package static func verify(
        _ files: borrowing BundleFiles, fingerprint: String?, language: Language
    ) -> Verdict {
        var verifier = BundleVerifier(language)
        verifier.check(files.all, files.kept, fingerprint)
        return verifier.verdict
    }

    private mutating func check(_ all: [BagFile], _ files: [String: [UInt8]], _ fingerprint: String?) {
        let keys = attestedKeys(files)
        let log = attestedLog(files)
        checkBag(all, files, keys)
        for path in paths(in: files, below: BundleLayout.records) {
            do throws(FormatError) {
                let (record, jws) = try Self.record(path, files[path] ?? [], keys)
                verdict.records.append(record)
                guard let log else { continue }
                let number = verdict.records.count - 1
                verdict.records[number].place = place(of: path, jws, log, files)
            } catch {
                report(.record, error, path)
            }
        }
        if verdict.records.isEmpty { report(.noRecord) }
        if let fingerprint, verdict.fingerprint != fingerprint { report(.otherVault) }
    }

    /// Where a record stands in the ledger, as its proof says.
    private mutating func place(
        of path: String, _ jws: [UInt8], _ log: VerifierKey, _ files: [String: [UInt8]]
    ) -> LedgerReceipts.Place? {
        let proof = BundleLayout.proof(of: path)
        do throws(FormatError) {
            return try LedgerReceipts.place(files[proof] ?? [], jws: jws, log: log)
        } catch {
            report(.proof, error, proof)
            return nil
        }
    }

    private func paths(in files: [String: [UInt8]], below folder: String) -> [String] {
        files.keys.filter { $0.utf8.starts(with: folder.utf8) }.sorted(by: Text.precedes)
    }

    /// The author keys for which one vault vouches, by thumbprint.
    private mutating func attestedKeys(_ files: [String: [UInt8]]) -> [String: VerifyKey] {
        var keys: [String: VerifyKey] = [:]
        var fingerprints: Set<Digest> = []
        for path in paths(in: files, below: Attestation.folder) where path != BundleLayout.log {
            do throws(FormatError) {
                let content = try Attestation.read(files[path] ?? [])
                fingerprints.insert(content.fingerprint)
                keys[JWK.thumbprint(content.author)] = content.author
            } catch {
                report(.attestation, error, path)
            }
        }
        guard let fingerprint = fingerprints.first, fingerprints.count == 1 else {
            report(.attestations)
            return [:]
        }
        verdict.fingerprint = fingerprint.hex
        return keys
    }

    /// The key of the ledger of the same vault; nil for a bundle that does not speak of the ledger.
    private mutating func attestedLog(_ files: [String: [UInt8]]) -> VerifierKey? {
        guard let bytes = files[BundleLayout.log] else { return nil }
        do throws(FormatError) {
            let (fingerprint, log) = try Attestation.readLog(bytes)
            guard fingerprint.hex == verdict.fingerprint else { throw .notAuthentic }
            return log
        } catch {
            report(.attestation, error, BundleLayout.log)
            return nil
        }
    }

    /// The bag as its manifests and the exporter's signature say, with the files of a bundle and no other.
    private mutating func checkBag(
        _ all: [BagFile], _ files: [String: [UInt8]], _ keys: [String: VerifyKey]
    ) {
        let found = Set(all.map(\.path))
        let hasLog = files[BundleLayout.log] != nil
        let expected = BundleLayout.paths(
            recordCount: paths(in: files, below: BundleLayout.records).count,
            authorCount: paths(in: files, below: Attestation.folder).count - (hasLog ? 1 : 0),
            hasProofs: hasLog)
        for path in found.subtracting(expected).sorted(by: Text.precedes).prefix(Self.pathCountMax) {
            report(.stranger, path: path)
        }
        for path in expected.subtracting(found).sorted(by: Text.precedes).prefix(Self.pathCountMax) {
            report(.missing, path: path)
        }
        do throws(FormatError) {
            let tags = files.filter { !$0.key.utf8.starts(with: BundleLayout.payload.utf8) }
            let bag = try BagSummary(files: all, tags: tags)
            guard let bytes = files[BundleLayout.export] else { return }
            try Self.checkWriting(tags, bag)
            let statement = try ExportStatement(bytes, keys: keys)
            guard statement.bag == bag.tagDigest(without: BundleLayout.export),
                statement.fingerprint.hex == verdict.fingerprint
            else { throw .notAuthentic }
            verdict.contact = statement.contact
            verdict.date = statement.date.description
            verdict.profile = statement.profile
        } catch {
            report(.whole, error)
        }
    }

    /// Whether the files of the bag's own are byte for byte as they are written here: BagIt would take other line ends.
    private static func checkWriting(_ files: [String: [UInt8]], _ bag: BagSummary) throws(FormatError) {
        var info = BagInfo()
        for element in bag.info.elements where element.label != BagInfo.oxumLabel {
            try info.add(element.label, element.value)
        }
        var draft = try BagDraft(payload: bag.payload, info: info)
        // Without the files that the bag writes itself.
        let own = Set(draft.finished().map(\.path))
        for (path, bytes) in files where !own.contains(path) { try draft.add(tag: path, bytes) }
        for file in draft.finished() where files[file.path] != file.bytes { throw .notAuthentic }
    }

    private static func record(
        _ path: String, _ bytes: [UInt8], _ keys: [String: VerifyKey]
    ) throws(FormatError) -> (record: Record, jws: [UInt8]) {
        let sdjwt = try SDJWT(parsing: bytes)
        guard let name = sdjwt.header.keyID, let key = keys[name] else { throw .notAuthentic }
        let content = try sdjwt.verify(key: key)
        let claims = content.claims
        guard claims["iss"]?.string == RecordClaims.issuer(key),
            claims["vct"]?.string == RecordClaims.type, let form = claims["form"]?.string,
            let fields = claims["fields"], fields.object != nil
        else { throw .malformed(field: "record", rule: "a record of a vault") }
        let record = Record(
            path: path, form: form, author: name, fields: fields,
            // Everything but the form, and the lists and rows around values.
            disclosedCount: Self.valueCount(fields))
        return (record, sdjwt.jws)
    }

    private static func valueCount(_ json: JSON) -> Int {
        switch json {
        case .object(let members): members.values.reduce(0) { $0 + valueCount($1) }
        case .array(let items): items.reduce(0) { $0 + valueCount($1) }
        case .string, .int, .bool, .null: 1
        }
    }

    private mutating func report(_ text: VerifyText, _ error: FormatError? = nil, path: String? = nil) {
        let why = error.map { VerifyText($0).text(in: language, $0) }
        verdict.problems.append(
            text.text(in: language, ["PATH": path.map(HTML.plain) ?? "", "WHY": why ?? ""]))
    }

    private mutating func report(_ text: VerifyText, _ error: FormatError, _ path: String) {
        report(text, error, path: path)
    }
}
