import HavreCodec

/// The names of files that are written into bundles and taken from them.
///
/// One rule for tar and BagIt, on either side: what passes it can be laid out below any folder, on Linux, Windows
/// and macOS, without leaving it and without replacing another file of the same bundle.
package struct ArchivePaths: Sendable {
    /// The longest path, in UTF-8 bytes (155 + `/` + 100 in ustar, and `/` stands in one place).
    package static let byteCountMax = 255

    private var files: Set<String> = []
    private var folders: Set<String> = []

    /// No paths yet.
    package init() {}

    /// Names that Windows keeps for devices, whatever follows the first dot.
    private static let devices: Set<String> = Set(
        ["con", "prn", "aux", "nul"] + (1...9).flatMap { ["com\($0)", "lpt\($0)"] })
    private static let forbidden = Set("\\:<>\"|?*".unicodeScalars)

    /// Whether a path is relative, in `/`-separated parts none of which is empty, `.` or `..`, ends in a space or
    /// dot (Windows drops them), names a device, or holds a control or invisible character or one of `\:<>"|?*`.
    package static func isPlain(_ path: String) -> Bool {
        guard !path.isEmpty, path.utf8.count <= byteCountMax else { return false }
        let isVisible = path.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
            default: !forbidden.contains(scalar)
            }
        }
        guard isVisible else { return false }
        return path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
            part in
            // The rule of the last byte covers "." and "..".
            guard let last = part.last, last != UInt8(ascii: " "), last != UInt8(ascii: ".") else {
                return false
            }
            let stem = Substring(part.prefix { $0 != UInt8(ascii: ".") })
            return !devices.contains(stem.lowercased())
        }
    }

    /// Takes the path of a file; throws `malformed` when it is not plain, when a file of that name (in any case or
    /// normal form) was taken before, or when one would have to be file and folder.
    package mutating func insert(_ path: String) throws(FormatError) {
        guard ArchivePaths.isPlain(path) else { throw .malformed(field: "path", rule: "relative and plain") }
        let name = Text.nfc(Text.nfc(path).lowercased())
        guard !folders.contains(name), files.insert(name).inserted else {
            throw .malformed(field: "path", rule: "each once")
        }
        for place in name.utf8.indices where name.utf8[place] == UInt8(ascii: "/") {
            let folder = String(name[..<place])
            guard !files.contains(folder) else { throw .malformed(field: "path", rule: "file or folder") }
            folders.insert(folder)
        }
    }
}
