package import HavreCodec
import HavreSecrets

/// A bag that was checked: complete, and every file as its manifests say.
package struct BagSummary: Sendable {
    /// The payload, sorted by path.
    package let payload: [BagFile]
    /// What `bag-info.txt` says, empty without one.
    package let info: BagInfo
    private let tagFiles: [BagFile]

    /// Checks a bag.
    ///
    /// `files` are all files found, with digests of what was read; `tags` the bytes of at least those that BagIt
    /// gives a meaning: `bagit.txt`, `bag-info.txt` and the manifests. Strict: version 1.0, UTF-8, SHA-256 or
    /// SHA-512 manifests only, each naming every payload file once; tag manifests, where there are any, name every
    /// other tag file; no `fetch.txt`; a Payload-Oxum that is there fits. Throws `malformed`, or `notAuthentic`
    /// when a file is not what its manifests say.
    package init(files: [BagFile], tags: [String: [UInt8]]) throws(FormatError) {
        let others = files.filter { !$0.isPayload }
        // First of all: a bag of another version is said to be that, whatever else this one would not allow.
        try BagSummary.checkDeclaration(BagSummary.bytes(BagDraft.declarationName, others, tags))
        var paths = ArchivePaths()
        for file in files { try paths.insert(file.path) }
        let payload = files.filter(\.isPayload)
        let names = Set(others.map(\.path))
        guard !names.contains("fetch.txt") else { throw .malformed(field: "bag", rule: "no fetch.txt") }
        let manifests = try BagSummary.algorithms("manifest-", names)
        guard !manifests.isEmpty else { throw .malformed(field: "bag", rule: "a payload manifest") }
        for algorithm in manifests {
            let bytes = try BagSummary.bytes(algorithm.manifestName, others, tags)
            try BagSummary.check(payload, BagManifest.parse(bytes, algorithm), algorithm)
        }
        let tagFiles = others.filter { !$0.path.utf8.starts(with: "tagmanifest-".utf8) }
        for algorithm in try BagSummary.algorithms("tagmanifest-", names) {
            let bytes = try BagSummary.bytes(algorithm.tagManifestName, others, tags)
            try BagSummary.check(tagFiles, BagManifest.parse(bytes, algorithm), algorithm)
        }
        self.info =
            names.contains(BagInfo.name)
            ? try BagInfo(parsing: BagSummary.bytes(BagInfo.name, others, tags)) : BagInfo()
        self.payload = payload.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        self.tagFiles = tagFiles
        try checkOxum()
    }

    /// SHA-256 of the SHA-256 tag manifest as it would be without one tag file: what that file may sign.
    package func tagDigest(without path: String) -> Digest {
        Hash.sha256(BagManifest.text(tagFiles.filter { $0.path != path }, .sha256))
    }

    private func checkOxum() throws(FormatError) {
        let byteCount = payload.reduce(0) { $0 + $1.byteCount }
        for value in info[BagInfo.oxumLabel] where value != "\(byteCount).\(payload.count)" {
            throw .notAuthentic
        }
    }

    /// The bytes of a tag file that were handed in, and that are the file's.
    private static func bytes(
        _ path: String, _ files: [BagFile], _ tags: [String: [UInt8]]
    ) throws(FormatError) -> [UInt8] {
        guard let file = files.first(where: { $0.path == path }), let bytes = tags[path] else {
            throw .malformed(field: "bag", rule: "\(path) is there")
        }
        // What is read is what the digest of the bag covers.
        guard Hash.sha256(bytes) == file.sha256 else { throw .notAuthentic }
        return bytes
    }

    private static func checkDeclaration(_ bytes: [UInt8]) throws(FormatError) {
        let lines = try BagText.lines(bytes)
        let expected = ["BagIt-Version: 1.0", "Tag-File-Character-Encoding: UTF-8"]
        guard lines.elementsEqual(expected, by: { $0.elementsEqual($1.utf8) }) else {
            throw .malformed(field: "bagit.txt", rule: "version 1.0, UTF-8")
        }
    }

    /// The algorithms of the manifests of one kind; throws `malformed` for one that is not checked here.
    private static func algorithms(
        _ prefix: String, _ names: Set<String>
    ) throws(FormatError) -> [BagAlgorithm] {
        var algorithms: [BagAlgorithm] = []
        for name in names.sorted() where name.utf8.starts(with: prefix.utf8) && !name.contains("/") {
            guard name.utf8.elementsEqual("\(prefix)\(name.dropFirst(prefix.count).dropLast(4)).txt".utf8),
                let algorithm = BagAlgorithm(rawValue: String(name.dropFirst(prefix.count).dropLast(4)))
            else { throw .malformed(field: "bag", rule: "manifests of SHA-256 or SHA-512") }
            algorithms.append(algorithm)
        }
        return algorithms
    }

    /// Whether a manifest names exactly these files, with these hashes.
    private static func check(
        _ files: [BagFile], _ manifest: [String: [UInt8]], _ algorithm: BagAlgorithm
    ) throws(FormatError) {
        guard manifest.count == files.count else {
            throw .malformed(field: "manifest", rule: "every file once, and no other")
        }
        for file in files {
            guard let hash = manifest[file.path] else {
                throw .malformed(field: "manifest", rule: "every file once, and no other")
            }
            guard hash == algorithm.hash(of: file) else { throw .notAuthentic }
        }
    }
}
