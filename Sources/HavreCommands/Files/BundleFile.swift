import HavreCodec
import HavreEvidence
import HavreFormats
import HavreSecrets
import HavreSystem
import HavreWire

/// An evidence bundle on disk, encrypted or not, that is read piece by piece: whatever it is, it needs little memory.
struct BundleFile: ~Copyable {
    /// Why it could not be read to its end.
    enum Problem: Error {
        case system(SystemError)
        case format(FormatError)
        /// What opens it could not be had.
        case asking(Failure)
    }

    private let file: Descriptor
    /// The first piece, which tells what it is.
    private let first: [UInt8]

    /// - Throws: `Usage` or `NotFound` for what cannot be opened or is no plain file.
    init(_ path: String) throws(Failure) {
        do throws(SystemError) {
            let file = try Descriptor.open(path, [.read, .nonBlocking])
            let status = try file.status()
            guard status.kind == .regular else { throw SystemError("read", SystemError.invalid) }
            // An encrypted bundle is a little longer than what is in it, an armored one by a third.
            guard status.size <= UInt64(BundleFiles.byteCountMax) * 2 else {
                throw SystemError("read", SystemError.tooBig)
            }
            first = try file.read(byteCountMax: Age.pieceByteCount)
            self.file = file
        } catch {
            throw error.code == SystemError.noEntry
                ? Failure(.notFound, "usage.file", ["file": path, "why": error.reason], next: "next.file")
                : Input.failure(error, path)
        }
    }

    /// Whether the file begins as an age file does, binary or armored.
    var isEncrypted: Bool {
        let text = first.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        return first.starts(with: Array("age-encryption.org/".utf8))
            || text.starts(with: Array("-----BEGIN AGE".utf8))
    }

    /// Whether a passphrase opens it: then its one stanza says so, binary or in the first line of the armor.
    var isForPassphrase: Bool {
        let start = Array("age-encryption.org/v1\n-> scrypt ".utf8)
        if first.starts(with: start) { return true }
        let lines = first.split(maxSplits: 8, whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        guard let place = lines.firstIndex(where: { $0.starts(with: Array("-----BEGIN AGE".utf8)) }),
            place + 1 < lines.count,
            let line = String(validating: lines[place + 1].prefix(44), as: UTF8.self),
            let bytes = try? Base64.decodeStandard(line, padded: false)
        else { return false }
        return bytes.starts(with: start)
    }

    /// The files of a bundle that is not encrypted.
    func files() throws(Problem) -> BundleFiles {
        var files = BundleFiles()
        var piece = first
        while !piece.isEmpty {
            try Self.format { () throws(FormatError) in try files.update(piece) }
            piece = try read(Age.pieceByteCount)
        }
        try Self.format { () throws(FormatError) in try files.finish() }
        return files
    }

    /// The files of an encrypted one.
    func files(_ decryptor: consuming AgeDecryptor) throws(Problem) -> BundleFiles {
        var files = BundleFiles()
        var isFirst = true
        do throws(TransferError<Problem>) {
            try Age.decrypt(
                decryptor,
                read: { count throws(Problem) in
                    defer { isFirst = false }
                    return isFirst ? first : try read(count)
                },
                write: { bytes throws(Problem) in
                    try Self.format { () throws(FormatError) in try files.update(bytes) }
                })
        } catch {
            switch error {
            case .format(let error): throw .format(error)
            case .transfer(let problem): throw problem
            }
        }
        try Self.format { () throws(FormatError) in try files.finish() }
        return files
    }

    private func read(_ count: Int) throws(Problem) -> [UInt8] {
        do throws(SystemError) { return try file.read(byteCountMax: count) } catch { throw .system(error) }
    }

    private static func format(_ body: () throws(FormatError) -> Void) throws(Problem) {
        do throws(FormatError) { try body() } catch { throw .format(error) }
    }
}
