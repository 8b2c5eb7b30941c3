import HavreCodec

/// The name of a member of staff: shown as typed, found folded.
///
/// `Amélie`, `amelie` and ` AMELIE ` are one person and one counter of attempts.
package struct StaffName: Sendable, Hashable {
    /// As typed at the invitation, NFC, white space collapsed.
    package let shown: String
    /// What is compared: folded.
    package let key: String

    /// - Throws: `AccessError.invalid` unless it has 1 to 64 characters, starts with a letter and holds only
    ///   letters, digits, spaces and `. ' - _`.
    package init(_ text: String) throws(AccessError) {
        let words = Text.nfc(text).split(whereSeparator: \.isWhitespace)
        let shown = words.joined(separator: " ")
        let allowed: (Character) -> Bool = { character in
            character.isLetter || character.isNumber || " .'-_’".contains(character)
        }
        guard (1...64).contains(shown.count), shown.utf8.count <= 256,
            shown.first?.isLetter == true, shown.allSatisfy(allowed)
        else {
            throw .invalid(
                field: "name",
                rule: "must start with a letter and hold 1 to 64 letters, digits, spaces or . ' - _")
        }
        let key = Fold.fold(shown)
        guard !key.isEmpty else { throw .invalid(field: "name", rule: "must hold a letter") }
        self.shown = shown
        self.key = key
    }
}
