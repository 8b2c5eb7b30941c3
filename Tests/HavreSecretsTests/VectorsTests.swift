import Foundation
import HavreCodec
import Testing

@testable import HavreSecrets

struct VectorsTests {
    private var isWriting: Bool { ProcessInfo.processInfo.environment["HAVRE_WRITE_VECTORS"] != nil }

    @Test("Every vector of Keys/vectors comes out again; HAVRE_WRITE_VECTORS=1 writes them anew")
    func recomputed() throws {
        for (name, vectors) in try Vectors.all() {
            if isWriting { try Vectors.write(vectors, to: name) }
            let kept = try Vectors.read(name)
            #expect(kept.count == vectors.count, "\(name)")
            for (one, other) in zip(kept, vectors) { #expect(one == other, "\(name)") }
        }
    }

    @Test("The box of Keys/vectors opens, and gives its link and its secrets")
    func box() throws {
        if isWriting { try Vectors.write([Vectors.box()], to: "box") }
        for vector in try Vectors.read("box") {
            var fields = try Fields(vector)
            let recipient = try BoxKey(secret: SecretBytes(copying: Hex.decode(fields.string("recipient"))))
            #expect(try Hex.encode(recipient.publicKey.bytes) == fields.string("recipientPublicKey"))
            let link = try Statement(decoding: Hex.decode(fields.string("link")))
            let secrets = try fields.strings("secrets")
            let vault = try Vectors.id("vault")
            let caseID = try Vectors.id("case")
            let promises = try secrets.map { hex in
                let commitment = try Commitment(
                    to: SecretBytes(copying: Hex.decode(hex)), vault: vault, caseID: caseID,
                    compartment: "legal",
                    generation: 0)
                return Box.Promise(
                    caseID: caseID, compartment: "legal", generation: 0, commitment: commitment)
            }
            let box = try Box.open(Hex.decode(fields.string("box")), with: recipient, vault: vault) {
                opened in
                opened == link && opened.verifyAll() ? promises : nil
            }
            #expect(box.secrets.map { Vectors.hex($0.secret).string } == secrets)
            try fields.finish()
        }
    }
}
