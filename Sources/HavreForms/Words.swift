import CData

/// The word lists that ship inside the program, each read once.
///
/// A list is part of a format: six words on paper and code names in vaults stay readable only while no word
/// moves, so a list changes by a new file, never in place.
struct Words: Sendable {
    /// 1,024 words of 4 to 8 letters for ten bits each; the first four letters tell them apart.
    let six: [String]
    /// What a code name begins with: a colour or material in English, an animal, plant or thing in French.
    let codeFirst: [String]
    /// What follows, the other way round.
    let codeSecond: [String]

    private static let english = Words(suffix: "en")
    private static let french = Words(suffix: "fr")

    /// The lists of a language.
    static func of(_ language: Language) -> Words {
        switch language {
        case .en: english
        case .fr: french
        }
    }

    private init(suffix: String) {
        six = Self.list("six." + suffix)
        codeFirst = Self.list("code." + suffix + ".first")
        codeSecond = Self.list("code." + suffix + ".second")
        precondition(six.count == SixWords.listCount, "the list of six words is complete")
    }

    private static func list(_ name: String) -> [String] {
        var count = 0
        guard
            let file = unsafe UnsafeBufferPointer(start: cdata_words(&count), count: count)
                .first(where: { unsafe String(cString: $0.name) == name })
        else { preconditionFailure("a word list is part of the program") }
        let bytes = unsafe UnsafeBufferPointer(start: file.bytes, count: file.count)
        return unsafe bytes.split(separator: UInt8(ascii: "\n")).map {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }
}
