import HavreCodec
import HavreSecrets
import TestSupport
import Testing

@testable import HavreFormats

@Suite struct AgeTests {
    private let secret = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    private let recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"

    private func bytes(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

    private func text(_ secret: borrowing SecretBytes) -> String {
        let count = secret.count
        let bytes = secret.withBytes { span in (0..<count).map { span.byte(at: $0) } }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("The keys of the specification belong together") func keysSpecification() throws {
        let identity = try AgeIdentity(parsing: bytes(secret))
        #expect(identity.recipient.text == recipient)
        #expect(try AgeRecipient(parsing: recipient) == identity.recipient)
        #expect(text(try identity.text()) == secret)
        #expect(try AgeIdentity(parsing: bytes(secret.lowercased())).recipient.text == recipient)
        #expect(try AgeRecipient(parsing: recipient.uppercased()).text == recipient)
    }

    @Test("A mistyped key is refused") func mistypedKey() throws {
        let characters = Array(secret.utf8)
        for place in characters.indices {
            var typed = characters
            typed[place] = typed[place] == 0x51 ? 0x50 : 0x51
            if typed == characters { continue }
            #expect(throws: FormatError.self) { try AgeIdentity(parsing: SecretBytes(copying: typed)) }
        }
        for text in [
            "", "AGE-SECRET-KEY-1", String(secret.dropLast()), secret + "X", recipient, " " + secret,
            secret + "\n",
            "a" + secret.dropFirst(),
        ] {
            #expect(throws: FormatError.self) { try AgeIdentity(parsing: bytes(text)) }
        }
        for text in ["", "age1", String(recipient.dropLast()), secret, recipient + " ", "age1" + recipient] {
            #expect(throws: FormatError.self) { try AgeRecipient(parsing: text) }
        }
        // Points of low order: everybody knows the shared secret.
        for point in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31)] {
            #expect(throws: FormatError.self) { try AgeRecipient(bytes: point) }
            let typed = try Bech32.encode("age", point)
            #expect(throws: FormatError.self) { try AgeRecipient(parsing: typed) }
        }
    }

    @Test("Files of identities are read as keygen writes them") func filesIdentities() throws {
        let file = "# created: 2026-11-21\r\n# public key: \(recipient)\r\n\(secret)\r\n\n\(secret)"
        #expect(try AgeIdentity.identities(file: bytes(file)).count == 2)
        for file in ["", "# nothing\n", "\(secret) \n", "AGE-PLUGIN-X-1\n\(secret)\n", " # x\n\(secret)"] {
            #expect(throws: FormatError.self) { try AgeIdentity.identities(file: bytes(file)) }
        }
    }

