import HavreCodec

/// The hashes a manifest can be of.
package enum BagAlgorithm: String, Sendable, CaseIterable {
    /// SHA-256.
    case sha256
    /// SHA-512.
    case sha512

    /// The name of the payload manifest.
    package var manifestName: String { "manifest-\(rawValue).txt" }
    /// The name of the tag manifest.
    package var tagManifestName: String { "tagmanifest-\(rawValue).txt" }

    var byteCount: Int { self == .sha256 ? 32 : 64 }

    func hash(of file: BagFile) -> [UInt8] { self == .sha256 ? file.sha256.bytes : file.sha512 }
}

/// A BagIt manifest: a hash and a path a line.
enum BagManifest {
    /// The lines `<hex>  <path>`, in the order of the paths' bytes.
    static func text(_ files: [BagFile], _ algorithm: BagAlgorithm) -> [UInt8] {
        var text = ""
        for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
            text += "\(Hex.encode(algorithm.hash(of: file)))  \(escaped(file.path))\n"
        }
        return Array(text.utf8)
    }

    /// The hash of each path; throws `malformed` for a path that is not plain or comes twice.
    static func parse(_ bytes: [UInt8], _ algorithm: BagAlgorithm) throws(FormatError) -> [String: [UInt8]] {
        var hashes: [String: [UInt8]] = [:]
        var paths = ArchivePaths()
        for line in try BagText.lines(bytes) {
            let digits = line.prefix { !BagText.isSpace($0) }
            let name = line.dropFirst(digits.count).drop(while: BagText.isSpace)
            guard let hash = try? Hex.decode(BagText.text(digits).lowercased()),
                hash.count == algorithm.byteCount, digits.count < line.count
            else { throw .malformed(field: "manifest", rule: "hash, space, path") }
            let path = try unescaped(name)
            try paths.insert(path)
            hashes[path] = hash
        }
        return hashes
    }

    /// RFC 8493, section 2.1.3: only these three are escaped.
    private static func escaped(_ path: String) -> String {
        var text = ""
        for scalar in path.unicodeScalars {
            switch scalar {
            case "%": text += "%25"
            case "\n": text += "%0A"
            case "\r": text += "%0D"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func unescaped(_ name: ArraySlice<UInt8>) throws(FormatError) -> String {
        var parts = name.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)[...]
        var path = parts.popFirst() ?? []
        for part in parts {
            // Escaped line ends are legal in BagIt, but no plain path holds one.
            guard part.starts(with: "25".utf8) else {
                throw .malformed(field: "manifest", rule: "% only as %25")
            }
            path += [UInt8(ascii: "%")] + part.dropFirst(2)
        }
        return BagText.text(path)
    }
}

/// Lines of tag files. They are cut as bytes: a mark after a space or a colon makes another letter of it in Swift, and
/// not for whoever reads the file otherwise.
enum BagText {
    /// The lines of a UTF-8 text, LF or CRLF; the last end may be missing.
    static func lines(_ bytes: [UInt8]) throws(FormatError) -> [ArraySlice<UInt8>] {
        guard String(validating: bytes, as: UTF8.self) != nil, !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw .malformed(field: "tag file", rule: "UTF-8 without byte order mark")
        }
        var lines: [ArraySlice<UInt8>] = []
        for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let line = part.last == 0x0D ? part.dropLast() : part
            guard !line.contains(0x0D) else { throw .malformed(field: "tag file", rule: "LF or CRLF") }
            lines.append(line)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// A part of a line, which is UTF-8 wherever ASCII cuts it.
    static func text(_ part: ArraySlice<UInt8>) -> String { String(decoding: part, as: UTF8.self) }
}
