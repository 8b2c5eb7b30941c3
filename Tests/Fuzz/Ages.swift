import HavreCodec
import HavreFormats
import HavreSecrets

/// The readers of age files, keys and armor.
extension Parser {
    static let ages = [
        Parser("bech32", samples: { [Array(keys.recipient.text.utf8)] + texts(["a12uel5l", "A12UEL5L"]) }) {
            bytes in
            if let text = bytes.text, let (part, data) = try? Bech32.decode(text) {
                demand((try? Bech32.encode(part, data)) == text.lowercased(), "Bech32 has one text a case")
                if let key = try? AgeRecipient(parsing: text) {
                    demand(key.bytes == data, "a key is its bytes")
                }
                return true
            }
            // The same bytes as data: what is written is read, and no change of one character is.
            guard let text = try? Bech32.encode("age", bytes), text.utf8.count <= Bech32.characterCountMax
            else {
                return false
            }
            guard let read = try? Bech32.decode(text) else { fatalError("what is written is read") }
            demand(read.bytes == bytes, "what is written is read")
            var changed = Array(text.utf8)
            let place = 4 + Int(bytes.last ?? 0) % (changed.count - 4)
            changed[place] = changed[place] == 0x71 ? 0x70 : 0x71
            demand(
                (try? Bech32.decode(String(decoding: changed, as: UTF8.self))) == nil, "one change is found")
            return false
        },
        Parser("age-file", samples: ageFiles) { bytes in
            let whole = opened([bytes], by: [keys])
            demand(opened(bytes.pieces, by: [keys]) == whole, "cuts change nothing")
            return whole != nil
        },
        Parser("age-stanzas", samples: stanzaSamples) { bytes in
            // Stanzas of the fuzzer's, under the MAC of a key that it has; the payload is honest.
            let file = sealedFile(stanzas: bytes)
            let whole = opened([file], by: [keys])
            demand(opened(file.pieces, by: [keys]) == whole, "cuts change nothing")
            if let whole { demand(whole == Array("plain".utf8), "the payload is what it was") }
            return whole != nil
        },
        Parser("age-payload", samples: { [[], Array("plain".utf8)] }) { bytes in
            // What is sealed opens to what it was; a change anywhere does not.
            var file = sealedFile(stanzas: stanza, plain: bytes)
            demand(opened(file.pieces, by: [keys]) == bytes, "what is sealed is opened")
            let place = bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFF_FFFF } % file.count
            file[place] ^= 1
            demand(opened([file], by: [keys]) != bytes, "a change is found")
            return true
        },
        Parser("age-scrypt", samples: scryptFiles) { bytes in
            var plain: [UInt8] = []
            var decryptor = AgeDecryptor(passphrase: SecretBytes(copying: Array("words".utf8)), logNMax: 4)
            do throws(FormatError) {
                plain = try decryptor.update(bytes)
                plain += try decryptor.finish()
                return true
            } catch { return false }
        },
        Parser("age-armor", samples: armors) { bytes in
            let whole = unarmored([bytes])
            demand(unarmored(bytes.pieces) == whole, "cuts change nothing")
            guard let whole else { return false }
            var writer = AgeArmorWriter()
            let written = writer.update(whole) + writer.finish()
            demand(unarmored([written]) == whole, "what is written is read")
            let lines = { (text: [UInt8]) in text.split { [0x20, 0x09, 0x0A, 0x0D].contains($0) } }
            demand(lines(written) == lines(bytes), "armor has one text but for white space")
            return true
        },
        Parser("age-identities", samples: identityFiles) { bytes in
            guard let found = try? AgeIdentity.identities(file: SecretBytes(copying: bytes)) else {
                return false
            }
            for identity in found {
                guard let text = try? identity.text(), let again = try? AgeIdentity(parsing: text) else {
                    fatalError("an identity has a text")
                }
                demand(again.recipient == identity.recipient, "what is written is read")
            }
            return true
        },
    ]

    /// The one identity of the fuzzer.
    static let keys: AgeIdentity = {
        guard let identity = try? AgeIdentity(secret: SecretBytes(copying: Array(repeating: 9, count: 32)))
        else {
            fatalError("an identity")
        }
        return identity
    }()

    private static func opened(_ pieces: [[UInt8]], by identities: [AgeIdentity]) -> [UInt8]? {
        var rest = pieces[...]
        var plain: [UInt8] = []
        do throws(TransferError<Never>) {
            try Age.decrypt(
                AgeDecryptor(identities: identities),
                read: { _ in
                    while let piece = rest.popFirst() { if !piece.isEmpty { return piece } }
                    return []
                },
                write: { plain += $0 })
        } catch { return nil }
        return plain
    }

    private static func unarmored(_ pieces: [[UInt8]]) -> [UInt8]? {
        var reader = AgeArmorReader()
        do throws(FormatError) {
            var bytes: [UInt8] = []
            for piece in pieces { bytes += try reader.update(piece) }
            try reader.finish()
            return bytes
        } catch { return nil }
    }

    @Sendable private static func ageFiles() throws -> [[UInt8]] {
        let stranger = try AgeIdentity(secret: SecretBytes(copying: Array(repeating: 5, count: 32)))
        let plain = Array("plain".utf8)
        return [
            try Age.encrypt(plain, to: [keys.recipient]),
            try Age.encrypt([], to: [stranger.recipient, keys.recipient]),
            try Age.encrypt(plain, to: [keys.recipient], armored: true),
        ]
    }

    @Sendable private static func scryptFiles() throws -> [[UInt8]] {
        let words = SecretBytes(copying: Array("words".utf8))
        return [try Age.encrypt(Array("plain".utf8), passphrase: words, logN: 1)]
    }

    @Sendable private static func armors() throws -> [[UInt8]] {
        let file = try ageFiles()[2]
        return [
            file,
            Array(" \r\n".utf8) + file.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } + Array("\n\t".utf8),
        ]
    }

    @Sendable private static func identityFiles() throws -> [[UInt8]] {
        let text = try keys.text().withBytes { span in (0..<span.byteCount).map { span.byte(at: $0) } }
        return [Array("# created\n\n".utf8) + text + [0x0A], text + [0x0D, 0x0A] + text]
    }

    // A writer of age files of its own, so that headers can be anything and yet bear the right MAC.

    private static let fileKey = Array("0123456789abcdef".utf8)

    /// The stanza that wraps ``fileKey`` for ``keys``.
    private static let stanza: [UInt8] = {
        let secret = SecretBytes(copying: Array(repeating: 3, count: 32))
        guard let share = try? X25519.publicPoint(of: secret),
            let shared = try? X25519.shared(secret: secret, point: keys.recipient.bytes)
        else { fatalError("a share") }
        let key = HMAC.hkdf(
            input: shared, salt: share + keys.recipient.bytes,
            info: Array("age-encryption.org/v1/X25519".utf8))
        guard let body = try? FileKey.wrap(SecretBytes(copying: fileKey), under: key) else {
            fatalError("a wrapped key")
        }
        let text =
            "-> X25519 \(Base64.standard(share, padded: false))\n\(Base64.standard(body, padded: false))\n"
        return Array(text.utf8)
    }()

    @Sendable private static func stanzaSamples() -> [[UInt8]] {
        let grease = Array("-> grease-5 a b\n\n-> x\n\(String(repeating: "A", count: 64))\nAAAA\n".utf8)
        return [stanza, grease + stanza, stanza + grease]
    }

    private static func sealedFile(stanzas: [UInt8], plain: [UInt8] = Array("plain".utf8)) -> [UInt8] {
        let covered = Array("age-encryption.org/v1\n".utf8) + stanzas + Array("---".utf8)
        let macKey = HMAC.hkdf(input: SecretBytes(copying: fileKey), salt: [], info: Array("header".utf8))
        let mac = HMAC.tag(key: macKey, covered).withBytes { span in (0..<32).map { span.byte(at: $0) } }
        let nonce = [UInt8](repeating: 4, count: 16)
        let payload = HMAC.hkdf(
            input: SecretBytes(copying: fileKey), salt: nonce, info: Array("payload".utf8))
        guard let key = try? Key<Role.Stream>(payload) else { fatalError("a key of 32 bytes") }
        return covered + Array(" \(Base64.standard(mac, padded: false))\n".utf8) + nonce
            + Stream.seal(plain, key: key)
    }
}
