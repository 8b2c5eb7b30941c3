import Foundation
import HavreCodec
import TestSupport
import Testing

@testable import HavreLedger

/// The proofs published by the transparency-dev project: `../shared/data/rfc6962-vectors`.
@Suite struct PublishedProofTests {
    /// Its roots are the text "don't care 2": a root is 32 bytes here, whatever the proof.
    private static let knownException = "sizes-are-equal-one-and-proof-is-empty.json"

    @Test("Published inclusion proofs are judged as published") func publishedInclusion() throws {
        guard let folder = SharedVectors.folder("rfc6962-vectors", count: 46) else { return }
        var count = 0
        for file in vectors(folder.appending(path: "inclusion")) {
            guard let vector = try Self.vector(file) else { continue }
            let isAccepted: Bool
            if let leaf = digest(vector["leafHash"]), let root = digest(vector["root"]),
                let proof = digests(vector["proof"])
            {
                isAccepted = Proof.verifyInclusion(
                    leaf: leaf, index: try int(vector["leafIdx"]), size: try int(vector["treeSize"]),
                    proof: proof, root: root)
            } else {
                isAccepted = false
            }
            #expect(isAccepted == (vector["wantErr"]?.bool == false), "\(file.lastPathComponent)")
            count += 1
        }
        #expect(count >= 46)
        print("published inclusion proofs: \(count)")
    }

    @Test("Published consistency proofs are judged as published") func publishedConsistency() throws {
        guard let folder = SharedVectors.folder("rfc6962-vectors", count: 45) else { return }
        var count = 0
        for file in vectors(folder.appending(path: "consistency")) {
            guard let vector = try Self.vector(file) else { continue }
            let isAccepted: Bool
            if let old = digest(vector["root1"]), let new = digest(vector["root2"]),
                let proof = digests(vector["proof"])
            {
                isAccepted = Proof.verifyConsistency(
                    oldSize: try int(vector["size1"]), oldRoot: old, newSize: try int(vector["size2"]),
                    newRoot: new, proof: proof)
            } else {
                isAccepted = false
            }
            let isExpected = vector["wantErr"]?.bool == false && file.lastPathComponent != Self.knownException
            #expect(isAccepted == isExpected, "\(file.lastPathComponent)")
            count += 1
        }
        #expect(count >= 45)
        print("published consistency proofs: \(count), 1 known exception")
    }

    /// One vector; nil for those with a size or index that no integer of ours holds: they were made to be refused.
    private static func vector(_ file: URL) throws -> JSON? {
        let bytes = try Data(contentsOf: file)
        if let vector = try? JSON(parsing: [UInt8](bytes)) { return vector }
        let fields = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        #expect(fields["wantErr"] as? Bool == true, "\(file.lastPathComponent)")
        return nil
    }

    private func vectors(_ folder: URL) -> [URL] {
        SharedVectors.files(below: folder).filter { $0.pathExtension == "json" }
    }

    private func digest(_ json: JSON?) -> Digest? {
        guard let text = json?.string, let bytes = try? Base64.decodeStandard(text, padded: true) else {
            return nil
        }
        return try? Digest(bytes: bytes)
    }

    /// A proof that is null is an empty one; nil for a hash that is not 32 bytes.
    private func digests(_ json: JSON?) -> [Digest]? {
        guard let list = json?.array else { return [] }
        let hashes = list.compactMap(digest)
        return hashes.count == list.count ? hashes : nil
    }

    private func int(_ json: JSON?) throws -> Int {
        try Int(#require(json?.int))
    }
}
