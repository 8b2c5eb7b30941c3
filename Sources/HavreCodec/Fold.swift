/// One way of reading words for search, names and the identifier guard: accents, case and script forms that
/// people type differently for the same name are made equal. ``version`` changes with the result.
package enum Fold {
    /// Grows when any text folds differently than before; stored next to what was folded.
    package static let version = 1

    /// The text in Normalization Form D, without marks, in lower case, with the letters that NFD leaves.
    package static func fold(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in Text.nfd(text).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: continue
            default: out.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(out)
    }

    /// The folded words of the text in order: runs of letters, marks and digits.
    package static func words(_ text: String) -> [String] {
        fold(text).unicodeScalars.split { !isWord($0) }.map { String(String.UnicodeScalarView($0)) }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
