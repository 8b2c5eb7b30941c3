import HavreCodec

/// How identifiers are written: the word sequences by which the identifier guard recognises them in a text.
///
/// A writing is a list of words as `Fold.words` gives them: without accents, case and punctuation. A text contains
/// an identifier when one of its writings stands in the words of the text, in order and side by side.
package enum Identifiers {
    /// The writings of a value, each once, the value as entered first. Empty when nothing in it can be
    /// recognised (no word, one single letter, an emergency number).
    package static func variants(_ kind: IdentifierKind, _ value: String) -> [[String]] {
        let entered = Fold.words(value)
        var writings = [entered]
        switch kind {
        case .name:
            writings += joined(entered) + components(value, anyCase: true)
        case .alias, .person, .network:
            writings += joined(entered) + components(value, anyCase: false)
        case .codename:
            writings += joined(entered)
        case .date:
            writings += DateWritings.of(value).map(Fold.words)
        case .phone:
            // Which numbers to call in an emergency identifies nobody.
            guard entered.joined().utf8.count >= 6 else { return [] }
            writings += PhoneWritings.of(value).map(Fold.words)
        case .number, .account:
            writings += joined(entered) + regrouped(entered.joined())
        case .address:
            writings += segments(value).flatMap { [$0, withoutHouseNumber($0)] }
        case .place:
            writings += segments(value)
        case .wish:
            writings += segments(value) + namesInside(value)
        case .email:
            break
        }
        return distinct(writings)
    }

    /// `N'Diaye` is also written `Ndiaye`, `12 AB 34` also `12AB34`.
    private static func joined(_ words: [String]) -> [[String]] { words.count > 1 ? [[words.joined()]] : [] }

    /// The parts of a name that identify by themselves: at least three letters and no title or particle. In free
    /// text about a person (`Mme Koné, the neighbour`) only what is not written in small letters is a name.
    private static func components(_ value: String, anyCase: Bool) -> [[String]] {
        value.split(whereSeparator: \.isWhitespace).flatMap { part -> [[String]] in
            let first = part.unicodeScalars.first { $0.properties.isAlphabetic }
            guard let first, anyCase || !first.properties.isLowercase else { return [] }
            return (Fold.words(String(part)) as [String])
                .filter { $0.unicodeScalars.count >= 3 && !notNames.contains($0) }.map { [$0] }
        }
    }

    /// The words of a wish that are written like names: with a capital, and not because a sentence begins.
    private static func namesInside(_ value: String) -> [[String]] {
        let words = value.split(whereSeparator: \.isWhitespace)
        let starts = [true] + words.map { ".!?:".contains($0.last ?? " ") }
        return zip(words, starts).flatMap { $1 ? [] : components(String($0), anyCase: false) }
    }

    /// Titles, kinship and particles that stand in names, folded.
    private static let notNames: Set<String> = [
        "abou", "abu", "alhaji", "and", "aunt", "auntie", "aunty", "avec", "avocat", "avocate", "ben", "bin",
        "bint", "brother", "chef", "chief", "dans", "das", "del", "della", "den", "der", "des", "docteur",
        "doctor", "dos", "educateur", "educatrice", "father", "for", "frere", "hadj", "hajj", "ibn",
        "interprete", "interpreter", "les", "madam", "madame", "mademoiselle", "maitre", "mama", "maman",
        "mere", "miss", "mister", "mlle", "mme", "monsieur", "mother", "mrs", "oncle", "ould", "papa",
        "pasteur", "pastor", "pere", "police", "pour", "prof", "professeur", "professor", "sister", "soeur",
        "tante", "tata", "ter", "the", "tonton", "uncle", "van", "von", "with",
    ]

    /// Numbers of documents: split where letters meet digits, and in groups of four as account numbers are.
    private static func regrouped(_ plain: String) -> [[String]] {
        var runs: [String] = []
        var wasDigit: Bool?
        for scalar in plain.unicodeScalars {
            let isDigit = scalar.properties.numericType != nil
            if wasDigit == isDigit, let last = runs.indices.last {
                runs[last].unicodeScalars.append(scalar)
            } else {
                runs.append(String(scalar))
            }
            wasDigit = isDigit
        }
        let scalars = Array(plain.unicodeScalars)
        let fours = stride(from: 0, to: scalars.count, by: 4).map { start in
            String(String.UnicodeScalarView(scalars[start..<min(start + 4, scalars.count)]))
        }
        return scalars.count >= 8 ? [runs, fours] : [runs]
    }

    /// The parts of an address or place between commas, semicolons, brackets and line ends, of two words or more: a
    /// city by itself is in too many texts, unless it is all that was entered.
    private static func segments(_ value: String) -> [[String]] {
        value.split { ",;()\n".contains($0) }.map { Fold.words(String($0)) }.filter { $0.count >= 2 }
    }

    /// `rue des lilas` out of `12 bis rue des lilas`.
    private static func withoutHouseNumber(_ words: [String]) -> [String] {
        guard let first = words.first, first.utf8.allSatisfy({ $0 < 0x3A }) else { return [] }
        let rest = words.dropFirst().drop { $0 == "bis" || $0 == "ter" || $0 == "quater" }
        return rest.count >= 2 ? Array(rest) : []
    }

    private static func distinct(_ writings: [[String]]) -> [[String]] {
        var seen: Set<[String]> = []
        return writings.filter { words in
            !words.isEmpty && (words.count > 1 || words[0].unicodeScalars.count > 1)
                && seen.insert(words).inserted
        }
    }
}