    @Test("Any count of bytes comes back through every recipient") func anyCount() throws {
        let identities = try (0..<3).map { _ in try AgeIdentity() }
        var generator = SeededGenerator(seed: 65536)
        for count in [0, 1, 47, 48, 65_535, 65_536, 65_537, 131_072, 200_000] {
            let plain = generator.bytes(count)
            for armored in [false, true] {
                let file = try Age.encrypt(plain, to: identities.map(\.recipient), armored: armored)
                for identity in identities {
                    #expect(try Age.decrypt(file, AgeDecryptor(identities: [identity])) == plain)
                }
                #expect(throws: FormatError.noMatch) {
                    try Age.decrypt(file, AgeDecryptor(identities: [AgeIdentity()]))
                }
            }
        }
    }

    @Test("A file with a passphrase opens with it and no other") func filePassphrase() throws {
        let plain = Array("eight generated words".utf8)
        let file = try Age.encrypt(plain, passphrase: bytes("correct horse"), logN: 2)
        #expect(try Age.decrypt(file, AgeDecryptor(passphrase: bytes("correct horse"))) == plain)
        #expect(throws: FormatError.noMatch) {
            try Age.decrypt(file, AgeDecryptor(passphrase: bytes("correct house")))
        }
        #expect(throws: FormatError.noMatch) {
            try Age.decrypt(file, AgeDecryptor(identities: [AgeIdentity()]))
        }
        #expect(throws: FormatError.self) { _ = try AgeEncryptor(passphrase: bytes("")) }
        #expect(throws: FormatError.self) { _ = try AgeEncryptor(passphrase: bytes("x"), logN: 23) }
    }

    @Test("A work factor above the limit is refused before it is paid") func workFactor() throws {
        let file = try Age.encrypt([], passphrase: bytes("x"), logN: 2)
        for factor in ["21", "22", "23", "63", "64", "99999999999999999999999"] {
            let dear = replace(" 2\n", " \(factor)\n", in: file)
            #expect(throws: FormatError.tooLarge(field: "work factor", max: 20)) {
                try Age.decrypt(dear, AgeDecryptor(passphrase: bytes("x")))
            }
        }
        #expect(throws: FormatError.tooLarge(field: "work factor", max: 1)) {
            try Age.decrypt(file, AgeDecryptor(passphrase: bytes("x"), logNMax: 1))
        }
    }

    @Test("Any changed or missing byte is found") func anyChanged() throws {
        let identity = try AgeIdentity()
        let file = try Age.encrypt(Array("short".utf8), to: [identity.recipient, AgeIdentity().recipient])
        for place in file.indices {
            var changed = file
            changed[place] ^= 0x01
            #expect(throws: FormatError.self) {
                try Age.decrypt(changed, AgeDecryptor(identities: [identity]))
            }
        }
        for count in 0..<file.count {
            #expect(throws: FormatError.self) {
                try Age.decrypt(Array(file[..<count]), AgeDecryptor(identities: [identity]))
            }
        }
        #expect(throws: FormatError.self) {
            try Age.decrypt(file + [0], AgeDecryptor(identities: [identity]))
        }
    }

    @Test("Chunks cannot be cut, swapped or added") func chunksCut() throws {
        let identity = try AgeIdentity()
        let plain = [UInt8](repeating: 7, count: 3 * 65_536)
        let file = try Age.encrypt(plain, to: [identity.recipient])
        let start = file.count - 3 * 65_552
        let chunks = (0..<3).map { Array(file[(start + $0 * 65_552)..<(start + ($0 + 1) * 65_552)]) }
        let head = Array(file[..<start])
        for order in [[], [0], [0, 1], [0, 2], [1, 0, 2], [0, 1, 2, 2], [0, 0, 1, 2], [2]] {
            let forged = head + order.flatMap { chunks[$0] }
            #expect(throws: FormatError.self) {
                try Age.decrypt(forged, AgeDecryptor(identities: [identity]))
            }
        }
        #expect(try Age.decrypt(head + chunks.flatMap { $0 }, AgeDecryptor(identities: [identity])) == plain)
    }

    @Test("A piece that fails after a good one never ends well") func pieceFails() throws {
        let identity = try AgeIdentity()
        var file = try Age.encrypt([UInt8](repeating: 7, count: 200_000), to: [identity.recipient])
        file[file.count - 10_000] ^= 1
        var decryptor = AgeDecryptor(identities: [identity])
        let released = try decryptor.update(file)
        #expect(released.count == 2 * 65_536)
        #expect(throws: FormatError.notAuthentic) { _ = try decryptor.update([0]) }
        #expect(throws: FormatError.notAuthentic) { _ = try decryptor.finish() }
    }

    @Test("Headers without end or with too many stanzas are refused") func headersWithout() throws {
        var decryptor = AgeDecryptor(identities: [])
        let line = Array("-> x\n\n".utf8)
        _ = try decryptor.update(Array("age-encryption.org/v1\n".utf8))
        #expect(throws: FormatError.tooLarge(field: "age header", max: 1 << 17)) {
            for _ in 0..<40_000 { _ = try decryptor.update(line) }
        }
        #expect(throws: FormatError.self) { _ = try AgeEncryptor(recipients: []) }
    }

    @Test("A failing reader or writer is not an error of the format") func failingReader() throws {
        struct Broken: Error, Equatable {}
        let identity = try AgeIdentity()
        let file = try Age.encrypt([1, 2, 3], to: [identity.recipient])
        #expect(throws: TransferError<Broken>.self) {
            try Age.decrypt(
                AgeDecryptor(identities: [identity]), read: { _ throws(Broken) in throw Broken() },
                write: { _ throws(Broken) in })
        }
        var isRead = false
        do throws(TransferError<Broken>) {
            try Age.decrypt(
                AgeDecryptor(identities: [identity]),
                read: { _ throws(Broken) in
                    defer { isRead = true }
                    return isRead ? [] : file
                }, write: { _ throws(Broken) in throw Broken() })
        } catch {
            guard case .transfer(let reason) = error else {
                Issue.record("the writer's own error")
                return
            }
            #expect(reason == Broken())
        }
    }

    @Test("Bech32 is written in one way") func bech32Written() throws {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8($0 * 37 & 255) }
            let text = try Bech32.encode("part", bytes)
            #expect(try Bech32.decode(text) == ("part", bytes))
            #expect(try Bech32.decode(text.uppercased()) == ("part", bytes))
        }
        // BIP 173: valid and invalid checksums.
        #expect(try Bech32.decode("A12UEL5L").part == "a")
        #expect(
            try Bech32.decode(
                "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs"
            )
            .bytes.isEmpty)
        for text in [
            "\u{20}1nwldj5", "\u{7F}1axkwrx", "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3",
            "A1G7SGD8", "10a06t8", "1qzzfhee", "a12uel5l ", "A12uEL5L", "a1lqfn3a",
        ] {
            #expect(throws: FormatError.self) { try Bech32.decode(text) }
        }
        // Padding bits that are not zero, under a right checksum, are another text of the same bytes.
        #expect(throws: FormatError.self) { try Bech32.decode(forgedPadding(group: 1)) }
        #expect(try Bech32.decode(forgedPadding(group: 0)).bytes == [0])
        #expect(throws: FormatError.self) { try Bech32.encode("Part", []) }
        #expect(throws: FormatError.self) { try Bech32.encode("", []) }
    }

    /// One zero byte as two groups, the second with given unused bits.
    private func forgedPadding(group: UInt8) -> String {
        var checksum = Bech32Checksum(part: "a")
        for group in [0, group] + [0, 0, 0, 0, 0, 0] { checksum.absorb(group) }
        let groups = [0, Int(group)] + (0..<6).map { checksum.group($0) }
        return "a1" + String(decoding: groups.map { Bech32Alphabet.characters[$0] }, as: UTF8.self)
    }

    private func replace(_ old: String, _ new: String, in bytes: [UInt8]) -> [UInt8] {
        guard let place = bytes.firstRange(of: Array(old.utf8)) else { return bytes }
        return Array(bytes[..<place.lowerBound]) + Array(new.utf8) + Array(bytes[place.upperBound...])
    }
}
