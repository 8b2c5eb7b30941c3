import Foundation
import TestSupport
import Testing

@testable import HavreFormats

/// The test kit of age (C2SP/CCTV): `../shared/data/age-testkit`, and the compressed part of it when
/// `Tests/Peers/formats.py` has laid it out inflated under `HAVRE_AGE_INFLATED`.
@Suite struct AgeKitTests {
    @Test("The test kit is judged as it says") func testKit() throws {
        guard let folder = SharedVectors.folder("age-testkit", count: 75) else { return }
        let (count, compressed) = try judge(folder)
        #expect(count >= 75)
        print("age test kit: \(count), and \(compressed) compressed")
    }

    @Test("The inflated part of the test kit is judged as it says") func inflatedPart() throws {
        guard let path = ProcessInfo.processInfo.environment["HAVRE_AGE_INFLATED"] else {
            print("ABSENT 11")
            return
        }
        let (count, _) = try judge(URL(filePath: path))
        #expect(count >= 11)
        print("age test kit, inflated: \(count)")
    }

    private func judge(_ folder: URL) throws -> (count: Int, compressed: Int) {
        var count = 0
        var compressed = 0
        for file in SharedVectors.files(below: folder) {
            let name = file.lastPathComponent
            if name.hasPrefix("README") || name.hasPrefix("hybrid") || name == "armor_hybrid" { continue }
            let vector = try AgeVector([UInt8](Data(contentsOf: file)))
            if vector.isCompressed {
                compressed += 1
                continue
            }
            for size in vector.file.count < 2000 && vector.passphrases.isEmpty ? [1, 100, 1 << 20] : [70_000]
            {
                let mistake = try vector.mistake(pieceByteCount: size)
                #expect(mistake == nil, "\(name), pieces of \(size)")
            }
            count += 1
        }
        return (count, compressed)
    }
}
