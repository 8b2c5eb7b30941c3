import HavreFormats

/// Where things lie in a bundle. A bundle holds these files and no other.
enum BundleLayout {
    /// The one folder that the archive unpacks to.
    static let folder = "evidence/"
    static let payload = "data/"
    static let page = "data/index.html"
    static let letter = "README.txt"
    static let export = "export.sdjwt"

    /// `data/records/001.sdjwt`, counted from 1 as the exhibits are.
    static func record(_ number: Int) -> String { "data/records/\(digits(number)).sdjwt" }

    /// `attestations/001.sdjwt`, counted from 1.
    static func attestation(_ number: Int) -> String { "\(Attestation.folder)\(digits(number)).sdjwt" }

    /// The files of a bundle of so many records and attestations.
    static func paths(recordCount: Int, attestationCount: Int) -> Set<String> {
        Set(
            ["bagit.txt", BagInfo.name, page, letter, export]
                + BagAlgorithm.allCases.flatMap { [$0.manifestName, $0.tagManifestName] }
                + (0..<recordCount).map { record($0 + 1) }
                + (0..<attestationCount).map { attestation($0 + 1) })
    }

    private static func digits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }
}
