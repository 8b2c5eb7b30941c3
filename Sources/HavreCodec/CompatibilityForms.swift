/// Letters and digits in fancy dress: forms that Unicode holds for compatibility and that advertisements, PDF
/// files and old systems put into names. The standard library has no compatibility decomposition (NFKD), so the
/// regular ranges are computed and the others listed. Decimal digits need no entry here: `Folder` reads the
/// value of any digit.
enum CompatibilityForms {
    /// What the form stands for, nil when it is none of those known here.
    static func plain(_ scalar: Unicode.Scalar) -> String? {
        let value = scalar.value
        switch value {
        case 0xFF01...0xFF5E: return letter(value - 0xFF01 + 0x21)  // full width
        case 0x1D400...0x1D6A3: return alphabet(value - 0x1D400)  // mathematical Latin
        case 0x1D6A4: return "i"
        case 0x1D6A5: return "j"
        case 0x24B6...0x24E9: return alphabet(value - 0x24B6)  // circled
        case 0x249C...0x24B5: return letter(value - 0x249C + 0x61)  // parenthesized
        case 0x1F110...0x1F129: return letter(value - 0x1F110 + 0x61)  // parenthesized capitals
        case 0x1F130...0x1F149: return letter(value - 0x1F130 + 0x61)  // squared
        case 0x1F150...0x1F169: return letter(value - 0x1F150 + 0x61)  // negative circled
        case 0x1F170...0x1F189: return letter(value - 0x1F170 + 0x61)  // negative squared
        case 0x1F1E6...0x1F1FF: return letter(value - 0x1F1E6 + 0x61)  // regional indicators
        case 0xFB50...0xFBB1: return cell(arabicA, value - 0xFB50)
        case 0xFE80...0xFEF4: return cell(arabicB, value - 0xFE80)
        case 0xFEF5...0xFEFC: return "لا"
        case 0x2100...0x218F, 0x2070...0x209F, 0x02B0...0x02E4, 0x1D2C...0x1D6A, 0xFB00...0xFB06, 0xAA, 0xBA:
            return listed[scalar]
        default: return nil
        }
    }

    private static func letter(_ value: UInt32) -> String? {
        Unicode.Scalar(value).map { String(Character($0)) }
    }

    /// Capitals, then small letters, over and over.
    private static func alphabet(_ index: UInt32) -> String? { letter(0x61 + index % 26) }

    private static func cell(_ row: [Character], _ index: UInt32) -> String? {
        Int(index) < row.count ? String(row[Int(index)]) : nil
    }

    private static let arabicA = Array(
        "ٱٱٻٻٻٻپپپپڀڀڀڀٺٺٺٺٿٿٿٿٹٹٹٹڤڤڤڤڦڦڦڦڄڄڄڄڃڃڃڃچچچچڇڇڇڇڍڍڌڌڎڎڈڈژژڑڑککککگگگگڳڳڳڳڱڱڱڱںںڻڻڻڻەەہہہہھھھھےےےے")
    private static let arabicB = Array(
        "ءااااووااييييابببببةةتتتتثثثثججججححححخخخخددذذررززسسسسششششصصصصضضضضططططظظظظععععغغغغففففققققككككللللممممننننههههووىىيييي"
    )

    private static let listed: [Unicode.Scalar: String] = {
        var forms: [Unicode.Scalar: String] = [:]
        let cells = list.split(whereSeparator: \.isWhitespace)
        for at in stride(from: 0, to: cells.count - 1, by: 2) {
            for form in cells[at].unicodeScalars { forms[form] = String(cells[at + 1]) }
        }
        return forms
    }()

    /// Forms, then what they stand for: letter-like signs, Roman numbers, raised and lowered letters, ligatures.
    private static let list = """
        ℂℭ c  ℊ g  ℋℌℍℎ h  ℐℑℹⅈ i  ℒℓ l  ℕ n  № no  ℙ p  ℚ q  ℛℜℝ r  ℠ sm  ℡ tel  ™ tm  ℤℨ z  ℬ b
        ℯℰⅇ e  ℱ f  ℳ m  ℴ o  ℻ fax  ⅅⅆ d  ⅉ j
        Ⅰⅰ i  Ⅱⅱ ii  Ⅲⅲ iii  Ⅳⅳ iv  Ⅴⅴ v  Ⅵⅵ vi  Ⅶⅶ vii  Ⅷⅷ viii  Ⅸⅸ ix  Ⅹⅹ x  Ⅺⅺ xi  Ⅻⅻ xii
        Ⅼⅼ l  Ⅽⅽ c  Ⅾⅾ d  Ⅿⅿ m
        ªᴬᵃₐ a  ᴭ æ  ᴮᵇ b  ᴰᵈ d  ᴱᵉₑ e  ᴳᵍ g  ᴴʰₕ h  ᴵᵢⁱ i  ᴶʲ j  ᴷᵏₖ k  ᴸˡₗ l  ᴹᵐₘ m  ᴺⁿₙ n  ᵑ ŋ
        ºᴼᵒₒ o  ᴾᵖₚ p  ᴿʳᵣ r  ˢₛ s  ᵀᵗₜ t  ᵁᵘᵤ u  ᵛᵥ v  ᵂʷ w  ˣₓ x  ʸ y  ᵊₔ ə  ᵋ ɛ  ᵓ ɔ  ˠ ɣ
        ﬀ ff  ﬁ fi  ﬂ fl  ﬃ ffi  ﬄ ffl  ﬅﬆ st
        """
}
