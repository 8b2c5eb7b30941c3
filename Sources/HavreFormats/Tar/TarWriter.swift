/// Writes a ustar archive piece by piece: regular files only, without owner, and all of one date.
///
/// `begin`, the file's bytes through `content`, the next `begin`, ... `finish`; each gives bytes of the archive.
package struct TarWriter: Sendable {
    private let seconds: Int
    private var paths = ArchivePaths()
    private var missingByteCount = 0
    private var paddingByteCount = 0
    private var isFinished = false

    /// An archive whose files all carry this time (seconds since 1970, below 2^33): 0 unless a date is wanted, for
    /// the times of files tell who worked when.
    package init(seconds: Int = 0) {
        self.seconds = min(max(seconds, 0), TarHeader.sizeMax)
    }

    /// The header of the next file.
    ///
    /// Throws `malformed` for a path that is not plain, comes twice or does not fit, and while the file before is
    /// not complete; `tooLarge` above 8 GiB - 1.
    package mutating func begin(path: String, byteCount: Int) throws(FormatError) -> [UInt8] {
        guard missingByteCount == 0, !isFinished else {
            throw .malformed(field: "tar", rule: "file after file")
        }
        guard 0...TarHeader.sizeMax ~= byteCount else {
            throw .tooLarge(field: "file", max: TarHeader.sizeMax)
        }
        let header = try TarHeader(file: path, byteCount: byteCount, seconds: seconds).encoded()
        try paths.insert(path)
        missingByteCount = byteCount
        paddingByteCount = TarHeader.paddingByteCount(byteCount)
        return header
    }

    /// The next bytes of the file, filled up at its end. Throws `malformed` for more than were announced.
    package mutating func content(_ bytes: [UInt8]) throws(FormatError) -> [UInt8] {
        guard bytes.count <= missingByteCount else {
            throw .malformed(field: "tar", rule: "as many bytes as announced")
        }
        missingByteCount -= bytes.count
        guard missingByteCount == 0, !bytes.isEmpty else { return bytes }
        return bytes + [UInt8](repeating: 0, count: paddingByteCount)
    }

    /// A whole file.
    package mutating func file(path: String, _ bytes: [UInt8]) throws(FormatError) -> [UInt8] {
        let header = try begin(path: path, byteCount: bytes.count)
        return header + (try content(bytes))
    }

    /// The bytes of an archive of files of these sizes, its end included.
    package static func byteCount(of files: [Int]) -> Int {
        let block = TarHeader.blockByteCount
        return files.reduce(2 * block) { $0 + block + $1 + TarHeader.paddingByteCount($1) }
    }

    /// The end of the archive: two blocks of zeroes. Throws `malformed` while a file is not complete.
    package mutating func finish() throws(FormatError) -> [UInt8] {
        guard missingByteCount == 0, !isFinished else {
            throw .malformed(field: "tar", rule: "file after file")
        }
        isFinished = true
        return [UInt8](repeating: 0, count: 2 * TarHeader.blockByteCount)
    }
}
