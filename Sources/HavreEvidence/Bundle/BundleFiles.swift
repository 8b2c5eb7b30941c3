package import HavreFormats

/// The files of a bundle as they come out of its archive: the digests of all of them, and the bytes of those that a
/// check reads. A hostile archive of any size is read in bounded memory.
package struct BundleFiles: ~Copyable {
    /// The largest archive (1 GiB).
    package static let byteCountMax = 1 << 30
    /// The most files.
    static let fileCountMax = 20_000
    /// The most bytes that are kept of all files together.
    static let keptByteCountMax = 32 << 20
    /// The most bytes of one file that is kept: the largest record.
    static let fileByteCountMax = SDJWT.byteCountMax

    /// What manifests say of each file.
    private(set) var all: [BagFile] = []
    /// The bytes of every file but the page and what lies beside it.
    private(set) var kept: [String: [UInt8]] = [:]

    private var reader: TarReader
    /// Of the file under way.
    private var digester: BagDigester?
    private var path = ""
    private var isKept = false
    private var byteCount = 0
    private var keptByteCount = 0

    /// No archive yet.
    package init() {
        var limits = TarReader.Limits()
        limits.entryCountMax = Self.fileCountMax
        limits.fileByteCountMax = Self.byteCountMax
        limits.byteCountMax = Self.byteCountMax
        // More than hides the length of the largest one.
        limits.trailingByteCountMax = Self.byteCountMax >> 4
        reader = TarReader(limits: limits)
    }

    /// Takes the next bytes of the archive. Throws `malformed` or `tooLarge`.
    package mutating func update(_ bytes: [UInt8]) throws(FormatError) {
        byteCount += bytes.count
        guard byteCount <= Self.byteCountMax else {
            throw .tooLarge(field: "bundle", max: Self.byteCountMax)
        }
        for event in try reader.update(bytes) {
            switch event {
            case .file(let name, let count):
                try begin(name, byteCount: count)
                digester = BagDigester()
            case .content(let bytes):
                digester?.update(bytes)
                if isKept { kept[path, default: []] += bytes }
            case .end:
                if let done = digester.take() { all.append(done.finish(path: path)) }
            }
        }
    }

    /// The end of the archive. Throws `malformed` when it was cut, or is not as long as a bundle is made.
    package func finish() throws(FormatError) {
        try reader.finish()
        guard byteCount == BundleLayout.paddedByteCount(TarWriter.byteCount(of: all.map(\.byteCount))) else {
            throw .malformed(field: "archive", rule: "as long as it was made")
        }
    }

    private mutating func begin(_ name: String, byteCount: Int) throws(FormatError) {
        guard name.utf8.starts(with: BundleLayout.folder.utf8) else {
            throw .malformed(field: "archive", rule: "the folder evidence/ and nothing else")
        }
        path = String(decoding: name.utf8.dropFirst(BundleLayout.folder.utf8.count), as: UTF8.self)
        isKept =
            !path.utf8.starts(with: BundleLayout.payload.utf8)
            || path.utf8.starts(with: BundleLayout.records.utf8)
        guard isKept else { return }
        guard byteCount <= Self.fileByteCountMax else {
            throw .tooLarge(field: "file", max: Self.fileByteCountMax)
        }
        keptByteCount += byteCount
        guard keptByteCount <= Self.keptByteCountMax else {
            throw .tooLarge(field: "records", max: Self.keptByteCountMax)
        }
        kept[path] = []
    }
}
