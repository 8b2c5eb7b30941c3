import HavreFormats
import HavreSecrets

/// Where things lie in a bundle. A bundle holds these files and no other.
enum BundleLayout {
    /// The one folder that the archive unpacks to.
    static let folder = "evidence/"
    static let payload = "data/"
    static let records = "data/records/"
    static let page = "data/index.html"
    static let letter = "README.txt"
    static let export = "export.sdjwt"

    /// `data/records/001.sdjwt`, counted from 1 as the exhibits are.
    static func record(_ number: Int) -> String { "\(records)\(digits(number)).sdjwt" }

    /// `attestations/001.sdjwt`, counted from 1.
    static func attestation(_ number: Int) -> String { "\(Attestation.folder)\(digits(number)).sdjwt" }

    /// The attestation of the ledger's key.
    static let log = Attestation.folder + "log.sdjwt"

    /// `proofs/001.tlog-proof`, counted as the records are.
    static func proof(_ number: Int) -> String { "\(LedgerReceipts.folder)\(digits(number)).tlog-proof" }

    /// The proof that belongs to the record at a path.
    static func proof(of record: String) -> String {
        let name = record.utf8.dropFirst(records.utf8.count).dropLast(".sdjwt".utf8.count)
        return LedgerReceipts.folder + String(decoding: name, as: UTF8.self) + ".tlog-proof"
    }

    /// The files of a bundle of so many records and attested authors; with proofs for all records or for none.
    static func paths(recordCount: Int, authorCount: Int, hasProofs: Bool) -> Set<String> {
        Set(
            ["bagit.txt", BagInfo.name, page, letter, export]
                + BagAlgorithm.allCases.flatMap { [$0.manifestName, $0.tagManifestName] }
                + (0..<recordCount).map { record($0 + 1) }
                + (0..<authorCount).map { attestation($0 + 1) }
                + (hasProofs ? [log] + (0..<recordCount).map { proof($0 + 1) } : []))
    }

    /// The smallest archive.
    private static let byteCountMin = 64 << 10

    /// How long an archive of so many bytes is made, with zeroes behind its end, so that the file that travels does not
    /// tell how much was withheld: 2^k or 1.5 x 2^k from 64 KiB to 1 MiB, above that the Padmé size. Whole blocks of
    /// tar, whose readers stop at its end.
    static func paddedByteCount(_ byteCount: Int) -> Int {
        Pad.sizes.first { $0 >= max(byteCount, byteCountMin) } ?? Pad.padme(byteCount)
    }

    /// A finished archive with its zeroes.
    static func padded(_ archive: [UInt8]) -> [UInt8] {
        archive + [UInt8](repeating: 0, count: paddedByteCount(archive.count) - archive.count)
    }

    private static func digits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }
}
