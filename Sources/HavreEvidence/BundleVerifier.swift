import HavreCodec
package import HavreFormats
import HavreForms
import HavreSecrets

/// Checks a bundle without a vault: the archive, the bag, the signature of the whole, every signed record.
package struct BundleVerifier {
    /// What was found.
    package struct Verdict: Sendable {
        package internal(set) var records: [Record] = []
        /// What is wrong, each in a sentence; empty when the bundle is good.
        package internal(set) var problems: [String] = []
        /// The vault that the bundle says it comes from, 64 hex digits.
        package internal(set) var fingerprint: String?
        package internal(set) var contact: String?
        package internal(set) var date: String?
        package internal(set) var profile: String?

        package var isValid: Bool { problems.isEmpty && !records.isEmpty }
    }

    /// One signed record of the bundle.
    package struct Record: Sendable {
        /// `data/records/001.sdjwt`.
        package let path: String
        package let form: String
        /// Thumbprint of the key that signed it.
        package let author: String
        /// How many values are disclosed.
        package let disclosedCount: Int
    }

    /// The largest bundle that is read (1 GiB).
    package static let byteCountMax = 1 << 30

    /// Checks the plain archive.
    ///
    /// - Parameter fingerprint: that of the vault which the reader expects, 64 hex digits.
    package static func verify(_ archive: [UInt8], fingerprint: String? = nil) -> Verdict {
        var verdict = Verdict()
        do throws(FormatError) {
            let files = try unpack(archive)
            try check(files, &verdict)
        } catch {
            verdict.problems.append(sentence(error))
        }
        if let fingerprint, verdict.fingerprint != fingerprint {
            verdict.problems.append("the bundle comes from another vault than the fingerprint that was given")
        }
        return verdict
    }

    /// Opens the age file and checks what is in it.
    package static func verify(
        encrypted file: [UInt8], identities: [AgeIdentity], fingerprint: String? = nil
    ) -> Verdict {
        do throws(FormatError) {
            return verify(
                try Age.decrypt(file, AgeDecryptor(identities: identities)), fingerprint: fingerprint)
        } catch {
            var verdict = Verdict()
            verdict.problems.append(sentence(error))
            return verdict
        }
    }

    private static func unpack(_ archive: [UInt8]) throws(FormatError) -> [String: [UInt8]] {
        var reader = TarReader()
        var files: [String: [UInt8]] = [:]
        var path = ""
        for event in try reader.update(archive) {
            switch event {
            case .file(let name, _):
                guard name.hasPrefix(BundleBuilder.folder) else {
                    throw .malformed(field: "archive", rule: "holds the folder evidence/ and nothing else")
                }
                path = String(name.dropFirst(BundleBuilder.folder.count))
                files[path] = []
            case .content(let bytes): files[path, default: []] += bytes
            case .end: break
            }
        }
        try reader.finish()
        return files
    }

    private static func check(
        _ files: [String: [UInt8]], _ verdict: inout Verdict
    ) throws(FormatError) {
        let bag = try BagSummary(
            files: files.map { BagFile(path: $0.key, $0.value) },
            tags: files.filter { !$0.key.hasPrefix("data/") })
        guard let signed = files[BundleBuilder.exportPath] else {
            throw .malformed(field: "bundle", rule: "has the signature of the whole, export.sdjwt")
        }
        let authors = try checkExport(signed, bag, &verdict)
        for (path, bytes) in files.sorted(by: { Text.precedes($0.key, $1.key) })
        where path.hasPrefix("data/") && path != "data/index.html" {
            guard path.hasPrefix("data/records/"), path.hasSuffix(".sdjwt") else {
                verdict.problems.append("\(path) is no part of a bundle")
                continue
            }
            do throws(FormatError) {
                verdict.records.append(try record(path, bytes, authors))
            } catch {
                verdict.problems.append("\(path): \(sentence(error))")
            }
        }
        if verdict.records.isEmpty { verdict.problems.append("the bundle holds no record") }
    }

    /// The signature over the whole: who exported what to whom when.
    private static func checkExport(
        _ bytes: [UInt8], _ bag: BagSummary, _ verdict: inout Verdict
    ) throws(FormatError) -> [String: VerifyKey] {
        let sdjwt = try SDJWT(parsing: bytes)
        let claims = try sdjwt.contentWithoutSignature().claims
        guard let json = claims["exporter"] else {
            throw .malformed(field: "export.sdjwt", rule: "names the exporter's key")
        }
        let exporter = try JWK.key(json)
        _ = try sdjwt.verify(key: exporter)
        guard claims["vct"]?.string == BundleBuilder.exportType,
            claims["iss"]?.string == "urn:havre:author:" + JWK.thumbprint(exporter)
        else { throw .malformed(field: "export.sdjwt", rule: "is the signature of an export") }
        guard claims["bag"]?.string == bag.tagDigest(without: BundleBuilder.exportPath).hex else {
            throw .notAuthentic
        }
        verdict.fingerprint = claims["fingerprint"]?.string
        verdict.contact = claims["contact"]?.string
        verdict.date = claims["date"]?.string
        verdict.profile = claims["profile"]?.string
        var authors: [String: VerifyKey] = [:]
        for json in claims["authors"]?.array ?? [] {
            let key = try JWK.key(json)
            authors[JWK.thumbprint(key)] = key
        }
        return authors
    }

    private static func record(
        _ path: String, _ bytes: [UInt8], _ authors: [String: VerifyKey]
    ) throws(FormatError) -> Record {
        let sdjwt = try SDJWT(parsing: bytes)
        guard let name = sdjwt.header.keyID, let key = authors[name] else { throw .notAuthentic }
        let content = try sdjwt.verify(key: key)
        guard content.claims["iss"]?.string == "urn:havre:author:" + name,
            content.claims["vct"]?.string == "urn:havre:record:1", let form = content.claims["form"]?.string
        else { throw .malformed(field: "record", rule: "is a record of a vault") }
        return Record(path: path, form: form, author: name, disclosedCount: content.entries.count)
    }

    private static func sentence(_ error: FormatError) -> String {
        switch error {
        case .malformed(let field, let rule): "\(field): \(rule)"
        case .tooLarge(let field, let max): "\(field) is larger than \(max)"
        case .notAuthentic: "a signature or digest does not hold: something was changed"
        case .noMatch: "the key does not open this file"
        }
    }
}
