import Foundation
import HavreCodec
import TestSupport
import Testing

@testable import HavreSecrets

/// Vectors of project Wycheproof, where somebody has laid them out beside the others: edge cases and forgeries of what
/// libsodium computes for us.
struct FurtherVectorTests {
    /// One vector: its members in hexadecimal, and what should become of it.
    private struct Vector {
        let group: [String: Any]
        let members: [String: Any]

        var result: String { members["result"] as? String ?? "" }
        var name: Comment { "\(members["tcId"] ?? ""): \(members["comment"] ?? "")" }

        func bytes(_ name: String) throws -> [UInt8] {
            try Hex.decode(try #require(members[name] as? String))
        }
    }

    private func vectors(_ file: String, count: Int) throws -> [Vector] {
        guard let folder = SharedVectors.folder("wycheproof", count: count) else { return [] }
        let data = try Data(contentsOf: folder.appending(path: file + "_test.json"))
        let whole = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let groups = try #require(whole["testGroups"] as? [[String: Any]])
        let found = groups.flatMap { group in
            (group["tests"] as? [[String: Any]] ?? []).map { Vector(group: group, members: $0) }
        }
        print("\(file) of Wycheproof: \(found.count)")
        return found
    }

    @Test("Ed25519 signatures are judged as Wycheproof judges them")
    func ed25519() throws {
        for vector in try vectors("ed25519", count: 151) {
            let group = try #require(vector.group["publicKey"] as? [String: Any])
            let key = try VerifyKey(bytes: Hex.decode(try #require(group["pk"] as? String)))
            let holds = try key.verify(vector.bytes("sig"), raw: vector.bytes("msg"))
            #expect(holds == (vector.result == "valid"), vector.name)
        }
    }

    @Test("X25519 gives what Wycheproof says, and nothing for points of low order")
    func x25519() throws {
        for vector in try vectors("x25519", count: 518) {
            let secret = SecretBytes(copying: try vector.bytes("private"))
            let shared = try? X25519.shared(secret: secret, point: vector.bytes("public"))
            let expected = try vector.bytes("shared")
            let isZero = expected.allSatisfy { $0 == 0 }
            switch shared {
            case .some(let shared):
                #expect(SecretBytes.equal(shared, SecretBytes(copying: expected)) && !isZero, vector.name)
            case nil: #expect(isZero && vector.result != "valid", vector.name)
            }
        }
    }

    @Test("HMAC-SHA-256 and one block of HKDF are those of Wycheproof")
    func macs() throws {
        for vector in try vectors("hmac_sha256", count: 174) {
            let tag = HMAC.tag(key: SecretBytes(copying: try vector.bytes("key")), try vector.bytes("msg"))
            let expected = try vector.bytes("tag")
            let isSame = SecretBytes.equal(tag.prefix(expected.count), SecretBytes(copying: expected))
            #expect(isSame == (vector.result == "valid"), vector.name)
        }
        for vector in try vectors("hkdf_sha256", count: 86) where vector.result == "valid" {
            let block = HMAC.hkdf(
                input: SecretBytes(copying: try vector.bytes("ikm")), salt: try vector.bytes("salt"),
                info: try vector.bytes("info"))
            let expected = try vector.bytes("okm").prefix(32)
            let isSame = SecretBytes.equal(
                block.prefix(expected.count), SecretBytes(copying: Array(expected)))
            #expect(isSame, vector.name)
        }
    }
}
