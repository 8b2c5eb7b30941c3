import HavreCodec
import TestSupport
import Testing

@testable import HavreSecrets

struct PassphraseTests {
    private let user = Random.identifier()
    private let salt = Random.bytes(16)

    private func typed(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

    private func normalised(_ text: String) throws -> String {
        let normal = try Passphrase.normalised(typed(text))
        return normal.withBytes { String(decoding: $0.copied(), as: UTF8.self) }
    }

    @Test(
        "Costs below the floor or above the ceiling are refused before anything is hashed",
        arguments: [
            (2, 256 << 20), (3, (256 << 20) - 1), (0, 0), (1, 8 << 20), (-3, 256 << 20), (3, -1),
            (11, 256 << 20),
            (3, (1 << 30) + 1), (3, 1 << 50), (Int.max, Int.max),
        ])
    func downgrade(passes: Int, memoryByteCount: Int) {
        let parameters = Passphrase.Parameters(passes: passes, memoryByteCount: memoryByteCount)
        let seconds = threadSeconds {
            #expect(throws: SecretError.self) { try parameters.check() }
            #expect(throws: SecretError.self) {
                _ = try Passphrase.stretch(typed("x"), salt: salt, parameters)
            }
            #expect(throws: SecretError.self) {
                try Passphrase.kek(typed("x"), keyFile: nil, salt: salt, parameters, user: user, slot: 0)
            }
        }
        #expect(seconds < 0.2)
        #expect(!parameters.isTesting)
    }

    @Test("Floor and ceiling themselves are taken, and are no test costs")
    func bounds() throws {
        for parameters in [Passphrase.Parameters.floor, .ceiling] {
            try parameters.check()
            #expect(!parameters.isTesting)
        }
    }

    #if DEBUG
        @Test("The key of a slot depends on phrase, salt, key file, user, slot and costs")
        func facts() throws {
            let parameters = Passphrase.Parameters.testing
            #expect(parameters.isTesting)
            func kek(
                _ phrase: String = "phrase", file: [UInt8]? = nil, user other: Identifier? = nil,
                slot: Int = 0,
                salt otherSalt: [UInt8]? = nil
            ) throws -> [UInt8] {
                let keyFile = file.map { Passphrase.keyFile(SecretBytes(copying: $0)) }
                return try Passphrase.kek(
                    typed(phrase), keyFile: keyFile, salt: otherSalt ?? salt, parameters, user: other ?? user,
                    slot: slot
                ).withBytes { $0.copied() }
            }
            let keys = try [
                kek(), kek("Phrase"), kek("phrase "), kek(file: []), kek(file: [0]),
                kek(user: Random.identifier()),
                kek(slot: 1), kek(salt: Random.bytes(16)),
            ]
            #expect(Set(keys).count == keys.count)
            #expect(try kek() == keys[0])
            let other = Passphrase.Stretched(
                secret: try Passphrase.stretch(typed("phrase"), salt: salt, parameters).secret.clone(),
                parameters: .floor)
            let downgraded = Passphrase.kek(other, keyFile: nil, user: user, slot: 0)
            #expect(downgraded.withBytes { $0.copied() } != keys[0])
        }

        @Test("A salt has 16 bytes")
        func salts() {
            for count in [0, 15, 17, 32] {
                #expect(throws: SecretError.wrongLength) {
                    _ = try Passphrase.stretch(typed("x"), salt: Random.bytes(count), .testing)
                }
            }
        }
    #endif

    @Test("The same phrase typed on two keyboards is the same; ASCII stays as it is")
    func normal() throws {
        #expect(try normalised("  two  Spaces ") == "  two  Spaces ")
        for (one, other) in [
            ("cafe\u{301}", "caf\u{e9}"), ("\u{212b}", "\u{c5}"), ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            ("ї", "і\u{308}"), ("q\u{307}\u{323}", "q\u{323}\u{307}"),
        ] {
            #expect(try Array(normalised(one).utf8) == Array(normalised(other).utf8))
            #expect(try Array(normalised(one).utf8) == Array(Text.nfc(other).utf8))
        }
        #expect(try normalised("ﬁ") == "ﬁ")
    }

    @Test("Letter by letter gives what the whole text gives, for long mixed text")
    func pieces() throws {
        let alphabet: [Unicode.Scalar] = [
            "a", "e", " ", "\u{301}", "\u{327}", "\u{308}", "\u{323}", "é", "ї", "\u{1100}", "\u{1161}",
            "\u{11a8}",
            "\u{ac00}", "\u{3b1}", "\u{345}", "\u{1f600}", "\u{200d}", "\u{5d0}", "\u{5b7}", "\u{627}",
            "\u{654}",
            "\u{9c7}", "\u{9be}", "\u{212b}", "\u{fb1d}", "\u{1d15e}",
        ]
        for _ in 0..<500 {
            var text = String.UnicodeScalarView()
            for _ in 0..<20 { text.append(alphabet[Random.below(alphabet.count)]) }
            guard let normal = try? normalised(String(text)) else { continue }
            #expect(Array(normal.utf8) == Array(Text.nfc(String(text)).utf8))
        }
    }

    @Test("Empty, too long, broken and unstable phrases are refused")
    func refused() {
        let bad: [[UInt8]] = [
            [], [UInt8](repeating: 0x61, count: 1025), [0xff], [0xc3], [0xc3, 0x28], [0xc0, 0x80],
            [0xe0, 0x80, 0x80],
            [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0x61, 0x80], [0],
            [0x61, 0x0a],
            [0x7f], Array("\u{85}".utf8), Array("\u{378}".utf8),
            Array(("a" + String(repeating: "\u{301}", count: 8)).utf8),
        ]
        for bytes in bad {
            #expect(throws: SecretError.self) { _ = try Passphrase.normalised(SecretBytes(copying: bytes)) }
        }
        #expect(throws: Never.self) {
            _ = try Passphrase.normalised(SecretBytes(copying: [UInt8](repeating: 0x61, count: 1024)))
        }
    }
}
