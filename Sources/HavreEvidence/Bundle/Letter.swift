package import HavreCodec
package import HavreForms

/// The letter that goes with a bundle, `README.txt`: how to open it, how to check it, what is proven and what is
/// not. In the contact's language, Windows ways first.
package enum Letter {
    /// How the contact opens the bundle.
    package enum Opening: String, Sendable, CaseIterable {
        /// With a key of her own.
        case key
        /// With words told by telephone.
        case passphrase
    }

    /// The letter in UTF-8 without byte order mark, lines ending in CR LF for the editors of Windows.
    /// - Parameters:
    ///   - recipient: name and organisation of the contact, any text.
    ///   - exhibitCount: how many exhibits the page has.
    ///   - fingerprint: that of the vault.
    ///   - hasReceipts: whether the bundle says where its records stand in the ledger.
    package static func text(
        language: Language, recipient: String, date: Day, exhibitCount: Int, fingerprint: Digest,
        opening: Opening, hasReceipts: Bool
    ) -> [UInt8] {
        let count =
            exhibitCount == 1
            ? PageText.exhibitsOne.text(in: language)
            : PageText.exhibitsMany.text(in: language, ["COUNT": String(exhibitCount)])
        let values = [
            "RECIPIENT": HTML.plain(recipient), "DATE": PageText.day(date, in: language), "COUNT": count,
            "FINGERPRINT": grouped(fingerprint.hex),
        ]
        let lines = template(language).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        var text = ""
        for line in lines {
            guard let line = kept(line, opening, hasReceipts) else { continue }
            text += PageText.filled(line, values) + "\r\n"
        }
        return Array(text.utf8)
    }

    /// A line that begins with `[key]` or `[passphrase]` is for that opening only, one with `[log]` for a bundle with
    /// proofs.
    private static func kept(_ line: Substring, _ opening: Opening, _ hasReceipts: Bool) -> String? {
        if line.hasPrefix("[log]") { return hasReceipts ? String(line.dropFirst(5)) : nil }
        for way in Opening.allCases where line.hasPrefix("[\(way.rawValue)]") {
            return way == opening ? String(line.dropFirst(way.rawValue.count + 2)) : nil
        }
        return String(line)
    }

    /// Groups of eight digits on two lines, to be compared by ear.
    private static func grouped(_ hex: String) -> String {
        let groups = stride(from: 0, to: hex.utf8.count, by: 8).map { String(hex.dropFirst($0).prefix(8)) }
        return groups.prefix(4).joined(separator: " ") + "\r\n  " + groups.dropFirst(4).joined(separator: " ")
    }

    private static func template(_ language: Language) -> String {
        switch language {
        case .en: english
        case .fr: french
        }
    }

    private static let english = embedded(.en)
    private static let french = embedded(.fr)

    private static func embedded(_ language: Language) -> String {
        do throws(CodecError) {
            return String(decoding: try EmbeddedFiles.bytes("letter-\(language.rawValue).txt"), as: UTF8.self)
        } catch {
            // The files are part of the program and read by every test run.
            preconditionFailure("letter: \(error.field): \(error.rule)")
        }
    }
}
