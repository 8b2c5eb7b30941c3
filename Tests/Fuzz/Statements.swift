import HavreCodec
import HavreSecrets

/// The readers of signed statements, shares and sealed things.
extension Parser {
    static let statements = [
        Parser("statement", samples: { [try statement().encoded()] }) { bytes in
            guard let read = try? Statement(decoding: bytes) else { return false }
            demand(read.encoded() == bytes, "a statement has one form in bytes")
            guard let again = try? Statement(json: read.json) else { fatalError("and one in JSON") }
            demand(again == read, "both say the same")
            if read.verifyAll() { demand(read.verify(by: read.signers[0]), "who signed, signed") }
            return true
        },
        Parser("statement-json", samples: { [try statement().json.encoded()] }) { bytes in
            guard let json = try? JSON(parsing: bytes), let read = try? Statement(json: json) else {
                return false
            }
            demand(read.json == json, "a statement has one form in JSON")
            guard let again = try? Statement(decoding: read.encoded()) else { fatalError("and one in bytes") }
            demand(again == read, "both say the same")
            return true
        },
        Parser("share", samples: { [share] }) { bytes in
            guard let read = try? Share(decoding: SecretBytes(copying: bytes)) else { return false }
            demand(SecretBytes.equal(read.encoded(), SecretBytes(copying: bytes)), "a share has one form")
            return true
        },
        Parser("box", samples: { [box.publicKey.seal(Array("plain".utf8))] }) { bytes in
            guard let plain = try? box.open(bytes) else { return false }
            demand(plain.count + BoxPublicKey.overhead == bytes.count, "a box holds what it held")
            return true
        },
        Parser("pad", samples: { [try Pad.pad(Array("plain".utf8))] }) { bytes in
            guard let plain = try? Pad.unpad(bytes) else { return false }
            demand((try? Pad.pad(plain)) == bytes, "what is padded has one form")
            return true
        },
    ]

    private static func statement() throws -> Statement {
        try Statement.make("grant", ["a": 1, "z": ["x", .null]], by: signer)
    }

    /// Case, dealing, generation, x, the scalar one, compartment.
    private static let share: [UInt8] =
        Array(repeating: 1, count: 16) + Array(repeating: 2, count: 16) + [3] + Array(repeating: 0, count: 7)
        + [2]
        + [1] + Array(repeating: 0, count: 31) + Array("location".utf8)

    private static let box: BoxKey = {
        guard let key = try? BoxKey(secret: SecretBytes(copying: Array(repeating: 6, count: 32))) else {
            fatalError("a key")
        }
        return key
    }()
}
