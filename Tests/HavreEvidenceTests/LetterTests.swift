import HavreCodec
import HavreForms
import HavreSecrets
import Testing

@testable import HavreEvidence

@Suite("The letter of a bundle")
struct LetterTests {
    private let fingerprint = Hash.sha256([7])

    private func letter(
        _ language: Language, _ opening: Letter.Opening = .key, recipient: String = "Camille Desrosiers",
        count: Int = 3, hasReceipts: Bool = true
    ) throws -> String {
        String(
            decoding: Letter.text(
                language: language, recipient: recipient, date: try Day(parsing: "2026-11-21"),
                exhibitCount: count,
                fingerprint: fingerprint, opening: opening, hasReceipts: hasReceipts), as: UTF8.self)
    }

    @Test("It names the recipient, the day, the exhibits and the fingerprint, and leaves no place unfilled")
    func filled() throws {
        for language in Language.allCases {
            for opening in Letter.Opening.allCases {
                let text = try letter(language, opening)
                #expect(
                    text.contains("Camille Desrosiers") && text.contains(String(fingerprint.hex.prefix(8))))
                #expect(text.contains(String(fingerprint.hex.suffix(8))))
                #expect(
                    !text.contains("%RECIPIENT%") && !text.contains("%DATE%") && !text.contains("%COUNT%"))
                #expect(
                    !text.contains("%FINGERPRINT%") && !text.contains("[key]")
                        && !text.contains("[passphrase]") && !text.contains("[log]"))
                #expect(text.contains("tlog-proof"))
                #expect(try !letter(language, opening, hasReceipts: false).contains("proofs"))
            }
        }
        #expect(try letter(.en).contains("21 November 2026") && letter(.en).contains("3 exhibits."))
        #expect(try letter(.fr).contains("21 novembre 2026") && letter(.fr, count: 1).contains("Une pièce."))
    }

    @Test("Windows comes first; key and passphrase each have their own command and not the other's")
    func ways() throws {
        for language in Language.allCases {
            let (key, words) = (try letter(language, .key), try letter(language, .passphrase))
            for text in [key, words] {
                let windows = try #require(text.ranges(of: "Windows").first?.lowerBound)
                let linux = try #require(text.ranges(of: "Linux").first?.lowerBound)
                #expect(windows < linux)
                for word in [
                    "sha256sum -c", "shasum -a 256 -c", "Get-FileHash", "havre verify", "winget install",
                    "tar -xf",
                ] {
                    #expect(text.contains(word), "\(word)")
                }
            }
            #expect(key.contains("age -d -i ") && key.contains("AGE-SECRET-KEY"))
            #expect(!words.contains("-i ") && !words.contains("AGE-SECRET-KEY"))
        }
    }

    @Test("Lines end as Windows wants it, none is longer than a screen but the one command")
    func lines() throws {
        for language in Language.allCases {
            let text = try letter(language)
            let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.last == "" && lines.count > 80)
            #expect(lines.allSatisfy { !$0.contains("\n") && !$0.contains("\r") })
            #expect(lines.filter { $0.count > 80 }.allSatisfy { $0.contains("Get-FileHash") })
        }
    }

    @Test("A hostile name adds no line, turns no text and is not filled in")
    func hostile() throws {
        let plain = try letter(.en, recipient: "x").split(separator: "\r\n", omittingEmptySubsequences: false)
            .count
        for name in [
            "A\r\n\r\n4. SEND YOUR KEY TO", "A\u{2028}B", "A\u{202E}B", "A\u{1B}[2JB", "%FINGERPRINT%",
            "A\u{85}B",
        ] {
            let text = try letter(.en, recipient: name)
            #expect(text.split(separator: "\r\n", omittingEmptySubsequences: false).count == plain, "\(name)")
            for scalar: Unicode.Scalar in ["\u{202E}", "\u{1B}", "\u{2028}", "\u{85}"] {
                #expect(!text.unicodeScalars.contains(scalar))
            }
        }
        #expect(try letter(.en, recipient: "%FINGERPRINT%").contains("FOR %FINGERPRINT%"))
    }
}
