/// The data behind ``Fold``: what Normalization Form D leaves, pair by pair. Any change here raises
/// ``Fold/version``.
enum FoldTable {
    /// Lower-case letter without marks to folded bytes.
    static let letters: [Unicode.Scalar: [UInt8]] = pairs(
        latin, cyrillic, greek, georgian, armenian, arabic, apostrophes)

    /// The folded bytes of a scalar below U+0700 that folds alike in every context; nil for the others.
    static func cached(_ scalar: Unicode.Scalar) -> [UInt8]? {
        scalar.value < cacheEnd && !isContextual(scalar.value) ? cache[Int(scalar.value)] : nil
    }

    private static let cacheEnd: UInt32 = 0x700

    private static let cache: [[UInt8]] = (0..<cacheEnd).map { value in
        guard let scalar = Unicode.Scalar(value), !isContextual(value) else { return [] }
        var folder = Folder()
        for part in decomposed(scalar) { folder.appendDecomposed(part) }
        return Array(folder.finish().utf8)
    }

    /// Greek and Armenian, where a letter may change the one before it, and the diaeresis that stops it.
    private static func isContextual(_ value: UInt32) -> Bool {
        (0x370..<0x400).contains(value) || (0x531..<0x590).contains(value) || value == 0x308
    }

    /// The scalars of Normalization Form D of what a compatibility form stands for; none when renderers may
    /// ignore the scalar. Syllables of Hangul stay whole.
    static func decomposed(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if (0xAC00...0xD7A3).contains(scalar.value) { return [scalar] }
        if let form = CompatibilityForms.plain(scalar) { return Array(Text.nfd(form).unicodeScalars) }
        if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .format {
            return []
        }
        return Array(Text.nfd(String(Character(scalar))).unicodeScalars)
    }

    private static func pairs(_ tables: String...) -> [Unicode.Scalar: [UInt8]] {
        var letters: [Unicode.Scalar: [UInt8]] = [:]
        for table in tables {
            let cells = table.split(whereSeparator: \.isWhitespace)
            for at in stride(from: 0, to: cells.count - 1, by: 2) {
                let folded = cells[at + 1] == "-" ? "" : cells[at + 1]
                for letter in cells[at].unicodeScalars { letters[letter] = Array(folded.utf8) }
            }
        }
        return letters
    }

    // In each table letters, then what they fold to; `-` folds to nothing.

    /// Letters of Europe, Vietnam and West Africa; where usage differs, the spelling without the stroke or hook.
    private static let latin = """
        ß ss  æ ae  œ oe  ø o  ð d  đ d  þ th  ħ h  ı i  ĳ ij  ĸ k  ŀ l  ł l  ŉ 'n  ŋ ng  ŧ t  ſ s
        ƀɓƃ b  ƈȼ c  ɖɗƌ d  ǝəɛɇ e  ƒ f  ǥɠɣ g  ɨ i  ȷɉ j  ƙ k  ƚɫɬ l  ɲƞ n  ɔɵ o  ƥ p  ɋ q  ɍ r  ʂ s  ƭʈⱦ t
        ʉ u  ʋ v  ƴɏ y  ƶʐȥ z  ǆǳ dz  ǉ lj  ǌ nj  ʒǯ zh  ȣ ou  ƕ hv
        """

    /// Russian, Ukrainian and Belarusian as in passports (ICAO Doc 9303, part 3, section 6), the signs ъ and ь
    /// silent; Serbian, Macedonian and the Turkic languages by their nearest Latin letter.
    private static let cyrillic = """
        а a  б b  в v  г g  д d  е e  ж zh  з z  и i  к k  л l  м m  н n  о o  п p  р r  с s  т t  у u  ф f
        х kh  ц ts  ч ch  ш sh  щ shch  ъ -  ы y  ь -  э e  ю iu  я ia  є ie  і i  ґ g
        ђ dj  ј j  љ lj  њ nj  ћ c  џ dz  ѕ dz  ѣ e  ѳ f  ѵ i
        ә a  ғ g  қҡ k  ң n  ө o  ұү u  һҳ h  ҷ ch  җ zh  ҙ z  ҫ s  ԥ p  ҥ ng  ӏ -
        """

    /// ELOT 743; the pairs of letters are in `Folder`.
    private static let greek = """
        α a  β b  γ g  δ d  ε e  ζ z  η i  θ th  ι i  κ k  λ l  μ m  ν n  ξ x  ο o  π p  ρ r  σς s  τ t
        υ y  φ f  χ ch  ψ ps  ω o  ϐ v  ϑ th  ϕ f  ϖ p  ϰ k  ϱ r  ϲ s  ϵ e  ϗ kai
        """

    /// The national romanisation of 2002, without its apostrophes.
    private static let georgian = """
        ა a  ბ b  გ g  დ d  ე e  ვ v  ზ z  თ t  ი i  კ k  ლ l  მ m  ნ n  ო o  პ p  ჟ zh  რ r  ს s  ტ t  უ u
        ფ p  ქ k  ღ gh  ყ q  შ sh  ჩ ch  ც ts  ძ dz  წ ts  ჭ ch  ხ kh  ჯ j  ჰ h
        """

    /// As in passports.
    private static let armenian = """
        ա a  բ b  գ g  դ d  ե e  զ z  է e  ը y  թ t  ժ zh  ի i  լ l  խ kh  ծ ts  կ k  հ h  ձ dz  ղ gh  ճ ch
        մ m  յ y  ն n  շ sh  ո o  չ ch  պ p  ջ j  ռ r  ս s  վ v  տ t  ր r  ց ts  ւ v  փ p  ք k  օ o  ֆ f  և ev
        """

    /// One letter for its Arabic, Persian, Urdu and Kurdish forms; the stroke that lengthens is dropped. Short
    /// vowels are not written, so names in this script are not transliterated.
    private static let arabic = """
        ٱ ا  ىیےۍې ي  ک ك  ةہھەۀۃ ه  ـ -
        """

    private static let apostrophes = """
        ‘’‛′ʹʻʼʽʾʿˈ՚´＇ '
        """
}
