package import HavreCodec
package import HavreForms

/// What the page of a bundle shows. All texts are plain text of any content; the page escapes them.
package struct PageContent: Sendable {
    /// The language of the labels: the recipient's.
    package var language: Language
    /// Name and organisation of the contact.
    package var recipient: String
    /// The day of the export.
    package var date: Day
    /// The profile in words.
    package var profile: String
    /// The person: a pseudonym, or the name when it is disclosed on purpose.
    package var person: String
    /// The fingerprint of the vault.
    package var fingerprint: Digest
    /// Whether the bundle says where its records stand in the ledger.
    package var hasReceipts: Bool
    /// In the order of their numbers.
    package var exhibits: [Exhibit]

    package init(
        language: Language, recipient: String, date: Day, profile: String, person: String,
        fingerprint: Digest, hasReceipts: Bool, exhibits: [Exhibit]
    ) {
        self.language = language
        self.recipient = recipient
        self.date = date
        self.profile = profile
        self.person = person
        self.fingerprint = fingerprint
        self.hasReceipts = hasReceipts
        self.exhibits = exhibits
    }
}

/// One exhibit: a record or an attachment.
package struct Exhibit: Sendable {
    /// From 1, as it is cited.
    package var number: Int
    package var title: String
    /// What it is, in words: the label of its form.
    package var kind: String
    /// The signed file beside the page, `records/001.sdjwt`: letters, digits, `.`, `-`, `_` and `/`.
    package var file: String
    /// SHA-256 of that file.
    package var digest: Digest
    /// The day on which the record was entered, when it is disclosed.
    package var recorded: Day?
    package var blocks: [Block]

    package init(
        number: Int, title: String, kind: String, file: String, digest: Digest, recorded: Day? = nil,
        blocks: [Block]
    ) {
        self.number = number
        self.title = title
        self.kind = kind
        self.file = file
        self.digest = digest
        self.recorded = recorded
        self.blocks = blocks
    }

    /// Something that is shown or left out.
    package enum Shown: Sendable, Equatable {
        case text(String)
        case withheld
    }

    /// A part of an exhibit.
    package enum Block: Sendable {
        /// One labelled value.
        case value(label: String, Shown)
        /// A list of sentences; each keeps its number. `language` is the code of theirs (ISO 639), for readers
        /// that speak aloud.
        case passages(label: String, language: String?, [Shown])
        /// Rows under a line of labels; nil where a row has no such value.
        case table(label: String, columns: [String], rows: [[Shown?]])
        /// A picture without metadata, that lies beside the page under this name.
        case picture(file: String, caption: Shown, Derivative)
        /// An attachment that was left out whole.
        case fileWithheld(label: String)
    }
}
