import HavreCodec
import HavreFormats
import HavreForms
import HavreSecrets

/// What reads text that people type or that is shown to them: folding, normal forms, passphrases, forms, paths.
extension Parser {
    static let texts = [
        Parser("folding", samples: { texts(words) }) { bytes in
            guard let text = bytes.text, Text.isStreamSafe(text) else { return false }
            let folded = Fold.fold(text)
            demand(Text.sameBytes(Text.nfc(Text.nfc(text)), Text.nfc(text)), "NFC is settled")
            demand(Text.sameBytes(Text.nfd(Text.nfd(text)), Text.nfd(text)), "NFD is settled")
            demand(Text.sameBytes(Text.nfc(Text.nfd(text)), Text.nfc(text)), "NFD loses nothing")
            demand(Text.sameBytes(Fold.fold(Text.nfd(text)), folded), "normal forms fold alike: NFD")
            demand(Text.sameBytes(Fold.fold(Text.nfc(text)), folded), "normal forms fold alike: NFC")
            for word in Fold.words(text) { demand(!word.isEmpty && !word.contains(" "), "words are words") }
            let shown = Text.escapedForTerminal(text)
            demand(
                shown.unicodeScalars.allSatisfy { !Text.isHiddenOrControl($0) }, "nothing steers a terminal")
            _ = Text.mixesAlphabets(text)
            return true
        },
        Parser("passphrase", samples: { texts(words) }) { bytes in
            guard let normal = try? Passphrase.normalised(SecretBytes(copying: bytes)) else { return false }
            guard let text = bytes.text else { fatalError("a passphrase is UTF-8") }
            let whole = Array(Text.nfc(text).utf8)
            demand(SecretBytes.equal(normal, SecretBytes(copying: whole)), "letter by letter as at once")
            return true
        },
        Parser("form", samples: { formSamples }) { bytes in
            let forms = Catalogue.shared.forms
            guard let number = bytes.first, let today = try? Day(parsing: "2026-11-21"),
                let json = try? JSON(parsing: Array(bytes.dropFirst()))
            else { return false }
            let form = forms[Int(number) % forms.count]
            guard let values = try? form.check(json, today: today) else { return false }
            guard let again = try? form.check(values, today: today) else { fatalError("checked values pass") }
            demand(again == values, "checking changes nothing twice")
            for leaf in form.leaves(values) { _ = leaf.identifying }
            return true
        },
        Parser("paths", samples: { texts(["fields.text.3", "a.b", "data/records/001.sdjwt", "age1"]) }) {
            bytes in
            guard let text = bytes.text else { return false }
            var paths = ArchivePaths()
            if (try? paths.insert(text)) != nil {
                demand(!text.utf8.starts(with: "/".utf8) && !text.contains("../"), "a path stays below")
                demand((try? paths.insert(text)) == nil, "a path once")
            }
            guard let path = try? ClaimPath(parsing: text) else { return false }
            demand(Text.sameBytes(path.description, text), "a path of claims has one text")
            return true
        },
    ]

    private static let words = [
        "Nguyễn Thị Hồng", "A\u{30A}ngstro\u{308}m \u{212B}", "Ελευθέριος Αυγούστου", "Յուրի", "Юлия Ёлкина",
        "ｆｕｌｌ １２ ①", "\u{F71}\u{F72}\u{F73}\u{F75}\u{F81}", "각각 ᄀ\u{1161}\u{11A8}", "กำ กํา", "محمد ﷲ ٣٤",
        "\u{1D15F}\u{1D160}", "e\u{301}\u{323}\u{300}", "ß ŉ ĳ ﬁ ﬃ İ ı", "06 12-34.56/78",
        "\u{202E}abc\u{200B}",
    ]

    private static var formSamples: [[UInt8]] {
        let texts = [
            #"{"kind":"first_account","date":"2026-11-02","text":["One.","Two."],"present":[{"person":"X"}]}"#,
            #"{"status":"PossibleVictimOfTrafficking","act":["recruitment"],"age_when_trafficked":19}"#,
        ]
        let ids = Catalogue.shared.forms.map(\.id)
        return zip(["statement", "identification"], texts).compactMap { id, text in
            ids.firstIndex(of: id).map { [UInt8($0)] + Array(text.utf8) }
        }
    }
}
