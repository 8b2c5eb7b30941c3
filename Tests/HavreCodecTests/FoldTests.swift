import TestSupport
import Testing

@testable import HavreCodec

@Test(
    "Spellings of one name fold alike",
    arguments: [
        ("François", "francois"), ("FRANCOIS", "francois"), ("Franc\u{327}ois", "francois"),
        ("Éloïse", "eloise"),
        ("Straße", "strasse"), ("STRAẞE", "strasse"), ("Łódź", "lodz"), ("Søren", "soren"), ("Ærø", "aero"),
        ("Þórður", "thordur"), ("Đorđe", "dorde"), ("Œuvre", "oeuvre"), ("İstanbul", "istanbul"),
        ("DIYARBAKIR", "diyarbakir"), ("Diyarbakır", "diyarbakir"), ("Nguyễn", "nguyen"), ("Ħal", "hal"),
        ("Ɔkɔɛɗɓ", "okoedb"), ("Ƙano", "kano"), ("Ťuk", "tuk"), ("Ǆ", "dz"), ("ĲSSEL", "ijssel"),
        ("Ольга Щербакова", "olga shcherbakova"), ("Андрей", "andrei"), ("Зеленський", "zelenskii"),
        ("Ґалаґан", "galagan"), ("Ђорђе", "djordje"), ("Љиљана", "ljiljana"), ("Ќиро", "kiro"),
        ("Ўлад", "ulad"),
        ("Παπαδόπουλος", "papadopoulos"), ("Ευαγγελία", "evangelia"), ("Ευτυχία", "eftychia"),
        ("ΜΑΪΟΣ", "maios"),
        ("Ταΰγετος", "taygetos"), ("Σφίγξ", "sfinx"), ("Λευ", "lef"), ("Έλλη", "elli"), ("ᾼδης", "adis"),
        ("თამარ", "tamar"), ("ᲗᲐᲛᲐᲠ", "tamar"), ("Հայկուհի", "haykuhi"), ("Եւա", "eva"),
        ("أحمد", "احمد"), ("مُحَمَّد", "محمد"), ("ﻣﺤﻤﺪ", "محمد"), ("فاطمة", "فاطمه"), ("علی", "علي"), ("ﻻ", "لا"),
        ("می\u{200C}خواهم", "ميخواهم"), ("محـــمد", "محمد"), ("שָׁלוֹם", "שלום"),
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"), ("۰۱۲۳۴۵۶۷۸۹", "0123456789"), ("०१२", "012"), ("①②", "12"),
        ("１２", "12"),
        ("Ｍａｒｉａ", "maria"), ("𝓜𝓪𝓻𝓲𝓪", "maria"), ("𝕄𝔸ℝ𝕀𝔸", "maria"), ("ⓂⒶⓡⓘⓐ", "maria"), ("🄼🅰🆁🅸🅐", "maria"),
        ("ﬁﬂ", "fifl"), ("Ma\u{200B}ri\u{AD}a\u{2060}", "maria"), ("O’Neill", "o'neill"),
        ("Соловʼйов", "solov'iov"),
        ("K\u{212A}", "kk"), ("김민수", "김민수"), ("\u{1100}\u{1161}\u{11A8}", "각"), ("मीना", "मीना"),
        ("क\u{93C}लम", "कलम"), ("山田", "山田"), ("a\u{93E}b", "ab"), ("", ""), ("A-b C", "a-b c"),
    ])
func spellings(text: String, folded: String) {
    #expect(Text.sameBytes(Fold.fold(text), folded))
    #expect(Text.sameBytes(Fold.fold(Text.nfd(text)), folded))
    #expect(Text.sameBytes(Fold.fold(Text.nfc(text)), folded))
}

@Test("Folding what is folded changes nothing, and folding does not care how a text was normalised")
func idempotent() {
    var wrong: [String] = []
    var random = SeededGenerator(seed: 6)
    var value: UInt32 = 0x80
    while value < 0x32000 {
        if let scalar = Unicode.Scalar(value) {
            let once = Fold.fold("x" + String(Character(scalar)) + "y")
            if !Text.sameBytes(Fold.fold(once), once) { wrong.append(String(value, radix: 16)) }
        }
        value += value < 0x3100 ? 1 : UInt32.random(in: 1...40, using: &random)
    }
    #expect(wrong == [])
    for _ in 0..<500 {
        let text = random.text()
        let folded = Fold.fold(text)
        #expect(Text.sameBytes(Fold.fold(Text.nfd(text)), folded))
        #expect(Text.sameBytes(Fold.fold(Text.nfc(text)), folded))
        #expect(Text.sameBytes(Fold.fold(folded), folded))
    }
}

@Test("Folded Latin, Cyrillic and Greek letters are ASCII, so one keyboard finds them all")
func foldedToASCII() {
    let lettersLeft = (UInt32(0xC0)..<0x530).filter { value in
        guard let scalar = Unicode.Scalar(value), scalar.properties.isAlphabetic else { return false }
        return !Fold.fold(String(Character(scalar))).utf8.allSatisfy { $0 < 0x80 }
    }
    let common = lettersLeft.filter {
        (0xC0..<0x180).contains($0) || (0x386..<0x3D0).contains($0) || (0x400..<0x460).contains($0)
    }
    #expect(common == [])
}

@Test("Words are runs of letters and digits; scripts without spaces give one word a letter")
func words() {
    #expect(
        Fold.words("Jean-Pierre  d'Été, 3 rue X_y; №5") == [
            "jean", "pierre", "d", "ete", "3", "rue", "x", "y", "no5",
        ])
    #expect(Fold.words("O’Neill O'Neill") == ["o", "neill", "o", "neill"])
    #expect(Fold.words("山田さん。김민수") == ["山", "田", "さ", "ん", "김", "민", "수"])
    #expect(Fold.words("मीना गई") == ["मीना", "गई"])
    #expect(Fold.words("สมชาย").joined() == Fold.fold("สมชาย"))
    #expect(Fold.words("  ,;- ") == [])
    #expect(Fold.key("  Ольга—ПЕТРОВА ") == "olga petrova")
    #expect(Fold.words("\u{302}\u{93E} a") == ["a"])
}

@Test("Folding and normalising take linear time also for towers of marks")
func linearTime() {
    let tower = "α" + String(repeating: "\u{302}\u{323}", count: 50_000)
    let seconds = threadSeconds {
        #expect(Fold.fold(tower) == "a")
        #expect(!Text.isStreamSafe(tower))
        #expect(Text.isStreamSafe(Text.nfd(tower)))
        _ = Text.nfc(tower)
    }
    #expect(seconds < 5)  // quadratic: over a minute in this build
}

extension SeededGenerator {
    /// A random text of letters, marks and digits from many scripts.
    fileprivate mutating func text() -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0x41...0x7A, 0xC0...0x24F, 0x300...0x36F, 0x370...0x3FF, 0x400...0x52F, 0x531...0x58F,
            0x5B0...0x5F2,
            0x620...0x6FF, 0x900...0x97F, 0xE00...0xE4F, 0x1100...0x11FF, 0x1E00...0x1FFF, 0xAC00...0xD7A3,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &self) {
            let range = ranges.randomElement(using: &self) ?? 0x41...0x5A
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { text.append(scalar) }
        }
        return String(text)
    }
}
