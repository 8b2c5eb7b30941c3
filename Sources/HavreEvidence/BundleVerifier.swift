package import HavreCodec
package import HavreFormats
package import HavreForms
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
    }

    /// The largest bundle that is read (1 GiB).
    package static let byteCountMax = 1 << 30

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
        verdict(in: language) { verifier throws(FormatError) in
            try verifier.check(archive, fingerprint)
        }
    }

    /// Opens the age file with whichever identity fits, and checks what is in it.
    package static func verify(
        encrypted file: [UInt8], identities: [AgeIdentity], fingerprint: String? = nil,
        language: Language = .en
    ) -> Verdict {
        verdict(in: language) { verifier throws(FormatError) in
            try verifier.check(Age.decrypt(file, AgeDecryptor(identities: identities)), fingerprint)
        }
    }

    /// Opens the age file with a passphrase, and checks what is in it.
    package static func verify(
        encrypted file: [UInt8], passphrase: borrowing SecretBytes, fingerprint: String? = nil,
        language: Language = .en
    ) -> Verdict {
        var verifier = BundleVerifier(language)
        do throws(FormatError) {
            let archive = try Age.decrypt(file, AgeDecryptor(passphrase: passphrase.clone()))
            try verifier.check(archive, fingerprint)
        } catch {
            verifier.report(.unreadable, error)
        }
        return verifier.verdict
    }

    private static func verdict(
        in language: Language, _ body: (inout BundleVerifier) throws(FormatError) -> Void
    ) -> Verdict {
        var verifier = BundleVerifier(language)
        do throws(FormatError) { try body(&verifier) } catch { verifier.report(.unreadable, error) }
        return verifier.verdict
    }

    private mutating func check(_ archive: [UInt8], _ fingerprint: String?) throws(FormatError) {
        let files = try Self.unpack(archive)
        let keys = attestedKeys(files)
        checkBag(files, keys)
        for path in paths(in: files, below: "data/records/") {
            do throws(FormatError) {
                verdict.records.append(try Self.record(path, files[path] ?? [], keys))
            } catch {
                report(.record, error, path)
            }
        }
        if verdict.records.isEmpty { report(.noRecord) }
        if let fingerprint, verdict.fingerprint != fingerprint { report(.otherVault) }
    }

    /// All files of the one folder.
    private static func unpack(_ archive: [UInt8]) throws(FormatError) -> [String: [UInt8]] {
        guard archive.count <= byteCountMax else { throw .tooLarge(field: "bundle", max: byteCountMax) }
        var reader = TarReader()
        var files: [String: [UInt8]] = [:]
        var path = ""
        for event in try reader.update(archive) {
            switch event {
            case .file(let name, _):
                guard name.utf8.starts(with: BundleLayout.folder.utf8) else {
                    throw .malformed(field: "archive", rule: "the folder evidence/ and nothing else")
                }
                path = String(decoding: name.utf8.dropFirst(BundleLayout.folder.utf8.count), as: UTF8.self)
                files[path] = []
            case .content(let bytes): files[path, default: []] += bytes
            case .end: break
            }
        }
        try reader.finish()
        return files
    }

    private func paths(in files: [String: [UInt8]], below folder: String) -> [String] {
        files.keys.filter { $0.utf8.starts(with: folder.utf8) }.sorted(by: Text.precedes)
    }

    /// The author keys for which one vault vouches, by thumbprint.
    private mutating func attestedKeys(_ files: [String: [UInt8]]) -> [String: VerifyKey] {
        var keys: [String: VerifyKey] = [:]
        var fingerprints: Set<Digest> = []
        for path in paths(in: files, below: Attestation.folder) {
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

    /// The bag as its manifests and the exporter's signature say, with the files of a bundle and no other.
    private mutating func checkBag(_ files: [String: [UInt8]], _ keys: [String: VerifyKey]) {
        let expected = BundleLayout.paths(
            recordCount: paths(in: files, below: "data/records/").count,
            attestationCount: paths(in: files, below: Attestation.folder).count)
        for path in files.keys.filter({ !expected.contains($0) }).sorted(by: Text.precedes) {
            report(.stranger, path: path)
        }
        for path in expected.filter({ files[$0] == nil }).sorted(by: Text.precedes) {
            report(.missing, path: path)
        }
        do throws(FormatError) {
            let bag = try BagSummary(
                files: files.map { BagFile(path: $0.key, $0.value) },
                tags: files.filter { !$0.key.utf8.starts(with: BundleLayout.payload.utf8) })
            guard let bytes = files[BundleLayout.export] else { return }
            try Self.checkWriting(files, bag)
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
        for (path, bytes) in files where path == BundleLayout.letter || path == BundleLayout.export {
            try draft.add(tag: path, bytes)
        }
        for (path, bytes) in files where path.utf8.starts(with: Attestation.folder.utf8) {
            try draft.add(tag: path, bytes)
        }
        for file in draft.finished() where files[file.path] != file.bytes { throw .notAuthentic }
    }

    private static func record(
        _ path: String, _ bytes: [UInt8], _ keys: [String: VerifyKey]
    ) throws(FormatError) -> Record {
        let sdjwt = try SDJWT(parsing: bytes)
        guard let name = sdjwt.header.keyID, let key = keys[name] else { throw .notAuthentic }
        let content = try sdjwt.verify(key: key)
        let claims = content.claims
        guard claims["iss"]?.string == ExportStatement.issuer(key),
            claims["vct"]?.string == "urn:havre:record:1", let form = claims["form"]?.string,
            let fields = claims["fields"], fields.object != nil
        else { throw .malformed(field: "record", rule: "a record of a vault") }
        return Record(
            path: path, form: form, author: name, fields: fields,
            // Everything but the form, and the lists and rows around values.
            disclosedCount: Self.valueCount(fields))
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
