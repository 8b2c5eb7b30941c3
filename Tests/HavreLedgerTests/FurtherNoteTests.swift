import Foundation
import HavreCodec
import TestSupport
import Testing

@testable import HavreLedger

/// Notes, checkpoints and proofs of other implementations and of the specifications themselves, where somebody has laid
/// them out beside the other vectors: `signed-notes/cases.json` (note in hexadecimal, known keys, names of those who
/// signed or null), `checkpoints.json` (text, size and origin where it is one), `example.tlog-proof`.
struct FurtherNoteTests {
    private func list(_ name: String, count: Int) throws -> [[String: Any]] {
        guard let folder = SharedVectors.folder("signed-notes", count: count) else { return [] }
        let data = try Data(contentsOf: folder.appending(path: name))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    }

    @Test("Notes are judged as their own implementation judges them")
    func notes() throws {
        for vector in try list("cases.json", count: 17) {
            let bytes = try Hex.decode(try #require(vector["note"] as? String))
            let keys = try (vector["keys"] as? [String] ?? []).map { try VerifierKey(parsing: $0) }
            let signers = try? SignedNote(parsing: bytes).verify(known: keys).map(\.name)
            #expect(signers == vector["signers"] as? [String], "\(vector["name"] ?? "")")
        }
    }

    @Test("Checkpoints are read as published; extension lines, which ours never have, are refused")
    func checkpoints() throws {
        for vector in try list("checkpoints.json", count: 7) {
            let text = try #require(vector["text"] as? String)
            let read = try? Checkpoint(parsing: Array(text.utf8))
            let isNamed = (vector["origin"] as? String)?.contains(" ") == false
            #expect(read?.size == (isNamed ? vector["size"] as? Int : nil), "\(text)")
            if let read { #expect(read.text == Array(text.utf8)) }
        }
    }

    @Test("The specification's own proof is refused for what it leaves out, and for nothing else")
    func example() throws {
        guard let folder = SharedVectors.folder("signed-notes", count: 1) else { return }
        let text = try String(
            contentsOf: folder.appending(path: "example.tlog-proof"), encoding: .utf8)
        // Its signatures are shortened for the page, and no base64.
        let rule = "dash, name, base64 of id and signature"
        #expect(throws: LedgerError.malformed(field: "signature", rule: rule)) {
            try TlogProof(parsing: Array(text.utf8))
        }
        let cut = try #require(text.range(of: "\n\n"))
        let checkpoint = text[cut.upperBound...].split(separator: "\n").prefix(3).joined(separator: "\n")
        let signature =
            "\u{2014} example.com/fancylog \(Base64.standard(Array(repeating: 1, count: 68), padded: true))"
        let whole = text[..<cut.upperBound] + checkpoint + "\n\n" + signature + "\n"
        let proof = try TlogProof(parsing: Array(whole.utf8))
        #expect(proof.index == 73894 && proof.hashes.count == 5 && proof.extra?.count == 39)
        #expect(proof.encoded == Array(whole.utf8))
    }
}
